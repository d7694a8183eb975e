"""Two-run noninterference: the victim's traffic alone, and beside an attacker's, through the same hardware; what the victim sees must be
equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from hdl.core import Core
from sim.frames import FrameReader, encode, stalls
from sim.plain_text import plain_text
from sim.register_bus import RegisterBus
from sim.shim import Probe
from sim.verilated import Verilated
from sim.watched_text import watched_text

Timed = tuple[int, bytes]
"""A frame and the cycle at which it starts."""
APART: Final = 8
"""Cycles from one access of the register bus to the next, by which the first has its answer."""
ANSWER: Final = 2
"""Cycles from an access to its answer (`hdl.registers`)."""
LATEST: Final = APART - ANSWER - 2
"""The most cycles by which a master may be late to take an answer, which is gone when it asks again."""
CLOCK_BITS: Final = 48
CYCLE_NS: Final = 8
"""What a cycle takes by the clock of a scene."""


@dataclass(frozen=True)
class Access:
    """One access of the register bus while frames pass, at ``cycle``: a read where ``data`` is None, or else a write. ``late``: cycles, up
    to `LATEST`, for which the answer is not taken."""

    cycle: int
    address: int
    data: int | None = None
    strobe: int = 15
    late: int = 0


@dataclass(frozen=True)
class Scene:
    """Frames by physical port; ``host`` are frames with their shims; ``ready`` says by output when it takes beats (1 a cycle); ``cycles``:
    how long to run. Inputs, and outputs that ``ready`` does not name, stall at random by ``seed``, in the same cycles whatever the frames;
    where it is None, never: for what is measured against a rate. ``accesses``, in their order and `APART`; ``clock``: the time in ns at
    the first cycle, which wraps at ``CLOCK_BITS``. ``beats``: by physical port, the host's being the next number, what is put on the wire
    as it is, cycle and `sim.frames.beat_value`, where it may break the rules of frames; no frame may have a beat in that cycle."""

    ports: Mapping[int, Sequence[Timed]]
    host: Sequence[Timed] = ()
    ready: Mapping[str, Any] | None = None
    cycles: int = 20_000
    seed: int | None = 1
    accesses: Sequence[Access] = ()
    clock: int = 0
    beats: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What came out, by output: (cycle of the frame's end, frame); every register of the machine at the end, by (window, name); and the
    ``answers`` to reads of the scene: (cycle, data)."""

    frames: Mapping[str, tuple[Timed, ...]]
    registers: Mapping[tuple[int, str], int]
    answers: tuple[tuple[int, int], ...] = ()


class Stage:
    """A Verilated core on which scenes are played, each from reset.

    It is watched (`hdl.watch`): a stream or bus that breaks a rule raises `sim.verilated.AssertionFailed`. Checkers only read, so what is
    seen here is also true of the core without them, which is the one that evidence is tied to and boards are built of. Where ``watched``
    is false, there are none. ``level`` is how the C++ compiler optimises: it takes longer than a short scene. ``probe``: what the model has
    beside its ports.
    """

    def __init__(self, core: Core, *, watched: bool = True, level: str = "", probe: Probe = "none") -> None:
        self.core = core
        verilog = watched_text(core)[0] if watched else plain_text(core)
        self.model = Verilated.from_verilog(verilog, "core", level=level, probe=probe)
        self.bus = RegisterBus(self.model, core.registers)
        self.width = core.datapath.parameters.width
        self.ports = core.datapath.parameters.ports

    def play(self, scene: Scene) -> Seen:
        """Reset, run ``scene``, and read everything."""
        self._rest()
        self.model.reset()
        self.model.set("time", scene.clock)
        self.model.step()
        outputs = [*(f"tx{p}" for p in range(self.ports)), "tx_host"]
        inputs: dict[str, Any] = {}
        for index, (name, frames) in enumerate([*((f"rx{p}", scene.ports.get(p, ())) for p in range(self.ports)), ("rx_host", scene.host)]):
            there = _there(scene, 2 * index)
            valid, payload = encode(frames, self.width, scene.cycles, there)
            inputs[f"{name}__valid"], inputs[f"{name}__payload"] = _with_beats(valid, payload, scene.beats.get(index, ()))
        for index, name in enumerate(outputs):
            ready = (scene.ready or {}).get(name)
            inputs[f"{name}__ready"] = _there(scene, 2 * index + 1) if ready is None else ready
        inputs["time"] = (np.arange(scene.cycles, dtype=np.uint64) * CYCLE_NS + np.uint64(scene.clock)) % np.uint64(1 << CLOCK_BITS)
        inputs |= driven_accesses(scene)
        wanted = [f"{name}__{part}" for name in outputs for part in ("valid", "payload")]
        wanted += ["axi__rvalid", "axi__rdata"] if scene.accesses else []
        result = self.model.run(inputs, wanted, scene.cycles)
        seen = {}
        for name in outputs:
            taken = result[f"{name}__valid"] & inputs[f"{name}__ready"]
            seen[name] = tuple(FrameReader(self.width).read(taken, result[f"{name}__payload"]))
        # The master is ready for every answer.
        answered = np.flatnonzero(result["axi__rvalid"]) if scene.accesses else ()
        return Seen(seen, self.read_all(), tuple((int(cycle), int(result["axi__rdata"][cycle])) for cycle in answered))

    def _rest(self) -> None:
        self.bus.rest()
        for name in (*(f"rx{p}" for p in range(self.ports)), "rx_host"):
            self.model.set(f"{name}__valid", 0)

    def read_all(self) -> dict[tuple[int, str], int]:
        """Every register of every window."""
        self._rest()
        return self.bus.read_all()


def _with_beats(valid: Any, payload: Any, beats: Sequence[tuple[int, int]]) -> tuple[Any, Any]:
    """What is driven, with ``beats`` in it. Errors: `ValueError` where a frame has a beat already."""
    if not beats:
        return valid, payload
    payload = payload.copy()
    for cycle, value in beats:
        if valid[cycle]:
            raise ValueError(f"there is a beat of a frame in cycle {cycle} already")
        valid[cycle] = 1
        payload[cycle] = np.frombuffer(value.to_bytes(4 * payload.shape[1], "little"), dtype=np.uint32)
    return valid, payload


def _there(scene: Scene, stream: int) -> Any:
    """When the source or sink of the stream with this number is there."""
    if scene.seed is None:
        return np.ones(scene.cycles, dtype=np.uint8)
    return stalls(np.random.default_rng([scene.seed, stream]), scene.cycles)


def driven_accesses(scene: Scene) -> dict[str, Any]:
    """What the master of the bus drives. Errors: `ValueError` for accesses that are not `APART`, or whose answer is taken too late."""
    if not scene.accesses:
        return {}
    names = {"awvalid": np.uint8, "wvalid": np.uint8, "arvalid": np.uint8, "awaddr": np.uint32, "araddr": np.uint32, "wdata": np.uint32}
    driven = {name: np.zeros(scene.cycles, dtype=kind) for name, kind in (*names.items(), ("wstrb", np.uint8))}
    driven |= {name: np.ones(scene.cycles, dtype=np.uint8) for name in ("bready", "rready")}
    free = 0
    for access in scene.accesses:
        if not free <= access.cycle < scene.cycles - APART:
            raise ValueError(f"an access at cycle {access.cycle} is before {free}, or has no answer in {scene.cycles} cycles")
        if not 0 <= access.late <= LATEST:
            raise ValueError(f"the answer to an access at cycle {access.cycle} is taken {access.late} cycles late, and not up to {LATEST}")
        free = access.cycle + APART
        if access.late:
            driven["rready" if access.data is None else "bready"][access.cycle : access.cycle + ANSWER + access.late] = 0
        here: dict[str, int] = {"arvalid": 1, "araddr": access.address}
        if access.data is not None:
            here = {"awvalid": 1, "wvalid": 1, "awaddr": access.address, "wdata": access.data, "wstrb": access.strobe}
        for name, value in here.items():
            driven[name][access.cycle] = value
    return {f"axi__{name}": array for name, array in driven.items()}


@dataclass(frozen=True)
class Party:
    """A tenant as its frames show it where they leave: at the host's port by ``number`` in the shim; at others by its tag ``vlan``, or,
    where it is not known by one, by ``mark``, bytes that all its frames carried when they came."""

    number: int
    vlan: int | None = None
    mark: bytes = b""

    def owns(self, output: str, frame: bytes) -> bool:
        """Whether ``frame``, which left by ``output``, is this tenant's."""
        if output == "tx_host":
            return frame[:2] == b"\x88\xb5" and frame[3] == self.number
        return has_tag(self.vlan)(frame) if self.vlan is not None else bool(self.mark) and self.mark in frame

    def timed(self, seen: Seen) -> dict[str, list[Timed]]:
        """Its frames by output, in their order, each with the cycle at which it ended."""
        return {output: [(at, frame) for at, frame in each if self.owns(output, frame)] for output, each in seen.frames.items()}

    def frames(self, seen: Seen) -> dict[str, list[bytes]]:
        """Its frames by output, in their order."""
        return {output: [frame for _, frame in each] for output, each in self.timed(seen).items()}

    def registers(self, seen: Seen, but: str | None = None) -> dict[str, int]:
        """Its registers, without those whose names end as ``but``."""
        return {name: v for (at, name), v in seen.registers.items() if at == self.number + 1 and not (but and name.endswith(but))}


def nobodys(seen: Seen, *parties: Party) -> Counter[tuple[str, bytes]]:
    """The frames, with their outputs, that show none of ``parties``."""
    return Counter((o, f) for o, each in seen.frames.items() for _, f in each if not any(party.owns(o, f) for party in parties))


@dataclass(frozen=True)
class TwoRuns:
    """The victim ``alone``, and ``beside`` the attacker; ``differences``: what it could tell them apart by, in words; ``scenes`` that were
    played, the first alone and the second beside."""

    alone: Seen
    beside: Seen
    differences: tuple[str, ...]
    scenes: tuple[Scene, ...] = ()


def two_runs(
    stage: Stage,
    victim: Party,
    attacker: Party,
    mine: Scene,
    theirs: Scene,
    *,
    strays: bool = False,
    but: str | None = None,
    timed: bool = False,
    alone: Seen | None = None,
    lossy: bool = False,
) -> TwoRuns:
    """Play the victim's scene ``mine``, and play it again with frames and accesses of ``theirs`` put into it; where ``alone`` is given, it
    is what was seen of ``mine`` before.

    The victim's frames by output, their order and its registers (but those whose names end as ``but``) must be equal, and every frame
    must show whose it is. With ``timed``, the cycles at which its frames end must be equal too, and so must the answers to its reads, to
    the cycle: the scene must then not stall, and the attacker's frames must leave the victim's where they are on its wires. Where tenants
    are known by a mark, which a program may cut off, ``strays`` allows frames that show nobody: they must be those that each of the two
    has alone. An attacker that sends so much that it loses frames, and others beside than alone, is ``lossy``: then the victim's are asked
    for, each as often as alone, and that there are no others where the attacker has nothing alone. A victim none of whose frames leave is
    a difference: there is nothing to compare."""
    scenes = [mine, together(mine, theirs)]
    alone, beside = alone or stage.play(scenes[0]), stage.play(scenes[1])
    own, other = nobodys(alone, victim), None
    if strays:
        scenes.append(replace(mine, ports=theirs.ports, host=theirs.host, accesses=theirs.accesses, beats=theirs.beats))
        other = stage.play(scenes[2])
    elif own:
        output, frame = next(iter(own))
        return TwoRuns(alone, beside, (f"alone, {output} has a frame that is not the victim's: {frame[:24].hex()}",), tuple(scenes))
    found = differences(alone, beside, victim, but)
    found += _strays(own, nobodys(beside, victim, attacker), other, attacker, lossy=lossy)
    if timed:
        found += [*late(alone, beside, victim), *answered(alone, beside, mine, scenes[1])]
    return TwoRuns(alone, beside, tuple(found), tuple(scenes))


def differences(alone: Seen, beside: Seen, victim: Party, but: str | None = None) -> list[str]:
    """How the victim's frames by output, their order and its registers (but those whose names end as ``but``) differ, in words; that none
    of its frames leaves alone is a difference."""
    mine = victim.frames(alone)
    if not any(mine.values()):
        return ["alone, none of the victim's frames leave: there is nothing to compare"]
    found = []
    for output, theirs in victim.frames(beside).items():
        if theirs != mine[output]:
            first = next(
                (i for i, (a, b) in enumerate(zip(mine[output], theirs, strict=False)) if a != b), min(len(mine[output]), len(theirs))
            )
            found.append(f"{output}: {len(mine[output])} frames alone and {len(theirs)} beside, not the same from number {first} on")
    registers = victim.registers(beside, but)
    found += [
        f"{name} is {v} alone and {registers[name]} beside" for name, v in victim.registers(alone, but).items() if registers[name] != v
    ]
    return found


Strays = Counter[tuple[str, bytes]]
"""Frames that show nobody, with their outputs."""


def _strays(own: Strays, now: Strays, other: Seen | None, attacker: Party, *, lossy: bool) -> Iterator[str]:
    """How frames that show nobody are not those ``own`` to the victim and those of the attacker alone, which is ``other``."""
    expected = own + (nobodys(other, attacker) if other is not None else Counter())
    more, less = now - expected, expected - now
    if lossy and other is not None:
        more = Counter({(output, frame): n for (output, frame), n in more.items() if not other.frames[output] or own[output, frame]})
        less = own - now
    yield from (f"{output} has a frame that is nobody's: {frame[:24].hex()}" for output, frame in more)
    yield from (f"{output} lacks a frame that shows nobody: {frame[:24].hex()}" for output, frame in less)


def answered(alone: Seen, beside: Seen, mine: Scene, both: Scene) -> Iterator[str]:
    """The first read of the victim's in its scene ``mine`` that is answered otherwise, or in another cycle, in ``both``; or how many reads
    have no answer. Answers come in the order of reads."""
    asked, reads = ([access for access in scene.accesses if access.data is None] for scene in (mine, both))
    for where, scene, seen in (("alone", asked, alone), ("beside", reads, beside)):
        if len(seen.answers) != len(scene):
            yield f"{where}, {len(scene)} reads have {len(seen.answers)} answers"
            return
    own = {id(access) for access in asked}
    answers = [answer for access, answer in zip(reads, beside.answers, strict=True) if id(access) in own]
    for number, ((at, data), (then, other)) in enumerate(zip(alone.answers, answers, strict=True)):
        if (at, data) != (then, other):
            yield f"read number {number} is answered {data:#x} in cycle {at} alone and {other:#x} in cycle {then} beside"
            return


def late(alone: Seen, beside: Seen, victim: Party) -> Iterator[str]:
    """The first frame of the victim at each output that ends in another cycle."""
    for output, mine in victim.timed(alone).items():
        pairs = zip(mine, victim.timed(beside)[output], strict=False)
        for number, ((at, _), (then, _)) in enumerate(pairs):
            if at != then:
                yield f"{output}: frame number {number} ends in cycle {at} alone and {then} beside"
                break


def together(mine: Scene, theirs: Scene) -> Scene:
    """``mine`` with the frames, beats and accesses of ``theirs`` put into it, by their cycles; all else is as in ``mine``."""
    ports = {port: _merged(mine.ports.get(port, ()), theirs.ports.get(port, ())) for port in sorted({*mine.ports, *theirs.ports})}
    accesses = sorted([*mine.accesses, *theirs.accesses], key=lambda access: access.cycle)
    beats = {port: [*mine.beats.get(port, ()), *theirs.beats.get(port, ())] for port in {*mine.beats, *theirs.beats}}
    return replace(mine, ports=ports, host=_merged(mine.host, theirs.host), accesses=accesses, beats=beats)


def _merged(a: Sequence[Timed], b: Sequence[Timed]) -> list[Timed]:
    return sorted([*a, *b], key=lambda item: item[0])


def has_tag(vlan: int) -> Callable[[bytes], bool]:
    """Whether a frame is of the tenant with this tag: by its tag on a wire."""
    return lambda frame: frame[12:14] == b"\x81\x00" and int.from_bytes(frame[14:16], "big") & 0xFFF == vlan
