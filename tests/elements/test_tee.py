"""Tee copies to every output."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_every_output_has_a_copy_of_its_own(bench: Callable[..., Bench]) -> None:
    assert bench("Tee(3)", outputs=3).out(b"a") == [(0, b"a"), (1, b"a"), (2, b"a")]
    text = "s0 :: FromCrossing(t:0) -> x :: Tee; x[0] -> Strip(1) -> EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2) -> d0 :: ToCrossing(t:0);"
    frame = bytes(range(20))
    changed = bytes((2,) * 6 + (1,) * 6) + frame[13:]
    assert bench("", text=text + "x[1] -> d1 :: ToCrossing(t:1);").out(frame) == [(0, changed), (1, frame)]
