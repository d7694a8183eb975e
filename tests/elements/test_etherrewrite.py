"""EtherRewrite changes both addresses and nothing else."""

from collections.abc import Callable

from scapy.layers.l2 import Ether

from tests.elements.bench import Bench


def test_both_addresses_are_changed(bench: Callable[..., Bench]) -> None:
    x = bench("EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2)")
    frame = Ether(src="09:09:09:09:09:09", dst="08:08:08:08:08:08", type=0x1234) / b"payload"
    changed = Ether(src="01:01:01:01:01:01", dst="02:02:02:02:02:02", type=0x1234) / b"payload"
    assert x.out(bytes(frame)) == [(0, bytes(changed))]
    assert x.out(bytes(8)) == [(0, bytes(changed)[:8])]
    assert (x.read("src"), x.read("dst")) == ("01-01-01-01-01-01", "02-02-02-02-02-02")
