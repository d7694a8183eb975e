"""HashSwitch spreads packets over its outputs by the bytes that it is told of, as Click does."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


def click_s_choice(data: bytes, outputs: int) -> int:
    total = sum(data)
    return (total ^ total // 16) % outputs if outputs in (2, 4, 8) else total % outputs


@pytest.mark.parametrize("outputs", [1, 2, 3, 4, 5, 6, 7, 8, 10, 16])
def test_the_sum_of_the_bytes_chooses(bench: Callable[..., Bench], outputs: int) -> None:
    x, rng = bench("HashSwitch(3, 7)", outputs=outputs), random.Random(outputs)
    chosen: Counter[int] = Counter()
    for number in range(300):
        data = rng.randbytes(20) if number else bytes(3) + b"\xff" * 7
        ((output, packet),) = x.out(data)
        assert packet == data
        assert output == click_s_choice(data[3:10], outputs)
        chosen[output] += 1
    assert len(chosen) == outputs


def test_every_sum_of_two_bytes_has_its_remainder(bench: Callable[..., Bench]) -> None:
    x = bench("HashSwitch(0, 2)", outputs=7)
    for total in range(511):
        data = bytes((min(total, 255), total - min(total, 255)))
        assert x.out(data) == [(total % 7, data)]


def test_other_bytes_do_not_count(bench: Callable[..., Bench]) -> None:
    x = bench("HashSwitch(2, 2)", outputs=5)
    ways = {x.out(bytes((a, b, 9, 4, c)))[0][0] for a, b, c in ((0, 0, 0), (1, 2, 3), (255, 255, 255))}
    assert ways == {3}


def test_what_is_too_short_leaves_by_output_0(bench: Callable[..., Bench]) -> None:
    x = bench("HashSwitch(2, 2)", outputs=5)
    assert x.out(b"\0\0\1\2") == [(3, b"\0\0\1\2")]
    assert x.out(b"\0\0\3") == [(0, b"\0\0\3")]
    assert x.out(b"") == [(0, b"")]


def test_the_last_byte_that_can_count_does(bench: Callable[..., Bench]) -> None:
    x = bench("HashSwitch(127, 1)", outputs=3)
    assert x.out(bytes(127) + b"\2")[0][0] == 2
