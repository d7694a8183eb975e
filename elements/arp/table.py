"""The table of an ARPQuerier: arrays of state, so that handlers see it in every reading; entries by address and by age.

Numbers of places are one more than their index, 0 for none. A place whose `waiting` is 0 has no packets, whatever is still kept for it.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView
from elements.hashing.salted import SALT, bucket_of
from elements.program.program import State
from elements.reference.packet import Packet

DEPTH: Final = 65536
BUCKET_BITS: Final = 12
SECOND: Final = 1_000_000_000
PATIENT: Final = 10
"""Requests without an answer after which they are sent each two seconds, not ten a second."""


class ARPTable(Element):
    """State and algorithms of the table; bounds are set by the element."""

    entry_limit: int
    packet_limit: int
    packets_each: int
    slim_factor: int
    timeout_ns: int
    poll_ns: int

    address = StateVariable(32, DEPTH)
    ethernet = StateVariable(48, DEPTH)
    known = StateVariable(1, DEPTH)
    live = StateVariable(64, DEPTH)
    polled = StateVariable(64, DEPTH)
    polls = StateVariable(8, DEPTH)
    waiting = StateVariable(32, DEPTH)
    chain = StateVariable(32, DEPTH)
    older = StateVariable(32, DEPTH)
    newer = StateVariable(32, DEPTH)
    buckets = StateVariable(32, 1 << BUCKET_BITS)
    salt = StateVariable(64, 2, SALT)
    oldest = StateVariable(32)
    newest = StateVariable(32)
    unused = StateVariable(32)
    used = StateVariable(32)
    entries = StateVariable(32)
    packets = StateVariable(32)
    table_drops = StateVariable(64)
    clock = StateVariable(64)
    next_slim = StateVariable(64)
    queues: dict[int, deque[Packet]]

    def find(self, state: StateView, address: int) -> int:
        """The place of ``address``, 0 where it has none."""
        place = state.get(self.buckets, self._bucket(state, address))
        while place and state.get(self.address, place - 1) != address:
            place = state.get(self.chain, place - 1)
        return place

    def valid(self, state: StateView, place: int, now: int) -> bool:
        """Whether the Ethernet address at ``place`` is known and holds."""
        return bool(state.get(self.known, place - 1)) and not self._expired(state, place, now)

    def may_poll(self, state: StateView, place: int, now: int) -> bool:
        """Whether a request may be sent for ``place`` now; if so it is taken to be."""
        asked = state.get(self.polls, place - 1)
        if (now - state.get(self.polled, place - 1)) % (1 << 64) < (2 * SECOND if asked >= PATIENT else SECOND // 10):
            return False
        state.set(self.polled, now, place - 1)
        state.set(self.polls, min(asked + 1, 255), place - 1)
        return True

    def insert(self, state: StateView, address: int, ethernet: int, now: int) -> int:
        """Learn the address; returns its place. The broadcast address stands for one that is not known."""
        place = self.ensure(state, address, now)
        state.set(self.ethernet, ethernet, place - 1)
        state.set(self.known, int(ethernet != 0xFFFF_FFFF_FFFF), place - 1)
        state.set(self.live, now, place - 1)
        state.set(self.polls, 0, place - 1)
        state.set(self.polled, now - SECOND, place - 1)
        self._leave_age(state, place)
        self._enter_age(state, place, 0)
        return place

    def ensure(self, state: StateView, address: int, now: int) -> int:
        """The place of ``address``, made where there is none."""
        place = self.find(state, address)
        if place:
            return place
        if state.get(self.entries) + 1 > self.entry_limit:
            self.slim(state, now, coming_entries=1)
        place = state.get(self.unused)
        if place:
            state.set(self.unused, state.get(self.chain, place - 1))
        else:
            place = state.get(self.used) + 1
            state.set(self.used, place)
        bucket = self._bucket(state, address)
        for variable, value in (
            (self.address, address),
            (self.ethernet, 0xFFFF_FFFF_FFFF),
            (self.known, 0),
            (self.live, now),
            (self.polled, now - SECOND),
            (self.polls, 0),
            (self.waiting, 0),
            (self.chain, state.get(self.buckets, bucket)),
        ):
            state.set(variable, value, place - 1)
        state.set(self.buckets, place, bucket)
        state.set(self.entries, state.get(self.entries) + 1)
        self._enter_age(state, place, 0)
        return place

    def take_entries(self, state: StateView, old: ARPTable, before: StateView, now: int) -> None:
        """Learn what ``old`` knows, with its ages; packets that wait there are not taken, and count as dropped. Without room for all, the
        newest stay."""
        for place in old.by_age(before):
            here = self.ensure(state, before.get(self.address, place - 1), now)
            for variable in (self.ethernet, self.known, self.live, self.polled, self.polls):
                state.set(variable, before.get(variable, place - 1), here - 1)
        # What has expired is not forgotten sooner for that, nor asked for again.
        state.set(self.next_slim, before.get(self.next_slim))
        state.set(self.table_drops, before.get(self.table_drops) + before.get(self.packets))

    def append(self, state: StateView, address: int, packet: Packet, now: int) -> bool:
        """Keep ``packet`` until ``address`` is known, or drop it; whether a request is to be sent."""
        place = self.ensure(state, address, now)
        if self.timeout_ns and state.get(self.live, place - 1) + self.timeout_ns < now:
            # It is in use: it stays this side of expiring.
            state.set(self.live, now - self.timeout_ns, place - 1)
            after = state.get(self.newer, place - 1)
            while after and state.get(self.live, after - 1) < now - self.timeout_ns:
                after = state.get(self.newer, after - 1)
            self._leave_age(state, place)
            self._enter_age(state, place, after)
        if self.packets_each and state.get(self.waiting, place - 1) >= self.packets_each:
            self._count(state, self.table_drops, 1)
            return False
        if state.get(self.packets) + 1 > self.packet_limit:
            self.slim(state, now, coming_packets=1)
        self.queue(state, place).append(packet)
        self._count(state, self.packets, 1)
        state.set(self.waiting, state.get(self.waiting, place - 1) + 1, place - 1)
        return self.may_poll(state, place, now)

    def queue(self, state: StateView, place: int) -> deque[Packet]:
        """The reference's packets at ``place``."""
        found = self.queues.setdefault(place, deque())
        if not state.get(self.waiting, place - 1):
            found.clear()
        return found

    def release(self, state: StateView, place: int) -> list[Packet]:
        """The packets that waited at ``place``, which wait no longer."""
        released = list(self.queue(state, place))
        self._count(state, self.packets, -state.get(self.waiting, place - 1))
        state.set(self.waiting, 0, place - 1)
        return released

    def slim(self, state: StateView, now: int, coming_entries: int = 0, coming_packets: int = 0) -> None:
        """Remove what has expired and what is too much, the oldest first."""
        while (place := state.get(self.oldest)) and (
            self._expired(state, place, now) or state.get(self.entries) + coming_entries > self.entry_limit
        ):
            self._remove(state, place)
        if state.get(self.packets) + coming_packets <= self.packet_limit:
            return
        wanted = max(1, self.packet_limit - self.packet_limit // self.slim_factor)
        place = state.get(self.oldest)
        while place and state.get(self.packets) + coming_packets > wanted:
            while state.get(self.waiting, place - 1) and state.get(self.packets) + coming_packets > wanted:
                self.queue(state, place).popleft()
                state.set(self.waiting, state.get(self.waiting, place - 1) - 1, place - 1)
                self._count(state, self.packets, -1)
                self._count(state, self.table_drops, 1)
            place = state.get(self.newer, place - 1)

    def clear(self, state: StateView) -> None:
        """Remove everything."""
        while place := state.get(self.oldest):
            self._remove(state, place)

    def by_age(self, state: StateView) -> list[int]:
        """The places in use, the oldest first."""
        places, place = [], state.get(self.oldest)
        while place:
            places.append(place)
            place = state.get(self.newer, place - 1)
        return places

    def _expired(self, state: StateView, place: int, now: int) -> bool:
        return self.timeout_ns > 0 and state.get(self.live, place - 1) + self.timeout_ns < now

    def _remove(self, state: StateView, place: int) -> None:
        bucket = self._bucket(state, state.get(self.address, place - 1))
        before = state.get(self.buckets, bucket)
        if before == place:
            state.set(self.buckets, state.get(self.chain, place - 1), bucket)
        else:
            while state.get(self.chain, before - 1) != place:
                before = state.get(self.chain, before - 1)
            state.set(self.chain, state.get(self.chain, place - 1), before - 1)
        self._leave_age(state, place)
        count = state.get(self.waiting, place - 1)
        self._count(state, self.packets, -count)
        self._count(state, self.table_drops, count)
        self._count(state, self.entries, -1)
        state.set(self.waiting, 0, place - 1)
        state.set(self.chain, state.get(self.unused), place - 1)
        state.set(self.unused, place)

    def _leave_age(self, state: StateView, place: int) -> None:
        before, after = state.get(self.older, place - 1), state.get(self.newer, place - 1)
        if before:
            state.set(self.newer, after, before - 1)
        else:
            state.set(self.oldest, after)
        if after:
            state.set(self.older, before, after - 1)
        else:
            state.set(self.newest, before)

    def _enter_age(self, state: StateView, place: int, after: int) -> None:
        """Enter ``place`` in front of ``after``, or at the end."""
        before = state.get(self.older, after - 1) if after else state.get(self.newest)
        state.set(self.older, before, place - 1)
        state.set(self.newer, after, place - 1)
        if before:
            state.set(self.newer, place, before - 1)
        else:
            state.set(self.oldest, place)
        if after:
            state.set(self.older, place, after - 1)
        else:
            state.set(self.newest, place)

    @staticmethod
    def _count(state: StateView, variable: State, by: int) -> None:
        state.set(variable, state.get(variable) + by)

    def _bucket(self, state: StateView, address: int) -> int:
        return bucket_of([state.get(self.salt, place) for place in range(2)], [address], BUCKET_BITS)
