"""Switches send packets one way, or give those of one, and are turned by handlers."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


def ways(x: Bench, count: int, port: int = 0) -> list[int]:
    """The outputs at which so many packets leave."""
    return [output for n in range(count) for output, _ in x.out(bytes((n % 256,)), port)]


def test_a_switch_is_turned(bench: Callable[..., Bench]) -> None:
    x = bench("Switch(1)", outputs=3)
    assert (ways(x, 2), x.read("switch"), x.read("config")) == ([1, 1], "1", "1")
    x.write("switch", "2")
    assert (ways(x, 1), x.read("config")) == ([2], "2")
    for none in ("-3", "3"):
        x.write("switch", none)
        assert (ways(x, 2), x.read("switch")) == ([], "-1")
    with pytest.raises(ValueError, match="a whole number from -2147483648 to 2147483647 is wanted, not 'x'"):
        x.write("switch", "x")


@pytest.mark.parametrize("configuration", ["Switch", "InputSwitch"])
def test_what_was_not_given_is_said_in_the_configuration(bench: Callable[..., Bench], configuration: str) -> None:
    assert bench(configuration, inputs=2 if configuration == "InputSwitch" else 1).read("config") == "0"


def test_an_input_switch_lets_one_input_in(bench: Callable[..., Bench]) -> None:
    x = bench("InputSwitch(1)", inputs=3)
    assert [ways(x, 1, port) for port in range(3)] == [[], [0], []]
    x.write("switch", "2")
    assert [ways(x, 1, port) for port in range(3)] == [[], [], [0]]
    x.write("switch", "9")
    assert (x.read("switch"), x.read("config")) == ("-1", "-1")


@pytest.mark.parametrize("name", ["PullSwitch", "SimplePullSwitch"])
def test_a_pull_switch_gives_what_one_input_has(bench: Callable[..., Bench], name: str) -> None:
    sources = "".join(f"s{n} :: FromCrossing(t:{n}) -> Queue -> [{n}] x;" for n in range(2))
    x = bench("", text=f"x :: {name}; {sources} x -> d0 :: ToDevice(0);")
    assert (x.out(b"a", 1), x.out(b"b", 0)) == ([], [(0, b"b")])
    x.write("switch", "1")
    assert ([packet.data for _, packet in x.settle()], x.read("switch"), x.read("config")) == ([b"a"], "1", "1")
    x.write("switch", "-1")
    assert (x.out(b"c", 0), x.out(b"d", 1)) == ([], [])


@pytest.mark.parametrize(("element", "expected"), [("StaticSwitch(1)", [1, 1]), ("StaticSwitch(2)", []), ("StaticSwitch(-1)", [])])
def test_a_static_switch_stays(bench: Callable[..., Bench], element: str, expected: list[int]) -> None:
    assert ways(bench(element, outputs=2), 2) == expected


@pytest.mark.parametrize(("element", "expected"), [("StaticPullSwitch(1)", [b"b"]), ("StaticPullSwitch(2)", [])])
def test_a_static_pull_switch_stays(bench: Callable[..., Bench], element: str, expected: list[bytes]) -> None:
    text = f"x :: {element}; InfiniteSource(a, 1) -> Queue -> x; InfiniteSource(b, 1) -> Queue -> [1] x; x -> d0 :: ToDevice(0);"
    assert [packet.data for _, packet in bench("", text=text).settle(1)] == expected


def test_round_robin_takes_turns(bench: Callable[..., Bench]) -> None:
    assert ways(bench("RoundRobinSwitch", outputs=3), 7) == [0, 1, 2, 0, 1, 2, 0]


def test_a_random_switch_is_fair_and_repeats_itself(bench: Callable[..., Bench]) -> None:
    first, second = (ways(bench("RandomSwitch", outputs=3), 900) for _ in range(2))
    assert first == second
    assert all(250 < count < 350 for count in Counter(first).values())


def test_stride_gives_shares_and_is_changed_while_it_runs(bench: Callable[..., Bench]) -> None:
    x = bench("StrideSwitch(4, 2, 1)", outputs=3)
    # By hand: strides are 16384, 32768 and 65536, and of equal passes the last put in is first.
    assert ways(x, 14) == [0, 0, 1, 0, 0, 1, 2, 0, 0, 1, 0, 0, 1, 2]
    x.write("tickets0", "0")
    assert (Counter(ways(x, 30)), x.read("config"), x.read("tickets0")) == ({1: 20, 2: 10}, "0, 2, 1", "0")
    x.write("tickets0", "40000")
    # It is put in behind the first, and then has the least pass for long.
    assert (x.read("tickets0"), ways(x, 20)[1:]) == ("32768", [0] * 19)
    for port in range(3):
        x.write(f"tickets{port}", "0")
    assert ways(x, 3) == []
    with pytest.raises(ValueError, match="a whole number from 0 to 2147483647 is wanted, not '-1'"):
        x.write("tickets1", "-1")


def test_stride_pulls_in_shares_and_passes_over_who_has_none(bench: Callable[..., Bench]) -> None:
    sources = "".join(f"InfiniteSource({name}, 8, 8) -> Queue -> [{n}] x;" for n, name in enumerate("abc"))
    x = bench("", text=f"x :: StrideSched(4, 2, 1); {sources} x -> d0 :: ToDevice(0);")
    order = b"".join(packet.data for _, packet in x.settle(1))
    assert order[:14] == b"aabaabcaabaabc"
    assert Counter(order) == Counter(b"abc" * 8)
    assert x.read("tickets1") == "2"


@pytest.mark.parametrize("name", ["PrioSched", "SimplePrioSched"])
def test_the_first_input_goes_first(bench: Callable[..., Bench], name: str) -> None:
    sources = "".join(f"InfiniteSource({name}, 3, 3) -> Queue -> [{n}] x;" for n, name in enumerate("abc"))
    x = bench("", text=f"x :: {name}; {sources} x -> d0 :: ToDevice(0);")
    assert b"".join(packet.data for _, packet in x.settle(1)) == b"aaabbbccc"


def test_a_simple_round_robin_takes_turns(bench: Callable[..., Bench]) -> None:
    sources = "".join(f"InfiniteSource({name}, 3, 3) -> Queue -> [{n}] x;" for n, name in enumerate("abc"))
    x = bench("", text=f"x :: SimpleRoundRobinSched; {sources} x -> d0 :: ToDevice(0);")
    assert b"".join(packet.data for _, packet in x.settle(1)) == b"abcabcabc"


def test_a_suppressor_closes_ways(bench: Callable[..., Bench]) -> None:
    x = bench("Suppressor", inputs=2, outputs=2)
    x.write("active1", "false")
    assert ([ways(x, 1, port) for port in range(2)], x.read("active0"), x.read("active1")) == ([[0], []], "true", "false")
    x.write("reset")
    assert [ways(x, 1, port) for port in range(2)] == [[0], [1]]
    y = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: Suppressor -> d0 :: ToDevice(0);")
    y.write("active0", "no")
    assert y.out(b"a") == []
    y.write("active0", "yes")
    assert len(y.settle()) == 1


def test_a_bypass_leads_aside(bench: Callable[..., Bench]) -> None:
    x = bench("Bypass", inputs=2, outputs=2)
    assert [ways(x, 1, port) for port in range(2)] == [[0], [0]]
    x.write("active", "true")
    assert ([ways(x, 1, port) for port in range(2)], x.read("active")) == ([[1], [0]], "true")
    pulled = "InfiniteSource(a, 2, 2) -> Queue -> x :: Bypass{} -> d0 :: ToDevice(0); x[1] -> Paint(3) -> [1] x;"
    for active, paint in (("", 0), ("(true)", 3)):
        assert [packet.paint for _, packet in bench("", text=pulled.format(active)).settle(1)] == [paint] * 2
    assert ways(bench("Bypass(true)"), 1) == [0]
