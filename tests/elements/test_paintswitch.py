"""PaintSwitch chooses the output by paint."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_paint_says_the_output(bench: Callable[..., Bench]) -> None:
    x = bench("PaintSwitch", outputs=3)
    assert [x.out(b"a", paint=paint) for paint in (0, 2, 3, 254)] == [[(0, b"a")], [(2, b"a")], [], []]
    assert x.out(b"a", paint=255) == [(0, b"a"), (1, b"a"), (2, b"a")]


def test_without_outputs_it_drops(bench: Callable[..., Bench]) -> None:
    x = bench("PaintSwitch", outputs=0)
    assert [x.out(b"a", paint=paint) for paint in (0, 255)] == [[], []]
