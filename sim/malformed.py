"""Frames of which hardware must know that they are wrong, as beats that may break the rules of streams; each is to be dropped, and counted
once as malformed where it comes in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hdl.core import Core
from hdl.ingress import SHORTEST
from hdl.meta import SHIM_BYTES
from sim.frames import beat_value, ends, with_keep
from sim.isolation import Scene

_LENGTH: Final = slice(14, 16)
"""Where a shim says how long what is behind it is."""


@dataclass(frozen=True)
class Wire:
    """A stream into a core, ``width`` bits wide, on which a frame has at most ``longest`` bytes; with ``shims``, those of its shim come on
    top."""

    width: int
    longest: int
    shims: bool = False

    @property
    def lanes(self) -> int:
        """Bytes of a beat."""
        return self.width // 8


Kind = Callable[[Wire, bytes, random.Random], list[int]]
"""Makes the beats of a frame and spoils them; the last of them, and no other, is an end, so that the next frame is whole again."""


def beats(wire: Wire, frame: bytes, *, ended: bool = True) -> list[int]:
    """The beats of ``frame``; where it is not ``ended``, its end is not marked."""
    starts = range(0, len(frame), wire.lanes)
    return [beat_value(frame[at : at + wire.lanes], wire.width, last=ended and at + wire.lanes >= len(frame)) for at in starts]


def _runt(wire: Wire, frame: bytes, rng: random.Random) -> list[int]:
    """Fewer bytes than an Ethernet header has, or than are more than a shim."""
    return beats(wire, frame[: rng.randrange(1, SHIM_BYTES + 1 if wire.shims else SHORTEST)])


def _holes(wire: Wire, frame: bytes, rng: random.Random) -> list[int]:
    """One beat keeps other lanes than those that it must, or none."""
    made = beats(wire, frame)
    place = rng.randrange(len(made))
    made[place] = with_keep(made[place], wire.width, _wrong(wire, rng, last=place == len(made) - 1))
    return made


def _no_end(wire: Wire, frame: bytes, rng: random.Random) -> list[int]:
    """Its last beat, which is not full, is not marked as one, and another frame follows."""
    cut = frame[:-1] if len(frame) % wire.lanes == 0 else frame
    return [*beats(wire, cut, ended=False), *beats(wire, frame)]


def _too_long(wire: Wire, frame: bytes, rng: random.Random) -> list[int]:
    """It goes on, in full beats, for longer than a frame may: so does one whose end is lost where its last beat is full."""
    most = wire.longest + (SHIM_BYTES if wire.shims else 0)
    return beats(wire, frame + rng.randbytes(max(1, most + rng.choice((1, 2, 400)) - len(frame))))


def _garbage(wire: Wire, frame: bytes, rng: random.Random) -> list[int]:
    """Behind the first beat there are random bytes in random lanes."""
    made = beats(wire, frame.ljust(wire.lanes + 1, b"\0"))
    for place in range(1, len(made)):
        noise = beat_value(rng.randbytes(wire.lanes), wire.width, last=place == len(made) - 1)
        made[place] = with_keep(noise, wire.width, rng.getrandbits(wire.lanes))
    made[1] = with_keep(made[1], wire.width, _wrong(wire, rng, last=len(made) == 2))
    return made


def _length(wire: Wire, frame: bytes, rng: random.Random) -> list[int]:
    """Its shim says that there is more behind it than there is, or nothing."""
    there = len(frame) - SHIM_BYTES
    said = rng.choice((0, there + 1, there + wire.lanes, rng.randrange(there + 1, 1 << 16), (1 << 16) - 1))
    return beats(wire, frame[: _LENGTH.start] + said.to_bytes(2, "big") + frame[_LENGTH.stop :])


def _wrong(wire: Wire, rng: random.Random, *, last: bool) -> int:
    """A keep that no such beat may have."""
    full = (1 << wire.lanes) - 1
    while True:
        keep = rng.choice((0, full ^ 1 << rng.randrange(wire.lanes), rng.getrandbits(wire.lanes)))
        if (keep == 0 or keep & keep + 1) if last else keep != full:
            return keep


KINDS: Final[Mapping[str, Kind]] = {
    "runts": _runt,
    "holes in keep": _holes,
    "missing ends": _no_end,
    "frames that are too long": _too_long,
    "garbage behind the first beat": _garbage,
}
"""What may be wrong with any frame."""
SHIM_KINDS: Final[Mapping[str, Kind]] = {**KINDS, "wrong lengths in shims": _length}
"""What may be wrong with a frame of the host. Each has bytes behind its shim."""


def kinds(wire: Wire) -> Mapping[str, Kind]:
    """What may be wrong with frames on ``wire``."""
    return SHIM_KINDS if wire.shims else KINDS


def wires(core: Core) -> list[Wire]:
    """The streams into ``core``: its ports, and last the host's."""
    width, ports = core.datapath.parameters.width, core.datapath.parameters.ports
    return [*[Wire(width, core.datapath.parameters.max_frame)] * ports, Wire(width, core.datapath.returned, shims=True)]


def malformed(core: Core, scene: Scene) -> int:
    """How many frames of ``scene`` are to be counted as malformed: all that come as beats, and of the others those with a wrong length."""
    port, *_, host = wires(core)
    found = sum(not SHORTEST <= len(frame) <= port.longest for frames in scene.ports.values() for _, frame in frames)
    found += sum(_lies(frame, host.longest) for _, frame in scene.host)
    return found + sum(ends((value for _, value in each), host.width) for each in scene.beats.values())


def _lies(frame: bytes, longest: int) -> bool:
    """Whether a frame of the host is too short or too long, or its shim says a wrong length."""
    there = len(frame) - SHIM_BYTES
    return not 0 < there <= longest or not 0 < int.from_bytes(frame[_LENGTH], "big") <= there


def units(values: Sequence[int], at: int) -> list[tuple[int, int]]:
    """Beats in the cycles from ``at`` on, as a scene has them."""
    return [(at + index, value) for index, value in enumerate(values)]
