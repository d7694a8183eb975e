"""Idle drops what is pushed and gives nothing."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_nothing_comes_out(bench: Callable[..., Bench]) -> None:
    assert bench("Idle", inputs=2, outputs=0).out(b"data", 1) == []
    assert bench("", text="Idle -> d0 :: ToDevice(0);").settle() == []
