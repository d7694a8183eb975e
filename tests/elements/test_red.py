"""RED drops nothing below its first threshold, everything above its last one, and at random between them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from elements.reference.machine import Machine, instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from graph.merge import merge
from graph.policy import read_policy
from tests.elements.bench import Bench

STATS = "{} current queue\n{} avg queue\n{} drops\n"


def test_without_an_average_only_thresholds_count(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> x :: RED(2, 2, 1, STABILITY 0, GENTLE false) -> Counter -> q :: Queue -> Idle; "
    text += "x[1] -> d1 :: ToCrossing(t:1);"
    x = bench("", text=text)
    assert [x.out(bytes((n,))) for n in range(5)] == [[], [], [], [(1, b"\x03")], [(1, b"\x04")]]
    assert [x.read(handler) for handler in ("drops", "queues", "stats")] == ["2", "q\n", STATS.format(3, 3, 2)]
    x.write("max_thresh", "9")
    x.write("min_thresh", "4")
    x.write("max_p", "0.25")
    assert [x.read(handler) for handler in ("min_thresh", "max_thresh", "max_p")] == ["4", "9", "0.25"]
    assert x.out(b"a") == []
    for handler, value in (("min_thresh", "10"), ("max_thresh", "3")):
        with pytest.raises(ValueError, match="MIN_THRESH must be <= MAX_THRESH"):
            x.write(handler, value)


def test_between_the_thresholds_it_drops_at_random_and_more_the_longer_the_queue(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: RED(5, 50, 0.1) -> q :: Queue -> Idle;")
    drops = []
    for n in range(400):
        x.out(b"a", now=1_000_000_000 + n)
        drops.append(int(x.read("drops")))
    assert drops[9] == 0
    assert drops[49] < drops[99] - drops[49] < drops[149] - drops[99] <= 50
    # Far above the second threshold, everything.
    assert int(x.read("length", element="q")) < 110


def test_a_pause_with_empty_queues_brings_the_average_down(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> q :: Queue -> x :: RED(1, 5, 1, QUEUES q) -> w :: PullSwitch(-1) -> d0 :: ToDevice(0);"
    x = bench("", text=text)
    for n in range(20):
        x.out(bytes((n,)), now=1_000_000_000)
    x.write("switch", "0", "w")
    x.settle(1_000_000_000)
    high = float(x.read("avg_queue_size"))
    assert 5 < high < 20
    for now in (1_000_000_000, 1_100_000_000):
        x.out(b"a", now=now)
    # One packet, and then five times 20 ms of nothing.
    assert 0.6 * high < float(x.read("avg_queue_size")) < 0.8 * high
    x.out(b"a", now=10_000_000_000)
    assert x.read("avg_queue_size") == "0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Idle -> x :: RED(1, 2, 0.5) -> Discard;", "no nearby Queues"),
        ("Idle -> x :: RED(1, 2, 0.5, QUEUES z) -> Queue -> Idle;", "no element named 'z'"),
        ("Idle -> x :: RED(1, 2, 0.5, QUEUES c) -> c :: Counter -> Queue -> Idle;", "'c' is not a Storage element"),
    ],
)
def test_without_queues_there_is_none(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ClickError, match=said):
        Machine(load_text(text, str(tmp_path / "t.click")))


def test_a_tenant_sees_no_queue_of_another(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[tenants.x]\nport = 0\n[tenants.y]\nport = 1\n")

    def merged(queues: str) -> list[str]:
        x = load_text(f"Idle -> r :: RED(1, 5, 0.5, QUEUES {queues}) -> q :: Queue -> Idle;", "x.click", "x")
        y = load_text("Idle -> q :: Queue -> Idle;", "y.click", "y")
        graph = merge({"x": x, "y": y}, read_policy(tmp_path / "policy.toml")).graph
        machine = Machine(graph, elements=instantiate(graph))
        return machine.read("x/r", "queues").split()

    assert merged("q") == ["x/q"]
    with pytest.raises(ClickError, match=r"^x: x\.click:1:9: error: x/r :: RED: no element named 'y/q'"):
        merged("y/q")
