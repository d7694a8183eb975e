"""The packets that a run is given: captures, each for a physical port, tagged as a tenant's where that is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elements.captures.pcap import read_capture
from elements.reference.packet import Packet
from graph.diagnostics import Location, fail
from graph.policy import Policy
from hdl.ingress import SHORTEST

LONGEST: Final = 1600
"""Bytes of the longest frame that a port takes, its tag included."""


@dataclass(frozen=True)
class Traffic:
    """Packets by arrival: (physical port, packet); ``notes`` say what was wrong with the captures."""

    packets: tuple[tuple[int, Packet], ...]
    notes: tuple[str, ...]


_INPUT = re.compile(r"(\d+)(?:@([^=]+))?=(.+)")


def read_traffic(inputs: list[str], policy: Policy, ports: tuple[int, ...]) -> Traffic:
    """The traffic of ``--in`` options `PORT=FILE` or `PORT@TENANT=FILE`, in the order of time, then of the options. Errors:
    `ClickError`.
    """
    arriving: list[tuple[int, int, Packet]] = []
    notes: list[str] = []
    for text in inputs:
        found = _INPUT.fullmatch(text)
        if found is None:
            fail(f"--in {text} is not understood", "write PORT=FILE or PORT@TENANT=FILE", Location(None, "<command line>", 1, 1))
        port, tenant, name = int(found.group(1)), found.group(2), found.group(3)
        if port not in ports:
            known = ", ".join(str(p) for p in ports)
            fail(f"no tenant receives on port {port}", f"ports in use: {known}", Location(None, "<command line>", 1, 1))
        capture = read_capture(Path(name))
        if capture.broken is not None:
            count = len(capture.packets)
            notes.append(f"{name}: {capture.why} at byte {capture.broken}; the {count} packet(s) before it are used")
        refused = 0
        for time, data in capture.packets:
            frame = data if tenant is None else tagged(data, policy, tenant)
            if SHORTEST <= len(frame) <= LONGEST:
                arriving.append((time, port, Packet.of(frame, time=time, device=port)))
            else:
                refused += 1
        if refused:
            notes.append(
                f"{name}: {refused} packet(s) shorter than {SHORTEST} or longer than {LONGEST} bytes are no frames of a port, and left out"
            )
    arriving.sort(key=lambda item: item[0])
    return Traffic(tuple((port, packet) for _, port, packet in arriving), tuple(notes))


def tagged(frame: bytes, policy: Policy, tenant: str) -> bytes:
    """``frame`` as traffic of ``tenant``: with its destination address and VLAN tag where the policy knows it by them."""
    identity = policy.tenant(tenant)
    if identity.mac is not None:
        frame = identity.mac.to_bytes(6, "big") + frame[6:]
    if identity.vlan is not None and len(frame) >= 12:
        frame = frame[:12] + b"\x81\x00" + identity.vlan.to_bytes(2, "big") + frame[12:]
    return frame
