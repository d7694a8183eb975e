"""Tasks that a burst of packets wakes wait for some more of them, but not where that would lose packets or be seen."""

from __future__ import annotations

import pytest

from graph.load import load_text
from swclick.live import Live
from tests.swclick.program import swclick

BURSTS = 30
LATER = 3
"""BURSTS_BEFORE of the runtime."""


def runs_of(live: Live, name: str) -> int:
    """How often the element's task ran."""
    number = [node.name for node in live.graph.nodes].index(name)
    return next(task.runs for task in live._tasks if task.element == number)


def driven(burst: int, queues: str, more: str = "") -> Live:
    """Bursts to a queue each in turn, emptied by Unqueues ``u1``, ``u2``…, which count in ``c1``, ``c2``…"""
    sinks = "".join(
        f"r[{n}] -> {queue} -> u{n} :: Unqueue(BURST 4096) -> c{n} :: Counter -> Discard;" for n, queue in enumerate(queues.split())
    )
    source = f"s :: InfiniteSource(LIMIT {BURSTS * burst}, BURST {burst}, STOP true) -> r :: RoundRobinSwitch;"
    live = Live(load_text(source + sinks + more, "t"))
    live.drive()
    return live


@pytest.mark.parametrize(("burst", "least"), [(1, BURSTS), (7, BURSTS), (8, BURSTS // LATER), (64, BURSTS // LATER), (65, BURSTS)])
def test_who_is_woken_by_bursts_runs_less_often_than_they_come(burst: int, least: int) -> None:
    live = driven(burst, "Queue(1000)")
    assert least <= runs_of(live, "u0") <= least + 2
    assert runs_of(live, "s") == BURSTS + 1


@pytest.mark.parametrize("capacity", [32, 33, 64, 96, 127, 128, 129, 150, 200, 1000])
def test_no_queue_overflows_for_that(capacity: int) -> None:
    live = driven(32, f"q::Queue({capacity})")
    assert live.read_handler("q.drops") == "0"
    assert live.read_handler("c0.count") == str(32 * BURSTS)


@pytest.mark.parametrize(("queue", "more"), [("FrontDropQueue", ""), ("MixedQueue", "Idle -> [1] q;"), ("NotifierQueue", "")])
def test_nor_does_one_of_another_kind(queue: str, more: str) -> None:
    assert driven(64, f"q::{queue}(150)", more).read_handler("q.drops") == "0"


def test_where_many_are_woken_they_run_at_once() -> None:
    live = driven(60, " ".join(["Queue(1000)"] * 30))
    assert all(runs_of(live, f"u{n}") >= BURSTS for n in range(30))
    assert all(live.read_handler(f"c{n}.count") == str(2 * BURSTS) for n in range(30))


def test_what_would_have_come_before_the_stop_still_does() -> None:
    """All packets but those of the run that stops."""
    source = "InfiniteSource(BURST 32) -> n :: Counter(COUNT_CALL 321 stop)"
    live = Live(load_text(f"{source} -> Queue(1000) -> Unqueue(BURST 4096) -> c :: Counter -> Discard", "t"))
    live.run_driver()
    assert live.read_handler("n.count") == "352"
    assert live.read_handler("c.count") == "320"


def test_one_by_one_nothing_changes_its_place() -> None:
    text = "InfiniteSource(LIMIT 3, STOP true) -> Print(a, 0) -> Queue -> Unqueue -> Print(b, 0) -> Discard"
    assert [line.split(":")[0] for line in swclick("-e", text).stderr.decode().splitlines()] == ["a", "b"] * 3
