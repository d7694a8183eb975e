"""Verification of a design: proofs of the pipeline, two-run noninterference of the whole core, agreement with the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, product
from pathlib import Path

from graph.print_click import print_graph
from hdl.core import Core
from hdl.tools.cache import content_key
from hdl.tools.verilog import to_verilog
from mlclick.design import Progress, Split
from mlclick.run import run_software, run_split
from sim.construction import by_construction
from sim.evidence import BREAKS, Evidence, Finding, How, netlist_hash, why_broken
from sim.isolation import Party, Scene, Stage, Timed, two_runs
from sim.proof.pipeline import prove_pipeline
from sim.tenant_traffic import mark_of, random_traffic
from sim.verilated import AssertionFailed

EASE = 1_000
"""Cycles between a tenant's frames, within which one frame of its own and one of another tenant's have passed, whatever their lengths."""
GAP = 400
"""Fewer, so that long frames of two tenants take turns."""
TIMES = ".full_at"
"""How registers are called that keep a time: they are as when the victim is alone only where its frames do not wait."""
CYCLES_AFTER = 6_000
PACKAGES = ("graph", "elements", "hdl", "swclick", "partition", "sim", "boards", "mlclick")
RULES = "the rules of streams, of the register bus and of memories are kept"


def core_hash(core: Core) -> str:
    """What evidence of ``core`` is tied to: the hash of its Verilog without checkers, which is what boards are built of."""
    return netlist_hash(to_verilog(core, "core"))


def machine_hash(split: Split) -> str:
    """What evidence rests on beside the core: the tenants' graph, its half in software, and the sources of mlclick itself, which say how
    that half is compiled and what is checked."""
    graphs = [print_graph(split.merged.master.graph), print_graph(split.software)]
    return content_key(*split.merged.master.tenants, *graphs, *(path.read_bytes() for path in _sources()))


def _sources() -> list[Path]:
    here = Path(__file__).parents[1]
    return sorted(path for package in PACKAGES for path in (here / package).rglob("*") if path.suffix in (".py", ".c", ".h"))


def verify(split: Split, core: Core, progress: Progress, seeds: tuple[int, ...] = (1, 2), count: int = 60) -> Evidence:
    """Evidence for ``core``, which is the hardware half of ``split``. Every check is run, whatever an earlier one finds; one that is not
    carried out to its end has failed, and what it had found by then is kept."""
    steps: tuple[tuple[str, How, Callable[[], Iterator[Finding]]], ...] = (
        ("the proof of noninterference", "proof", lambda: _proofs(split, core, progress)),
        ("a tenant alone and beside another", "simulation", lambda: _noninterference(split, core, progress, seeds, count)),
        ("agreement with the reference", "simulation", lambda: _agreement(split, core, progress, seeds, 5 * count)),
    )
    findings, broken = list[Finding](), ""
    for name, how, find in steps:
        try:
            findings.extend(find())
        except AssertionFailed as error:
            broken = broken or str(error)
            findings.append(Finding(name, how, False, str(error)))
        except BREAKS as error:
            if how == "simulation":
                broken = broken or f"{name} was not carried out to its end"
            findings.append(Finding(name, how, False, why_broken(error)))
    findings.append(Finding(RULES, "simulation", not broken, broken or "in every cycle that was simulated here"))
    return Evidence(core_hash(core), machine_hash(split), split.merged.master.tenants, tuple(findings))


def _proofs(split: Split, core: Core, progress: Progress) -> Iterator[Finding]:
    progress("proof: noninterference of the pipeline, without a bound")
    results = prove_pipeline(core.datapath.pipeline)
    for number, result in results.items():
        tenant = split.merged.master.tenants[number]
        name = f"in the pipeline no other tenant influences {tenant}"
        detail = f"{result.obligations} obligations, {result.stages} stages" if result.proved else result.failures[0]
        yield Finding(name, "proof", result.proved, detail)
    yield from by_construction(core, results)


def _noninterference(split: Split, core: Core, progress: Progress, seeds: tuple[int, ...], count: int) -> Iterator[Finding]:
    progress("simulation: building the model")
    stage = Stage(core)
    parties = _parties(split)
    for victim, attacker in permutations(parties, 2):
        progress(f"simulation: {victim} alone and beside {attacker}")
        # A tag is put on by the hardware, and nothing leaves without; a mark may be lost on the way.
        strays = any(parties[name].vlan is None for name in (victim, attacker))
        bad = ""
        for seed, (gap, but) in product(seeds, ((EASE, None), (GAP, TIMES))):
            cycles = gap * count + CYCLES_AFTER
            mine = Scene(_frames(split, victim, seed, count, gap, 0), cycles=cycles)
            theirs = Scene(_frames(split, attacker, seed + 1000, count, gap, gap // 2), cycles=cycles)
            runs = two_runs(stage, parties[victim], parties[attacker], mine, theirs, strays=strays, but=but)
            if runs.differences:
                bad = bad or f"with seed {seed}, a frame in {gap} cycles: {runs.differences[0]}"
        name = f"{victim}'s frames, their order and its registers are the same with and without {attacker}"
        yield Finding(name, "simulation", not bad, bad or f"{len(seeds)} seeds, {count} frames of each, apart and taking turns")


def _parties(split: Split) -> dict[str, Party]:
    """How each tenant's frames are known where they leave."""
    policy = split.merged.policy
    return {name: Party(number, policy.tenant(name).vlan, mark_of(number)) for number, name in enumerate(split.merged.master.tenants)}


def _frames(split: Split, tenant: str, seed: int, count: int, gap: int, start: int) -> dict[int, list[Timed]]:
    merged = split.merged
    frames: dict[int, list[Timed]] = {port: [] for port in merged.master.ports}
    policy = merged.policy.tenant(tenant)
    marks = {tenant: mark_of(merged.master.tenants.index(tenant))} if policy.vlan is None else {}
    packets = random_traffic(merged.master, merged.policy, seed, count, only=tenant, marks=marks)
    for index, (port, packet) in enumerate(packets):
        frames[port].append((start + index * gap, packet.data))
    return frames


def _agreement(split: Split, core: Core, progress: Progress, seeds: tuple[int, ...], count: int) -> Iterator[Finding]:
    progress("simulation: the split machine against the reference")
    bad = ""
    for seed in seeds:
        packets = random_traffic(split.merged.master, split.merged.policy, seed, count)
        if run_split(split, packets, core).emitted != run_software(split.merged, packets, reference=True).emitted:
            bad = bad or f"differs with seed {seed}"
    figure = f"{len(seeds)} seeds, {count} packets each"
    yield Finding("the split machine emits what the reference emits", "simulation", not bad, bad or figure)
