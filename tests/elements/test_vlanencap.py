"""VLANEncap puts a tag in, as scapy writes it."""

from collections.abc import Callable

import pytest
from scapy.layers.l2 import Dot1Q, Ether

from tests.elements.bench import Bench

PLAIN = bytes(Ether(src="1:1:1:1:1:1", dst="2:2:2:2:2:2", type=0x0800) / b"payload")


def tagged(vlan: int, priority: int = 0) -> bytes:
    return bytes(Ether(src="1:1:1:1:1:1", dst="2:2:2:2:2:2") / Dot1Q(vlan=vlan, prio=priority, type=0x0800) / b"payload")


RESULTS = {
    "VLAN_ID 100": (tagged(100), "100", "100", "0"),
    "VLAN_ID 7, VLAN_PCP 5": (tagged(7, 5), str(0xA007), "7", "5"),
    "0x2007": (tagged(7, 1), str(0x2007), "7", "1"),
    "7, 6": (tagged(7, 6), str(0xC007), "7", "6"),
    "ANNO": (tagged(9, 3), "ANNO", "", ""),
    "ANNO, NATIVE_VLAN 9": (PLAIN, "ANNO", "", ""),
    "": (PLAIN, "0", "0", "0"),
    "VLAN_PCP 3, NATIVE_VLAN -1": (tagged(0, 3), str(0x6000), "0", "3"),
    "VLAN_ID 0": (PLAIN, "0", "0", "0"),
    "VLAN_ID 0, NATIVE_VLAN -1": (tagged(0), "0", "0", "0"),
    "VLAN_ID 7, NATIVE_VLAN 7": (PLAIN, "7", "7", "0"),
}


@pytest.mark.parametrize("arguments", list(RESULTS))
def test_the_tag_is_what_it_says(bench: Callable[..., Bench], arguments: str) -> None:
    expected, tci, vlan, priority = RESULTS[arguments]
    x = bench(f"VLANEncap({arguments})")
    assert x.out(PLAIN, vlan_tci=0x6009) == [(0, expected)]
    assert (x.read("vlan_tci"), x.read("vlan_id"), x.read("vlan_pcp")) == (tci, vlan, priority)
    native = arguments.partition("NATIVE_VLAN ")[2].replace("-1", "65535")
    assert (x.read("native_vlan"), x.read("ethertype")) == (native, str(0x8100))


def test_the_type_of_the_tag_can_be_another(bench: Callable[..., Bench]) -> None:
    assert bench("VLANEncap(VLAN_ID 7, ETHERTYPE 0x88a8)").out(PLAIN) == [(0, PLAIN[:12] + bytes.fromhex("88a80007") + PLAIN[12:])]


def test_a_packet_that_ends_within_its_addresses_is_dropped_where_it_would_get_a_tag(bench: Callable[..., Bench]) -> None:
    x, native = bench("VLANEncap(VLAN_ID 7)"), bench("VLANEncap(ANNO)")
    for length in (0, 1, 11):
        assert x.out(PLAIN[:length]) == native.out(PLAIN[:length], vlan_tci=7) == []
        assert native.out(PLAIN[:length], vlan_tci=0) == [(0, PLAIN[:length])]
    for length in (12, 13, 14):
        assert x.out(PLAIN[:length]) == [(0, PLAIN[:12] + bytes.fromhex("81000007") + PLAIN[12:length])]
