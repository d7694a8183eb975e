"""Hypothesis strategies for conformance: packets with every kind of header and damage, and what lies around them."""

from __future__ import annotations

from hypothesis import strategies as st

from elements.program.program import TIME_WIDTH
from elements.reference.packet import HEADROOM, Packet
from sim.conformance.cases import ADDRESSES, PORTS, TAGS, Case
from sim.packets import internet_checksum

MOST_EXAMPLES = 12
"""At least as many as a manual page has."""
addresses = st.sampled_from(ADDRESSES) | st.integers(0, (1 << 32) - 1)
ports = st.sampled_from(PORTS) | st.integers(0, 0xFFFF)
tags = st.sampled_from(TAGS) | st.integers(0, 0xFFFF)


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


@st.composite
def ip_packets(draw: st.DrawFn) -> bytes:
    """IPv4, sound where nothing is drawn otherwise: length of header and packet, version and checksum may be any."""
    options = draw(st.binary(max_size=40).map(lambda raw: raw[: len(raw) // 4 * 4]))
    transport = number(draw(ports), 2) + number(draw(ports), 2) + draw(st.binary(max_size=40))
    first = draw(st.just(0x45 + len(options) // 4) | st.integers(0, 255))
    length = draw(st.just(20 + len(options) + len(transport)) | st.integers(0, 0xFFFF))
    fragment = draw(st.just(0) | st.integers(0, 0xFFFF))
    protocol = draw(st.sampled_from((1, 6, 17, 2)) | st.integers(0, 255))
    head = bytes((first, draw(st.integers(0, 255)))) + number(length, 2) + number(draw(st.integers(0, 0xFFFF)), 2) + number(fragment, 2)
    head += bytes((draw(st.sampled_from((0, 1, 2, 64, 255))), protocol))
    rest = number(draw(addresses), 4) + number(draw(addresses), 4) + options
    checksum = draw(st.just(internet_checksum(head + bytes(2) + rest)) | st.integers(0, 0xFFFF))
    return head + number(checksum, 2) + rest + transport


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Ethernet with up to two tags around anything."""
    body = draw(ip_packets() | st.binary(max_size=64))
    outer = b"".join(draw(st.sampled_from((b"\x81\x00", b"\x88\xa8"))) + number(tag, 2) for tag in draw(st.lists(tags, max_size=2)))
    kind = draw(st.sampled_from((0x0800, 0x0806, 0x86DD)) | st.integers(0, 0xFFFF))
    return draw(st.sampled_from((b"\x02" * 6, b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01"))) + b"\x04" * 6 + outer + number(kind, 2) + body


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A packet, cut short or not, with its annotations and what was stripped before it; state is set to something first, or left."""
    data = draw(ip_packets() | frames() | st.binary(max_size=120))
    data = data[: draw(st.just(len(data)) | st.integers(0, len(data)))]
    packet = Packet.of(data, time=draw(st.integers(0, (1 << TIME_WIDTH) - 1)), device=draw(st.integers(0, 3)))
    front = draw(st.binary(max_size=18))
    packet.buffer[HEADROOM - len(front) : HEADROOM] = front
    packet.paint, packet.dst_ip, packet.vlan_tci = draw(st.integers(0, 255)), draw(addresses), draw(tags)
    packet.packet_type, packet.fix_ip_src = draw(st.integers(0, 7)), draw(st.integers(0, 1))
    where = draw(st.none() | st.sampled_from((0, 14, 18, -14)) | st.integers(-20, 60))
    packet.network = None if where is None else packet.start + where
    return Case(packet, draw(st.none() | st.integers(0, (1 << 64) - 1)))


@st.composite
def stories(draw: st.DrawFn) -> list[Case]:
    """Cases one after the other. Examples of an element take them by turns, so the first ones set all state: a story means the same
    whatever came before it."""
    found = draw(st.lists(cases(), min_size=1, max_size=40))
    return [Case(case.packet, 0 if case.poke is None and turn < MOST_EXAMPLES else case.poke) for turn, case in enumerate(found)]
