"""IPAddrPairRewriter rewrites pairs of addresses, as Click's does."""

from __future__ import annotations

from tests.elements.rewriters import INSIDE, OTHER, SERVER, Made, Rewriter, tcp, udp


def test_a_pair_has_a_mapping_of_its_own(bench: Made) -> None:
    x = Rewriter(bench, "pattern 3.0.0.1-3.0.0.9# - 0 1, pattern - 10.1.2.3 1 0", kind="IPAddrPairRewriter")
    assert x.send(tcp(INSIDE, 30, SERVER, 80)) == (0, tcp("3.0.0.1", 30, SERVER, 80))
    assert x.send(udp(INSIDE, 31, SERVER, 81)) == (0, udp("3.0.0.1", 31, SERVER, 81))
    assert x.send(udp(INSIDE, 31, "9.9.9.9", 81)) == (0, udp("3.0.0.2", 31, "9.9.9.9", 81))
    assert x.send(udp("9.9.9.9", 81, "3.0.0.2", 31)) == (1, udp("9.9.9.9", 81, INSIDE, 31))
    assert x.send(udp(OTHER, 5, "3.0.0.1", 6), port=1) == (1, udp(OTHER, 5, "10.1.2.3", 6))
    assert x.send(udp("10.1.2.3", 6, OTHER, 5)) == (0, udp("3.0.0.1", 6, OTHER, 5))
    assert x.read("patterns") == "3.0.0.1-3.0.0.9 - [2]\n- 10.1.2.3 [1]\n"
    assert x.read("table").splitlines()[:2] == [
        "(8.8.8.8, 3.0.0.1) => (8.8.8.8, 10.0.0.4) [0 *1] i0 exp7200",
        "(9.9.9.9, 3.0.0.2) => (9.9.9.9, 10.0.0.4) [0 *1] i0 exp7200",
    ]
    assert x.read("mappings") == x.read("table")
