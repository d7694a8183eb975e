"""How long the proofs of a set of tenants take: of the pipeline, of the data path in turns of time, and of what holds by construction.

A set is proved in processes of its own, with a cache of their own: terms and netlists that an earlier one has made would be there already.
Two are at work at once: one proves the data path, the other the pipeline and, with what is known of that, the construction.
"""

from __future__ import annotations

import multiprocessing
import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from amaranth.hdl import UnusedElaboratable

from graph.diagnostics import Location, fail
from graph.policy import Policy, read_policy
from hdl.core import Core
from hdl.datapath import DatapathParameters
from mlclick.design import Progress
from mlclick.flow import build_core, merge_under, port_count, quiet, rates_of, split
from mlclick.garbage import search_seldom
from sim.construction import by_construction
from sim.proof.datapath import prove_datapath
from sim.proof.noninterference import Result
from sim.proof.pipeline import prove_pipeline

_TAGS: Final = range(1, 4095)


@dataclass(frozen=True)
class ProofSet:
    """Tenants of ``folder``, each so many times (``copies``), and the width of their data path in bits."""

    names: tuple[str, ...]
    copies: int
    width: int
    folder: Path

    @property
    def text(self) -> str:
        """In words."""
        return f"{','.join(self.names)}{f', {self.copies} of each,' if self.copies > 1 else ''} at {self.width} bit"


@dataclass(frozen=True)
class Step:
    """What a kind of proof ``asked``, of all victims together, and how long it took, with the reading of the netlists: ``seconds``, and
    ``cpu_seconds`` of the processor, which others at work on the same machine do not make more."""

    asked: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class ProofTime:
    """The proofs of ``tenants``: ``pipeline`` and ``construction`` hold for turns of shares, too; ``compile_seconds`` is from the
    tenants' text to the hardware, ``seconds`` from there until all is proved. ``failures``: what is not proved, in words."""

    tenants: tuple[str, ...]
    width: int
    compile_seconds: float
    pipeline: Step
    datapath: Step
    construction: Step
    seconds: float
    failures: tuple[str, ...]

    @property
    def cpu_seconds(self) -> float:
        """Of all proofs."""
        return self.pipeline.cpu_seconds + self.datapath.cpu_seconds + self.construction.cpu_seconds


def copied(policy: Policy, names: tuple[str, ...], copies: int) -> tuple[Policy, tuple[str, ...]]:
    """``policy`` in turns of time, with each of the tenants ``names`` so many times, and room for all; and what they are called. A copy is
    known by a tag of its own. Errors: `ClickError` where there are not enough tags."""
    machine = policy.machine
    room = {key: None if (most := getattr(machine, key)) is None else most * copies for key in ("luts", "ffs", "bram_bits")}
    taken = {tenant.vlan for tenant in policy.tenants.values()}
    free = iter([tag for tag in _TAGS if tag not in taken])
    tenants, called = dict(policy.tenants), list(names)
    for number in range(2, copies + 1):
        for name in names:
            tag = next(free, None)
            if tag is None:
                place = Location(None, str(policy.path), 1, 1)
                fail(f"there are not enough VLAN tags for {copies} of each of {len(names)} tenant(s)", "ask for fewer --copies", place)
            again = f"{name}_{number}"
            while again in tenants:
                again += "_"
            tenants[again] = replace(policy.tenant(name), name=again, vlan=tag, mac=None, port=None)
            called.append(again)
    return replace(policy, machine=replace(machine, mode="strict", **room), tenants=tenants), tuple(called)


def time_alone(which: ProofSet) -> ProofTime:
    """`time_proofs` in a process of its own. Errors: `ClickError`."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_quietly, which).result()


def _quietly(which: ProofSet) -> ProofTime:
    search_seldom()
    # Hardware is made and not built where a proof has its own alike.
    warnings.filterwarnings("ignore", category=UnusedElaboratable)
    with TemporaryDirectory() as folder:
        os.environ["MLCLICK_CACHE"] = folder
        return time_proofs(which)


def time_proofs(which: ProofSet, progress: Progress = quiet) -> ProofTime:
    """Compile the set and prove it, every tenant as the victim. Errors: `ClickError`, and ``ValueError`` as of the proofs."""
    started = monotonic()
    policy, names = copied(read_policy(which.folder / "policy.toml"), which.names, which.copies)
    merged = merge_under(policy, names, progress)
    design = split(merged, rates_of(merged, None), {}, progress)
    core = build_core(design, DatapathParameters(which.width, port_count(merged)), progress)
    compiled = monotonic()
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _begin, (core,)) as beside:
        waited_for = beside.submit(_pipeline)
        clock = _Clock()
        found = prove_datapath(core.datapath)
        # A question to the solver is of all victims at once.
        datapath = clock.step(max((result.obligations for result in found.values()), default=0))
        results, pipeline, construction, failures = waited_for.result()
    seconds = monotonic() - compiled
    for proved in (results, found):
        failures += [f"{names[number]}: {failure}" for number, result in proved.items() for failure in result.failures]
    return ProofTime(names, which.width, round(compiled - started, 2), pipeline, datapath, construction, round(seconds, 2), tuple(failures))


_given: list[Core] = []
"""What a process that is forked off has to look at."""


def _begin(core: Core) -> None:
    _given.append(core)


def _pipeline() -> tuple[dict[int, Result], Step, Step, list[str]]:
    """The proof of the pipeline and what holds by construction, with what they took, and what does not hold."""
    [core] = _given
    clock = _Clock()
    results = prove_pipeline(core.datapath.pipeline)
    pipeline = clock.step(sum(result.obligations for result in results.values()))
    findings = list(by_construction(core, results))
    wrong = [f"{finding.name}: {finding.detail}" for finding in findings if not finding.holds]
    # Terms stay here: they are as deep as the pipeline is long, and pickling would go down into them.
    told = {victim: replace(result, unequal=()) for victim, result in results.items()}
    return told, pipeline, clock.step(len(findings)), wrong


class _Clock:
    """Time since it was last asked."""

    def __init__(self) -> None:
        self.last = monotonic(), _processor()

    def step(self, asked: int) -> Step:
        """A step that ends now."""
        before, self.last = self.last, (monotonic(), _processor())
        return Step(asked, round(self.last[0] - before[0], 2), round(self.last[1] - before[1], 2))


def _processor() -> float:
    """Seconds of the processor that this process and those that it has called have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
