"""Null passes packets as they are."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_packets_pass_with_their_annotations(bench: Callable[..., Bench]) -> None:
    ((output, packet),) = bench("Null").push(
        b"data", network=2, paint=7, dst_ip=1, vlan_tci=2, packet_type=3, fix_ip_src=1, device=5, now=9
    )
    assert (output, packet.data, packet.network, packet.time) == (0, b"data", packet.start + 2, 9)
    assert (packet.paint, packet.dst_ip, packet.vlan_tci, packet.packet_type, packet.fix_ip_src, packet.device) == (7, 1, 2, 3, 1, 5)
