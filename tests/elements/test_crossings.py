"""FromCrossing and ToCrossing take packets in and out as they are, pushed or pulled; what is too long is counted."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


@pytest.mark.parametrize("between", ["", "Queue ->"])
def test_packets_cross_with_their_annotations(bench: Callable[..., Bench], between: str) -> None:
    x = bench("", text=f"s0 :: FromCrossing(a:1) -> {between} d0 :: ToCrossing(a:2);")
    ((_, packet),) = x.push(b"data", network=1, paint=3, dst_ip=4, vlan_tci=5, packet_type=2, fix_ip_src=1, device=6)
    assert (packet.data, packet.network) == (b"data", packet.start + 1)
    assert (packet.paint, packet.dst_ip, packet.vlan_tci, packet.packet_type, packet.fix_ip_src, packet.device) == (3, 4, 5, 2, 1, 6)


@pytest.mark.parametrize("between", ["", "Queue ->"])
def test_what_is_longer_than_the_crossing_carries_is_dropped_and_counted(bench: Callable[..., Bench], between: str) -> None:
    x = bench("", text=f"s0 :: FromCrossing(a:1) -> {between} d0 :: ToCrossing(a:2, 5);")
    for data, sent, lost in ((b"12345", 1, "0"), (b"123456", 0, "1"), (b"1234567", 0, "2"), (b"", 1, "2")):
        assert len(x.push(data)) == sent
        assert x.read("too_long", element="d0") == lost
