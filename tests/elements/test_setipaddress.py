"""SetIPAddress sets the destination annotation."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_the_annotation_is_set(bench: Callable[..., Bench]) -> None:
    x = bench("SetIPAddress(10.1.2.3, ANNO DST_IP)")
    ((_, packet),) = x.push(b"a", dst_ip=9)
    assert (packet.dst_ip, x.read("addr")) == (0x0A010203, "10.1.2.3")
