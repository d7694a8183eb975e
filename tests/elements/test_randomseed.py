"""RandomSeed makes rewriters choose as Click does."""

from __future__ import annotations

import ctypes

import pytest

from elements.randomseed import first_words
from tests.elements.rewriters import Made, udp

GRAPH = """seed :: RandomSeed(1); x :: UDPRewriter(pattern 1.0.0.2 1024-65534 - - 0 0, pattern 1.0.0.3 8-9? - - 0 0);
s0 :: FromCrossing(t:0) -> x -> d0 :: ToCrossing(t:0); s1 :: FromCrossing(t:1) -> [1] x;"""


@pytest.mark.parametrize("seed", [0, 1, 2, 12345, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_numbers_are_those_of_the_c_library(seed: int) -> None:
    library = ctypes.CDLL(None)
    library.srandom(ctypes.c_uint32(seed))
    library.random.restype = ctypes.c_long
    words = first_words(seed)
    for _ in range(100):
        words = [*words[1:], words[0] + words[28] & 0xFFFF_FFFF]
        assert words[-1] >> 1 == library.random()


def test_rewriters_choose_by_it(bench: Made) -> None:
    x = bench("", text=GRAPH)

    def sent(source: str, port: int = 0) -> int:
        [(_, data)] = x.out(udp(source, 1024, "1.0.0.2", 20), port, network=0)
        return int.from_bytes(data[20:22], "big")

    # The port that Click's own test UDPRewriter-11 has, then others, all of them again from the same seed.
    assert [sent(f"10.0.0.{i}") for i in (1, 3)] == [1024, 55226]
    later = [sent(f"10.0.1.{i}") for i in range(5)]
    assert len({*later, 1024, 55226}) == 7
    both = [sent(f"10.0.2.{i}", 1) for i in range(2)]
    assert sorted(both) == [8, 9]
    x.write("clear")
    x.write("seed", "1", element="seed")
    assert [sent(f"10.0.0.{i}") for i in (1, 3)] == [1024, 55226]
    assert [sent(f"10.0.1.{i}") for i in range(5)] == later
    assert [sent(f"10.0.2.{i}", 1) for i in range(2)] == both
    assert x.read("seed", element="seed") == "1"
    x.write("seed", "7", element="seed")
    assert [sent(f"10.0.3.{i}") for i in range(3)] != later[:3]
