"""StripIPHeader takes an IP header off, as long as it says that it is."""

from collections.abc import Callable

import pytest

from sim.packets import ipv4
from tests.elements.bench import Bench

INNER = bytes(range(64, 104))


@pytest.mark.parametrize("words", range(5, 16))
def test_a_header_goes_with_its_options(bench: Callable[..., Bench], words: int) -> None:
    whole = ipv4(1, 2, 4, INNER, options=b"\1" * (4 * words - 20))
    ((output, packet),) = bench("StripIPHeader").push(whole, network=0)
    assert (output, packet.data) == (0, INNER)
    assert packet.network == packet.start - 4 * words


def test_a_packet_that_is_all_header_is_empty_then(bench: Callable[..., Bench]) -> None:
    assert bench("StripIPHeader").out(ipv4(1, 2, 4, b""), network=0) == [(0, b"")]


def test_what_has_no_whole_header_in_front_is_dropped(bench: Callable[..., Bench]) -> None:
    x = bench("StripIPHeader")
    whole = ipv4(1, 2, 4, INNER)
    assert x.out(whole) == []
    assert x.out(bytes(14) + whole, network=14) == []
    assert x.out(whole, network=-4) == []
    assert x.out(b"\x44" + whole[1:], network=0) == []
    assert x.out(b"\x4f" + whole[1:59], network=0) == []
    assert x.out(whole[:19], network=0) == []


def test_it_undoes_what_ipencap_does(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> IPEncap(ipip, 1.2.3.4, 5.6.7.8) -> x :: StripIPHeader -> d0 :: ToCrossing(t:0);"
    assert bench("", text=text).out(INNER) == [(0, INNER)]
