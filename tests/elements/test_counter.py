"""Counter counts packets and bytes."""

from collections.abc import Callable

import pytest

from graph.load import load_text
from swclick.live import Clock, Live
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


def test_handlers_are_called_at_counts() -> None:
    text = """InfiniteSource(LIMIT 9, LENGTH 10) -> c :: Counter(COUNT_CALL 4 s.switch 1, BYTE_COUNT_CALL 65 s.switch 2) -> s :: Switch
              -> a :: Counter -> Discard; s[1] -> b :: Counter -> Discard; s[2] -> d :: Counter(COUNT_CALL 3 stop) -> Discard;"""
    live = Live(load_text(text, "t"), Clock(1))
    live.drive()
    # The fourth packet goes the new way already.
    assert [live.read_handler(f"{name}.count") for name in "abd"] == ["3", "3", "3"]
