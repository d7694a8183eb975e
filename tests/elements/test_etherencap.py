"""EtherEncap writes the header that scapy writes."""

from collections.abc import Callable

from scapy.layers.l2 import Ether

from tests.elements.bench import Bench


def test_the_header_is_in_front(bench: Callable[..., Bench]) -> None:
    x = bench("EtherEncap(0x0800, 1:1:1:1:1:1, 00-22-44-66-88-aA)")
    header = bytes(Ether(src="01:01:01:01:01:01", dst="00:22:44:66:88:aa", type=0x0800))
    assert x.out(b"data") == [(0, header + b"data")]
    assert x.out(b"") == [(0, header)]
    ((_, packet),) = x.push(b"data", network=0)
    assert packet.network == packet.start + 14
    assert (x.read("src"), x.read("dst"), x.read("ethertype")) == ("01-01-01-01-01-01", "00-22-44-66-88-AA", "2048")
