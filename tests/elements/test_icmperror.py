"""ICMPError makes errors as RFC 792 writes them, and none where RFC 1812 forbids it."""

from collections.abc import Callable
from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, UDP, IPOption_LSRR, IPOption_NOP, IPOption_SSRR

from sim.packets import internet_checksum, ipv4
from tests.elements.bench import Bench

SOURCE, TARGET = "1.2.3.4", "5.6.7.8"


def datagram(source: str = SOURCE, target: str = TARGET, size: int = 20, **fields: Any) -> bytes:
    return bytes(IP(src=source, dst=target, **fields) / UDP(sport=1, dport=2) / bytes(size))


TYPES = {
    "unreachable": (3, 0, 0),
    "unreachable, net": (3, 0, 0),
    "unreachable, host": (3, 1, 0),
    "unreachable, protocol": (3, 2, 0),
    "unreachable, port": (3, 3, 0),
    "unreachable, needfrag, PMTU 1400": (3, 4, 1400),
    "unreachable, 13": (3, 13, 0),
    "sourcequench": (4, 0, 0),
    "redirect, net": (5, 0, 0x0A000009),
    "redirect, host": (5, 1, 0x0A000009),
    "timeexceeded, transit": (11, 0, 0),
    "timeexceeded, reassembly": (11, 1, 0),
    "parameterproblem, erroratptr": (12, 0, 22 << 24),
    "parameterproblem, missingopt": (12, 1, 0),
    "parameterproblem, length": (12, 2, 0),
    "11": (11, 0, 0),
}


@pytest.mark.parametrize("arguments", list(TYPES))
def test_an_error_is_what_rfc_792_says(bench: Callable[..., Bench], arguments: str) -> None:
    kind, code, rest = TYPES[arguments]
    x = bench(f"ICMPError(10.0.0.1, {arguments})")
    original = datagram()
    for number in (1, 2):
        ((_, packet),) = x.push(b"eth" + original + b"", network=3, dst_ip=0x0A000009, parameter=22, device=3, now=9)
        message = bytes((kind, code, 0, 0)) + rest.to_bytes(4, "big") + original
        message = message[:2] + internet_checksum(message).to_bytes(2, "big") + message[4:]
        assert packet.data == bytes(IP(src="10.0.0.1", dst=SOURCE, ttl=200, id=number, flags=0, proto=1) / message)
        assert (packet.dst_ip, packet.fix_ip_src, packet.device, packet.network) == (0x01020304, 1, 3, packet.start)
        read = IP(packet.data)[ICMP]
        assert (read.type, read.code, bytes(read.payload)) == (kind, code, original)


def test_an_error_has_the_time_at_which_it_is_made(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> SetTimestamp(3) -> x :: ICMPError(10.0.0.1, timeexceeded) -> d0 :: ToCrossing(t:0);")
    ((_, packet),) = x.push(datagram(), network=0, now=7 * 10**9)
    assert packet.time == 7 * 10**9


def test_an_error_is_as_long_as_its_mtu_allows(bench: Callable[..., Bench]) -> None:
    x = bench("ICMPError(10.0.0.1, timeexceeded, USE_FIX_ANNO false)")
    ((_, packet),) = x.push(datagram(size=1000), network=0)
    assert (packet.length, packet.fix_ip_src) == (576, 0)
    x.write("mtu", "100")
    x.write("src", "10.0.0.77")
    assert (x.read("mtu"), x.read("src"), x.read("pmtu")) == ("100", "10.0.0.77", "0")
    ((_, packet),) = x.push(datagram(size=1000), network=0)
    assert (packet.length, packet.data[12:16]) == (100, bytes((10, 0, 0, 77)))
    assert internet_checksum(packet.data[:20]) == internet_checksum(packet.data[20:]) == 0


@pytest.mark.parametrize(("given", "most"), [("", 1500), (", MTU 64", 1500), (", MTU 2000", 2000)])
def test_no_handler_makes_errors_longer_than_the_machine_is_made_for(bench: Callable[..., Bench], given: str, most: int) -> None:
    x = bench(f"ICMPError(10.0.0.1, timeexceeded{given})")
    x.write("mtu", str(most))
    with pytest.raises(ValueError) as refused:
        x.write("mtu", str(most + 1))
    assert str(refused.value) == (
        f"at most {most} bytes are taken while the machine runs, not {most + 1}: for more, give MTU in the configuration"
    )
    element = x.machine.elements["x"]
    assert [packet.length for _, packet in x.push(datagram(size=3000), network=0)] == [most] == [element.most_bytes(0, (1600,))]


def test_the_next_hop_s_mtu_can_be_changed(bench: Callable[..., Bench]) -> None:
    x = bench("ICMPError(10.0.0.1, unreachable, needfrag, SET_FIX_ANNO false)")
    x.write("pmtu", "1280")
    assert x.out(datagram(), network=0)[0][1][24:28] == (1280).to_bytes(4, "big")


NONE = {
    "an ICMP error": bytes(IP(src=SOURCE, dst=TARGET) / ICMP(type=3) / bytes(28)),
    "an ICMP message without its head": ipv4(0x01020304, 0x05060708, 1, b"\x08\x00\x00"),
    "a later fragment": datagram(frag=1),
    "a source of network 0": datagram("0.1.2.3"),
    "a loopback source": datagram("127.0.0.1"),
    "a multicast source": datagram("224.0.0.1"),
    "a source of class E": datagram("240.0.0.1"),
    "a broadcast source": datagram("255.255.255.255"),
    "a multicast destination": datagram(target="239.1.2.3"),
    "a broadcast destination": datagram(target="255.255.255.255"),
    "a bad source": datagram("9.9.9.255"),
    "a bad destination": datagram(target="9.9.9.255"),
    "a header that is not whole": datagram()[:19],
}


@pytest.mark.parametrize("kind", list(NONE))
def test_no_error_about(bench: Callable[..., Bench], kind: str) -> None:
    x = bench("ICMPError(10.0.0.1, timeexceeded, 0, 8.8.8.8 9.9.9.255)")
    assert x.out(NONE[kind], network=0) == []
    assert len(x.out(datagram(), network=0)) == 1


def test_no_error_about_a_packet_that_was_not_for_us_alone(bench: Callable[..., Bench]) -> None:
    x = bench("ICMPError(10.0.0.1, timeexceeded)")
    assert [len(x.out(datagram(), network=0, packet_type=kind)) for kind in (0, 1, 2, 3)] == [1, 0, 0, 1]
    assert x.out(datagram()) == []
    assert len(x.out(bytes(IP(src=SOURCE, dst=TARGET) / ICMP(type=8)), network=0)) == 1


@pytest.mark.parametrize("option", [IPOption_LSRR, IPOption_SSRR])
def test_a_source_route_is_turned_round(bench: Callable[..., Bench], option: type) -> None:
    x = bench("ICMPError(10.0.0.1, timeexceeded)")
    routers = ["1.1.1.1", "2.2.2.2", "3.3.3.3"]
    original = datagram(options=[IPOption_NOP(), option(routers=routers, pointer=12)])
    ((_, packet),) = x.push(original, network=0)
    read = IP(packet.data)
    assert packet.data[20:32] == bytes((option().option | option().copy_flag << 7, 11, 4, 2, 2, 2, 2, 1, 1, 1, 1, 0))
    assert (read.ihl, read.len, bytes(read[ICMP].payload)) == (8, packet.length, original)
    assert internet_checksum(packet.data[:32]) == 0
    assert bench("ICMPError(10.0.0.1, redirect)").out(original, network=0) == []


def test_a_source_route_that_is_the_problem_is_not_followed(bench: Callable[..., Bench]) -> None:
    x = bench("ICMPError(10.0.0.1, parameterproblem)")
    original = datagram(options=[IPOption_LSRR(routers=["1.1.1.1"], pointer=8)])
    assert [x.out(original, network=0, parameter=at)[0][1][0] & 15 for at in (19, 20, 26, 27)] == [7, 5, 5, 7]


def test_it_answers_what_it_pulls(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> Queue -> x :: ICMPError(10.0.0.1, timeexceeded) -> d0 :: ToDevice(0);"
    x = bench("", text=text)
    original = datagram()
    assert [(output, data[28:]) for output, data in x.out(original, network=0)] == [(0, original)]
    assert x.out(NONE["a multicast source"], network=0) == []
