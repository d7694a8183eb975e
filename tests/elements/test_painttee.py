"""PaintTee copies packets of one paint."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_the_copy_comes_first(bench: Callable[..., Bench]) -> None:
    x = bench("PaintTee(3)", outputs=2)
    assert x.out(b"a", paint=3) == [(1, b"a"), (0, b"a")]
    assert x.out(b"a", paint=4) == [(0, b"a")]
    assert x.read("color") == "3"


def test_it_copies_what_is_pulled_through_it(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> Queue -> x :: PaintTee(3); x[0] -> d0 :: ToDevice(0); x[1] -> d1 :: ToCrossing(t:1);"
    assert bench("", text=text).out(b"a", paint=3) == [(1, b"a"), (0, b"a")]
