"""Verification of a design: proofs of the pipeline, two-run noninterference of the whole core, agreement with the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import permutations
from pathlib import Path
from time import monotonic
from typing import Final

from graph.print_click import print_graph
from hdl.core import Core
from hdl.tools.cache import content_key
from mlclick.attack_pairs import Attacks
from mlclick.attack_scenes import AttackScenes
from mlclick.beside import Beside, EndedAlone
from mlclick.compare_pairs import Pairs, Thorough
from mlclick.design import Progress, Split
from mlclick.disagreement import disagreement
from mlclick.exercise import exercised
from mlclick.links import links_of
from mlclick.parts import Parts
from mlclick.prove_parts import prove_parts
from mlclick.prove_turns import bounds_hold, frames_are_counted, nothing_is_seen, packets_are_kept, rules_are_kept
from mlclick.prove_whole import put_together
from mlclick.recorder import REACHED, Reached, Recorder, Tally
from mlclick.refute import Refute
from mlclick.report import plan_in_short
from mlclick.run import run_software, run_split
from mlclick.service import service_lines
from mlclick.tell_pairs import Telling
from mlclick.tools import tool_versions
from sim.construction import FOLDING, by_construction, ways_are_shared
from sim.evidence import BREAKS, UNBOUNDED, Evidence, Finding, How, Work, netlist_hash, why_broken
from sim.isolation import Stage
from sim.plain_text import plain_text
from sim.proof.pipeline import prove_pipeline
from sim.proof.replay_pipeline import replay_of_pipeline
from sim.split_machine import SplitMachine
from sim.telling_traffic import telling_runs
from sim.tenant_traffic import random_traffic
from sim.verilated import AssertionFailed

PACKAGES = ("graph", "elements", "hdl", "swclick", "partition", "sim", "boards", "mlclick")
_STEPS: Final[dict[str, tuple[str, How]]] = {
    "proof": ("the proof of noninterference", "proof"),
    "isolation": ("a tenant alone and beside another", "simulation"),
    "attacks": ("a tenant beside one that attacks it", "simulation"),
    "exercises": ("exercises of the core", "simulation"),
    "agreement": ("agreement with the reference", "simulation"),
}
"""What each is, in words, and how it finds what it finds; in the order in which they are told."""
_HALVES: Final = (("isolation", "attacks", "agreement"), ("proof", "exercises"))
"""Steps that are carried out one after another, each of the two beside the other: they take about as long."""
RULES = "the rules of streams, of the register bus and of memories are kept"


def core_hash(core: Core) -> str:
    """What evidence of ``core`` is tied to: the hash of its Verilog without checkers, which is what boards are built of."""
    return netlist_hash(plain_text(core))


def machine_hash(split: Split) -> str:
    """What evidence rests on beside the core: the tenants' graph, its half in software, and the sources of mlclick itself, which say how
    that half is compiled and what is checked."""
    graphs = [print_graph(split.merged.master.graph), print_graph(split.software)]
    return content_key(*split.merged.master.tenants, *graphs, *(path.read_bytes() for path in _sources()))


def _sources() -> list[Path]:
    here = Path(__file__).parents[1]
    return sorted(path for package in PACKAGES for path in (here / package).rglob("*") if path.suffix in (".py", ".c", ".h"))


def verify(split: Split, core: Core, progress: Progress, thorough: Thorough | None = None) -> Evidence:
    """Evidence for ``core``, which is the hardware half of ``split``. Every check is run, whatever an earlier one finds; one that is not
    carried out to its end has failed, and what it had found by then is kept, but where its process was ended from outside. Waveforms of an
    earlier run are gone."""
    started, asked, plain = monotonic(), thorough or Thorough(), plain_text(core)
    for stale in () if asked.folder is None else asked.folder.glob("*.vcd"):
        stale.unlink()
    here, there = (tuple(name for name in names if asked.only in ("", name)) for names in _HALVES)
    if not here or not there:
        steps = list(_carry_out(split, core, progress, asked, here or there))
    else:
        # What is carried out beside has a process of its own, since most of it is Python, of which one does one thing at a time.
        with Beside(lambda: _carry_out(split, core, progress, asked, there)) as beside:
            steps = [*_carry_out(split, core, progress, asked, here), *_carried_out(beside, there)]
    ordered = sorted(steps, key=lambda each: list(_STEPS).index(each.name))
    findings = [finding for each in ordered for finding in each.findings]
    broken = next((each.broken for each in ordered if each.broken), "")
    recorder = Recorder(split, core, lines=asked.lines)
    for each in ordered:
        recorder.add(each.tally)
    ran = [finding.work for finding in findings if finding.how == "simulation"]
    if ran:
        done = Work(seeds=asked.seeds, cycles=sum(work.cycles for work in ran), packets=sum(work.packets for work in ran))
        findings.append(Finding(RULES, "simulation", not broken, broken or "in every cycle that was simulated here", work=done))
    coverage, reasoned = recorder.coverage() if ran else (None, ())
    # A step alone need not reach all that there is.
    findings.extend(finding for finding in reasoned if not asked.only or finding.name != REACHED)
    tenants = split.merged.master.tenants
    return Evidence(
        netlist_hash(plain),
        machine_hash(split),
        tenants,
        tuple(findings),
        tool_versions(),
        (*plan_in_short(split, core), *service_lines(core.datapath, tenants)),
        coverage,
        asked.only,
        round(monotonic() - started, 3),
    )


@dataclass(frozen=True)
class _Step:
    """What a step found and reached, and why a simulation of it was not carried out to its end; empty where that is not so."""

    name: str
    findings: tuple[Finding, ...]
    broken: str
    tally: Tally = field(default_factory=lambda: Tally({}))


def _carry_out(split: Split, core: Core, progress: Progress, asked: Thorough, names: tuple[str, ...]) -> Iterator[_Step]:
    steps: dict[str, Callable[[Recorder], Iterator[Finding]]] = {
        "proof": lambda _: _proofs(split, core, progress, asked.folder),
        "isolation": lambda recorder: _noninterference(split, core, progress, asked, recorder),
        "attacks": lambda recorder: _attacks(split, core, progress, asked, recorder),
        "exercises": lambda recorder: _exercises(split, core, progress, asked, recorder),
        "agreement": lambda recorder: _agreement(split, core, progress, asked, recorder),
    }
    for name in names:
        recorder = Recorder(split, core, lines=asked.lines)
        step = _step(name, steps[name](recorder))
        yield replace(step, tally=recorder.tally())


def _carried_out(beside: Beside[_Step], names: tuple[str, ...]) -> Iterator[_Step]:
    """What is carried out beside; where its process ends before, each step of which it has said nothing has failed."""
    left = list(names)
    try:
        for step in beside.results():
            left.remove(step.name)
            yield step
    except EndedAlone as error:
        yield from (_broken(name, [], str(error)) for name in left)


def _step(name: str, find: Iterator[Finding]) -> _Step:
    findings = list[Finding]()
    try:
        findings.extend(_timed(find))
    except AssertionFailed as error:
        words, how = _STEPS[name]
        return _Step(name, (*findings, Finding(words, how, False, str(error))), str(error))
    except BREAKS as error:
        return _broken(name, findings, why_broken(error))
    return _Step(name, tuple(findings), "")


def _broken(name: str, findings: list[Finding], why: str) -> _Step:
    """A step of which only ``findings`` were made."""
    words, how = _STEPS[name]
    broken = f"{words} was not carried out to its end" if how == "simulation" else ""
    return _Step(name, (*findings, Finding(words, how, False, why)), broken)


def _timed(findings: Iterator[Finding]) -> Iterator[Finding]:
    """``findings`` with the seconds that each took, where it does not say so itself."""
    started = monotonic()
    for finding in findings:
        yield replace(finding, seconds=finding.seconds or round(monotonic() - started, 3))
        started = monotonic()


def _proofs(split: Split, core: Core, progress: Progress, folder: Path | None) -> Iterator[Finding]:
    progress("proof: noninterference of the pipeline, without a bound")
    pipeline, tenants = core.datapath.pipeline, split.merged.master.tenants
    results = prove_pipeline(pipeline)
    refute = Refute(lambda probe: replay_of_pipeline(pipeline, results, probe), tenants, folder, "proof-pipeline")
    for number, result in results.items():
        tenant = tenants[number]
        name = f"in the pipeline no other tenant influences {tenant}"
        detail, against = f"{result.obligations} obligations, {result.stages} stages", None
        if not result.proved:
            detail, against = refute(number, result.failures)
        work = Work(solver=FOLDING, depth=UNBOUNDED)
        yield Finding(name, "proof", result.proved, detail, victim=tenant, work=work, counterexample=against)
    parts = Parts(core)
    if core.datapath.parameters.strict:
        progress("proof: noninterference of the whole data path, to the cycle and without a bound")
        yield from nothing_is_seen(core.datapath, tenants, folder)
    prove_parts(parts, progress)
    yield from packets_are_kept(parts)
    yield rules_are_kept(parts)
    yield frames_are_counted(parts)
    if not core.datapath.parameters.strict:
        progress("proof: what others are granted while a tenant waits")
        yield from bounds_hold(core.datapath, tenants, links_of(parts))
    progress("proof: from port to port, of all of these together")
    whole = put_together(links_of(parts), strict=core.datapath.parameters.strict)
    yield replace(whole, seconds=round(parts.seconds.get("joints", 0.0), 3))
    yield from by_construction(core, results)
    progress("construction: ways between tenants in the netlist")
    yield ways_are_shared(core, parts.netlist)


def _noninterference(
    split: Split,
    core: Core,
    progress: Progress,
    asked: Thorough,
    recorder: Recorder,
) -> Iterator[Finding]:
    progress("simulation: building the model")
    pairs = Pairs(split, core, Stage(core, probe=recorder.probe), recorder, asked)
    for victim, attacker in permutations(split.merged.master.tenants, 2):
        progress(f"simulation: {victim} alone and beside {attacker}")
        finding, error = pairs.compare(victim, attacker)
        yield finding
        if error is not None:
            raise error


def _attacks(split: Split, core: Core, progress: Progress, asked: Thorough, recorder: Recorder) -> Iterator[Finding]:
    scenes = AttackScenes(Pairs(split, core, Stage(core, probe=recorder.probe), recorder, asked))
    attacks, telling = Attacks(scenes), Telling(scenes)
    for victim, attacker in permutations(split.merged.master.tenants, 2):
        progress(f"simulation: {victim} attacked by {attacker}")
        yield from attacks.compare(victim, attacker)
        yield telling.measure(attacker, victim)


def _exercises(split: Split, core: Core, progress: Progress, asked: Thorough, recorder: Recorder) -> Iterator[Finding]:
    progress("simulation: malformed frames, floods, every register and every crossing")
    yield from exercised(split, core, Stage(core, probe=recorder.probe), recorder, asked)


def _agreement(split: Split, core: Core, progress: Progress, asked: Thorough, recorder: Recorder) -> Iterator[Finding]:
    progress("simulation: the split machine against the reference")
    master, policy, count = split.merged.master, split.merged.policy, 5 * asked.count
    bad, against, cycles, longest, frames = "", None, 0, 0, 0
    reached: Reached = (None, None)

    def ended(machine: SplitMachine) -> None:
        nonlocal cycles, longest, reached
        cycles += machine.model.cycles
        longest = max(longest, machine.model.cycles)
        recorder.functions.ended(machine.registers())
        reached = recorder.take(machine)

    runs = [
        (f"seed{seed}" + (f"-{number}" if number else ""), packets)
        for seed in asked.seeds
        for number, packets in enumerate([random_traffic(master, policy, seed, count), *telling_runs(master, policy, seed)])
    ]
    for name, packets in runs:
        frames += len(packets)
        seen = run_split(split, packets, core, probe=recorder.probe, ended=ended).emitted
        expected = run_software(split.merged, packets, reference=True, observer=recorder.functions.passed).emitted
        if seen != expected and not bad:
            bad = f"differs with {name.replace('seed', 'seed ').replace('-', ', run ')}"
            against = disagreement(split, core, packets, expected, seen, asked.folder, f"agreement-{name}")
    work = Work("", f"{longest} cycles", asked.seeds, cycles, frames, *reached)
    figure = f"{len(asked.seeds)} seeds, {count} packets each, and {frames - count * len(asked.seeds)} that tell more"
    yield Finding(
        "the split machine emits what the reference emits", "simulation", not bad, bad or figure, work=work, counterexample=against
    )
