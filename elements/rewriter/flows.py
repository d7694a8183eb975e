"""The table of a rewriter: arrays of state, so that handlers see it in every reading; flows by their two directions, and by age.

A flow has a place; entry ``2 * place`` is its packets' key, entry ``2 * place + 1`` that of their answers, and each becomes the other
turned round. Numbers of places and entries are kept one more than they are, 0 for none. A key is ``rules`` (`TCP` or `UDP`), addresses
(source in the upper 32 bits, destination in the lower) and ports (16 and 16); tables that are not of whole flows leave some of that 0.

A flow is in the list of those whose time is as long as its own, the one whose last packet is oldest first; so the first of a list is the
first of it to expire. Flows come to a guaranteed list with each packet, and go on to one of the others when that time is over.

Tables may share a capacity: that of one of them, the leader of the group; what is too much goes from whichever has what expires first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView
from elements.program.program import State
from elements.rewriter.keys import BUCKETS, bucket_of, mix, turned
from elements.rewriter.specifications import InputSpec, Kind, Order, Pattern

if TYPE_CHECKING:
    from elements.reference.machine import Machine

DEPTH: Final = 65536
"""Places: a flow more than there may be, which is there while another goes."""
MOST_INPUTS: Final = 256
MOST_SPECS: Final = 512
"""Specifications: those of inputs, and behind them those of the elements that map for inputs."""
TCP, UDP = 0, 1
GUARANTEED, NO_DATA, BOTH_DATA, DONE, FEW, STREAMING = 0, 2, 3, 4, 5, 6
"""Lists: guaranteed TCP and UDP flows, then TCP flows by what was seen of them, then UDP flows."""
LISTS: Final = 7
BOTH_DONE_FLAGS, BOTH_DATA_FLAGS = 3, 12
MOST_TRIES: Final = 1024
"""Ports that are tried for one flow, beside its own."""
STRIDES: Final = (106087, 81013, 121523, 96479, 71453, 111949, 86923, 127423)
"""Steps from one port that is tried to the next, by the flow: primes beyond every range, so that each comes to all ports of it."""
MOST_SHIFTS: Final = 8
"""Places of a TCP stream from which on its numbers are shifted otherwise."""
KINDS: Final[tuple[Kind, ...]] = ("drop", "pass", "keep", "pattern", "map")
ORDERS: Final[tuple[Order, ...]] = ("same", "sequential", "hashed")
MOST_IN_BUCKET: Final = 32
"""Entries of a bucket, so that no look-up takes long whatever flows somebody makes up; a full table has one a bucket on average."""


class FlowTable(Element):
    """State and algorithms of the table; times (in milliseconds, by list), specifications and the group are set by the element."""

    times: tuple[int, ...]
    specs: list[InputSpec]
    group: list[FlowTable]
    """The tables that share a capacity, the leader first."""
    keyed_by: ClassVar[Literal["flows", "hosts", "pairs", "pings"]] = "flows"
    """What tells flows apart: addresses and ports; the source or, of answers, the destination; both; both and the number of a ping."""

    addresses = StateVariable(64, 2 * DEPTH)
    ports_of = StateVariable(32, 2 * DEPTH)
    chain = StateVariable(32, 2 * DEPTH)
    linked = StateVariable(2, DEPTH)
    rules = StateVariable(1, DEPTH)
    flags = StateVariable(4, DEPTH)
    origin = StateVariable(8, DEPTH)
    spec_of = StateVariable(9, DEPTH)
    mark = StateVariable(8, DEPTH)
    used_at = StateVariable(64, DEPTH)
    list_of = StateVariable(3, DEPTH)
    older = StateVariable(32, DEPTH)
    newer = StateVariable(32, DEPTH)
    shift_base = StateVariable(32, 2 * DEPTH)
    shift_count = StateVariable(4, 2 * DEPTH)
    shift_from = StateVariable(32, 2 * DEPTH * MOST_SHIFTS)
    shift_by = StateVariable(32, 2 * DEPTH * MOST_SHIFTS)
    buckets = StateVariable(32, BUCKETS)
    oldest = StateVariable(32, LISTS)
    newest = StateVariable(32, LISTS)
    unused = StateVariable(32)
    used = StateVariable(32)
    flows = StateVariable(32)
    most_flows = StateVariable(32)
    """The leader's counts."""
    counts = StateVariable(32, MOST_INPUTS)
    following = StateVariable(32, MOST_SPECS)
    spec_kind = StateVariable(3, MOST_SPECS)
    spec_forward = StateVariable(8, MOST_SPECS)
    spec_reply = StateVariable(8, MOST_SPECS)
    spec_source = StateVariable(32, MOST_SPECS)
    spec_source_port = StateVariable(16, MOST_SPECS)
    spec_destination = StateVariable(32, MOST_SPECS)
    spec_destination_port = StateVariable(16, MOST_SPECS)
    spec_more = StateVariable(32, MOST_SPECS)
    spec_order = StateVariable(2, MOST_SPECS)
    spec_has_ports = StateVariable(1, MOST_SPECS)
    failures = StateVariable(64)
    clock = StateVariable(64)
    next_reap = StateVariable(64)
    seen_flows = StateVariable(32)
    seen_capacity = StateVariable(32)
    asked = StateVariable(32)
    """What a write handler asks for: 1 for the new capacity, 2 for no flows, and 3 more than the input whose specification is new."""

    def put_spec(self, state: StateView, number: int, spec: InputSpec) -> None:
        """A specification has this number now."""
        pattern = spec.pattern
        for variable, value in (
            (self.spec_kind, KINDS.index(spec.kind)),
            (self.spec_forward, spec.forward),
            (self.spec_reply, spec.reply),
            (self.spec_source, pattern.source),
            (self.spec_source_port, pattern.source_port),
            (self.spec_destination, pattern.destination),
            (self.spec_destination_port, pattern.destination_port),
            (self.spec_more, pattern.more),
            (self.spec_order, ORDERS.index(pattern.order)),
            (self.spec_has_ports, pattern.has_ports),
            (self.following, 0),
        ):
            state.set(variable, int(value), number)

    def spec(self, state: StateView, number: int) -> InputSpec:
        """The specification that has this number."""
        pattern = Pattern(
            state.get(self.spec_source, number),
            state.get(self.spec_source_port, number),
            state.get(self.spec_destination, number),
            state.get(self.spec_destination_port, number),
            state.get(self.spec_more, number),
            ORDERS[state.get(self.spec_order, number)],
            bool(state.get(self.spec_has_ports, number)),
        )
        kind = KINDS[state.get(self.spec_kind, number)]
        return InputSpec(kind, state.get(self.spec_forward, number), state.get(self.spec_reply, number), pattern)

    def made_ports(self, source: int, destination: int) -> int:
        """The ports of a key: of a ping its number and the next."""
        return source << 16 | (source + 1 & 0xFFFF if self.keyed_by == "pings" else destination)

    def find(self, state: StateView, rules: int, addresses: int, ports: int) -> int:
        """The entry of a key, 0 where it has none."""
        entry = state.get(self.buckets, bucket_of(rules, addresses, ports))
        while entry and self.key(state, entry) != (rules, addresses, ports):
            entry = state.get(self.chain, entry - 1)
        return entry

    def key(self, state: StateView, entry: int) -> tuple[int, int, int]:
        """Rules, addresses and ports of an entry."""
        return state.get(self.rules, entry - 1 >> 1), state.get(self.addresses, entry - 1), state.get(self.ports_of, entry - 1)

    def becomes(self, state: StateView, entry: int) -> tuple[int, int]:
        """The addresses and ports that packets of an entry get: those of the flow's other entry, turned round."""
        other = (entry - 1 ^ 1) + 1
        return turned(state.get(self.addresses, other - 1), 32), turned(state.get(self.ports_of, other - 1), 16)

    def choose(
        self, state: StateView, number: int, key: tuple[int, int, int], below: Callable[[int], int] | None
    ) -> tuple[int, int] | None:
        """The addresses and ports of a new flow by the specification that has this number, None where none are free. ``below`` gives random
        numbers, where they are to be random."""
        rules, addresses, ports = key
        pattern = self.spec(state, number).pattern
        source, destination = pattern.source or addresses >> 32, pattern.destination or addresses & 0xFFFF_FFFF
        source_port, destination_port = pattern.source_port or ports >> 16, pattern.destination_port or ports & 0xFFFF
        if not pattern.more:
            return source << 32 | destination, self.made_ports(source_port, destination_port)
        for step in self._steps(state, number, pattern, key, below):
            if pattern.has_ports:
                new = source << 32 | destination, self.made_ports(pattern.source_port + step, destination_port)
            else:
                new = pattern.source + step << 32 | destination, ports
            if not self.find(state, rules, turned(new[0], 32), turned(new[1], 16)):
                state.set(self.following, step + 1, number)
                return new
        return None

    def _steps(
        self, state: StateView, number: int, pattern: Pattern, key: tuple[int, int, int], below: Callable[[int], int] | None
    ) -> Iterator[int]:
        """How far behind the first of the range those are that are tried for a flow, in order."""
        mixed, size = mix(*key), pattern.more + 1
        own = (key[2] >> 16) - pattern.source_port
        if pattern.order == "same" and pattern.has_ports and 0 <= own < size:
            yield own
        start = (mixed >> 32) * size >> 32
        stride = STRIDES[mixed >> 29 & 7] if size <= DEPTH else 1
        if pattern.order == "sequential":
            start, stride = state.get(self.following, number), 1
        elif below is not None:
            start, stride = below(pattern.more), 1
        for turn in range(min(size, MOST_TRIES)):
            yield (start + turn * stride) % size

    def store(self, machine: Machine, port: int, number: int, key: tuple[int, int, int], new: tuple[int, int], now: int) -> int:
        """The entry of a new flow from input ``port`` that becomes ``new`` by the specification of this number, 0 where the table, or a
        bucket that it needs, has no room. A flow whose packets have the key of its answers is forgotten.
        """
        state = machine.stores[self.name]
        answer = turned(new[0], 32), turned(new[1], 16)
        if self._is_crowded(state, *key) or self._is_crowded(state, key[0], *answer):
            return 0
        place = state.get(self.unused)
        if place:
            state.set(self.unused, state.get(self.older, place - 1))
        else:
            place = state.get(self.used) + 1
            state.set(self.used, place)
        rules, addresses, ports = key
        for variable, value in (
            (self.linked, 0),
            (self.rules, rules),
            (self.flags, 0),
            (self.origin, port),
            (self.spec_of, number),
            (self.mark, 0),
        ):
            state.set(variable, value, place - 1)
        self._link(state, 2 * place - 1, addresses, ports)
        known = self.find(state, rules, *answer)
        if known:
            self._unlink(state, known)
        self._link(state, 2 * place, *answer)
        if known and known + 1 >> 1 != place:
            self.remove(state, known + 1 >> 1)
        self._enter(state, place, now)
        self._count(state, self.flows, 1)
        state.set(self.counts, state.get(self.counts, port) + 1, port)
        if self._total(machine) > self._capacity(machine):
            self._release_all(machine, now)
            table, gone = self._first_of_all(machine, NO_DATA) or (self, place)
            table.remove(machine.stores[table.name], gone)
            if table is self and gone == place:
                return 0
        return 2 * place - 1

    def touch(self, state: StateView, place: int, now: int) -> None:
        """A packet of the flow was there at ``now``: its time begins again."""
        self._leave(state, place)
        self._enter(state, place, now)

    def lasts(self, state: StateView, place: int) -> int:
        """The list of a flow whose guarantee is over: how long it lasts by what was seen of it."""
        flags = state.get(self.flags, place - 1)
        if state.get(self.rules, place - 1) == UDP:
            return STREAMING if flags > 6 else FEW
        if flags & BOTH_DONE_FLAGS == BOTH_DONE_FLAGS:
            return DONE
        return BOTH_DATA if flags & BOTH_DATA_FLAGS == BOTH_DATA_FLAGS else NO_DATA

    def shrink(self, machine: Machine, now: int) -> None:
        """Remove the flows of the group that have expired at ``now``, and what is too much, those that expire first before others."""
        self._release_all(machine, now)
        for table in self.group:
            state = machine.stores[table.name]
            for number in range(NO_DATA, LISTS):
                while (place := state.get(self.oldest, number)) and state.get(self.used_at, place - 1) + table.times[number] <= now:
                    table.remove(state, place)
        while self._total(machine) > self._capacity(machine):
            found = self._first_of_all(machine, NO_DATA) or self._first_of_all(machine, GUARANTEED)
            assert found is not None
            found[0].remove(machine.stores[found[0].name], found[1])

    def remove(self, state: StateView, place: int) -> None:
        """Forget a flow."""
        for direction in (0, 1):
            if state.get(self.linked, place - 1) >> direction & 1:
                self._unlink(state, 2 * place - 1 + direction)
        self._leave(state, place)
        for way in (2 * place - 2, 2 * place - 1):
            state.set(self.shift_base, 0, way)
            state.set(self.shift_count, 0, way)
        port = state.get(self.origin, place - 1)
        self._count(state, self.flows, -1)
        state.set(self.counts, state.get(self.counts, port) - 1, port)
        state.set(self.older, state.get(self.unused), place - 1)
        state.set(self.unused, place)

    def clear(self, state: StateView, port: int | None = None) -> None:
        """Forget every flow, or those from input ``port``."""
        for place in self._places(state):
            if port is None or state.get(self.origin, place - 1) == port:
                self.remove(state, place)

    def _places(self, state: StateView) -> list[int]:
        """All flows."""
        places = []
        for number in range(LISTS):
            place = state.get(self.oldest, number)
            while place:
                places.append(place)
                place = state.get(self.newer, place - 1)
        return places

    def entries(self, state: StateView, rules: int) -> list[int]:
        """The entries of all flows by these rules, in the order of their addresses and ports."""
        found = [2 * place - 1 + way for place in self._places(state) for way in (0, 1) if state.get(self.linked, place - 1) >> way & 1]
        return sorted((e for e in found if self.key(state, e)[0] == rules), key=lambda e: self.key(state, e))

    def _total(self, machine: Machine) -> int:
        """The flows of the group."""
        return sum(machine.stores[table.name].get(self.flows) for table in self.group)

    def _capacity(self, machine: Machine) -> int:
        """The flows that the group may have."""
        return machine.stores[self.group[0].name].get(self.most_flows)

    def _release_all(self, machine: Machine, now: int) -> None:
        """Flows of the group whose guarantee is over at ``now`` go on to the other lists."""
        for table in self.group:
            table._release(machine.stores[table.name], now)

    def _release(self, state: StateView, now: int) -> None:
        for number in (GUARANTEED + TCP, GUARANTEED + UDP):
            while (place := state.get(self.oldest, number)) and state.get(self.used_at, place - 1) + self.times[number] <= now:
                self._leave(state, place)
                self._append(state, place, self.lasts(state, place))

    def _first_of_all(self, machine: Machine, least: int) -> tuple[FlowTable, int] | None:
        """The flow of the group that expires first, of equals that of the first table and list, None where there is none: of the guaranteed
        ones for `GUARANTEED`, of the others for `NO_DATA`."""
        numbers = range(NO_DATA, LISTS) if least == NO_DATA else range(GUARANTEED, NO_DATA)
        ends = [
            (state.get(self.used_at, place - 1) + table.times[number], rank, number, place)
            for rank, table in enumerate(self.group)
            for state in (machine.stores[table.name],)
            for number in numbers
            if (place := state.get(self.oldest, number))
        ]
        if not ends:
            return None
        _, rank, _, place = min(ends)
        return self.group[rank], place

    def _is_crowded(self, state: StateView, rules: int, addresses: int, ports: int) -> bool:
        """Whether the bucket of a key has no room for two entries more."""
        entry, count = state.get(self.buckets, bucket_of(rules, addresses, ports)), 0
        while entry:
            entry, count = state.get(self.chain, entry - 1), count + 1
        return count > MOST_IN_BUCKET - 2

    def _link(self, state: StateView, entry: int, addresses: int, ports: int) -> None:
        place = entry + 1 >> 1
        bucket = bucket_of(state.get(self.rules, place - 1), addresses, ports)
        state.set(self.addresses, addresses, entry - 1)
        state.set(self.ports_of, ports, entry - 1)
        state.set(self.chain, state.get(self.buckets, bucket), entry - 1)
        state.set(self.buckets, entry, bucket)
        state.set(self.linked, state.get(self.linked, place - 1) | 1 << (entry - 1 & 1), place - 1)

    def _unlink(self, state: StateView, entry: int) -> None:
        place, bucket = entry + 1 >> 1, bucket_of(*self.key(state, entry))
        before = state.get(self.buckets, bucket)
        if before == entry:
            state.set(self.buckets, state.get(self.chain, entry - 1), bucket)
        else:
            while state.get(self.chain, before - 1) != entry:
                before = state.get(self.chain, before - 1)
            state.set(self.chain, state.get(self.chain, entry - 1), before - 1)
        state.set(self.linked, state.get(self.linked, place - 1) & ~(1 << (entry - 1 & 1)), place - 1)

    def _enter(self, state: StateView, place: int, now: int) -> None:
        state.set(self.used_at, now, place - 1)
        guaranteed = GUARANTEED + state.get(self.rules, place - 1)
        self._append(state, place, guaranteed if self.times[guaranteed] else self.lasts(state, place))

    def _append(self, state: StateView, place: int, number: int) -> None:
        before = state.get(self.newest, number)
        state.set(self.list_of, number, place - 1)
        state.set(self.older, before, place - 1)
        state.set(self.newer, 0, place - 1)
        state.set(self.newest, place, number)
        if before:
            state.set(self.newer, place, before - 1)
        else:
            state.set(self.oldest, place, number)

    def _leave(self, state: StateView, place: int) -> None:
        number = state.get(self.list_of, place - 1)
        before, after = state.get(self.older, place - 1), state.get(self.newer, place - 1)
        if before:
            state.set(self.newer, after, before - 1)
        else:
            state.set(self.oldest, after, number)
        if after:
            state.set(self.older, before, after - 1)
        else:
            state.set(self.newest, before, number)

    @staticmethod
    def _count(state: StateView, variable: State, by: int) -> None:
        state.set(variable, state.get(variable) + by)
