"""One round of fuzzing: a design at random, cut at random, and many packets through it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from elements.reference.packet import Packet
from graph.diagnostics import ClickError
from graph.print_click import print_graph
from mlclick.design import Merged, Split
from mlclick.flow import rates_of, split
from mlclick.fuzz_apart import ENDS, broken
from mlclick.fuzz_machine import LOOKS, Built, Comparison, build, disturbed, merged_of, simulated
from mlclick.run import run_software
from partition.eligible import software_only
from sim.fuzz.case import Case
from sim.fuzz.designs import random_tenants
from sim.fuzz.scenario import Arrival, Volley, let_in
from sim.fuzz.trips import ORDERED, manners_of, unordered
from sim.fuzz.volleys import Gun

HALVES: Final = "comparing the halves with the software"
SOFTWARE: Final = "comparing the software with the reference"
RUNS: Final = "comparing two runs"
"""What is done with a case, in the words by which its failures are known again."""
WIDTHS: Final = (64, 256, 512)
CUTS: Final = ("solved", "hardware", "random", "software")
"""The solver's; all that can be hardware; any; none."""
TRIES: Final = 12
"""Random cuts of a tenant set, before another is made."""
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
    mode: str = ""
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


@dataclass(frozen=True)
class Watch:
    """Whom a round tells what it does, so that it is known should it never come back: ``doing``, in words, with the outcome so far, whose
    case shows what goes wrong from then on; and, where that case has no volleys, how many of `with_volleys` were fired (``volley``).
    ``ending``: something is found, and the volleys that show it, which may be many, are made again, which is no part of the last one."""

    doing: Callable[[str, Outcome], None] = lambda words, outcome: None
    volley: Callable[[int], None] = lambda count: None
    ending: Callable[[], None] = lambda: None


UNWATCHED: Final = Watch()


def run_round(seed: int, number: int, packets: int, watch: Watch = UNWATCHED, *, values: bool = False) -> Outcome:
    """Round ``number`` of the run ``seed``, with ``packets`` frames or a few more; the same for the same three. With ``values`` nothing is
    simulated: the pipeline is evaluated as values. Whatever it ends in is found, as a difference is."""
    round_ = _Round(Outcome(number), packets, watch)
    try:
        round_.run(random.Random(f"{seed}/{number}"), values=values)
    except ENDS as error:
        round_.found([broken(round_.doing, error)])
    return round_.outcome


def with_volleys(case: Case, count: int, built: Built | None = None) -> Case:
    """``case``, which has no volleys, with the first ``count`` that its round fires."""
    if not count:
        return case
    shots = _shots(built or build(replace(case, width=0), merged_of(case)), case)
    return replace(case, volleys=tuple(next(shots) for _ in range(count)))


def _shots(built: Built, case: Case) -> Iterator[Volley]:
    merged = built.merged
    manners = manners_of(built.split.placement, merged.elements)
    growth = max((*built.split.composition.growth.values(), 0))
    gun = Gun(merged.master, merged.policy, manners, case.width or WIDTHS[0], built.ports, case.seed, growth)
    while True:
        yield gun.volley()


class _Round:
    """One round on its way. ``doing``: what breaks if something does now."""

    def __init__(self, outcome: Outcome, packets: int, watch: Watch) -> None:
        self.outcome: Final = outcome
        self.doing = "making tenants"
        self._packets: Final = packets
        self._watch: Final = watch
        self._built: Built | None = None

    def run(self, rng: random.Random, *, values: bool) -> None:
        """All of it. Errors: those of `ENDS`, of which the case shows."""
        outcome, begun, number = self.outcome, monotonic(), self.outcome.number
        outcome.width, outcome.cut = 0 if values else WIDTHS[number % len(WIDTHS)], CUTS[number % len(CUTS)]
        case, design = self._design(rng)
        self._do("building the machine", case)
        # Few packets are done before a compiler has made them fast.
        level = "-O1" if self._packets > FEW else "-O0"
        self._built = built = Built(design, None) if values else simulated(design, outcome.width, level)
        outcome.build_seconds, begun = monotonic() - begun, monotonic()
        _describe(outcome, built)
        sample: list[Volley] = []
        self._do(HALVES, case)
        found = self._compare(_sampled(_shots(built, case), sample, case.seed, max(SAMPLE, min(1.0, 40 / self._packets))), case.seed)
        found = found or self._reference(replace(case, volleys=tuple(sample))) or self._apart(case)
        outcome.run_seconds = monotonic() - begun
        if found:
            self.found(found)
        else:
            outcome.case = None

    def found(self, words: list[str]) -> None:
        """End the round with what was found; its case gets the volleys that show it."""
        outcome = self.outcome
        outcome.found = words
        self._watch.ending()
        if outcome.case is not None and not outcome.case.volleys:
            outcome.case = with_volleys(outcome.case, outcome.volleys, self._built)

    def _do(self, words: str, case: Case) -> None:
        self.doing, self.outcome.case = words, case
        self._watch.doing(words, self.outcome)

    def _design(self, rng: random.Random) -> tuple[Case, Split]:
        """A tenant set that is sound, and a cut of it that there is."""
        while True:
            texts, policy = random_tenants(rng)
            case = Case(texts, policy, frozenset(), self.outcome.width, rng.getrandbits(32), ())
            self._do("merging tenants", case)
            try:
                merged = merged_of(case)
            except ClickError:
                self.outcome.refused += 1
                continue
            # The flat graphs, by whose names elements are placed.
            case = replace(case, tenants={name: print_graph(graph) for name, graph in merged.tenants.items()})
            for _ in range(TRIES if self.outcome.cut == "random" else 1):
                pins = _pins(rng, merged, self.outcome.cut)
                self._do("cutting tenants", replace(case, hardware=frozenset(name for name in merged.elements if pins.get(name, True))))
                try:
                    design = split(merged, rates_of(merged, None), pins)
                except ClickError:
                    self.outcome.refused += 1
                    continue
                if unordered(design.placement, merged.elements):
                    self.outcome.refused += 1
                    continue
                return replace(case, hardware=design.plan.hardware), design

    def _compare(self, shots: Iterator[Volley], seed: int) -> list[str]:
        assert self._built is not None
        outcome, comparison = self.outcome, Comparison(self._built, seed)
        found: list[str] = []
        try:
            while not found and outcome.packets < self._packets:
                volley = next(shots)
                outcome.volleys += 1
                outcome.packets += len(volley.arrivals)
                self._watch.volley(outcome.volleys)
                found = comparison.fire(volley)
                if not found and (outcome.volleys % LOOKS == 0 or outcome.packets >= self._packets):
                    found = comparison.state()
        finally:
            outcome.sent, outcome.crossed, outcome.let_in = comparison.sent, comparison.crossed, comparison.let_in
            outcome.cycles = comparison.cycles
            comparison.close()
        return found

    def _reference(self, case: Case) -> list[str]:
        """The sample, which ``case`` has, through the reference and the compiled engine, both from their start."""
        assert self._built is not None
        self.outcome.sampled = case.packets
        self._do(SOFTWARE, case)
        return not_the_reference(self._built.merged, list(case.volleys))

    def _apart(self, case: Case) -> list[str]:
        """Two tenants that are known by tags: one alone, and beside the other. A victim's state must not depend on when packets come."""
        assert self._built is not None
        merged, stage = self._built.merged, self._built.stage
        tagged = [name for name in merged.master.tenants if merged.policy.tenant(name).vlan is not None]
        timed = {merged.master.owner[n.name] for n in merged.master.graph.nodes if n.class_name in ORDERED}
        victims = [name for name in tagged if name not in timed]
        if stage is None or len(tagged) < 2 or not victims:
            return []
        rng = random.Random(case.seed)
        victim = rng.choice(victims)
        pair = victim, rng.choice([name for name in tagged if name != victim])
        shots = _shots(self._built, case)
        volleys = tuple(
            replace(v, arrivals=tuple(a for a in v.arrivals if not a.fault)) for v in (next(shots) for _ in range(APART_VOLLEYS))
        )
        self.outcome.apart = 1
        self._do(RUNS, replace(case, volleys=volleys, apart=pair))
        return disturbed(stage, merged, volleys, pair, case.seed)


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
    outcome.tenants, outcome.ports, outcome.mode = len(built.merged.master.tenants), built.ports, built.merged.policy.machine.mode
    for node in graph.nodes:
        outcome.elements[node.class_name] = outcome.elements.get(node.class_name, 0) + 1
        if node.name in design.plan.hardware:
            outcome.hardware[node.class_name] = outcome.hardware.get(node.class_name, 0) + 1


def _sampled(shots: Iterator[Volley], sample: list[Volley], seed: int, share: float) -> Iterator[Volley]:
    """``shots``, of whose sound frames a random ``share`` is put into ``sample``."""
    rng = random.Random(seed)
    for volley in shots:
        kept = tuple(arrival for arrival in volley.arrivals if not arrival.fault and rng.random() < share)
        if kept:
            sample.append(replace(volley, arrivals=kept))
        yield volley


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
