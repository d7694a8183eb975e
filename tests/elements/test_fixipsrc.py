"""FixIPSrc changes the source where it is asked to; the checksum stays right, compared with one computed anew."""

import random
from collections.abc import Callable
from ipaddress import IPv4Address

from scapy.layers.inet import IP, UDP

from sim.packets import internet_checksum
from tests.elements.bench import Bench


def test_the_source_is_changed_once(bench: Callable[..., Bench]) -> None:
    x = bench("FixIPSrc(10.0.0.1)")
    before = bytes(IP(src="1.2.3.4", dst="5.6.7.8") / UDP() / b"data")
    after = bytes(IP(src="10.0.0.1", dst="5.6.7.8")) + before[20:]
    after = after[:2] + before[2:4] + after[4:9] + b"\x11" + bytes(2) + after[12:]
    after = after[:10] + internet_checksum(after[:20]).to_bytes(2, "big") + after[12:]
    ((_, packet),) = x.push(before, network=0, fix_ip_src=1)
    assert (packet.data, packet.fix_ip_src) == (after, 0)
    assert x.out(before, network=0, fix_ip_src=0) == [(0, before)]
    assert x.out(before, fix_ip_src=1) == [(0, before)]
    assert x.out(before[:19], network=0, fix_ip_src=1) == [(0, before[:19])]


def test_the_checksum_is_right_whatever_the_addresses(bench: Callable[..., Bench]) -> None:
    rng = random.Random(7)
    for mine in ("0.0.0.0", "255.255.255.255", "10.0.0.1"):
        x = bench(f"FixIPSrc({mine})")
        for _ in range(100):
            source = rng.choice((0, 0xFFFFFFFF, rng.getrandbits(32)))
            before = bytes(
                IP(src=str(IPv4Address(source)), dst=str(IPv4Address(rng.getrandbits(32))), id=rng.choice((0, rng.getrandbits(16))))
            )
            ((_, after),) = x.out(before, network=0, fix_ip_src=1)
            assert internet_checksum(after) == 0, f"seed 7, {before.hex()}"
            assert after[12:16] == bytes(map(int, mine.split(".")))
