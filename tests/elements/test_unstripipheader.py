"""UnstripIPHeader puts back what was stripped from the IP header on."""

from collections.abc import Callable

import pytest

from sim.packets import ipv4
from tests.elements.bench import Bench

INNER = bytes(range(64, 104))


@pytest.mark.parametrize("words", [5, 6, 15])
def test_it_undoes_what_stripipheader_does(bench: Callable[..., Bench], words: int) -> None:
    whole = ipv4(1, 2, 4, INNER, options=b"\1" * (4 * words - 20))
    text = "s0 :: FromCrossing(t:0) -> StripIPHeader -> x :: UnstripIPHeader -> d0 :: ToCrossing(t:0);"
    ((output, packet),) = bench("", text=text).push(whole, network=0)
    assert (output, packet.data, packet.network) == (0, whole, packet.start)


def test_it_stops_at_the_header(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> MarkIPHeader(14) -> Strip(40) -> x :: UnstripIPHeader -> d0 :: ToCrossing(t:0);"
    whole = bytes(14) + ipv4(1, 2, 4, INNER)
    assert bench("", text=text).out(whole) == [(0, whole[14:])]


@pytest.mark.parametrize("network", [None, 0, 14, -65, -1000])
def test_what_has_none_in_front_passes_unchanged(bench: Callable[..., Bench], network: int | None) -> None:
    assert bench("UnstripIPHeader").out(INNER, network=network) == [(0, INNER)]


def test_the_farthest_header_comes_back(bench: Callable[..., Bench]) -> None:
    ((_, data),) = bench("UnstripIPHeader").out(INNER, network=-64)
    assert (len(data), data[64:]) == (104, INNER)
