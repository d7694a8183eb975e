"""DecIPTTL counts down; the checksum stays right, compared with one computed anew."""

import random
from collections.abc import Callable
from ipaddress import IPv4Address

from scapy.layers.inet import IP

from sim.packets import internet_checksum
from tests.elements.bench import Bench


def address(rng: random.Random) -> str:
    return str(IPv4Address(rng.getrandbits(32)))


def test_every_time_to_live_is_counted_down_and_the_checksum_is_right(bench: Callable[..., Bench]) -> None:
    x = bench("DecIPTTL", outputs=2)
    rng = random.Random(5)
    for ttl in range(256):
        before = bytes(IP(ttl=ttl, src=address(rng), dst=address(rng), id=rng.choice((0, 0xFFFF, rng.getrandbits(16)))))
        ((output, after),) = x.out(before, network=0)
        if ttl <= 1:
            assert (output, after) == (1, before)
            continue
        assert (output, after[8], internet_checksum(after)) == (0, ttl - 1, 0), f"seed 5, ttl {ttl}"
        assert after[:8] + after[9:10] + after[12:] == before[:8] + before[9:10] + before[12:]
    assert (x.read("drops"), x.read("active")) == ("2", "true")


def test_without_output_1_expired_packets_are_dropped(bench: Callable[..., Bench]) -> None:
    x = bench("DecIPTTL")
    assert x.out(bytes(IP(ttl=1)), network=0) == []
    assert x.read("drops") == "1"
    assert x.out(bytes(IP(ttl=9))) == []


def test_multicast_and_everything_can_be_left_alone(bench: Callable[..., Bench]) -> None:
    multicast, other = bytes(IP(ttl=1, dst="224.1.2.3")), bytes(IP(ttl=1, dst="223.1.2.3"))
    x = bench("DecIPTTL(MULTICAST false)", outputs=2)
    assert (x.out(multicast, network=0), x.out(other, network=0)) == ([(0, multicast)], [(1, other)])
    x = bench("DecIPTTL(ACTIVE false)", outputs=2)
    assert x.out(other, network=0) == [(0, other)]
    assert x.read("active") == "false"
