"""Traffic for a merged machine: frames that its tenants would get, of every kind that their configurations tell apart."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from elements.reference.packet import Packet
from graph.merge import Master
from graph.policy import Policy, TenantPolicy
from sim.packets import arp, ethernet, internet_checksum, ip_packet, ipv4

DNS = 53
"""A port that is let through where any is."""
_ADDRESS = re.compile(r"\b(\d+)\.(\d+)\.(\d+)\.(\d+)(?:/(\d+))?\b")


def addresses_of(master: Master, tenant: str) -> list[int]:
    """Addresses that the tenant's own configuration names, inside each prefix too; they reach its rules and routes."""
    return list(dict.fromkeys(address for each in addresses_by_element(master, tenant) for address in each)) or [0x0A000001]


def addresses_by_element(master: Master, tenant: str) -> list[list[int]]:
    """The same, as the elements that name any do."""
    groups: list[list[int]] = []
    for node in master.graph.nodes:
        if master.owner[node.name] != tenant:
            continue
        found: dict[int, None] = {}
        for match in list(_ADDRESS.finditer(node.config))[:400]:
            octets = [int(x) for x in match.groups()[:4]]
            if all(octet < 256 for octet in octets):
                number = int.from_bytes(bytes(octets), "big")
                host = 32 - int(match.group(5) or 32)
                found[number] = None
                found[number | (5 & ((1 << host) - 1))] = None
        if found:
            groups.append(list(found))
    return groups


def inner_tags(master: Master, tenant: str) -> list[tuple[int, ...]]:
    """VLAN tags that the tenant's own classifiers and encapsulators know, beside none."""
    tags: dict[tuple[int, ...], None] = {(): None}
    for node in master.graph.nodes:
        if master.owner[node.name] == tenant and node.class_name == "Classifier":
            tags |= {(int(digits, 16),): None for digits in re.findall(r"14/([0-9a-f]{4})%0fff", node.config)}
    return list(tags)


def mark_of(number: int) -> bytes:
    """What frames of the tenant with this number can carry to be known by where they leave: a sender's address."""
    return b"\x02mark" + bytes((number,))


def random_traffic(
    master: Master,
    policy: Policy,
    seed: int,
    count: int,
    only: str | None = None,
    ports: Mapping[str, tuple[int, ...]] | None = None,
    marks: Mapping[str, bytes] | None = None,
) -> list[tuple[int, Packet]]:
    """``count`` frames (port, packet), 1 µs to 2 ms apart: of every tenant (or of ``only`` one), of nobody, and some noise.

    ``ports`` by tenant, where not all; a tenant that is known by its port has no other. ``marks`` by tenant: its frames are sent by that
    address, and its IP packets have it behind their payload too, as cut frames have it at their end, so that it is still there when the
    Ethernet header has been replaced."""
    rng = random.Random(seed)
    known = {t: (addresses_of(master, t), inner_tags(master, t)) for t in master.tenants}
    frames: list[tuple[int, Packet]] = []
    now = 1_000_000
    for _ in range(count):
        now += rng.choice((1_000, 20_000, 2_000_000))
        tenant = only or rng.choice(master.tenants)
        own = policy.tenant(tenant).port
        port = rng.choice((ports or {}).get(tenant, (own,) if own in master.ports else master.ports))
        frame = random_frame(rng, policy, tenant, *known[tenant], stray=only is None, mark=(marks or {}).get(tenant, b""))
        frames.append((port, Packet.of(frame, time=now, device=port)))
    return frames


def random_frame(
    rng: random.Random, policy: Policy, tenant: str, addresses: list[int], tags: list[tuple[int, ...]], *, stray: bool, mark: bytes = b""
) -> bytes:
    """A frame that ``tenant`` is known by, from and to ``addresses``, with some of its inner ``tags``; some are of nobody where ``stray``
    is set. ``mark`` as of `random_traffic`."""
    identity = policy.tenant(tenant)
    outer = []
    if identity.vlan is not None:
        outer.append(identity.vlan | rng.choice((0, 0, 5)) << 13)
    if stray and rng.random() < 0.05:
        outer = rng.choice(([], [4094], [0], [(identity.vlan or 1) ^ 0x800]))
    mac = rng.choice((b"\x02\x00\x00\x00\x0a\x00", b"\x02\x00\x00\x00\x0b\x01", b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01"))
    if identity.mac is not None:
        mac = identity.mac.to_bytes(6, "big")
    anybody = b"\x02\x00\x00\x00\xcc" + bytes((rng.randrange(4),))
    sender = mark or anybody
    all_tags = (*outer, *(rng.choice(tags[1:]) if len(tags) > 1 and rng.random() < 0.9 else ()))
    if rng.random() < 0.12:
        payload = arp(rng.choice((1, 2, 3)), sender, rng.choice(addresses), bytes(6), rng.choice(addresses))
        return ethernet(mac, sender, 0x0806, payload + bytes(rng.choice((0, 18))), all_tags)
    sources = [*addresses[:6], 0x08080808, 0xC0A80105, 0, 0x7F000001]
    destinations = [*addresses, *rng.choices(range(1 << 24, 224 << 24), k=4)]
    ports = (53, 80, 443, 22, 23, 25, 137, 445, 1900, 123, 3000, 50000)
    packet = _with_mark(ip_packet(rng, sources, destinations, ports), mark)
    frame = ethernet(mac, sender, 0x0800 if rng.random() < 0.97 else 0x86DD, packet, all_tags)
    return frame[: rng.randrange(14, len(frame) + 1)] + mark if rng.random() < 0.03 else frame


def _with_mark(packet: bytes, mark: bytes) -> bytes:
    """An IP packet with ``mark`` behind its payload; where its header does not say where that ends, behind everything."""
    end = int.from_bytes(packet[2:4], "big")
    size = 4 * (packet[0] & 15) if packet else 0
    if not mark or not 20 <= size <= end <= len(packet):
        return packet + mark
    header = packet[:2] + (end + len(mark)).to_bytes(2, "big") + packet[4:10] + bytes(2) + packet[12:size]
    sound = internet_checksum(packet[:size]) == 0
    checksum = internet_checksum(header).to_bytes(2, "big") if sound else packet[10:12]
    return header[:10] + checksum + header[12:] + packet[size:end] + mark + packet[end:]


def sound_frame(
    identity: TenantPolicy,
    source: int,
    destination: int,
    payload: bytes,
    fragment: int = 0,
    ttl: int = 64,
    inner: tuple[int, ...] = (),
) -> bytes:
    """A frame that a tenant is known by, with nothing wrong: a UDP packet, with the flags and offset word ``fragment``, behind tags of
    these ``inner`` VLANs."""
    ports = DNS.to_bytes(2, "big") * 2
    packet = ipv4(source, destination, 17, ports + (8 + len(payload)).to_bytes(2, "big") + bytes(2) + payload, fragment=fragment, ttl=ttl)
    mac = b"\x02\x00\x00\x00\x0a\x00" if identity.mac is None else identity.mac.to_bytes(6, "big")
    return ethernet(mac, b"\x02\x00\x00\x00\xcc\x00", 0x0800, packet, (*(() if identity.vlan is None else (identity.vlan,)), *inner))
