"""GetIPAddress reads the destination annotation from the packet."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import IP

from tests.elements.bench import Bench

PACKET = bytes(IP(src="1.2.3.4", dst="5.6.7.8")) + b"behind"
FOUND = {
    "GetIPAddress(16)": 0x05060708,
    "GetIPAddress(OFFSET 12)": 0x01020304,
    "GetIPAddress(22, DST_IP)": int.from_bytes(b"hind", "big"),
    "GetIPAddress(24)": int.from_bytes(b"nd\0\0", "big"),
    "GetIPAddress(IP src)": 0x01020304,
    "GetIPAddress(IP dst, ANNO DST_IP)": 0x05060708,
}


@pytest.mark.parametrize("text", list(FOUND))
def test_the_annotation_is_read(bench: Callable[..., Bench], text: str) -> None:
    ((_, packet),) = bench(text).push(PACKET, network=0, dst_ip=1)
    assert packet.dst_ip == FOUND[text]
