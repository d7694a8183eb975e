"""Benchmarks: what a tenant more costs in hardware, and how fast the readings of the same machine are beside each other.

Speeds are set beside each other in one run, and are never a test's to judge. All figures are written as JSON in the folder given.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from elements.reference.machine import Machine as Reference
from hdl.tools.yosys import synthesise_stat
from mlclick.build import parameters_for
from mlclick.design import Merged, Progress, Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from sim.plain_text import plain_text
from sim.tenant_traffic import random_traffic
from swclick.machine import Machine as Compiled

SEED = 1


@dataclass(frozen=True)
class Size:
    """The core of ``tenants`` on a 7-series device: LUTs (as logic and as memory), flip-flops, 18 kbit block RAMs; elements in hardware and
    cycles of the pipeline."""

    tenants: tuple[str, ...]
    luts: int
    flip_flops: int
    bram18: int
    hardware: int
    latency: int


@dataclass(frozen=True)
class Speed:
    """Packets a second through the whole machine in software, and how often that is the reference's."""

    reading: str
    packets_per_second: float
    ratio: float


def sizes(tenants: tuple[str, ...], folder: Path, progress: Progress) -> tuple[Size, Size]:
    """All but the last tenant, and all."""
    return _size(tenants[:-1], folder, progress), _size(tenants, folder, progress)


def _size(tenants: tuple[str, ...], folder: Path, progress: Progress) -> Size:
    merged = merge_tenants(Source(tenants, folder))
    design = split(merged, rates_of(merged, None))
    core = build_core(design, parameters_for("versa_ecp5", design))
    progress(f"sizes: synthesis of {','.join(tenants)} (Yosys)")
    used = synthesise_stat(plain_text(core), "core", "xc7")
    return Size(tenants, used.total_lut, used.ff, used.bram18, len(design.plan.hardware), core.datapath.pipeline.latency)


def speeds(merged: Merged, count: int, progress: Progress) -> tuple[Speed, ...]:
    """The reference and the compiled machine on the same ``count`` packets, once they stand."""
    traffic = random_traffic(merged.master, merged.policy, SEED, count)
    sources, packets = [f"port{port}_in" for port, _ in traffic], [packet for _, packet in traffic]
    progress(f"speeds: reference, {count} packets")
    reference = Reference(merged.master.graph)
    start = perf_counter()
    for source, packet in zip(sources, packets, strict=True):
        reference.inject(source, packet.copy())
    slow = count / (perf_counter() - start)
    progress(f"speeds: compiled, {count} packets")
    compiled = Compiled(merged.master.graph)
    start = perf_counter()
    compiled.run(sources, packets)
    fast = count / (perf_counter() - start)
    return Speed("reference", slow, 1.0), Speed("compiled", fast, fast / slow)


def write_bench(folder: Path, name: str, rows: tuple[Size | Speed, ...]) -> Path:
    """Writes ``rows`` as `NAME.json` in ``folder``; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path
