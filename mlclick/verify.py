"""Verification of a design: proofs of the pipeline, two-run noninterference of the whole core, agreement with the reference."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import sim.evidence
from graph.print_click import print_graph
from hdl.core import Core
from hdl.tools.verilog import to_verilog
from mlclick.design import Progress, Split
from mlclick.run import run_software, run_split
from sim.evidence import Evidence, Finding, How, by_construction, netlist_hash
from sim.isolation import Scene, Stage, Timed, of_tenant
from sim.proof.pipeline import prove_pipeline
from sim.tenant_traffic import random_traffic
from sim.verilated import AssertionFailed

GAP = 400
CYCLES_AFTER = 6_000


def core_hash(core: Core) -> str:
    """What evidence of ``core`` is tied to: the hash of its Verilog without checkers, which is what boards are built of."""
    return netlist_hash(to_verilog(core, "core"))


def machine_hash(split: Split) -> str:
    """What evidence rests on beside the core: the tenants' graph, its half in software, and the sources of the checks."""
    checks = [Path(__file__), *sorted(Path(sim.evidence.__file__).parent.rglob("*.py"))]
    graphs = [print_graph(split.merged.master.graph), print_graph(split.software)]
    return netlist_hash("\0".join([*split.merged.master.tenants, *graphs, *(path.read_text(encoding="utf-8") for path in checks)]))


def verify(split: Split, core: Core, progress: Progress, seeds: tuple[int, ...] = (1, 2), count: int = 60) -> Evidence:
    """Evidence for ``core``, which is the hardware half of ``split``; everything is run, whatever fails before. A check that cannot be
    carried out to its end has failed."""
    steps: tuple[tuple[str, How, Callable[[], list[Finding]]], ...] = (
        ("the proof of noninterference", "proof", lambda: _proofs(split, core, progress)),
        ("a tenant alone and beside another", "simulation", lambda: _noninterference(split, core, progress, seeds, count)),
        ("agreement with the reference", "simulation", lambda: _agreement(split, core, progress, seeds, 5 * count)),
    )
    findings = list(by_construction())
    for name, how, find in steps:
        try:
            findings += find()
        except (AssertionFailed, RuntimeError, ValueError) as error:
            findings.append(Finding(name, how, False, str(error)))
    return Evidence(core_hash(core), machine_hash(split), split.merged.master.tenants, tuple(findings))


def _proofs(split: Split, core: Core, progress: Progress) -> list[Finding]:
    progress("proof: noninterference of the pipeline, without a bound")
    findings = []
    for number, result in prove_pipeline(core.datapath.pipeline).items():
        tenant = split.merged.master.tenants[number]
        name = f"in the pipeline no other tenant influences {tenant}"
        detail = f"{result.obligations} obligations, {result.stages} stages" if result.proved else result.failures[0]
        findings.append(Finding(name, "proof", result.proved, detail))
    return findings


def _noninterference(split: Split, core: Core, progress: Progress, seeds: tuple[int, ...], count: int) -> list[Finding]:
    progress("simulation: building the model")
    merged, stage = split.merged, Stage(core)
    tenants = merged.master.tenants
    findings = []
    for victim, attacker in permutations(tenants, 2):
        progress(f"simulation: {victim} alone and beside {attacker}")
        bad = ""
        for seed in seeds:
            mine, theirs = _frames(split, victim, seed, count, 0), _frames(split, attacker, seed + 1000, count, GAP // 2)
            cycles = GAP * count + CYCLES_AFTER
            alone, beside = stage.play(Scene(mine, cycles=cycles)), stage.play(Scene(_together(mine, theirs), cycles=cycles))
            number = tenants.index(victim)
            vlan = merged.policy.tenant(victim).vlan
            belongs = of_tenant(-1 if vlan is None else vlan, number)
            if alone.of(belongs, number + 1) != beside.of(belongs, number + 1):
                bad = bad or f"differs with seed {seed}"
        name = f"{victim}'s frames, their order and its registers are the same with and without {attacker}"
        findings.append(Finding(name, "simulation", not bad, bad or f"{len(seeds)} seeds, {count} frames of each"))
    return findings


def _frames(split: Split, tenant: str, seed: int, count: int, start: int) -> dict[int, list[Timed]]:
    frames: dict[int, list[Timed]] = {port: [] for port in split.merged.master.ports}
    packets = random_traffic(split.merged.master, split.merged.policy, seed, count, only=tenant)
    for index, (port, packet) in enumerate(packets):
        frames[port].append((start + index * GAP, packet.data))
    return frames


def _together(a: dict[int, list[Timed]], b: dict[int, list[Timed]]) -> dict[int, list[Timed]]:
    return {port: sorted(a[port] + b[port], key=lambda item: item[0]) for port in a}


def _agreement(split: Split, core: Core, progress: Progress, seeds: tuple[int, ...], count: int) -> list[Finding]:
    progress("simulation: the split machine against the reference")
    bad = ""
    for seed in seeds:
        packets = random_traffic(split.merged.master, split.merged.policy, seed, count)
        if run_split(split, packets, core).emitted != run_software(split.merged, packets, reference=True).emitted:
            bad = bad or f"differs with seed {seed}"
    figure = f"{len(seeds)} seeds, {count} packets each"
    rules = "the rules of streams, of the register bus and of memories are kept"
    return [
        Finding("the split machine emits what the reference emits", "simulation", not bad, bad or figure),
        # A rule that is broken ends the run.
        Finding(rules, "simulation", True, f"in every cycle of these simulations, {figure}"),
    ]
