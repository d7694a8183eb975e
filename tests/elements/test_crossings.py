"""FromCrossing and ToCrossing take packets in and out as they are, pushed or pulled."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


@pytest.mark.parametrize("between", ["", "Queue ->"])
def test_packets_cross_with_their_annotations(bench: Callable[..., Bench], between: str) -> None:
    x = bench("", text=f"s0 :: FromCrossing(a:1) -> {between} d0 :: ToCrossing(a:2);")
    ((_, packet),) = x.push(b"data", network=1, paint=3, dst_ip=4, vlan_tci=5, packet_type=2, fix_ip_src=1, device=6)
    assert (packet.data, packet.network) == (b"data", packet.start + 1)
    assert (packet.paint, packet.dst_ip, packet.vlan_tci, packet.packet_type, packet.fix_ip_src, packet.device) == (3, 4, 5, 2, 1, 6)
