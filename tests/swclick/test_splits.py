"""Runs that take too long are split, so that other tenants have their turn between: what a packet costs is said by the tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from elements.definition.catalogue import class_info
from elements.reference.machine import instantiate
from graph.check import check
from graph.load import load_text
from swclick.cuts import find_cuts
from tests.swclick.tenants import Timed

MS = 1_000_000
BOUND = 10_000
"""ns."""
ENDLESS = ("", "InfiniteSource -> c :: Counter -> Discard;")
BURSTS = ("", "s :: InfiniteSource(BURST 256) -> Strip(1) -> Unstrip(1) -> c :: Counter -> Discard;")
CHAIN = "-> one :: Counter -> Strip(1) -> Unstrip(1) -> Paint(1) -> Strip(2) -> two :: Counter -> Unstrip(2) -> Strip(1) -> Unstrip(1)"
LONG = f"{CHAIN} -> three :: Counter -> Paint(2)"
COSTS = {"a/c": 100, "b/one": 8000, "b/two": 9000, "b/three": 3000}


def told(machine: Timed, tenant: str = "b") -> list[str]:
    return machine.live.read_handler(f"{tenant}.splits").splitlines()


def test_a_run_moves_as_many_packets_as_are_within_the_bound(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": BURSTS}, {"a/c": 100, "b/c": 1000}, 20 * MS).run()
    assert machine.read("b.bound") == BOUND
    assert machine.read("b.longest") <= BOUND
    assert machine.read("b/c.count") == machine.read("b/s.count")
    many = "at most 8 packets in a run, not 256: 8 packets took 8.0 us"
    assert told(machine) == [f"b/s :: InfiniteSource: {many}"]


def test_where_packets_come_to_cost_more_fewer_are_moved(tmp_path: Path) -> None:
    """As many as fit into the bound, from the second run on."""
    machine = Timed(tmp_path, {"a": ENDLESS, "b": BURSTS}, {"a/c": 100, "b/c": 3000}, 5 * MS).run()
    assert machine.read("b.longest") == 8 * 3000
    assert told(machine) == ["b/s :: InfiniteSource: at most 3 packets in a run, not 256: 3 packets took 9.0 us"]
    assert machine.read("b.turns") >= machine.read("b/c.count") // 3


def test_a_task_that_would_not_move_more_any_longer_is_not_said_to_be_limited(tmp_path: Path) -> None:
    text = "InfiniteSource(BURST 64) -> Queue -> u :: Unqueue(256) -> c :: Counter -> Discard;"
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, {"a/c": 100, "b/c": 3000}, 5 * MS).run()
    assert told(machine) == ["b/u :: Unqueue: at most 3 packets in a run, not 256: 3 packets took 9.0 us"]
    machine.live.write_handler("b/u.burst", "2")
    machine.go_on(MS)
    assert told(machine) == []
    # What it was limited to stays, also where just so many are wanted.
    machine.live.write_handler("b/u.burst", "3")
    machine.go_on(MS)
    machine.live.write_handler("b/u.burst", "256")
    machine.go_on(100_000)
    assert told(machine) == ["b/u :: Unqueue: at most 3 packets in a run, not 256: 3 packets took 9.0 us"]


def test_a_run_that_moved_nothing_says_nothing_of_what_packets_take(tmp_path: Path) -> None:
    text = "InfiniteSource -> Queue -> d :: Counter -> RandomSample(DROP 1) -> u :: Unqueue(256) -> c :: Counter -> Discard;"
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, {"a/c": 100, "b/d": 20_000}, 5 * MS).run()
    assert machine.read("b/d.count") > 50
    assert not any("in a run" in line for line in told(machine))
    assert all(task.most > 1 for task in machine.live.tasks)


def test_a_burst_that_is_within_the_bound_stays_one_run(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": BURSTS}, {"a/c": 100, "b/c": 10}, 5 * MS).run()
    assert told(machine) == []
    assert machine.read("b.turns") < machine.read("b/c.count") / 200


@pytest.mark.parametrize(
    "text",
    [
        "InfiniteSource -> q :: Queue -> Unqueue(256) -> c :: Counter -> Discard;",
        "InfiniteSource(BURST 64) -> q :: Queue -> Unqueue2(256) -> c :: Counter -> Queue -> Discard(BURST 0);",
        "InfiniteSource(BURST 64) -> q :: Queue -> c :: Counter -> Discard(BURST 256);",
        "InfiniteSource(BURST 64) -> q :: Queue -> DelayUnqueue(0) -> c :: Counter -> Discard;",
        "InfiniteSource(BURST 256) -> q :: Queue -> Burster(0.0001, 256) -> c :: Counter -> Discard;",
    ],
)
def test_whatever_moves_packets_moves_no_more_than_fit(tmp_path: Path, text: str) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, {"a/c": 100, "b/c": 2500}, 20 * MS).run()
    assert machine.read("b/c.count") > 100
    # The first run was of eight.
    assert machine.read("b.longest") <= 8 * 2500
    assert machine.read("b.time") / machine.read("b.turns") <= BOUND


def test_a_chain_in_which_one_packet_takes_too_long_is_split_where_that_is_measured_to_help(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", f"InfiniteSource {LONG} -> Discard;")}, COSTS, 20 * MS).run()
    assert told(machine) == [
        "b/Paint@5 :: Paint: packets wait in front of it for another run: 8.0 us to there and 12.0 us from there were one run",
        "b/Strip@9 :: Strip: packets wait in front of it for another run: 9.0 us to there and 3.0 us from there were one run",
    ]
    time, turns = machine.read("b.time"), machine.read("b.turns")
    counts = [machine.read(f"b/{name}.count") for name in ("one", "two", "three")]
    assert counts[0] - counts[2] in (0, 1)
    # Three runs for each packet, but for the first few.
    assert time == sum(count * cost for count, cost in zip(counts, (8000, 9000, 3000), strict=True))
    assert turns >= 3 * counts[0] - 30
    assert abs(machine.read("a.time") - time) <= 20_000


def test_what_was_split_is_one_run_again_where_that_is_short_for_long(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", f"s :: InfiniteSource(BURST 3) {LONG} -> Discard;")}, COSTS, 20 * MS).run()
    assert len(told(machine)) == 3
    for name in ("b/one", "b/two", "b/three"):
        machine.cost(name, 500)
    machine.go_on(60 * MS)
    assert told(machine) == []
    count, turns = machine.read("b/three.count"), machine.read("b.turns")
    machine.go_on(5 * MS)
    assert machine.read("b/three.count") - count > 2 * (machine.read("b.turns") - turns)
    machine.cost("b/two", 15_000)
    machine.go_on(20 * MS)
    assert any("wait in front" in line for line in told(machine))


def test_what_cannot_be_split_is_not_said_any_more_where_it_does_not_happen(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ENDLESS}, {"a/c": 100, "b/c": 70_000}, 20 * MS).run()
    assert len(told(machine)) == 1
    machine.cost("b/c", 1000)
    machine.go_on(60 * MS)
    assert told(machine) == []


@pytest.mark.parametrize("cost", [1500, 12_000])
def test_a_run_that_is_seldom_too_long_splits_nothing(tmp_path: Path, cost: int) -> None:
    """What it is seldom is measured by time: bursts of many packets in a run are time, too."""
    text = "InfiniteSource(BURST 32) -> c :: Counter -> Discard; TimedSource(1ms) " + LONG + " -> Discard;"
    costs = {"a/c": 100, "b/c": 150, "b/one": cost, "b/two": cost}
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, costs, 20 * MS).run()
    assert told(machine) == []


def test_a_split_chain_keeps_its_packets_and_all_that_is_seen_of_them_in_order(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Also where the source would make several at once: one is through before the next begins."""
    begin = LONG.replace("-> one", "-> Print(in, 9) -> one")
    text = f"RandomSource(9, BURST 32) {begin} -> Print(out, 9) -> Discard;"
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, COSTS, 20 * MS).run()
    assert len(told(machine)) == 3
    machine.live.close()
    seen = re.findall(r"^(in|out): +\d+ \| (.*)$", capfd.readouterr().err, re.M)
    # The source would make several at once, and did until it was measured.
    assert [where for where, _ in seen] == (["in", "out"] * len(seen))[: len(seen)]
    assert all(first[1] == then[1] for first, then in zip(seen[::2], seen[1::2], strict=False))
    assert len(seen) > 400


def test_copies_that_come_by_several_ways_stay_in_order(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The second copy is not printed before the first is through."""
    text = "InfiniteSource -> Strip(1) -> t :: Tee; j :: Unstrip(1) -> Print(out, 1) -> c :: Counter -> Discard;"
    text += "t -> j; t[1] -> Print(two, 1) -> j;"
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, {"a/c": 100, "b/c": 8000}, 2 * MS).run()
    machine.live.close()
    seen = re.findall(r"^(out|two):", capfd.readouterr().err, re.M)
    assert len(seen) > 150
    assert seen == (["out", "two", "out"] * len(seen))[: len(seen)]


def test_nothing_is_lost_between_two_queues_of_a_split_chain(tmp_path: Path) -> None:
    text = f"InfiniteSource(BURST 4) -> p :: Queue(50) -> Unqueue2(32) {LONG} -> q :: Queue(2) -> Unqueue -> d :: Counter -> Discard;"
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, COSTS, 20 * MS).run()
    assert any("for another run" in line for line in told(machine))
    assert machine.read("b/q.drops") == 0
    assert machine.read("b/three.count") - machine.read("b/d.count") in (0, 1, 2)


def test_copies_wait_together_and_go_on_one_by_one(tmp_path: Path) -> None:
    text = "s :: InfiniteSource -> Strip(1) -> t :: Tee(40); j :: Unstrip(1) -> c :: Counter -> Discard;"
    text += "".join(f"t[{n}] -> j;" for n in range(40))
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, {"a/c": 100, "b/c": 1000}, 20 * MS).run()
    # What is measured is a run for each 40 packets, and then one for each, or several where these are short.
    [line] = [line for line in told(machine) if "wait" in line]
    assert line.startswith("b/j :: Unstrip: packets wait in front of it for another run")
    assert machine.read("b.turns") > machine.read("b/c.count") / 5
    # None of them is lost, and those of one packet are through before the next is made.
    assert 40 * machine.read("b/s.count") - machine.read("b/c.count") in range(41)
    assert abs(machine.read("a.time") - machine.read("b.time")) < 400_000


@pytest.mark.parametrize("cost", [100, 8000])
def test_no_packet_is_lost_for_that_runs_are_split(tmp_path: Path, cost: int) -> None:
    """Whoever empties a queue moves as much before it is filled again as it would without a bound."""
    text = "InfiniteSource -> Strip(1) -> t :: Tee(32); j :: Unstrip(1) -> c :: Counter -> q :: Queue(40) -> u :: Unqueue(32) -> Discard;"
    text += "".join(f"t[{n}] -> j;" for n in range(32))
    got = []
    for bound in (BOUND, 10**9):
        machine = Timed(tmp_path, {"a": ENDLESS, "b": ("", text)}, {"a/c": 100, "b/c": cost}, 100 * 32 * cost, bound=bound).run()
        assert machine.read("b/c.count") > 1000
        # The first few runs were not split.
        assert (machine.read("b.time") / machine.read("b.turns") <= 1.5 * BOUND) == (cost == 100 or bound == BOUND)
        got.append(machine.read("b/q.drops"))
    assert got == [0, 0]


def test_what_cannot_be_split_is_said_and_paid_back(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ENDLESS, "b": ENDLESS}, {"a/c": 100, "b/c": 70_000}, 20 * MS).run()
    assert told(machine)[-1] == "b: a run of one packet or of none takes 70.0 us or more, and cannot be split where that would help"
    assert abs(machine.read("a.time") - machine.read("b.time")) <= 70_000
    assert told(machine, "a") == []


def cuts(text: str) -> dict[str, int]:
    checked = check(load_text(text, "t"), class_info)
    return find_cuts(checked, {node.name: "t" for node in checked.graph.nodes}, instantiate(checked.graph))


def chain(count: int, name: str = "x") -> str:
    return " -> ".join(f"{name}{n} :: Null" for n in range(count))


def test_packets_may_wait_at_each_fourth_element() -> None:
    assert list(cuts(f"InfiniteSource -> {chain(9)} -> Discard;")) == ["x3", "x7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Another way to what is behind it, by which packets might overtake those that wait.
        (f"InfiniteSource -> s :: Classifier(0/01, -) -> {chain(9)} -> d :: Null -> Discard; s[1] -> d;", ["d"]),
        # All comes through what is before the ways part, too.
        (f"InfiniteSource -> {chain(4)} -> s :: Classifier(0/01, -) -> d :: Null -> Discard; s[1] -> d;", ["x3", "d"]),
        # A ring counts what is passed while a packet is pushed.
        (f"InfiniteSource -> {chain(2)} -> r :: Null -> Null -> s :: Classifier(0/01, -) -> Null -> Null -> r; s[1] -> Discard;", []),
        # Copies of a packet: while the first waited, the second would pass what is before that place.
        (f"InfiniteSource -> t :: Tee -> j :: Null -> {chain(9)} -> Discard; t[1] -> j;", ["j"]),
        (f"InfiniteSource -> t :: Tee -> j :: Null -> {chain(9)} -> Discard; t[1] -> Null -> j;", []),
        (f"InfiniteSource -> {chain(4)} -> t :: Tee -> {chain(9, 'y')} -> Discard; t[1] -> Discard;", ["x3"]),
        (f"InfiniteSource -> {chain(4)} -> f :: IPFragmenter(300) -> {chain(9, 'y')} -> Discard; f[1] -> Discard;", ["x3"]),
        # What is turned away while another packet is pulled.
        (
            f"InfiniteSource -> Queue -> h :: CheckIPHeader -> Unqueue -> {chain(9)} -> Discard; h[1] -> {chain(9, 'y')} -> Discard;",
            ["x3", "x7"],
        ),
        # Nothing is behind a queue.
        (f"InfiniteSource -> {chain(3)} -> Queue -> Discard;", []),
    ],
)
def test_packets_wait_only_where_nothing_overtakes_them(text: str, expected: Sequence[str]) -> None:
    assert list(cuts(text)) == expected


def test_alike_tenants_share_code_that_is_cut_for_each_by_what_it_takes(tmp_path: Path) -> None:
    text = ("", f"InfiniteSource {LONG} -> Discard;")
    costs = {"a/one": 100, **{name: cost for name, cost in COSTS.items() if name != "a/c"}}
    machine = Timed(tmp_path, {"a": text, "b": text}, costs, 20 * MS)
    machine.run()
    assert told(machine, "a") == []
    assert len(told(machine)) == 2
    assert abs(machine.read("a.time") - machine.read("b.time")) <= 20_000
