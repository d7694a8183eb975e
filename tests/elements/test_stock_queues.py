"""Queues, schedulers and switches print what a stock Click prints, named by the environment variable CLICK, in simulated time."""

import os
import subprocess
import sys

import pytest

CLICK = os.environ.get("CLICK", "")
ABC = """a, b, c :: InfiniteSource(LIMIT 30, BURST 7, ACTIVE false);
a -> Paint(1) -> qa :: Queue; b -> Paint(2) -> qb :: Queue; c -> Paint(3) -> qc :: Queue;
Script(write a.data "x1", write b.data "bbb", write c.data "ccccccc", write a.active 1, write b.active 1, write c.active 1,
       wait 1, write u.active 1, wait 1, stop);"""
SCHEDULERS = ("RoundRobinSched", "PrioSched", "SimplePrioSched", "SimpleRoundRobinSched", "StrideSched(5, 3, 1)", "DRRSched(4)")
CONFIGURATIONS = {
    **{
        name: f"{ABC} r :: {name}; qa -> Print -> [0] r; qb -> [1] r; qc -> [2] r; r -> Print(out) -> u :: Unqueue(ACTIVE 0) -> Discard;"
        for name in SCHEDULERS
    },
    "switches": """i :: InfiniteSource("x", LIMIT 20) -> s :: StrideSwitch(3, 2, 0) -> Print(0) -> Discard; s[1] -> Print(1) -> Discard;
        s[2] -> Print(2) -> Discard;
        InfiniteSource("y", LIMIT 7) -> r :: RoundRobinSwitch -> Print(3) -> Discard; r[1] -> Print(4) -> Discard;
        Script(wait 1, write s.tickets2 5, write i.reset, wait 1, read s.config, stop)""",
    "a queue that is changed": """i :: InfiniteSource("x", LIMIT 9) -> q :: Queue(5) -> Idle; q[1] -> Print(over) -> Discard;
        Script(wait 1, read q.length, read q.drops, write q.capacity 3, read q.length, read q.config, read i.count, write q.reset_counts,
        read q.highwater_length, write q.capacity 8, wait 1, read q.length, read i.count, write q.reset, read q.length, stop)""",
    "front drop": """i :: InfiniteSource("x", LIMIT 9) -> q :: FrontDropQueue(5) -> Idle; q[1] -> Print(over) -> Discard;
        Script(wait 1, read q.length, read q.drops, write q.capacity 3, read q.length, write q.capacity 4, read q.length, stop)""",
    "sizes": """InfiniteSource("abcdefgh", LIMIT 1) -> t :: Tee -> Truncate(5) -> Print(a) -> Pad(9) -> Print(b) -> Truncate(3) -> Pad
        -> Print(c) -> Discard; t[1] -> Truncate(2) -> p :: Pad -> Print(d) -> Discard; t[2] -> Resize(-3, -2) -> Print(e) -> Discard;
        Script(wait 1, stop)""",
    "hub": """InfiniteSource("a", LIMIT 2) -> h :: Hub -> Print(0) -> Discard;
        InfiniteSource("b", LIMIT 1) -> [1] h [1] -> Print(1) -> Discard;
        Idle -> [2] h [2] -> Print(2) -> Discard; Script(wait 1, stop)""",
    "timed": """t :: TimedSource(0.1, "t", LIMIT 7) -> c :: Counter -> d :: Discard;
        RatedSource("r", 20, 31) -> e :: Counter -> Queue -> DelayUnqueue(0.3) -> f :: Counter -> Discard;
        Script(wait 0.55, read c.count, read d.count, read e.count, read f.count, wait 0.5, read c.count, read d.count, read f.count,
        read t.interval, stop)""",
    "red": """InfiniteSource(LIMIT 300, BURST 8) -> r :: RED(5, 5, 0.02, STABILITY 0, GENTLE false) -> q :: SimpleQueue(200) -> Idle;
        Script(wait 1, read r.drops, read q.length, read r.queues, read r.max_p, read r.min_thresh, stop)""",
    "handlers": """u :: Unqueue(BURST 3, ACTIVE false, LIMIT 9); Idle -> Queue -> u -> Discard; s :: Suppressor; Idle -> s -> Discard;
        b :: BandwidthShaper(1Mbps); Idle -> Queue -> b -> Discard; l :: LinkUnqueue(5ms, 100kb/s); Idle -> Queue -> l -> Discard;
        Script(read u.burst, read u.active, read u.limit, read s.active0, read b.rate, read l.latency, read l.bandwidth, read l.size,
        write u.burst -1, read u.burst, stop)""",
}


def printed(command: list[str], configuration: str) -> list[str]:
    done = subprocess.run([*command, "--simtime", "-e", configuration], capture_output=True, text=True, check=False, timeout=60)
    return [line for line in [*done.stdout.splitlines(), *done.stderr.splitlines()] if line]


@pytest.mark.skipif(not CLICK, reason="CLICK does not name a stock Click")
@pytest.mark.parametrize("name", list(CONFIGURATIONS))
def test_what_is_printed_is_what_click_prints(name: str) -> None:
    ours = [sys.executable, "-c", "from swclick.command import main; main()"]
    expected = printed([CLICK], CONFIGURATIONS[name])
    assert len(expected) > 3
    assert printed(ours, CONFIGURATIONS[name]) == expected
