"""How exactly tenants share the processor, and how long each waits for it: figures of a run, which what else a machine does disturbs.

A tenant that is rated is a source that never runs dry, in front of a RatedUnqueue; the gap is the time between two packets of a tenant at
its sink. A hog makes bursts of 256 packets and pushes each through a long chain; a copier makes 256 of each packet. How long the machine
itself keeps a thread waiting is measured beside that, by a loop that does nothing but see when its packets were due; a gap's own part is
what is left of it without what the system took from the thread meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import Path
from time import thread_time_ns
from typing import Annotated, Final

import typer

from elements.program.program import State
from elements.reference.machine import instantiate
from graph.diagnostics import Location
from graph.merge import MADE_BY_MERGE
from graph.model import Node
from mlclick.design import Source
from mlclick.flow import merge_tenants
from mlclick.prepare import prepare
from mlclick.software.gaps import BINS, GapSink, idle_bins
from swclick.containers import Containers, containers_of
from swclick.live import Live

TENANTS: Final = 10
RATE: Final = 100_000
WARM: Final = 0.5
"""Seconds of a run before anything is counted: buckets of RatedUnqueue begin full."""
TARGET: Final = 0.5
"""Percent that a rate or a share may be off."""
TARGET_GAP: Final = 60
"""us."""
CHAIN: Final = " -> ".join(["CheckIPHeader(OFFSET 14)", "Strip(14)", "DecIPTTL", "Unstrip(14)", "Paint(1)", "EtherMirror"] * 6)
PACKET: Final = "DATA \\<" + "02" * 12 + "0800" + "4500002e00000000ff11" + "a7bc0a0000010a000002" + "00" * 26 + ">"
LIMITED: Final = f"InfiniteSource({PACKET}) -> Queue(32) -> RatedUnqueue({RATE}) -> c :: Counter -> sink :: Discard;"
HOG: Final = f"InfiniteSource({PACKET}, BURST 256) -> {CHAIN} -> c :: Counter -> sink :: Discard;"
GREEDY: Final = f"InfiniteSource({PACKET}, BURST 32) -> c :: Counter -> sink :: Discard;"
COPIER: Final = f"InfiniteSource({PACKET}, BURST 32) -> t :: Tee(256); c :: Counter -> Paint(1) -> sink :: Discard;" + "".join(
    f"t[{n}] -> c;" for n in range(256)
)


@dataclass(frozen=True)
class Found:
    """Of one tenant in one run: packets a second, its share of the time that all tenants took, the longest turn, and the gap that one in a
    thousand is longer than, in us (`BINS` where it is longer than that), also without what the system took; what was split of it."""

    scene: str
    tenant: str
    is_rated: bool
    rate: float
    share: float
    longest_us: float
    gap_us: int
    own_gap_us: int
    splits: list[str]


@dataclass(frozen=True)
class Scene:
    """A run. Percent: the most that the rate of a rated tenant is off, and that a tenant which takes all it gets has more than its share,
    None where there are no such; the longest gap of a rated tenant, and of the idle loop just before, in us, both also without what the
    system took. Of the thread's processor
    time, the part that was charged to somebody; ms that the system took from it."""

    name: str
    rate_off: float | None
    share_over: float | None
    gap_us: int | None
    own_gap_us: int | None
    idle_gap_us: int
    own_idle_gap_us: int
    charged: float
    lost_ms: float
    rows: list[Found]


def scenes() -> Iterator[tuple[str, list[str]]]:
    """What runs, by name: the tenants' texts."""
    yield "rated", [LIMITED] * TENANTS
    yield "beside a hog", [*[LIMITED] * TENANTS, HOG]
    yield "all greedy", [*[GREEDY] * (TENANTS - 3), HOG, HOG, COPIER]


def measure(name: str, texts: Sequence[str], seconds: float, folder: Path) -> Scene:
    """Run these tenants so long, and the idle loop half as long before."""
    idle, own_idle = map(_gap, idle_bins(RATE, seconds / 2))
    names = [f"t{number}" for number in range(len(texts))]
    containers = _contained(names, texts, folder)
    end = Node("end", "Script", f"wait {WARM}s, write stop, wait {seconds:.9f}s, write stop", MADE_BY_MERGE)
    graph = replace(containers.graph, nodes=(*containers.graph.nodes, end))
    elements = instantiate(graph)
    elements |= {f"{each}/sink": GapSink(Node(f"{each}/sink", "Discard", "", Location(each, "", 1, 1)), 1, 0) for each in names}
    live = Live(graph, elements=elements, containers=containers)
    live.run_driver()
    live.stop(-1)
    for number in range(len(names) + 1):
        live.bucket(number).longest = 0
    before = _Counted(live, names)
    began, spent = live.now, -thread_time_ns()
    live.run_driver()
    passed, spent = (live.now - began) / 1e9, spent + thread_time_ns()
    after = _Counted(live, names)
    bins, own = (_passed(mine, earlier) for mine, earlier in zip(after.gaps, before.gaps, strict=True))
    times = [mine - earlier for mine, earlier in zip(after.times, before.times, strict=True)]
    total = sum(times[1:])
    rows = [
        Found(
            name,
            each,
            text == LIMITED,
            (after.counts[number] - before.counts[number]) / passed,
            times[number + 1] / total,
            live.bucket(number + 1).longest / 1000,
            _gap(bins[number]),
            _gap(own[number]),
            live.read_handler(f"{each}.splits").splitlines(),
        )
        for number, (each, text) in enumerate(zip(names, texts, strict=True))
    ]
    live.close()
    rated, others = [row for row in rows if row.is_rated], [row for row in rows if not row.is_rated]
    return Scene(
        name,
        max((abs(100 * row.rate / RATE - 100) for row in rated), default=None),
        None if rated else max(100 * row.share * len(rows) - 100 for row in others),
        max((row.gap_us for row in rated), default=None),
        max((row.own_gap_us for row in rated), default=None),
        idle,
        own_idle,
        sum(times) / spent,
        (after.lost - before.lost) / 1e6,
        rows,
    )


def _contained(names: Sequence[str], texts: Sequence[str], folder: Path) -> Containers:
    folder.mkdir(parents=True, exist_ok=True)
    for each, text in zip(names, texts, strict=True):
        (folder / f"{each}.click").write_text(text, encoding="utf-8")
    policy = "".join(f"[tenants.{each}]\nvlan = {number}\n" for number, each in enumerate(names, 1))
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    merged = merge_tenants(Source(tuple(names), folder))
    containers = containers_of(merged.master, merged.policy, merged.checked)
    assert containers is not None
    return containers


class _Counted:
    """What a machine counted until now: the time of each container (the operator's first), what the system took away, and packets by
    tenant; gaps by tenant, whole and without what the system took."""

    def __init__(self, live: Live, names: Sequence[str]) -> None:
        self.lost = live.lost
        self.times = [live.bucket(number).time for number in range(len(names) + 1)]
        self.counts = [int(live.read_handler(f"{each}/c.count")) for each in names]
        self.gaps = [[_bins(live, each, state) for each in names] for state in (GapSink.bins, GapSink.own)]


def _bins(live: Live, tenant: str, state: State) -> list[int]:
    words = live.words(f"{tenant}/sink")
    return [words.get(state, gap) for gap in range(BINS)]


def _passed(after: Sequence[Sequence[int]], before: Sequence[Sequence[int]]) -> list[list[int]]:
    """By tenant, what was counted after the beginning alone."""
    return [[mine - earlier for mine, earlier in zip(*each, strict=True)] for each in zip(after, before, strict=True)]


def _gap(bins: Sequence[int]) -> int:
    """The bin that one gap in a thousand is behind."""
    total = sum(bins)
    return next((gap + 1 for gap, sofar in enumerate(accumulate(bins)) if 1000 * sofar >= 999 * total), 0) if total else 0


def _us(gap: int) -> str:
    return f"{gap} us" if gap < BINS else f"over {BINS - 1} us"


def _lines(scene: Scene) -> Iterator[str]:
    for row in scene.rows:
        figures = f"{row.rate:>14,.0f}{row.share:>10.4f}{f'{row.longest_us:.0f} us':>16}{_us(row.gap_us):>14}{_us(row.own_gap_us):>10}"
        yield f"{row.scene:14}{row.tenant:>8}{figures}"
    found = []
    if scene.rate_off is not None and scene.gap_us is not None and scene.own_gap_us is not None:
        found.append(f"rates are within {scene.rate_off:.2f} % ({TARGET} % is wanted)")
        own = f"{_us(scene.own_gap_us)} without what the system took"
        found.append(f"p99.9 gap {_us(scene.gap_us)} ({TARGET_GAP} us), {own}")
        found.append(f"of an idle loop {_us(scene.idle_gap_us)} and {_us(scene.own_idle_gap_us)}")
    if scene.share_over is not None:
        found.append(f"nobody has more than {scene.share_over:.2f} % over its share ({TARGET} %)")
    found.append(f"{100 * scene.charged:.1f} % of the thread's time was charged, {scene.lost_ms:.1f} ms were taken from it")
    yield f"{scene.name}: {'; '.join(found)}"
    yield from dict.fromkeys(f"  {line}" for row in scene.rows for line in row.splits)


def bench_sharing(
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=3600, help="How long each run takes.")] = 10,
) -> None:
    """Measure how exactly ten tenants share the processor, alike, beside one with long bursts, and all greedy; writes JSON in
    build/bench/."""
    out = Path("build") / "bench"
    prepare(out)
    found: list[Scene] = []
    typer.echo(f"{'':14}{'tenant':>8}{'packets/s':>14}{'share':>10}{'longest turn':>16}{'p99.9 gap':>14}{'own':>10}")
    for name, texts in scenes():
        found.append(measure(name, texts, seconds, out / "sharing"))
        for line in _lines(found[-1]):
            typer.echo(line)
    path = out / "sharing.json"
    load = [round(each, 2) for each in os.getloadavg()]
    figures = {"seconds": seconds, "processors": os.cpu_count(), "load": load, "runs": [asdict(scene) for scene in found]}
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    typer.echo(f"load {' '.join(map(str, load))} on {os.cpu_count()} processors; figures: {path}")
