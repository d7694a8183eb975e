"""IPFragmenter cuts packets so that they can be put together again (RFC 791, 3.2), as scapy does it."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import IP, IPOption, IPOption_LSRR, IPOption_NOP, IPOption_RR, defragment

from elements.reference.machine import instantiate
from graph.load import load_text
from sim.packets import internet_checksum, ipv4
from tests.elements.bench import Bench


def fragments(x: Bench, data: bytes, **annotations: int) -> list[IP]:
    found = x.push(data, network=0, **annotations)
    for output, packet in found:
        assert output == 0
        assert packet.network == packet.start
        assert internet_checksum(packet.data[: 4 * (packet.data[0] & 15)]) == 0
        assert int.from_bytes(packet.data[2:4], "big") == packet.length
    return [IP(packet.data) for _, packet in found]


@pytest.mark.parametrize("mtu", [68, 100, 576])
@pytest.mark.parametrize("size", [1, 7, 8, 9, 1000, 1480])
def test_fragments_fit_and_join_to_the_whole(bench: Callable[..., Bench], mtu: int, size: int) -> None:
    x = bench(f"IPFragmenter({mtu})")
    whole = bytes(IP(src="1.2.3.4", dst="5.6.7.8", id=77, proto=253, ttl=9, tos=4) / bytes(n % 251 for n in range(size)))
    parts = fragments(x, whole)
    assert all(part.len <= mtu for part in parts)
    assert all(part.len - 20 == (mtu - 20) // 8 * 8 for part in parts[:-1])
    join: Callable[[list[IP]], list[IP]] = defragment
    joined = join(parts)
    assert [bytes(packet)[12:] for packet in joined] == [whole[12:]]
    assert (parts[0].id, parts[-1].ttl, parts[-1].tos, parts[-1].flags.MF) == (77, 9, 4, False)
    assert x.read("fragments") == str(len(parts) if len(whole) > mtu else 0)


def test_only_copied_options_are_in_later_fragments(bench: Callable[..., Bench]) -> None:
    options = [IPOption_NOP(), IPOption_LSRR(routers=["1.1.1.1"]), IPOption_RR(routers=["0.0.0.0"])]
    parts = fragments(bench("IPFragmenter(100)"), bytes(IP(src="1.2.3.4", dst="5.6.7.8", proto=253, options=options) / bytes(200)))
    assert [part.ihl for part in parts] == [9, 7, 7]  # of 64, 72 and 64 bytes
    assert [option.option for option in parts[1].options] == [3, 0]


@pytest.mark.parametrize("mtu", [28, 68, 100, 576, 1500])
def test_no_packet_makes_more_than_it_says(bench: Callable[..., Bench], mtu: int) -> None:
    """With as many options as there may be, all of which each fragment has, and with none."""
    x = bench(f"IPFragmenter({mtu})")
    options = [[], IPOption(b"\x88\x28" + bytes(38))]
    made = [len(fragments(x, bytes(IP(options=each) / bytes(1580 - n)))) for n, each in zip((0, 40), options, strict=True)]
    element = instantiate(load_text(f"x :: IPFragmenter({mtu});", "t"))["x"]
    assert element.most_pieces(0, 1600) == max(made)
    assert element.most_pieces(0, mtu) == element.most_pieces(1, 1600) == 1


def test_a_fragment_is_cut_further(bench: Callable[..., Bench]) -> None:
    x = bench("IPFragmenter(68)")
    parts = fragments(x, ipv4(1, 2, 253, bytes(100), fragment=0x2000 | 10))
    assert [(part.frag, part.flags.MF) for part in parts] == [(10, True), (16, True), (22, True)]


def test_annotations_are_copied(bench: Callable[..., Bench]) -> None:
    found = bench("IPFragmenter(68)").push(ipv4(1, 2, 253, bytes(80)), network=0, paint=3, dst_ip=4, vlan_tci=5, device=6, now=7)
    assert len(found) == 2
    for _, packet in found:
        assert (packet.paint, packet.dst_ip, packet.vlan_tci, packet.device, packet.time) == (3, 4, 5, 6, 7)


def test_what_must_not_be_cut_leaves_by_output_1(bench: Callable[..., Bench]) -> None:
    whole = ipv4(1, 2, 253, bytes(100), fragment=0x4000)
    x = bench("IPFragmenter(68, true, false, HEADROOM 40)", outputs=2)
    assert x.out(whole, network=0) == [(1, whole)]
    assert (x.read("drops"), x.read("fragments")) == ("1", "0")
    short = ipv4(1, 2, 253, bytes(40), fragment=0x4000)
    assert x.out(short, network=0) == [(0, short)]
    assert x.out(whole) == [(0, whole)]
    assert len(bench("IPFragmenter(68, false)").out(whole, network=0)) == 3
    assert bench("IPFragmenter(68)").out(whole, network=0) == []
    assert x.out(b"\x4f" + whole[1:60] + bytes(30), network=0)[0][0] in (0, 1)
