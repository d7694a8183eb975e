"""IPInputCombo, IPOutputCombo, CheckIPHeader2 and SetRandIPAddress."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.packets import ipv4
from tests.elements.bench import Bench

Made = Callable[..., Bench]
GOOD = ipv4(0x0A000001, 0x01020304, 17, b"data")


def test_the_input_combo_does_what_its_parts_do(bench: Made) -> None:
    chain = "Paint(3) -> Strip(14) -> CheckIPHeader(INTERFACES 10.0.0.9/24, GOODDST 9.9.9.9) -> GetIPAddress(16)"
    x = bench("", text=f"s0 :: FromCrossing(t:0) -> x :: IPInputCombo(3, INTERFACES 10.0.0.9/24, GOODDST 9.9.9.9) -> d0 :: ToCrossing(t:0);"
              f" s1 :: FromCrossing(t:1) -> {chain} -> d1 :: ToCrossing(t:1);")  # fmt: skip
    others = (GOOD + b"more", GOOD[:-1], b"\x46" + GOOD[1:], GOOD[:10] + b"\0\0" + GOOD[12:], b"", ipv4(0x0A0000FF, 1, 17, b""),
              ipv4(0x0A0000FF, 0x09090909, 17, b""))  # fmt: skip
    for data in (GOOD, *others):
        seen = [[(p.data, p.paint, p.dst_ip, None if p.network is None else p.network - p.start) for _, p in x.push(bytes(14) + data, port)]
                for port in (0, 1)]  # fmt: skip
        assert seen[0] == seen[1]
    assert x.read("drops") == "5"
    assert x.push(bytes(14) + GOOD + b"more")[0][1].data == GOOD


def test_the_second_check_looks_at_no_checksum(bench: Made) -> None:
    x = bench("CheckIPHeader2(OFFSET 1)", outputs=2)
    wrong = b"a" + GOOD[:10] + b"\0\0" + GOOD[12:]
    assert x.out(wrong) == [(0, wrong)]
    assert x.out(b"a\x55" + GOOD[1:]) == [(1, b"a\x55" + GOOD[1:])]


def test_addresses_are_drawn_from_the_network(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: SetRandIPAddress(10.1.2.3/16) -> d0 :: ToCrossing(t:0);"
              " s1 :: FromCrossing(t:1) -> SetRandIPAddress(10.1/16, 3) -> d1 :: ToCrossing(t:1);"
              " s2 :: FromCrossing(t:2) -> SetRandIPAddress(1.2.3.4) -> d2 :: ToCrossing(t:2);")  # fmt: skip
    drawn = [[x.push(b"a", port)[0][1].dst_ip for _ in range(200)] for port in range(3)]
    assert {address >> 16 for address in drawn[0] + drawn[1]} == {0x0A01}
    assert (len(set(drawn[0])) > 190, len(set(drawn[1])), set(drawn[2])) == (True, 3, {0x01020304})
    assert max(drawn[0].count(address) for address in drawn[0]) < 4


PARTS = (
    "DropBroadcasts -> pt :: PaintTee(3) -> gw :: IPGWOptions(10.0.0.1) -> FixIPSrc(10.0.0.1) -> dt :: DecIPTTL -> cl :: CheckLength(60)"
)
OUTPUTS = ("cl", "pt[1]", "gw[1]", "dt[1]", "cl[1]")
RECORDED = ipv4(0x0A000001, 0x01020304, 17, b"data", options=b"\x07\x07\x04\0\0\0\0\0")


@pytest.mark.parametrize("name", ["plain", "painted", "fixed", "broadcast", "multicast", "to another"])
@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        ipv4(1, 2, 17, b"data", ttl=2),
        ipv4(1, 2, 17, b"data", ttl=1),
        ipv4(1, 2, 17, bytes(40)),
        ipv4(1, 2, 17, bytes(41)),
        RECORDED,
        ipv4(1, 2, 17, b"", ttl=0, options=RECORDED[20:28]),
        ipv4(1, 2, 17, bytes(90), options=b"\x44\x0c\x05\1" + bytes(8)),
        ipv4(1, 2, 17, b"", options=b"\x07\x08\x02" + bytes(5)),
        ipv4(1, 2, 17, b"", options=b"\1\0" + bytes(2)),
        ipv4(1, 2, 17, b"", options=b"\1\x44\x03\x05"),
    ],
)
def test_the_output_combo_does_what_its_parts_do(bench: Made, name: str, data: bytes) -> None:
    given = {"plain": {}, "painted": {"paint": 3}, "fixed": {"fix_ip_src": 1}, "broadcast": {"packet_type": 1},
             "multicast": {"packet_type": 2}, "to another": {"packet_type": 3}}[name]  # fmt: skip
    ways = "".join(f"x[{i}] -> d{i} :: ToCrossing(t:{i}); {part} -> d{i + 5} :: ToCrossing(t:{i + 5});" for i, part in enumerate(OUTPUTS))
    x = bench("", text=f"s0 :: FromCrossing(t:0) -> x :: IPOutputCombo(3, 10.0.0.1, 60); s1 :: FromCrossing(t:1) -> {PARTS}; {ways}")
    seen = [[(out - 5 * port, p.data, p.paint, p.fix_ip_src, p.parameter) for out, p in x.push(data, port, network=0, now=10**18, **given)]
            for port in (0, 1)]  # fmt: skip
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("data", "network"), [(GOOD, None), (GOOD, -4), (GOOD[:19], 0), (b"\x44" + GOOD[1:], 0), (b"\x4f" + GOOD[1:], 0)])
def test_what_has_no_whole_header_leaves_the_output_combo_as_expired(bench: Made, data: bytes, network: int | None) -> None:
    assert bench("IPOutputCombo(3, 10.0.0.1, 60)", outputs=5).out(data, network=network, fix_ip_src=1) == [(3, data)]
