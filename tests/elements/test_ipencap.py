"""IPEncap writes the IP header that scapy writes."""

from collections.abc import Callable
from typing import Any

import pytest
from scapy.layers.inet import IP

from tests.elements.bench import Bench

HEADERS: dict[str, dict[str, Any]] = {
    "4, 192.0.2.1, 198.51.100.1": {"proto": 4, "ttl": 250},
    "ipip, 192.0.2.1, 198.51.100.1": {"proto": 4, "ttl": 250},
    "udp, 192.0.2.1, 198.51.100.1, TTL 9": {"proto": 17, "ttl": 9},
    "4, 192.0.2.1, 198.51.100.1, DSCP 46": {"proto": 4, "ttl": 250, "tos": 46 << 2},
    "4, 192.0.2.1, 198.51.100.1, DSCP 63, ECT true": {"proto": 4, "ttl": 250, "tos": 63 << 2 | 1},
    "4, 192.0.2.1, 198.51.100.1, ECT 2": {"proto": 4, "ttl": 250, "tos": 2},
    "4, 192.0.2.1, 198.51.100.1, CE true": {"proto": 4, "ttl": 250, "tos": 3},
    "4, 192.0.2.1, 198.51.100.1, TOS 0xb8, DF true": {"proto": 4, "ttl": 250, "tos": 0xB8, "flags": "DF"},
    "PROTO 4, SRC 192.0.2.1, DST 198.51.100.1, DF false": {"proto": 4, "ttl": 250},
}


@pytest.mark.parametrize("arguments", list(HEADERS))
def test_the_header_is_in_front(bench: Callable[..., Bench], arguments: str) -> None:
    x = bench(f"IPEncap({arguments})")
    for number, payload in enumerate((b"", b"payload", bytes(1480))):
        ((output, packet),) = x.push(payload, network=3)
        expected = IP(**{"flags": 0, **HEADERS[arguments], "src": "192.0.2.1", "dst": "198.51.100.1", "id": number})
        assert (output, packet.data) == (0, bytes(expected / payload))
        assert (packet.network, packet.dst_ip) == (packet.start, 0xC6336401)
    assert (x.read("src"), x.read("dst")) == ("192.0.2.1", "198.51.100.1")


def test_the_destination_may_be_the_annotation_s(bench: Callable[..., Bench]) -> None:
    x = bench("IPEncap(4, 192.0.2.1, DST_ANNO)")
    for number, address in enumerate((0x0A000009, 0xFFFFFFFF)):
        ((_, packet),) = x.push(b"payload", dst_ip=address)
        assert packet.data == bytes(IP(src="192.0.2.1", dst=address, proto=4, ttl=250, id=number, flags=0) / b"payload")
        assert packet.dst_ip == address
    assert x.read("dst") == "DST_ANNO"


def test_what_would_be_too_long_is_dropped(bench: Callable[..., Bench]) -> None:
    x = bench("IPEncap(4, 192.0.2.1, 198.51.100.1)")
    ((_, packet),) = x.out(bytes(65515))
    assert (len(packet), packet[2:4]) == (65535, b"\xff\xff")
    assert x.out(bytes(65516)) == []
