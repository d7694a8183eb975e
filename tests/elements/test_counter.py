"""Counter counts packets and bytes."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


@pytest.mark.parametrize("reset", ["reset", "reset_counts"])
def test_packets_and_bytes_are_counted(bench: Callable[..., Bench], reset: str) -> None:
    x = bench("Counter(COUNT_CALL 3 y.reset)")
    for data in (b"", b"abc", bytes(1500)):
        assert x.out(data) == [(0, data)]
    assert (x.read("count"), x.read("byte_count")) == ("3", "1503")
    x.write(reset)
    assert (x.read("count"), x.read("byte_count")) == ("0", "0")
    x.out(b"abcd")
    assert (x.read("count"), x.read("byte_count")) == ("1", "4")
