"""Paint sets the paint annotation."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


@pytest.mark.parametrize(("text", "color"), [("Paint(0)", 0), ("Paint(0xff, PAINT)", 255), ("Paint(COLOR 017)", 15)])
def test_packets_are_painted(bench: Callable[..., Bench], text: str, color: int) -> None:
    x = bench(text)
    ((_, packet),) = x.push(b"data", paint=77)
    assert (packet.paint, packet.data, x.read("color")) == (color, b"data", str(color))
