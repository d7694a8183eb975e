"""Strip takes bytes from the front."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


@pytest.mark.parametrize("length", [0, 1, 14, 127])
def test_bytes_are_taken_and_short_packets_dropped(bench: Callable[..., Bench], length: int) -> None:
    x = bench(f"Strip({length})")
    data = bytes(range(128))
    assert x.out(data) == [(0, data[length:])]
    assert x.out(data[:length]) == [(0, b"")]
    if length:
        assert x.out(data[: length - 1]) == []
    ((_, packet),) = x.push(data, network=20)
    assert packet.network == packet.start + 20 - length
