"""VLANDecap takes one tag off."""

from collections.abc import Callable

from scapy.layers.l2 import Dot1Q, Ether

from tests.elements.bench import Bench

PLAIN = bytes(Ether(src="1:1:1:1:1:1", dst="2:2:2:2:2:2", type=0x0800) / b"payload")
TAGGED = bytes(Ether(src="1:1:1:1:1:1", dst="2:2:2:2:2:2") / Dot1Q(vlan=0x123, prio=5, type=0x0800) / b"payload")
SERVICE = TAGGED[:12] + b"\x88\xa8" + TAGGED[14:]


def test_a_tag_becomes_the_annotation(bench: Callable[..., Bench]) -> None:
    for text, annotation in (("VLANDecap", 0xA123), ("VLANDecap(ANNO false)", 7)):
        x = bench(text)
        ((_, packet),) = x.push(TAGGED, vlan_tci=7, network=18)
        assert (packet.data, packet.vlan_tci, packet.network) == (PLAIN, annotation, packet.start + 14)
        ((_, packet),) = x.push(PLAIN, vlan_tci=7)
        assert (packet.data, packet.vlan_tci) == (PLAIN, 0 if annotation == 0xA123 else 7)
        assert x.out(TAGGED[:15]) == [(0, TAGGED[:15])]
    assert bench("VLANDecap(ETHERTYPE 0x88a8)").out(SERVICE) == [(0, PLAIN)]
    assert bench("VLANDecap(ETHERTYPE 0x88a8)").out(TAGGED) == [(0, TAGGED)]
