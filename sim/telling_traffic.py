"""Traffic that leaves little out: of many random frames those that bring about what few have, as the reference tells."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from elements.definition.element import Element
from elements.program.program import Access
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from graph.merge import Master
from graph.policy import Policy, TenantPolicy
from sim.functions import Functions
from sim.tenant_traffic import addresses_by_element, inner_tags, random_frame, sound_frame

TIMES: Final = 2
"""So often a thing has to happen before a frame that brings about no other is left out."""
TRIES: Final = (3_500, 300, 300, 0)
"""Random frames of which each run is made: those behind the first only begin in another way, the last with no new ones."""
DROPS: Final = "dropped"
"""How elements call the variable in which they count what they drop."""
WAYS: Final = 200
"""Frames that are tried for their ways through the machine."""
_SHORTER: Final = 32
"""By so many bytes less than it came with a frame is still whole."""
SOUND: Final = 0.2
"""The share of frames with which nothing is wrong, half of them about as long as a link takes."""
AT_ONCE: Final = 60
"""Frames with which a run begins, all at one time."""
WRAP: Final = 1 << 48
"""Where the clock of the hardware is at 0 again, in nanoseconds."""
BEFORE_THE_WRAP: Final = (21_200_000, 20_000_100, 19_999_900, 21_200_000)
"""When runs begin. A bucket of 20 ms that has never been used says that it is full at 0: that far in front of it, it seems to be overdrawn,
as it would be after a flood of as many milliseconds; one of bytes a little before that, one of packets a little behind."""


def telling_runs(master: Master, policy: Policy, seed: int) -> list[list[tuple[int, Packet]]]:
    """Runs of frames (port, packet), each to be taken by a machine that has taken nothing before: random ones of all tenants, and of them
    those by which something happens in the reference that should (`sim.functions`) and has happened fewer than `TIMES`, in all runs
    together. What the first run has kept, which few random frames are like, is tried again where each other one begins."""
    rng, done = random.Random(seed), Functions(master, policy, ())
    runs: list[list[tuple[int, Packet]]] = []
    for before, tries in zip(BEFORE_THE_WRAP, TRIES, strict=True):
        again = [(port, Packet.of(packet.data, time=WRAP - before, device=port)) for port, packet in (runs[0] if runs else ())]
        runs.append(_telling(master, chain(again, _candidates(master, policy, rng, WRAP - before, tries)), done))
    return runs


def _telling(master: Master, candidates: Iterable[tuple[int, Packet]], done: Functions) -> list[tuple[int, Packet]]:
    news = False

    def observe(element: str, output: int, packet: Packet) -> None:
        nonlocal news
        for name in done.names(element, output, packet):
            done.counts[name] += 1
            news = news or done.counts[name] <= TIMES

    machine = Machine(master.graph, observe, writes_files=False)
    drops = [store.words for name, store in machine.stores.items() if any(a.state.name == DROPS for a in _accesses(machine.elements[name]))]
    dropped = [0] * len(drops)
    kept = []
    for port, packet in candidates:
        news = False
        machine.inject(f"port{port}_in", packet.copy())
        machine.emitted.clear()
        before, dropped = dropped, [words.get((DROPS, 0), 0) for words in drops]
        if news or any(was < now <= TIMES for was, now in zip(before, dropped, strict=True)):
            kept.append((port, packet))
    return kept


def _accesses(element: Element) -> tuple[Access, ...]:
    return element.trace().accesses if element.has_program else ()


def leaving(
    master: Master, policy: Policy, packets: Iterable[tuple[int, Packet]], most: int = 6
) -> dict[int, dict[str, list[tuple[int, bytes]]]]:
    """Of frames (port, packet) those by which some leave: by the port that they leave by, by tenant, up to ``most`` each."""
    functions = Functions(master, policy, ())
    owner = ""

    def observe(element: str, output: int, _: Packet) -> None:
        nonlocal owner
        owner = functions.owner(element, output) or owner

    machine = Machine(master.graph, observe, writes_files=False)
    found: dict[int, dict[str, list[tuple[int, bytes]]]] = {port: {} for port in master.ports}
    for port, packet in packets:
        machine.inject(f"port{port}_in", packet.copy())
        for sink, _ in machine.emitted:
            each = found[int(sink[4:].partition("_")[0])].setdefault(owner, [])
            if len(each) < most and (port, packet.data) not in each:
                each.append((port, packet.data))
        machine.emitted.clear()
    return found


def long_frames(
    master: Master, policy: Policy, seed: int, sizes: tuple[int, ...], most: int = 5
) -> dict[str, list[tuple[int, tuple[bytes, ...]]]]:
    """By tenant up to ``most`` times sound frames (port, frames) of these ``sizes``, the last of which takes another way through the
    reference than those before; and such whose last leaves whole by a port by which none before did."""
    rng, way = random.Random(seed), set[tuple[str, int]]()
    machine = Machine(master.graph, lambda element, output, _: way.add((element, output)), writes_files=False)
    found: dict[str, list[tuple[int, tuple[bytes, ...]]]] = {}
    for tenant in master.tenants:
        named, identity = addresses_by_element(master, tenant) or [[0x0A000001]], policy.tenant(tenant)
        known, tags, left = set[frozenset[tuple[str, int]]](), inner_tags(master, tenant), set[str]()
        for _ in range(WAYS):
            port = identity.port if identity.port in master.ports else rng.choice(master.ports)
            source, destination = (rng.choice(rng.choice(named)) for _ in range(2))
            inner = rng.choice(tags[1:] or tags)
            bare = len(sound_frame(identity, source, destination, b"", inner=inner))
            frames = tuple(sound_frame(identity, source, destination, rng.randbytes(size - bare), inner=inner) for size in sizes)
            way.clear()
            machine.emitted.clear()
            machine.inject(f"port{port}_in", Packet.of(frames[-1], time=machine.now + 2_000_000, device=port))
            leaves = {sink for sink, packet in machine.emitted if packet.length > sizes[-1] - _SHORTER} - left
            if leaves or (frozenset(way) not in known and len(known) < most):
                known.add(frozenset(way))
                left |= leaves
                found.setdefault(tenant, []).append((port, frames))
    return found


def _candidates(master: Master, policy: Policy, rng: random.Random, now: int, tries: int) -> Iterator[tuple[int, Packet]]:
    named = {tenant: addresses_by_element(master, tenant) or [[0x0A000001]] for tenant in master.tenants}
    tags = {tenant: inner_tags(master, tenant) for tenant in master.tenants}
    for number in range(tries):
        now += 0 if number < AT_ONCE else rng.choice((1_000, 20_000, 2_000_000))
        tenant = rng.choice(master.tenants)
        own = policy.tenant(tenant).port
        port = own if own in master.ports else rng.choice(master.ports)
        # An element that names few addresses counts as much as one that names hundreds.
        addresses = [rng.choice(rng.choice(named[tenant])) for _ in range(7)]
        if rng.random() < SOUND:
            frame = _sound(rng, policy.tenant(tenant), addresses)
        else:
            frame = random_frame(rng, policy, tenant, addresses, tags[tenant], stray=True)
        yield port, Packet.of(frame, time=now, device=port)


def _sound(rng: random.Random, identity: TenantPolicy, addresses: list[int]) -> bytes:
    """A sound frame of any length: it may be too long for a link, may not be cut, or be at the end of its life."""
    payload = rng.randbytes(rng.choice((rng.randrange(18, 1_200), rng.randrange(1_470, 1_540))))
    return sound_frame(identity, addresses[0], addresses[1], payload, rng.choice((0, 0x4000)), rng.choice((64, 64, 1)))
