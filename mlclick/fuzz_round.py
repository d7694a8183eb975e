"""One round of fuzzing: a design at random, cut at random, and many packets through it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from elements.reference.packet import Packet
from graph.diagnostics import ClickError
from graph.print_click import print_graph
from mlclick.design import Merged, Split
from mlclick.flow import rates_of, split
from mlclick.fuzz_machine import LOOKS, Built, Comparison, disturbed, merged_of, simulated
from mlclick.run import run_software
from partition.eligible import software_only
from sim.fuzz.case import Case
from sim.fuzz.designs import random_tenants
from sim.fuzz.scenario import Arrival, Volley, let_in
from sim.fuzz.trips import ORDERED, manners_of
from sim.fuzz.volleys import Gun

WIDTHS: Final = (64, 256, 512)
CUTS: Final = ("solved", "hardware", "random", "software")
"""The solver's; all that can be hardware; any; none."""
TRIES: Final = 12
SAMPLE: Final = 0.001
"""The share of packets that the reference sees too."""
FEW: Final = 5_000
"""With up to so many packets a model that is compiled at -O0 is done sooner, compiling included."""
APART_VOLLEYS: Final = 3


@dataclass
class Outcome:
    """What a round did. ``refused``: tenant sets and cuts that were none; ``found``: what differs, with the ``case`` that shows it."""

    number: int
    width: int = 0
    cut: str = ""
    tenants: int = 0
    ports: int = 0
    elements: dict[str, int] = field(default_factory=dict)
    hardware: dict[str, int] = field(default_factory=dict)
    packets: int = 0
    let_in: int = 0
    sent: int = 0
    crossed: int = 0
    volleys: int = 0
    cycles: int = 0
    sampled: int = 0
    apart: int = 0
    refused: int = 0
    build_seconds: float = 0.0
    run_seconds: float = 0.0
    found: list[str] = field(default_factory=list)
    case: Case | None = None


def run_round(seed: int, number: int, packets: int, *, values: bool = False) -> Outcome:
    """Round ``number`` of the run ``seed``, with ``packets`` frames or a few more; the same for the same three. With ``values`` nothing is
    simulated: the pipeline is evaluated as values."""
    # Few packets are done before a compiler has made them fast.
    level = "-O1" if packets > FEW else "-O0"
    outcome, begun = Outcome(number), monotonic()
    rng = random.Random(f"{seed}/{number}")
    outcome.width, outcome.cut = 0 if values else WIDTHS[number % len(WIDTHS)], CUTS[number % len(CUTS)]
    case, design = _design(rng, outcome)
    built = Built(design, None) if values else simulated(design, outcome.width, level)
    outcome.build_seconds, begun = monotonic() - begun, monotonic()
    _describe(outcome, built)
    case = replace(case, hardware=design.plan.hardware)
    sample: list[Volley] = []
    shots = _sampled(_shots(built, case), sample, case.seed, max(SAMPLE, min(1.0, 40 / packets)))
    done, outcome.found = _compare(outcome, built, shots, case.seed, packets)
    if outcome.found:
        again = _shots(built, case)
        outcome.case = replace(case, volleys=tuple(next(again) for _ in range(done)))
        return outcome
    outcome.case = _reference(outcome, built, case, sample) or _apart(outcome, built, case)
    outcome.run_seconds = monotonic() - begun
    return outcome


def _shots(built: Built, case: Case) -> Iterator[Volley]:
    merged = built.merged
    manners = manners_of(built.split.placement, merged.elements)
    gun = Gun(merged.master, merged.policy, manners, case.width or WIDTHS[0], built.ports, case.seed)
    while True:
        yield gun.volley()


def _design(rng: random.Random, outcome: Outcome) -> tuple[Case, Split]:
    """A tenant set that is sound, and a cut of it that there is."""
    while True:
        texts, policy = random_tenants(rng)
        case = Case(texts, policy, frozenset(), outcome.width, rng.getrandbits(32), ())
        try:
            merged = merged_of(case)
        except ClickError:
            outcome.refused += 1
            continue
        for _ in range(TRIES):
            try:
                design = split(merged, rates_of(merged, None), _pins(rng, merged, outcome.cut))
            except ClickError:
                outcome.refused += 1
                continue
            # The flat graphs, by whose names elements are placed.
            flat = {name: print_graph(graph) for name, graph in merged.tenants.items()}
            return replace(case, tenants=flat), design


def _pins(rng: random.Random, merged: Merged, cut: str) -> dict[str, bool]:
    own = [name for name in merged.elements if merged.master.owner[name] is not None]
    if cut == "software":
        return dict.fromkeys(own, False)
    if cut == "solved":
        return {}
    never = software_only(merged.checked, merged.elements)
    able = [name for name in own if name not in never]
    if cut == "hardware":
        return dict.fromkeys(able, True)
    share = rng.choice((0.1, 0.3, 0.6))
    return {name: rng.random() < 0.5 for name in able if rng.random() < share}


def _describe(outcome: Outcome, built: Built) -> None:
    design, graph = built.split, built.merged.master.graph
    outcome.tenants, outcome.ports = len(built.merged.master.tenants), built.ports
    for node in graph.nodes:
        outcome.elements[node.class_name] = outcome.elements.get(node.class_name, 0) + 1
        if node.name in design.plan.hardware:
            outcome.hardware[node.class_name] = outcome.hardware.get(node.class_name, 0) + 1


def _compare(outcome: Outcome, built: Built, shots: Iterator[Volley], seed: int, packets: int) -> tuple[int, list[str]]:
    comparison = Comparison(built, seed)
    found: list[str] = []
    try:
        while not found and outcome.packets < packets:
            volley = next(shots)
            outcome.volleys += 1
            outcome.packets += len(volley.arrivals)
            found = comparison.fire(volley)
            if not found and (outcome.volleys % LOOKS == 0 or outcome.packets >= packets):
                found = comparison.state()
    finally:
        outcome.sent, outcome.crossed, outcome.let_in = comparison.sent, comparison.crossed, comparison.let_in
        outcome.cycles = comparison.cycles
        comparison.close()
    return outcome.volleys, found


def _sampled(shots: Iterator[Volley], sample: list[Volley], seed: int, share: float) -> Iterator[Volley]:
    """``shots``, of whose sound frames a random ``share`` is put into ``sample``."""
    rng = random.Random(seed)
    for volley in shots:
        kept = tuple(arrival for arrival in volley.arrivals if not arrival.fault and rng.random() < share)
        if kept:
            sample.append(replace(volley, arrivals=kept))
        yield volley


def _reference(outcome: Outcome, built: Built, case: Case, sample: list[Volley]) -> Case | None:
    """The sample through the reference and the compiled engine, both from their start."""
    outcome.sampled = sum(len(volley.arrivals) for volley in sample)
    outcome.found = not_the_reference(built.merged, sample)
    return replace(case, volleys=tuple(sample)) if outcome.found else None


def not_the_reference(merged: Merged, volleys: list[Volley]) -> list[str]:
    """Where the compiled engine says something else than the reference, in words."""
    packets = [(a.port, Packet.of(a.frame, volley.time, a.port)) for volley in volleys for a in _whole(volley, merged)]
    slow, fast = run_software(merged, packets, reference=True), run_software(merged, packets)
    found = []
    if slow.emitted != fast.emitted:
        found.append(f"the reference sends {len(slow.emitted)} frames and the compiled engine {len(fast.emitted)}, not the same")
    found += [
        f"{name} is {text!r} in the reference and {fast.handlers[name]!r} compiled"
        for name, text in slow.handlers.items()
        if fast.handlers[name] != text
    ]
    if slow.log != fast.log:
        found.append("the reference prints other lines than the compiled engine")
    return found[:6]


def _whole(volley: Volley, merged: Merged) -> list[Arrival]:
    read = {node.name for node in merged.master.graph.nodes if node.class_name == "FromDevice"}
    mine = [arrival for arrival in volley.arrivals if f"port{arrival.port}_in" in read]
    return [mine[place] for place in let_in(mine)[0]]


def _apart(outcome: Outcome, built: Built, case: Case) -> Case | None:
    """Two tenants that are known by tags: the one alone, and beside the other. A victim's state must not depend on when packets come."""
    merged = built.merged
    tagged = [name for name in merged.master.tenants if merged.policy.tenant(name).vlan is not None]
    timed = {merged.master.owner[n.name] for n in merged.master.graph.nodes if n.class_name in ORDERED}
    victims = [name for name in tagged if name not in timed]
    if built.stage is None or len(tagged) < 2 or not victims:
        return None
    rng = random.Random(case.seed)
    victim = rng.choice(victims)
    pair = victim, rng.choice([name for name in tagged if name != victim])
    shots = _shots(built, case)
    volleys = tuple(replace(v, arrivals=tuple(a for a in v.arrivals if not a.fault)) for v in (next(shots) for _ in range(APART_VOLLEYS)))
    outcome.apart = 1
    outcome.found = disturbed(built.stage, merged, volleys, pair, case.seed)
    return replace(case, volleys=volleys, apart=pair) if outcome.found else None
