"""What tenant d, a gateway that translates addresses and ports, does with a packet of each kind: out, back, unasked, refused; in the
reference, in C, and, in `make heavy`, split with the simulated pipeline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from elements.reference.packet import Packet
from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from mlclick.run import Outcome, run_software, run_split

TENANTS = Path(__file__).parents[2] / "tenants"
LAN, WAN = 0, 1
LAN_ETH, WAN_ETH, GATEWAY_ETH = "02:00:00:00:0d:00", "02:00:00:00:0d:01", "02:00:00:00:fe:04"
HOSTS = {"192.168.4.9": "02:00:00:00:c4:09", "192.168.4.10": "02:00:00:00:c4:0a", "192.168.4.80": "02:00:00:00:c4:80"}
ONE, TWO, WEB = HOSTS
OWN, SHARED, GATEWAY, SERVER, CLIENT = "192.168.4.1", "203.0.113.4", "203.0.113.1", "8.8.8.8", "9.9.9.9"
GIVEN = 21341
"""The port that the second host's flow is given, as its own is the first host's: it follows from the flow."""
EVERYBODY = "ff:ff:ff:ff:ff:ff"
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Step:
    """A frame comes by a port at a time in seconds, and these leave, each by its port."""

    what: str
    port: int
    frame: Ether
    leaving: tuple[tuple[int, Ether], ...] = ()
    now: float = 0


def udp(source: str, sport: int, destination: str, dport: int, ttl: int = 64) -> IP:
    return IP(src=source, dst=destination, ttl=ttl) / UDP(sport=sport, dport=dport) / b"some data to have"


def tcp(source: str, sport: int, destination: str, dport: int, ttl: int = 64, flags: str = "A") -> IP:
    return IP(src=source, dst=destination, ttl=ttl) / TCP(sport=sport, dport=dport, flags=flags) / b"some data"


def from_host(packet: IP) -> Ether:
    return Ether(src=HOSTS.get(packet.src, HOSTS[ONE]), dst=LAN_ETH) / Dot1Q(vlan=400) / packet


def to_host(packet: IP) -> tuple[int, Ether]:
    return LAN, Ether(src=LAN_ETH, dst=HOSTS[packet.dst]) / Dot1Q(vlan=400) / packet


def from_gateway(packet: IP) -> Ether:
    return Ether(src=GATEWAY_ETH, dst=WAN_ETH) / Dot1Q(vlan=400) / packet


def to_gateway(packet: IP) -> tuple[int, Ether]:
    return WAN, Ether(src=WAN_ETH, dst=GATEWAY_ETH) / Dot1Q(vlan=400) / packet


def who_has(port: int, target: str) -> tuple[int, Ether]:
    mine, own = ((LAN_ETH, OWN), (WAN_ETH, SHARED))[port]
    asked = ARP(op=1, hwsrc=mine, psrc=own, hwdst="0:0:0:0:0:0", pdst=target)
    return port, Ether(src=mine, dst=EVERYBODY) / Dot1Q(vlan=400) / asked


def is_at(port: int, address: str, ethernet: str) -> Ether:
    mine, own = ((LAN_ETH, OWN), (WAN_ETH, SHARED))[port]
    return Ether(src=ethernet, dst=mine) / Dot1Q(vlan=400) / ARP(op=2, hwsrc=ethernet, psrc=address, hwdst=mine, pdst=own)


def error(about: IP, kind: int, code: int, number: int) -> tuple[int, Ether]:
    return to_host(IP(src=OWN, dst=about.src, ttl=200, id=number) / ICMP(type=kind, code=code) / bytes(about))


def arp_steps() -> list[Step]:
    request = Ether(src=HOSTS[ONE], dst=EVERYBODY) / Dot1Q(vlan=400) / ARP(op=1, hwsrc=HOSTS[ONE], psrc=ONE, pdst=OWN)
    answer = Ether(src=LAN_ETH, dst=HOSTS[ONE]) / Dot1Q(vlan=400) / ARP(op=2, hwsrc=LAN_ETH, psrc=OWN, hwdst=HOSTS[ONE], pdst=ONE)
    return [Step("a host asks for the gateway's Ethernet address", LAN, request, ((LAN, answer),))]


def udp_steps() -> list[Step]:
    out, back = udp(SHARED, 5000, SERVER, 53, 63), udp(SERVER, 53, ONE, 5000, 63)
    other_out, other_back = udp(SHARED, GIVEN, SERVER, 53, 63), udp(SERVER, 53, TWO, 5000, 63)
    return [
        Step("a first packet waits for the next router's address", LAN, from_host(udp(ONE, 5000, SERVER, 53)), (who_has(WAN, GATEWAY),)),
        Step("and goes out when that is known", WAN, is_at(WAN, GATEWAY, GATEWAY_ETH), (to_gateway(out),)),
        Step("its answer waits for the host's", WAN, from_gateway(udp(SERVER, 53, SHARED, 5000)), (who_has(LAN, ONE),)),
        Step("and is let in", LAN, is_at(LAN, ONE, HOSTS[ONE]), (to_host(back),)),
        Step("another host gets another port", LAN, from_host(udp(TWO, 5000, SERVER, 53)), (to_gateway(other_out),)),
        Step("and answers of its own", WAN, from_gateway(udp(SERVER, 53, SHARED, GIVEN)), (who_has(LAN, TWO),)),
        Step("which reach it", LAN, is_at(LAN, TWO, HOSTS[TWO]), (to_host(other_back),)),
        Step("as the first host's reach that", WAN, from_gateway(udp(SERVER, 53, SHARED, 5000)), (to_host(back),)),
    ]


def tcp_steps() -> list[Step]:
    ask, answer = tcp(CLIENT, 4444, WEB, 80, 63, "S"), tcp(SHARED, 80, CLIENT, 4444, 63, "SA")
    return [
        Step("TCP goes out", LAN, from_host(tcp(ONE, 6000, SERVER, 443)), (to_gateway(tcp(SHARED, 6000, SERVER, 443, 63)),)),
        Step("and comes back", WAN, from_gateway(tcp(SERVER, 443, SHARED, 6000)), (to_host(tcp(SERVER, 443, ONE, 6000, 63)),)),
        Step("the web server is asked", WAN, from_gateway(tcp(CLIENT, 4444, SHARED, 80, flags="S")), (who_has(LAN, WEB),)),
        Step("by whoever wants to", LAN, is_at(LAN, WEB, HOSTS[WEB]), (to_host(ask),)),
        Step("and answers", LAN, from_host(tcp(WEB, 80, CLIENT, 4444, flags="SA")), (to_gateway(answer),)),
    ]


def unasked_steps() -> list[Step]:
    about = IP(src=SERVER, dst=SHARED) / ICMP(type=3, code=3) / bytes(udp(SHARED, 5000, SERVER, 53))
    return [
        Step("from another host", WAN, from_gateway(udp(CLIENT, 53, SHARED, 5000))),
        Step("from another port", WAN, from_gateway(udp(SERVER, 54, SHARED, 5000))),
        Step("to another port", WAN, from_gateway(tcp(CLIENT, 4444, SHARED, 22, flags="S"))),
        Step("of another protocol", WAN, from_gateway(tcp(SERVER, 53, SHARED, 5000, flags="SA"))),
        Step("to a host itself", WAN, from_gateway(udp(SERVER, 53, ONE, 5000))),
        Step("a ping", WAN, from_gateway(IP(src=SERVER, dst=SHARED) / ICMP() / bytes(20))),
        Step("an ICMP error", WAN, from_gateway(about)),
        Step("a fragment", WAN, from_gateway(IP(src=SERVER, dst=SHARED, proto=17, frag=3) / bytes(24))),
        Step("said to come from a host", WAN, from_gateway(udp(ONE, 53, SHARED, 5000))),
    ]


def refused_steps() -> list[Step]:
    steps = [Step("a host that it is not", LAN, from_host(udp("192.168.5.9", 5000, SERVER, 53)))]

    def refuse(what: str, make: Callable[[int], IP], number: int) -> None:
        steps.append(Step(what, LAN, from_host(make(64)), (error(make(63), 3, 13, number),)))

    refuse("a ping", lambda ttl: IP(src=ONE, dst=SERVER, ttl=ttl) / ICMP() / bytes(20), 1)
    refuse("mail", lambda ttl: tcp(ONE, 6001, SERVER, 25, ttl), 2)
    refuse("another private network", lambda ttl: udp(ONE, 5000, "10.1.1.1", 53, ttl), 3)
    refuse("a first fragment", lambda ttl: IP(src=ONE, dst=SERVER, ttl=ttl, proto=17, flags="MF") / bytes(24), 4)
    refuse("the gateway itself", lambda ttl: tcp(ONE, 6002, OWN, 22, ttl), 5)
    last = udp(ONE, 5000, SERVER, 53, 1)
    steps.append(Step("a packet at the end of its life", LAN, from_host(last), (error(last, 11, 0, 1),)))
    return steps


def late_steps() -> list[Step]:
    return [
        Step("ten minutes later nobody is waiting", WAN, from_gateway(udp(SERVER, 53, SHARED, 5000)), now=600),
        Step("but for TCP, which lasts longer", WAN, from_gateway(tcp(SERVER, 443, SHARED, 6000)), (who_has(LAN, ONE),), now=601),
    ]


STORY = [*arp_steps(), *udp_steps(), *tcp_steps(), *unasked_steps(), *refused_steps(), *late_steps()]


def offered() -> list[tuple[int, Packet]]:
    times = (round((step.now or 1 + number / 1000) * SECOND) for number, step in enumerate(STORY))
    return [(step.port, Packet.of(bytes(step.frame), time=time)) for step, time in zip(STORY, times, strict=True)]


def in_reference(merged: Merged) -> Outcome:
    return run_software(merged, offered(), reference=True)


def in_c(merged: Merged) -> Outcome:
    return run_software(merged, offered())


def in_both_halves(merged: Merged) -> Outcome:
    cut = split(merged, rates_of(merged, None))
    assert {"d/lan_in/CheckIPHeader@4", "d/lan_in/ttl", "d/out", "d/back", "d/sent", "d/came"} <= cut.placement.hardware
    assert "d/nat" not in cut.placement.hardware
    return run_split(cut, offered(), build_core(cut, DatapathParameters(64, 2)))


@pytest.mark.parametrize("run", [in_reference, in_c, pytest.param(in_both_halves, marks=[pytest.mark.slow, pytest.mark.heavy])])
def test_what_it_does_with_a_packet_of_each_kind(run: Callable[[Merged], Outcome]) -> None:
    outcome = run(merge_tenants(Source(("d",), TENANTS)))
    for step, (_, packet) in zip(STORY, offered(), strict=True):
        left = [(port, frame) for time, port, frame in outcome.emitted if time == packet.time]
        assert left == [(port, bytes(frame)) for port, frame in step.leaving], step.what
    counted = {name: outcome.handlers[f"d/{name}"] for name in ("sent.count", "came.count", "web.count", "refused.count")}
    assert counted == {"sent.count": "4", "came.count": "10", "web.count": "1", "refused.count": "5"}
    assert (outcome.handlers["d/nat.size"], outcome.handlers["d/nat.mapping_failures"]) == ("2", "0")
