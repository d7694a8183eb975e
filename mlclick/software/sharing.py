"""How exactly tenants share the processor, and how long each waits for it: figures of a run, which what else a machine does disturbs.

A tenant that has a rate is a source that never runs dry, in front of a RatedUnqueue; the gap is the time between two packets of a tenant at
its sink. A hog makes bursts of 256 packets and pushes each through a long chain.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Final

import typer

from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.ports import Ports
from elements.reference.machine import instantiate
from graph.diagnostics import Location
from graph.merge import MADE_BY_MERGE
from graph.model import Node
from mlclick.design import Source
from mlclick.flow import merge_tenants
from mlclick.prepare import prepare
from swclick.containers import containers_of
from swclick.live import Live

TENANTS: Final = 10
RATE: Final = 100_000
BINS: Final = 4096
"""Gaps are counted by whole us; the last bin has all that are longer."""
CHAIN: Final = " -> ".join(["CheckIPHeader(OFFSET 14)", "Strip(14)", "DecIPTTL", "Unstrip(14)", "Paint(1)", "EtherMirror"] * 6)
PACKET: Final = "DATA \\<" + "02" * 12 + "0800" + "4500002e00000000ff11" + "a7bc0a0000010a000002" + "00" * 26 + ">"
LIMITED: Final = f"InfiniteSource({PACKET}, BURST 32) -> Queue -> RatedUnqueue({RATE}) -> c :: Counter -> sink :: Discard;"
HOG: Final = f"InfiniteSource({PACKET}, BURST 256) -> {CHAIN} -> c :: Counter -> sink :: Discard;"
GREEDY: Final = f"InfiniteSource({PACKET}, BURST 32) -> c :: Counter -> sink :: Discard;"


class GapSink(Element):
    """Counts the gaps between packets, in the place of a Discard."""

    ports = Ports("1/0", "a/a")
    bins = StateVariable(64, BINS)

    def c_source(self) -> CSource:
        """A packet's time is read here, which no element of a machine does that is not measured."""
        return CSource(
            fields=f"uint64_t bins[{BINS}], last;",
            push=f"""
    uint64_t now = clock_read(CLOCK_MONOTONIC), gap = (now - self->last) / 1000u;
    if (self->last) self->bins[gap < {BINS} ? gap : {BINS - 1}]++;
    self->last = now;
    KILL(p);
""",
            state=(("bins", "self->bins[0]"),),
        )


@dataclass(frozen=True)
class Found:
    """Of one tenant in one run: packets a second, its share of the time that all tenants took, the longest turn, and the gap that one in a
    thousand is longer than, in us (`BINS` - 1 where it is longer than that)."""

    scene: str
    tenant: str
    rate: float
    share: float
    longest_us: float
    gap_us: int


def scenes() -> Iterator[tuple[str, list[str]]]:
    """What runs, by name: the tenants' texts."""
    yield "rated", [LIMITED] * TENANTS
    yield "beside a hog", [LIMITED] * (TENANTS - 1) + [HOG]
    yield "all greedy", [GREEDY] * (TENANTS - 2) + [HOG, HOG]


def measure(name: str, texts: Sequence[str], seconds: float, folder: Path) -> list[Found]:
    """Run these tenants so long."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"t{number}" for number in range(len(texts))]
    for each, text in zip(names, texts, strict=True):
        (folder / f"{each}.click").write_text(text, encoding="utf-8")
    policy = "".join(f"[tenants.{each}]\nvlan = {number}\n" for number, each in enumerate(names, 1))
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    merged = merge_tenants(Source(tuple(names), folder))
    containers = containers_of(merged.master, merged.policy, merged.checked)
    assert containers is not None
    end = Node("end", "DriverManager", f"wait {seconds}s, stop", MADE_BY_MERGE)
    graph = replace(containers.graph, nodes=(*containers.graph.nodes, end))
    elements = instantiate(graph)
    elements |= {f"{each}/sink": GapSink(Node(f"{each}/sink", "Discard", "", Location(each, "", 1, 1)), 1, 0) for each in names}
    live = Live(graph, elements=elements, containers=containers)
    began = live.now
    live.run_driver()
    passed = (live.now - began) / 1e9
    times = {each: int(live.read_handler(f"{each}.time")) for each in names}
    found = [
        Found(
            name,
            each,
            int(live.read_handler(f"{each}/c.count")) / passed,
            times[each] / sum(times.values()),
            int(live.read_handler(f"{each}.longest")) / 1000,
            _gap([live.words(f"{each}/sink").get(GapSink.bins, gap) for gap in range(BINS)]),
        )
        for each in names
    ]
    live.close()
    return found


def _gap(bins: Sequence[int]) -> int:
    """The bin that one gap in a thousand is behind."""
    total = sum(bins)
    return next((gap + 1 for gap, sofar in enumerate(accumulate(bins)) if 1000 * sofar >= 999 * total), 0) if total else 0


def bench_sharing(
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=3600, help="How long each run takes.")] = 10,
) -> None:
    """Measure how exactly ten tenants share the processor, alike and beside one with long bursts; writes JSON in build/bench/."""
    out = Path("build") / "bench"
    prepare(out)
    rows: list[Found] = []
    typer.echo(f"{'':14}{'tenant':>8}{'packets/s':>14}{'share':>10}{'longest turn':>16}{'p99.9 gap':>14}")
    for name, texts in scenes():
        for row in measure(name, texts, seconds, out / "sharing"):
            rows.append(row)
            gap = f"{row.gap_us} us" if row.gap_us < BINS else f"over {BINS} us"
            typer.echo(f"{row.scene:14}{row.tenant:>8}{row.rate:>14,.0f}{row.share:>10.4f}{f'{row.longest_us:.0f} us':>16}{gap:>14}")
    path = out / "sharing.json"
    load = [round(each, 2) for each in os.getloadavg()]
    figures = {"seconds": seconds, "processors": os.cpu_count(), "load": load, "runs": [asdict(row) for row in rows]}
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    typer.echo(f"figures: {path}")
