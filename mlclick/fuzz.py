"""Differential fuzzing: rounds beside each other in processes of their own; what differs is shrunk and written down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from elements.definition.catalogue import class_names
from graph.diagnostics import fail
from mlclick.flow import port_count
from mlclick.fuzz_machine import merged_of
from mlclick.fuzz_round import Outcome, Watch, run_round
from mlclick.fuzz_shrink import Workbench
from mlclick.fuzz_workers import rounds_of
from sim.fuzz.case import Case, read_case, write_case


@dataclass(frozen=True)
class Run:
    """Rounds that were run, in the order of their numbers, and how long all took."""

    seed: int
    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def packets(self) -> int:
        """Frames offered in all rounds."""
        return sum(outcome.packets for outcome in self.outcomes)

    @property
    def failed(self) -> Outcome | None:
        """The first round in which something differs."""
        return next((outcome for outcome in self.outcomes if outcome.found), None)


def run_rounds(seed: int, packets: int, rounds: int, jobs: int, done: Callable[[Outcome], None], *, values: bool = False) -> Run:
    """``packets`` over ``rounds``, ``jobs`` rounds at once; ``done`` is told of each. Where one finds something, no other begins, and what
    still runs is stopped. With ``values`` nothing is simulated."""
    begun = monotonic()
    outcomes: list[Outcome] = []
    # A process for each round, too: what the generator has made of values stays in memory.
    with closing(rounds_of(partial(_one, seed, -(-packets // rounds), values), range(rounds), jobs)) as ended:
        for outcome in ended:
            outcomes.append(outcome)
            done(outcome)
            if outcome.found:
                break
    return Run(seed, tuple(sorted(outcomes, key=lambda outcome: outcome.number)), monotonic() - begun)


def _one(seed: int, packets: int, values: bool, number: int, watch: Watch) -> Outcome:
    return run_round(seed, number, packets, watch, values=values)


def wrong_with(case: Case) -> list[str]:
    """What is wrong with ``case``, built anew. Errors: `ClickError`."""
    merged = merged_of(case)
    elsewhere = {arrival.port for volley in case.volleys for arrival in volley.arrivals} - {*range(port_count(merged))}
    if elsewhere:
        message = f"the case has frames for port {min(elsewhere)}, and no tenant has a device there"
        fail(message, "name a folder that mlclick fuzz wrote as it was")
    return Workbench().found(case)


def replay(folder: Path) -> list[str]:
    """What is wrong with the case in ``folder``. Errors: `ClickError`."""
    return wrong_with(read_case(folder))


def write_found(folder: Path, case: Case) -> str:
    """Write ``case`` to ``folder``; returns it as text: the configurations, the cut and the frames."""
    write_case(folder, case)
    lines = []
    for name, text in case.tenants.items():
        lines += [f"// {name}", text]
    size = f"{case.width} bits" if case.width else "the pipeline as values"
    lines.append(f"hardware: {', '.join(sorted(n for n in case.hardware if '/' in n)) or 'none of theirs'}; {size}")
    for volley in case.volleys:
        for a in volley.arrivals:
            lines.append(f"{volley.time} ns, port {a.port}{', ' + a.fault if a.fault else ''}: {a.frame.hex()}")
    return "\n".join(lines)


def write_run(folder: Path, run: Run) -> Path:
    """Figures of ``run`` as `fuzz.json` in ``folder``; returns its path."""
    elements, hardware = Counter[str](), Counter[str]()
    for outcome in run.outcomes:
        elements.update(outcome.elements)
        hardware.update(outcome.hardware)
    figures = {
        "seed": run.seed,
        "packets": run.packets,
        "seconds": round(run.seconds, 1),
        "packets_per_second": round(run.packets / run.seconds) if run.seconds else 0,
        "differ": sum(1 for outcome in run.outcomes if outcome.found),
        "elements": dict(sorted(elements.items())),
        "hardware": dict(sorted(hardware.items())),
        "classes_not_used": sorted(set(class_names()) - set(elements)),
        "tenants": dict(sorted(Counter(outcome.tenants for outcome in run.outcomes).items())),
        "ports": dict(sorted(Counter(outcome.ports for outcome in run.outcomes).items())),
        "widths": dict(sorted(Counter(outcome.width for outcome in run.outcomes).items())),
        "modes": dict(sorted(Counter(outcome.mode for outcome in run.outcomes).items())),
        "cuts": dict(sorted(Counter(outcome.cut for outcome in run.outcomes).items())),
        "rounds": [{k: v for k, v in asdict(outcome).items() if k != "case"} for outcome in run.outcomes],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fuzz.json"
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return path
