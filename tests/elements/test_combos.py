"""IPInputCombo, CheckIPHeader2 and SetRandIPAddress."""

from __future__ import annotations

from collections.abc import Callable

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
