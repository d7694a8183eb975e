"""CheckPaint passes packets of one paint."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_other_packets_leave_by_the_second_output(bench: Callable[..., Bench]) -> None:
    x = bench("CheckPaint(3)", outputs=2)
    assert x.out(b"a", paint=3) == [(0, b"a")]
    assert x.out(b"a", paint=4) == [(1, b"a")]
    assert x.read("color") == "3"


def test_they_are_dropped_where_it_is_not_in_use(bench: Callable[..., Bench]) -> None:
    x = bench("CheckPaint(0)")
    assert x.out(b"a") == [(0, b"a")]
    assert x.out(b"a", paint=255) == []


def test_a_pull_goes_on_with_the_next_that_passes(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> q :: Queue -> x :: CheckPaint(3) -> u :: Unqueue -> d0 :: ToCrossing(t:0);"
    x = bench("", text=f"{text} x[1] -> d1 :: ToCrossing(t:1);")
    assert x.out(b"a", paint=2) == [(1, b"a")]
    assert x.out(b"b", paint=3) == [(0, b"b")]


def test_the_color_is_changed_while_it_runs(bench: Callable[..., Bench]) -> None:
    x = bench("CheckPaint(3)")
    x.write("color", " 7\n")
    assert (x.read("color"), x.out(b"a", paint=3), x.out(b"a", paint=7)) == ("7", [], [(0, b"a")])
