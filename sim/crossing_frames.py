"""Packets as they travel between the halves: a frame with the crossing's shim in front."""

from __future__ import annotations

from collections.abc import Mapping

from elements.placement.crossings import Crossing
from elements.reference.packet import Packet
from hdl.meta import SHIM_BYTES, SHIM_ETHERTYPE, SHIM_VERSION

Crossings = Mapping[tuple[int, int], Crossing]
"""By (tenant's number, crossing's number)."""


def by_number(tenants: tuple[str, ...], crossings: tuple[Crossing, ...]) -> Crossings:
    """``crossings`` by what a shim says of them."""
    return {(tenants.index(c.tenant), c.number): c for c in crossings}


def unwrap(crossings: Crossings, frame: bytes, time: int) -> tuple[Crossing, Packet]:
    """The crossing and packet of a frame that came to the host. Errors: ``ValueError`` for a shim that is none of ours."""
    if len(frame) < SHIM_BYTES or int.from_bytes(frame[:2], "big") != SHIM_ETHERTYPE or frame[2] != SHIM_VERSION:
        raise ValueError(f"not a crossing shim: {frame[:SHIM_BYTES].hex()}")
    number = int.from_bytes(frame[4:6], "big")
    crossing = crossings.get((frame[3], number))
    if crossing is None or not crossing.to_software:
        raise ValueError(f"tenant {frame[3]} has no crossing {number} to software: {frame[:SHIM_BYTES].hex()}")
    length = int.from_bytes(frame[14:16], "big")
    packet = Packet.of(frame[SHIM_BYTES : SHIM_BYTES + length], time=time, device=frame[6] & 15)
    packet.start += crossing.headroom
    packet.packet_type = frame[6] >> 5
    packet.fix_ip_src = frame[6] >> 4 & 1
    packet.paint = frame[7]
    packet.dst_ip = int.from_bytes(frame[8:12], "big")
    packet.vlan_tci = int.from_bytes(frame[12:14], "big")
    packet.network = None if crossing.network is None else packet.start + crossing.network
    return crossing, packet


def wrap(crossings: Crossings, tenant: int, number: int, packet: Packet) -> bytes:
    """A packet with its shim, and as much in front of its data as the crossing says."""
    crossing = crossings[tenant, number]
    packet.move_start(-crossing.headroom)
    notes = bytes((packet.packet_type << 5 | packet.fix_ip_src << 4 | packet.device, packet.paint)) + packet.dst_ip.to_bytes(4, "big")
    return shimmed(tenant, number, notes + packet.vlan_tci.to_bytes(2, "big"), packet.data)


def shimmed(tenant: int, number: int, notes: bytes, data: bytes) -> bytes:
    """``data`` with a shim in front that names the crossing and has the 8 bytes ``notes`` for annotations."""
    shim = SHIM_ETHERTYPE.to_bytes(2, "big") + bytes((SHIM_VERSION, tenant)) + number.to_bytes(2, "big")
    return shim + notes + len(data).to_bytes(2, "big") + data
