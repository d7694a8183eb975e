"""A case of fuzzing as a machine: tenants merged, cut as the case says, simulated beside the software, and compared."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from elements.definition.handlers import handlers_of
from elements.placement.departures import departure_port
from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source, Split
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.read_hardware import Reader, readers
from sim.evidence import why_broken
from sim.fuzz.batch import BatchMachine, Hardware
from sim.fuzz.case import Case, write_tenants
from sim.fuzz.compare import differences
from sim.fuzz.expect import Expected, InSoftware
from sim.fuzz.modelled import Modelled
from sim.fuzz.scenario import Volley
from sim.fuzz.simulated import Simulated
from sim.isolation import Party, Scene, Stage, Timed, two_runs
from sim.verilated import AssertionFailed
from swclick.machine import Machine

LOOKS: Final = 32
"""Volleys from one comparison of all state to the next."""
DEPTH: Final = 512
"""Beats of a tenant's queue at a port: no volley fills it, so that nothing is lost for want of room."""
SLOTS: Final = 64
APART: Final = 400
"""Cycles from a frame to the next where two runs are compared."""
BREAKS: Final = (AssertionFailed, RuntimeError, ValueError, KeyError)
"""What a machine that is wrong may end in."""


@dataclass(frozen=True)
class Built:
    """A design with its simulated hardware; without a ``stage`` the hardware is evaluated as values."""

    split: Split
    stage: Stage | None

    @property
    def merged(self) -> Merged:
        """The tenants."""
        return self.split.merged

    @property
    def ports(self) -> int:
        """Physical ports."""
        return port_count(self.merged)

    def hardware(self, seed: int) -> Hardware:
        """The hardware half from its start."""
        if self.stage is not None:
            return Simulated(self.stage, seed)
        merged = self.merged
        return Modelled(self.split.composition, merged.policy, merged.master.tenants, self.ports)


def merged_of(case: Case) -> Merged:
    """The tenants of ``case``, merged. Errors: `ClickError`."""
    with tempfile.TemporaryDirectory() as name:
        write_tenants(Path(name), case)
        return merge_tenants(Source(tuple(case.tenants), Path(name)))


def build(case: Case, merged: Merged, level: str = "-O3") -> Built:
    """The machine of ``case``, cut as it says. Errors: `ClickError` and `NotHardware` where that cannot be."""
    own = [name for name in merged.elements if merged.master.owner[name] is not None]
    design = split(merged, rates_of(merged, None), {name: name in case.hardware for name in own})
    return simulated(design, case.width, level) if case.width else Built(design, None)


def simulated(design: Split, width: int, level: str = "-O3") -> Built:
    """``design`` with its hardware, which has more room than any volley needs."""
    parameters = DatapathParameters(width, port_count(design.merged), egress_depth=DEPTH, egress_packets=SLOTS)
    return Built(design, Stage(build_core(design, parameters), watched=False, level=level))


class Comparison:
    """``built`` beside its software: both from the start, volley by volley. ``crossed`` and ``sent`` count frames."""

    def __init__(self, built: Built, seed: int) -> None:
        self._built = built
        self._half = Machine(built.split.software)
        master = built.merged.master
        self._whole = Machine(master.graph)
        self._hardware = built.hardware(seed)
        self._machine = BatchMachine(self._hardware, self._half, master.tenants, built.split.crossings)
        self._software = InSoftware(self._whole, built.merged.policy, master.tenants)
        self._malformed = [0] * built.ports
        self.crossed = self.sent = self.let_in = 0

    def fire(self, volley: Volley) -> list[str]:
        """What is not as it has to be after ``volley``, which both sides get."""
        expected = self._software.expect(volley)
        for port, count in expected.malformed.items():
            self._malformed[port] += count
        try:
            answer = self._machine.fire(volley)
        except BREAKS as error:
            return [why_broken(error)]
        self._count(expected)
        self.crossed += answer.crossed
        return differences(expected, answer)

    def _count(self, expected: Expected) -> None:
        self.sent += sum(len(sent.frames) for sent in expected.sent)
        self.let_in += expected.whole.total()

    def state(self) -> list[str]:
        """What handlers say in software and split, and what the ports counted, where that is not the same."""
        registers = self._hardware.registers()
        soft: list[Reader] = [(name, element, partial(self._half.read, name)) for name, element in self._half.elements.items()]
        found = []
        for name, element, read in (*soft, *readers(self._built.split, registers)):
            if name not in self._whole.elements or self._both_sides(name) or element.node.class_name == "Queue":
                continue
            for handler in handlers_of(element, "read"):
                wanted, has = self._whole.read(name, handler), read(handler)
                if wanted != has:
                    found.append(f"{name}.{handler} is {has!r} split and {wanted!r} in software")
        for port, malformed in enumerate(self._malformed):
            for what, right in (("malformed", malformed), ("overflow", 0)):
                count = registers.get((0, f"port{port}/{what}"), right)
                if count != right:
                    found.append(f"port{port}/{what} is {count} and should be {right}")
        return found[:6]

    def _both_sides(self, name: str) -> bool:
        """Whether packets pass the element in both halves, or its egress counts for it."""
        hard = name in self._built.split.plan.hardware
        merged = self._built.merged
        return hard and (name in self._half.elements or departure_port(merged.master.graph, merged.elements, name) is not None)

    @property
    def cycles(self) -> int:
        """Cycles that the hardware was given."""
        return self._hardware.cycles

    def close(self) -> None:
        """Take both engines down."""
        self._half.close()
        self._whole.close()


def check(case: Case, built: Built, volley: Callable[[int], None] = lambda count: None) -> list[str]:
    """What is wrong with ``case`` on ``built``, in words; nothing where all is as it has to be. ``volley`` is told the number of each."""
    if case.apart is not None:
        return [] if built.stage is None else disturbed(built.stage, built.merged, case.volleys, case.apart, case.seed)
    comparison = Comparison(built, case.seed)
    try:
        for number, each in enumerate(case.volleys, 1):
            volley(number)
            found = comparison.fire(each)
            if not found and (number % LOOKS == 0 or number == len(case.volleys)):
                found = comparison.state()
            if found:
                return found
        return []
    finally:
        comparison.close()


def disturbed(stage: Stage, merged: Merged, volleys: Sequence[Volley], apart: tuple[str, str], seed: int) -> list[str]:
    """What the victim, the first of ``apart``, sees of the attacker: its frames of ``volleys`` alone and beside the attacker's. In turns of
    time the cycles in which they leave are compared too: then each of the two has wires of its own, and nothing stalls."""
    tenants, policy = merged.master.tenants, merged.policy
    strict = policy.machine.mode == "strict"
    victim, attacker = (Party(tenants.index(name), policy.tenant(name).vlan) for name in apart)
    mine: dict[int, list[Timed]] = {port: [] for port in range(stage.ports)}
    theirs: dict[int, list[Timed]] = {port: [] for port in range(stage.ports)}
    at, own = 0, next((a.port for volley in volleys for a in volley.arrivals if tagged_as(victim.vlan, a.frame)), 0)
    for volley in volleys:
        for arrival in volley.arrivals:
            whose = mine if tagged_as(victim.vlan, arrival.frame) else theirs if tagged_as(attacker.vlan, arrival.frame) else None
            if whose is not None and (not strict or (arrival.port == own) == (whose is mine)):
                whose[arrival.port].append((at, arrival.frame))
                at += APART if whose is mine else 1
    try:
        cycles = at + 8 * APART + sum(len(frame) // 4 for each in (*mine.values(), *theirs.values()) for _, frame in each)
        scenes = (Scene(frames, cycles=cycles, seed=None if strict else seed) for frames in (mine, theirs))
        return [
            f"{apart[0]} beside {apart[1]}: {words}"
            for words in two_runs(stage, victim, attacker, *scenes, timed=strict).differences
            if "there is nothing to compare" not in words
        ]
    except BREAKS as error:
        return [why_broken(error)]


def tagged_as(vlan: int | None, frame: bytes) -> bool:
    """Whether a frame that comes has this tag."""
    return frame[12:14] == b"\x81\x00" and len(frame) >= 16 and int.from_bytes(frame[14:16], "big") & 0xFFF == vlan
