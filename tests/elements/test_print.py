"""Print writes Click's lines, in both readings."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench

DATA = bytes(range(30))
LINES = {
    "Print": "  30 | 00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617",
    "Print(in)": "in:   30 | 00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617",
    'Print("a \\"b\\" %s", 5)': 'a "b" %s:   30 | 00010203 04',
    "Print(in, MAXLENGTH -1)": "in:   30 | 00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d",
    "Print(in, LENGTH 2)": "in:   30 | 0001",
    "Print(in, NBYTES 0)": "in:   30",
    "Print(CONTENTS NONE)": "  30",
    "Print(CONTENTS false)": "  30",
    "Print(CONTENTS yes, MAXLENGTH 1)": "  30 | 00",
    "Print(x, 4, TIMESTAMP true)": "x: 7.000000042:   30 | 00010203",
    "Print(TIMESTAMP true, CONTENTS none)": "7.000000042:   30",
    "Print(x, 1, PRINTANNO true)": "x:   30 | 0a000001" + "00" * 12 + "0500" + "00" + "01" + "2064" + "00" * 26 + " | 00",
    "Print(HEADROOM true, CONTENTS NONE)": "  30",
}


@pytest.mark.parametrize("configuration", list(LINES))
def test_the_line_is_click_s_and_the_packet_passes(bench: Callable[..., Bench], configuration: str) -> None:
    x = bench(configuration)
    assert x.out(DATA, now=7_000_000_042, dst_ip=0x0A000001, paint=5, vlan_tci=0x2064, fix_ip_src=1) == [(0, DATA)]
    assert list(x.log) == [LINES[configuration]]


def test_text_is_printed_in_eights_with_dots_for_what_cannot_be(bench: Callable[..., Bench]) -> None:
    x = bench("Print(CONTENTS ASCII, MAXLENGTH -1)")
    x.out(b"GET / HTTP\x00\xffz~\x7f")
    assert list(x.log) == ["  15 |  GET / HT TP..z~."]


def test_an_empty_packet_has_no_contents(bench: Callable[..., Bench]) -> None:
    x = bench("Print(e)")
    assert x.out(b"") == [(0, b"")]
    assert list(x.log) == ["e:    0"]


def test_long_packets_are_printed_whole(bench: Callable[..., Bench]) -> None:
    x = bench("Print(MAXLENGTH -1, PRINTANNO true)")
    x.out(bytes(9000))
    assert len(x.log[0]) == 4 + 3 + 96 + 3 + 18000 + 2249


def test_active_switches_printing(bench: Callable[..., Bench]) -> None:
    x = bench("Print(a, ACTIVE false, CONTENTS NONE)")
    assert x.read("active") == "false"
    assert x.out(DATA) == [(0, DATA)]
    assert list(x.log) == []
    x.write("active", "true")
    assert x.read("active") == "true"
    x.out(DATA)
    assert list(x.log) == ["a:   30"]


def test_it_prints_what_is_pulled_through_it(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: Print(p, 2) -> d0 :: ToDevice(0);")
    assert x.out(DATA) == [(0, DATA)]
    assert list(x.log) == ["p:   30 | 0001"]


def test_an_address_of_ipv6_is_where_click_has_it(bench: Callable[..., Bench]) -> None:
    x = bench("Print(CONTENTS NONE, PRINTANNO true)")
    x.out(DATA, dst_ip6=0x20010DB8 << 96 | 9)
    assert list(x.log) == ["  30 | 20010db8" + "00" * 11 + "09" + "00" * 32]
