"""What a tenant may do to others, as scenes of an attacker: it fills what a victim leaves of the wires, and uses its own registers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hdl.core import Core
from hdl.meta import SHIM_BYTES
from sim.isolation import APART, Access, Scene, Timed
from sim.malformed import Wire, kinds, units, wires

FLOOD: Final = "a flood"
BURSTS: Final = "bursts"
MALFORMED: Final = "malformed frames"
REGISTERS: Final = "register accesses"
WORDS: Final[Mapping[str, str]] = {
    FLOOD: "frames back to back on its wires and from its software",
    BURSTS: "the same, as long as frames may be, in one of four gaps",
    MALFORMED: "its frames cut off, drawn out and spoiled, and with broken framing of every kind, back to back",
    REGISTERS: "places of its window read and written, counters or nothing, between reads of the victim; no table can be written",
}
"""Every attack and what it is."""


@dataclass(frozen=True)
class Gaps:
    """Where a victim's wires are idle: by port, the cycles from which to which, in order."""

    free: Mapping[int, Sequence[tuple[int, int]]]
    host: Sequence[tuple[int, int]]
    bus: frozenset[int] = frozenset()
    """Cycles in which the victim uses the bus of registers."""


def gaps_of(core: Core, mine: Scene, gap: int, count: int) -> Gaps:
    """The gaps that ``mine``, of which a frame begins in every ``gap`` cycles of the first ``count``, leaves on all wires of ``core``."""
    parameters = core.datapath.parameters

    def free(frames: Sequence[Timed]) -> list[tuple[int, int]]:
        ends = {start: start + _beats(parameters.width, frame) for start, frame in frames}
        return [(ends.get(gap * index, gap * index), gap * (index + 1)) for index in range(count)]

    used = frozenset(access.cycle for access in mine.accesses)
    return Gaps({port: free(mine.ports.get(port, ())) for port in range(parameters.ports)}, free(mine.host), used)


@dataclass(frozen=True)
class Attacker:
    """A tenant of ``core`` by its ``number``, with ``frames`` of its own by the port that they come in at, and for the host's port, with
    their shims."""

    core: Core
    number: int
    frames: Mapping[int, Sequence[bytes]]
    host: Sequence[bytes]

    def attack(self, name: str, gaps: Gaps, seed: int, windows: Iterable[bool] | None = None) -> Scene:
        """The attack of this ``name``, one of `WORDS`, in the ``gaps``, all of them or those that ``windows`` choose: of those it takes
        the last tenth alone, so that what waits is gone before the next. Errors: ``KeyError`` for another name."""
        WORDS[name]
        rng = random.Random(f"{name}/{seed}")
        places = max([len(gaps.host), *map(len, gaps.free.values())], default=0)
        chosen = [True] * places if windows is None else list(windows)
        if name == BURSTS:
            chosen = [there and index % 4 == 0 for index, there in enumerate(chosen)]
        if name == REGISTERS:
            return Scene({}, accesses=list(self._accesses(gaps, chosen, rng)))
        if windows is not None:
            gaps = Gaps({port: _late(free) for port, free in gaps.free.items()}, _late(gaps.host))
        ports, beats = dict[int, list[Timed]](), dict[int, list[tuple[int, int]]]()
        for port, wire in enumerate(wires(self.core)):
            free, frames = (gaps.host, self.host) if wire.shims else (gaps.free[port], self.frames.get(port, ()))
            within = [each for each, there in zip(free, chosen, strict=True) if there]
            ports[port], beats[port] = self._fill(name, wire, within, frames, rng)
        *_, host = ports
        return Scene(
            {port: frames for port, frames in ports.items() if port != host}, ports[host], beats={p: b for p, b in beats.items() if b}
        )

    @staticmethod
    def _fill(
        name: str, wire: Wire, free: Sequence[tuple[int, int]], frames: Sequence[bytes], rng: random.Random
    ) -> tuple[list[Timed], list[tuple[int, int]]]:
        """One frame behind the other in each gap, as long as one fits: those that are framed as they should, and the beats of others."""
        sound, broken = list[Timed](), list[tuple[int, int]]()
        shortest = min(frames, key=len, default=b"")
        for at, end in free if frames else ():
            while True:
                frame, values = rng.choice(frames), list[int]()
                if name == FLOOD and at + _beats(wire.width, frame) >= end:
                    frame = shortest
                if name == BURSTS:
                    frame = _longest(frame, wire)
                elif name == MALFORMED and rng.random() < 0.5:
                    values = rng.choice(list(kinds(wire).values()))(wire, frame, rng)
                elif name == MALFORMED:
                    frame = _spoiled(frame, wire.longest, rng)
                took = len(values) or _beats(wire.width, frame)
                if at + took >= end:
                    break
                if values:
                    broken += units(values, at)
                else:
                    sound.append((at, frame))
                at += took
        return sound, broken

    def _accesses(self, gaps: Gaps, chosen: Sequence[bool], rng: random.Random) -> Iterator[Access]:
        """Every word of the window in turn, read and written, also where nothing is."""
        bits = self.core.window_bits
        base, words, at = (self.number + 1) << bits, 1 << bits - 2, 0
        # Each is read and then written; where a run is too short for all of them, seeds begin at others.
        place = 2 * rng.randrange(words)
        for (_, end), there in zip(gaps.host, chosen, strict=True):
            while there and at + APART < end:
                if not gaps.bus.isdisjoint(range(at - APART + 1, at + APART)):
                    at += 1
                    continue
                address = base + 4 * (place // 2 % words)
                data, strobe = (rng.getrandbits(32), rng.choice((15, 15, rng.randrange(16)))) if place % 2 else (None, 15)
                yield Access(at, address, data, strobe)
                at, place = at + APART, place + 1
            at = max(at, end)


def _late(free: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(end - (end - start) // 10, end) for start, end in free]


def _beats(width: int, frame: bytes) -> int:
    return -(-8 * len(frame) // width)


def _longest(frame: bytes, wire: Wire) -> bytes:
    """``frame`` with zeros behind it, up to what is the most on its ``wire``."""
    if not wire.shims:
        return frame.ljust(wire.longest, b"\0")
    return frame[:14] + wire.longest.to_bytes(2, "big") + frame[SHIM_BYTES:].ljust(wire.longest, b"\0")


def _spoiled(frame: bytes, longest: int, rng: random.Random) -> bytes:
    """``frame``, which still says whose it is where it is long enough for that, with something wrong about it."""
    kind = rng.randrange(4)
    if kind == 0:
        return frame[: rng.randrange(1, len(frame) + 1)]
    if kind == 1:
        return frame + rng.randbytes(max(1, longest - len(frame)) + rng.choice((0, 1, 400)))
    if kind == 2:
        return frame[:18] + rng.randbytes(max(0, len(frame) - 18))
    raw = bytearray(frame)
    for _ in range(3):
        raw[rng.randrange(min(18, len(raw) - 1), len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)
