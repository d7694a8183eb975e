"""Tenants of a merged machine that runs by itself share the processor by their weights, whatever they do."""

from __future__ import annotations

import ctypes
import re
from dataclasses import replace
from pathlib import Path

import pytest

from elements.definition.host import HandlerError
from graph.merge import MADE_BY_MERGE
from graph.model import Node
from swclick.live import Clock, Live
from tests.swclick.tenants import Timed, merged

MS = 1_000_000
ENDLESS = "InfiniteSource -> c :: Counter -> Discard;"
BURSTS = "InfiniteSource(BURST 256) -> Strip(1) -> Unstrip(1) -> c :: Counter -> Discard;"


def shares(machine: Timed) -> dict[str, float]:
    """The share of the processor that each tenant had."""
    times = {name: machine.read(f"{name}.time") for name in machine.live.handlers.tenants}
    total = sum(times.values())
    return {name: time / total for name, time in times.items()}


@pytest.mark.parametrize(("weights", "expected"), [((1, 1), 0.5), ((3, 1), 0.75), ((1, 9), 0.1)])
def test_each_has_its_weights_share_however_long_its_runs_are(tmp_path: Path, weights: tuple[int, int], expected: float) -> None:
    texts = {"a": (f"weight = {weights[0]}", ENDLESS), "b": (f"weight = {weights[1]}", BURSTS)}
    machine = Timed(tmp_path, texts, {"a/c": 100, "b/c": 1000}, 100 * MS).run()
    # One run of b may be missing. Without a bound it would take 256 us: see test_splits.py.
    assert shares(machine)["a"] == pytest.approx(expected, abs=0.005)
    assert machine.read("b.longest") == 8000
    assert machine.read("a.longest") == 4 * 100


def test_what_the_system_takes_away_is_charged_to_nobody(tmp_path: Path) -> None:
    """Whoever has the processor then."""
    texts = {"a": ("", ENDLESS), "b": ("", BURSTS)}
    machine = Timed(tmp_path, texts, {"a/c": 100, "b/c": 1000}, 20 * MS, away=lambda worked: worked // MS * 3 * MS).run()
    assert machine.read("a.time") == 100 * machine.read("a/c.count") == pytest.approx(10 * MS, abs=10_000)
    assert machine.read("b.time") == 1000 * machine.read("b/c.count")
    assert machine.read("b.longest") == 8000
    assert machine.live.lost == 20 * 3 * MS


@pytest.mark.parametrize("cost", [1000, 15_000, 70_000])
def test_what_was_taken_from_others_is_credited_to_nobody(tmp_path: Path, cost: int) -> None:
    """The system takes a little, often: who makes long runs is charged for all that it did."""
    texts = {"a": ("", ENDLESS), "b": ("", ENDLESS)}
    machine = Timed(tmp_path, texts, {"a/c": 100, "b/c": cost}, 50 * MS, away=lambda worked: worked // 100_000 * 10_000).run()
    assert machine.read("b.time") >= 0.99 * cost * machine.read("b/c.count")
    assert machine.read("a.time") >= 100 * machine.read("a/c.count")
    assert machine.live.lost <= 5 * MS


def test_a_clock_that_goes_back_charges_nobody(tmp_path: Path) -> None:
    texts = {"a": ("", ENDLESS), "b": ("", ENDLESS)}
    machine = Timed(tmp_path, texts, {"a/c": 100, "b/c": 100}, 2 * MS, away=lambda worked: -(worked // MS) * MS // 2).run()
    assert machine.read("a.time") + machine.read("b.time") <= 2 * MS
    assert max(machine.read("a.longest"), machine.read("b.longest")) <= 400


def test_who_overran_pays_back_before_it_runs_again(tmp_path: Path) -> None:
    texts = {"a": ("", ENDLESS), "b": ("", ENDLESS), "d": ("", BURSTS)}
    machine = Timed(tmp_path, texts, {"a/c": 100, "b/c": 100, "d/c": 1000}, 50 * MS)
    machine.run()
    # It was in the middle of paying, or had just overrun: what it owes is no more than its run.
    assert -512_000 <= machine.read("d.credit") < 0
    assert abs(machine.read("a.credit")) <= 400
    assert machine.read("a.time") - machine.read("b.time") in range(-400, 401)


@pytest.mark.parametrize("limit", [0.05, 0.2, 0.4])
def test_a_limit_binds_where_the_weight_would_give_more(tmp_path: Path, limit: float) -> None:
    texts = {"a": (f"weight = 5\nquota = {{ cpu_limit = {limit} }}", ENDLESS), "b": ("weight = 1", ENDLESS)}
    machine = Timed(tmp_path, texts, {"a/c": 700, "b/c": 300}, 100 * MS).run()
    # At the beginning it may take 100 us more.
    assert shares(machine)["a"] == pytest.approx(limit, abs=0.002)
    assert machine.read("a.time") <= limit * 100 * MS + 100_000 + machine.read("a.longest")


def test_one_alone_with_a_limit_keeps_to_it_and_the_processor_waits(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ("quota = { cpu_limit = 0.25 }", ENDLESS)}, {"a/c": 1000}, 50 * MS)
    began = machine.live.now
    machine.run()
    assert machine.read("a.time") / (machine.live.now - began + machine.read("a.time")) == pytest.approx(0.25, abs=0.01)


def test_tickets_count_among_the_tasks_of_their_tenant_alone(tmp_path: Path) -> None:
    two = "s :: InfiniteSource -> c :: Counter -> Discard; t :: InfiniteSource -> d :: Counter -> Discard;"
    machine = Timed(tmp_path, {"a": ("", two), "b": ("", two)}, {"a/c": 100, "a/d": 100, "b/c": 100, "b/d": 100}, 10 * MS)
    machine.live.write_handler("b/s.tickets", "32768")
    machine.run()
    assert shares(machine) == pytest.approx({"a": 0.5, "b": 0.5}, abs=0.001)
    a, b = ({name: machine.read(f"{tenant}/{name}.count") for name in "cd"} for tenant in "ab")
    assert a["c"] == pytest.approx(a["d"], abs=10)
    assert b["c"] == pytest.approx(32 * b["d"], rel=0.02)


def test_what_comes_to_a_tenant_and_leaves_it_crosses_queues_of_its_own(tmp_path: Path) -> None:
    found = merged(tmp_path, dict.fromkeys("ab", ("", "FromDevice(eth0) -> q :: Queue -> Strip(1) -> ToDevice(eth0);")))
    assert found is not None
    edges = [edge for edge in found.graph.edges if "b/" in edge.source + edge.target]
    ways = [(edge.source, edge.source_port, edge.target, edge.target_port) for edge in edges]
    assert [way for way in ways if way[0] == "port0_demux"] == [("port0_demux", 1, "b/port0_in_wait", 0)]
    assert ("b/port0_in_wait", 0, "b/port0_in_take", 0) in ways
    assert ("b/port0_in_take", 0, "b/port0_in", 0) in ways
    assert ("b/port0_out", 0, "b/port0_out_give", 0) in ways
    assert [way for way in ways if way[2] == "port0_mux"] == [("b/port0_out_ready", 0, "port0_mux", 1)]
    assert {found.owner[way[0]] for way in ways if way[0].startswith("b/")} == {"b"}


def test_one_tenant_without_a_limit_has_no_container(tmp_path: Path) -> None:
    assert merged(tmp_path, {"a": ("weight = 3", ENDLESS)}) is None


def test_what_one_does_not_use_is_the_others(tmp_path: Path) -> None:
    texts = {"a": ("weight = 9", "Idle -> c :: Counter -> Discard;"), "b": ("weight = 1", ENDLESS), "d": ("weight = 2", ENDLESS)}
    machine = Timed(tmp_path, texts, {"b/c": 100, "d/c": 300}, 30 * MS).run()
    assert shares(machine) == pytest.approx({"a": 0, "b": 1 / 3, "d": 2 / 3}, abs=0.005)
    # Its tasks are looked at once.
    assert machine.read("a.turns") <= 1


@pytest.mark.parametrize(("pause", "expected"), [("0.1ms", {"paced"}), ("2ms", {"hog"})])
def test_a_debt_is_forgiven_only_where_nobody_had_anything_to_do_for_a_while(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], pause: str, expected: set[str]
) -> None:
    """Both have a packet at the same time, again and again, and nothing to do between."""
    texts = {name: ("", f"TimedSource({pause}) -> Print({name}, 1) -> c :: Counter -> Discard;") for name in ("hog", "paced")}
    machine = Timed(tmp_path, texts, {"hog/c": 70_000, "paced/c": 10_000}, 2 * MS).run()
    machine.live.close()
    seen = re.findall(r"^(hog|paced):", capfd.readouterr().err, re.M)
    assert len(seen) > 40
    # At the first time nobody owes anything.
    assert set(seen[2:40:2]) == expected


def test_how_late_the_system_may_wake_this_thread_is_as_before_when_it_is_over(tmp_path: Path) -> None:
    setting, getting = 29, 30
    prctl = ctypes.CDLL(None).prctl
    before = prctl(getting)
    prctl(setting, ctypes.c_ulong(70_000))
    try:
        Timed(tmp_path, {"a": ("", ENDLESS), "b": ("", ENDLESS)}, {"a/c": 100, "b/c": 100}, MS).run()
        assert prctl(getting) == 70_000
    finally:
        prctl(setting, ctypes.c_ulong(before))


def test_a_tenants_handlers_say_what_it_took_and_lost(tmp_path: Path) -> None:
    lossy = "InfiniteSource(BURST 4) -> FrontDropQueue(3) -> c :: Counter -> Discard;"
    machine = Timed(tmp_path, {"a": ("weight = 2\nquota = { cpu_limit = 0.5 }", ENDLESS), "b": ("", lossy)}, {"a/c": 100, "b/c": 100}, MS)
    machine.run()
    read = machine.live.read_handler
    assert (read("a.weight"), read("a.limit"), read("a.name")) == ("2", "0.5", "a")
    assert (read("b.weight"), read("b.limit"), read("b.name")) == ("1", "1", "b")
    assert machine.read("a.time") == 100 * machine.read("a/c.count")
    assert machine.read("b.drops") == machine.read("b/FrontDropQueue@2.drops") > 0
    assert [machine.read(f"a.{name}") for name in ("packets", "bytes", "sent_packets", "sent_bytes", "drops")] == [0] * 5
    names = [line.partition("\t")[0] for line in read("a.handlers").splitlines()]
    told = "bound splits time turns longest credit packets bytes sent_packets sent_bytes drops weight limit name handlers"
    assert sorted(names) == sorted(told.split())


def test_what_leaves_by_an_output_is_not_dropped(tmp_path: Path) -> None:
    checked = "InfiniteSource -> h :: CheckIPHeader -> Discard; h[1] -> c :: Counter -> Discard;"
    lost = "InfiniteSource -> c :: Counter -> h :: CheckIPHeader -> Discard;"
    machine = Timed(tmp_path, {"a": ("", checked), "b": ("", lost)}, {"a/c": 100, "b/c": 100}, MS).run()
    assert machine.read("a/h.drops") > 0
    assert machine.read("a.drops") == 0
    assert machine.read("b.drops") == machine.read("b/h.drops") > 0


def test_an_element_of_that_name_comes_first_and_nothing_is_written(tmp_path: Path) -> None:
    machine = Timed(tmp_path, {"a": ("", "a :: Counter; InfiniteSource -> a -> Discard;"), "b": ("", ENDLESS)}, {"b/c": 100}, MS)
    assert machine.live.handlers.find("a.count", asking="a/Discard@3") == ("a/a", "count")
    assert machine.live.can("a", "time") == "r"
    with pytest.raises(HandlerError, match=r"no 'a\.time' write handler"):
        machine.live.write_handler("a.time", "0")
    with pytest.raises(HandlerError, match=r"no 'a\.count' read handler"):
        machine.live.read_handler("a.count")


def test_what_comes_by_ports_is_counted(tmp_path: Path) -> None:
    """A merged machine without devices: what the demultiplexer gives is put there by a task of the operator's."""
    found = merged(tmp_path, dict.fromkeys("ab", ("", "FromDevice(eth0) -> q :: Queue(20000) -> ToDevice(eth0);")))
    assert found is not None
    frame = "DATA \\<" + "02" * 12 + "81000065" + "0800" + "00" * 60 + ">"
    classes = {"port0_in": ("InfiniteSource", f"{frame}, LIMIT 5000"), "port0_out": ("Discard", "")}
    nodes = [
        node if node.name not in classes else replace(node, class_name=classes[node.name][0], config=classes[node.name][1])
        for node in found.graph.nodes
    ]
    end = Node("end", "DriverManager", "wait 1s, stop", MADE_BY_MERGE)
    graph = replace(found.graph, nodes=(*nodes, end))
    live = Live(graph, Clock(1.0), containers=found)
    live.run_driver()
    got = {name: [int(live.read_handler(f"{name}.{each}")) for each in ("packets", "bytes", "sent_packets", "drops")] for name in "ab"}
    assert got["a"] == [0, 0, 0, 0]
    packets, size, sent, drops = got["b"]
    assert (packets, size, sent + drops) == (5000 - drops, 78 * (5000 - drops), 5000)
    assert int(live.read_handler("b.turns")) > 100
    live.close()
