"""What well-behaved tenants do not do to a core: frames that are malformed or too many, every access to every register, every crossing, any
time. Each frame must still be counted once where it came in.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hdl.core import Core
from sim.crossing_frames import shimmed
from sim.frames import ends
from sim.isolation import APART, CLOCK_BITS, LATEST, Access, Scene, Seen, Timed

Frames = Mapping[int, Sequence[bytes]]
"""Frames by physical port."""
COUNTED: Final = "every frame that comes in is counted once where it does, as accepted or as lost and by why"
_ENDS: Final = ("accepted", "malformed", "overflow", "unknown")
FULL: Final = 3
"""So many times as much as there is room for is a flood: half of it may be lost where it comes in, or go to the host."""
DEBT: Final = 225
"""Cycles in which a long frame has passed."""
CLOSE: Final = 40
"""Cycles between short frames of one port, in which those of all ports have passed."""
_AFTER: Final = 8_000
"""Cycles in which all that came in has passed."""


@dataclass(frozen=True)
class Exercise:
    """A scene and what it does."""

    name: str
    scene: Scene


def exercises(
    core: Core, frames: Frames, crossings: Sequence[tuple[int, int]], seed: int, looked_up: Frames | None = None
) -> Iterator[Exercise]:
    """Scenes for ``core``: ``frames`` are those of its tenants, ``crossings`` (tenant, number) those that lead into it; ``looked_up``,
    short ones, reach what its tables have."""
    rng = random.Random(seed)
    longest = core.datapath.parameters.max_frame
    wrong = [bytes(size) for size in (1, 2, 13, 14, 17, 18, 59)] + [rng.randbytes(longest + extra) for extra in (1, 2, 500)]
    for port, good in frames.items():
        bad = [frame for pair in zip(wrong, good, strict=False) for frame in pair]
        yield _spread(f"malformed frames between others of port {port}", {port: bad}, [], rng)
    # Each bit of the annotations is seen set and not, whatever the seed.
    notes = [(tenant, number, each ^ mask) for tenant, number in crossings for each in _numbers(rng) for mask in (0, (1 << 64) - 1)]
    shims = [shimmed(tenant, number, each.to_bytes(8, "big"), rng.randbytes(rng.choice((14, 40, 300)))) for tenant, number, each in notes]
    lies = [_shim(rng, rng.randrange(256), rng.randrange(1 << 16), 60) for _ in range(12)]
    lies += [_shim(rng, tenant, number, 60)[:-1] for tenant, number in crossings[:4]]
    lies += [rng.randbytes(size) for size in (1, 15, 16, 17, 64, core.datapath.returned + 20)]
    yield _spread("every crossing, and shims that lie", {}, [*shims, *lies], rng)
    yield _flood(core, frames, [*shims, *lies])
    yield Exercise("every access to every register", _accesses(core, rng))
    if looked_up and any(looked_up.values()):
        yield _spread("every prefix of every table", looked_up, [], rng, CLOSE)
    for number in range(4):
        yield _spread(f"all frames at another time, {number}", frames, shims, rng)


def _numbers(rng: random.Random) -> list[int]:
    """Three of 64 bits."""
    return [rng.getrandbits(64) for _ in range(3)]


def _shim(rng: random.Random, tenant: int, number: int, size: int) -> bytes:
    """A frame of the host with so many random bytes behind its shim, which has random annotations."""
    return shimmed(tenant, number, rng.randbytes(8), rng.randbytes(size))


def _spread(name: str, frames: Frames, host: Sequence[bytes], rng: random.Random, gap: int = 700) -> Exercise:
    """Frames one after the other, one in ``gap`` cycles, at a time of day of 48 random bits."""

    def timed(each: Sequence[bytes]) -> list[Timed]:
        return [(index * gap, frame) for index, frame in enumerate(each)]

    count = max(len(host), *(len(each) for each in frames.values()), 1)
    ports = {port: timed(each) for port, each in frames.items()}
    scene = Scene(ports, timed(host), cycles=gap * count + _AFTER, seed=rng.randrange(1 << 16), clock=rng.getrandbits(CLOCK_BITS))
    return Exercise(name, scene)


def _flood(core: Core, frames: Frames, host: Sequence[bytes]) -> Exercise:
    """All at once, and no output takes anything until all has come in."""
    lanes = core.datapath.parameters.width // 8
    busy = max(sum(-(-len(frame) // lanes) for frame in each) for each in (host, *frames.values()))
    cycles = busy + 100 + 2 * _AFTER
    ready = np.zeros(cycles, dtype=np.uint8)
    ready[busy + 100 :] = 1
    outputs = [*(f"tx{port}" for port in range(core.datapath.parameters.ports)), "tx_host"]
    ports = {port: [(0, frame) for frame in each] for port, each in frames.items()}
    scene = Scene(ports, [(0, frame) for frame in host], dict.fromkeys(outputs, ready), cycles, seed=None)
    return Exercise("a flood of all ports while no output takes anything", scene)


def flood_of(core: Core, port: int, leaving: Sequence[Sequence[tuple[int, bytes]]], seed: int) -> Exercise:
    """Frames by which some leave by ``port``, (port, frame) by tenant, in any order, more than a tenant's segment there has room for, while
    it takes nothing."""
    parameters, rng = core.datapath.parameters, random.Random(seed)
    lanes = parameters.width // 8
    many: list[tuple[int, bytes]] = []
    for frames in leaving:
        # The host's share of them does not come back.
        beats = sum(-(-len(frame) // lanes) for _, frame in frames)
        rounds = 2 + max(FULL * parameters.egress_depth // beats, FULL * parameters.egress_packets // len(frames))
        many += list(frames) * rounds
    rng.shuffle(many)
    ports = {each: [(0, frame) for at, frame in many if at == each] for each in range(parameters.ports)}
    busy = sum(-(-len(frame) // lanes) for _, frame in many)
    ready = np.zeros(busy + 2 * _AFTER, dtype=np.uint8)
    ready[busy + 100 :] = 1
    scene = Scene(ports, (), {f"tx{port}": ready}, len(ready), seed=None)
    return Exercise(f"a flood of what leaves by port {port} while it takes nothing", scene)


def debts(pairs: Mapping[str, Sequence[tuple[int, bytes, bytes]]], host: int) -> Exercise:
    """Of each pair (port, the first frame, the second) of a tenant the two, between all second ones of the next tenant's: where turns are
    shares, and the first leaves little of what a tenant gains, the second leaves it with debts for which it gains nothing when the other
    does. What it owed before is paid while the other's go by twice in front. Port ``host`` is the host."""
    tenants, came, at = list(pairs), dict[int, list[Timed]](), 0
    for tenant, other in zip(tenants, tenants[1:] + tenants[:1], strict=True):
        for port, first, second in pairs[tenant]:
            theirs = [(by, [frame]) for by, _, frame in pairs[other]]
            for by, frames in (*theirs, *theirs, (port, [first, second]), *theirs):
                came.setdefault(by, []).extend((at, frame) for frame in frames)
                at += DEBT * len(frames)
    inside = came.pop(host, [])
    return Exercise("a tenant that is away with debts", Scene(came, inside, cycles=at + _AFTER, seed=None))


def _accesses(core: Core, rng: random.Random) -> Scene:
    """Reads of both words, of none and beside, and writes whole, in part and where nothing is; some answers are not taken at once."""
    wanted: list[tuple[int, int | None, int]] = []
    for register in core.registers:
        address = register.address
        data = rng.getrandbits(32)
        wanted += [(address, None, 15), (address + 4, None, 15), (address, data, rng.randrange(15)), (address, ~data & 0xFFFFFFFF, 15)]
    top = 1 << len(core.axi.araddr)
    wanted += [(rng.randrange(top), data, 15) for data in (None, 0, 0xFFFFFFFF) for _ in range(20)]
    accesses = [Access(APART * i, address, data, strobe, rng.choice((0, 0, 1, LATEST))) for i, (address, data, strobe) in enumerate(wanted)]
    return Scene({}, cycles=APART * len(accesses) + 100, accesses=accesses)


def miscounted(core: Core, scene: Scene, seen: Seen) -> str:
    """Where frames of ``scene`` are counted more or less often than they came in; else empty."""
    parameters = core.datapath.parameters
    came = {port: len(scene.ports.get(port, ())) for port in range(parameters.ports)} | {parameters.ports: len(scene.host)}
    for port, frames in came.items():
        name = f"port{port}" if port < parameters.ports else "host"
        sent = frames + ends((value for _, value in scene.beats.get(port, ())), parameters.width)
        counted = sum(value for (_, register), value in seen.registers.items() if register in {f"{name}/{end}" for end in _ENDS})
        if counted != sent:
            return f"{name}: {sent} frames came in, and {counted} are counted"
    return ""
