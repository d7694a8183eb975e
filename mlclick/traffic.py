"""The packets that a run is given: captures, each for a physical port, tagged as a tenant's where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elements.captures.pcap import HEADER, read_capture, read_records
from elements.fromdump import FromDump
from elements.reference.packet import Packet
from graph.diagnostics import ClickError, Diagnostic, Location, fail
from graph.merge import Master
from graph.policy import Policy
from hdl.ingress import SHORTEST
from mlclick.design import Merged

LONGEST: Final = 1600
"""Bytes of the longest frame that a port takes, its tag included."""


@dataclass(frozen=True)
class Traffic:
    """Packets by arrival: (physical port, packet); ``notes`` say what was left out, ``mistakes`` which captures break off, and where."""

    packets: tuple[tuple[int, Packet], ...]
    notes: tuple[str, ...]
    mistakes: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class _Input:
    """One option: ``tenant`` is None for a capture whose frames stay as they are."""

    port: int
    tenant: str | None
    name: str


_INPUT: Final = re.compile(r"([0-9]{1,4})(?:@([^=]+))?=(.+)")
_COMMAND_LINE: Final = Location(None, "<command line>", 1, 1)


def read_traffic(inputs: list[str], policy: Policy, master: Master, option: str = "--in") -> Traffic:
    """The traffic of ``option``s `PORT=FILE` or `PORT@TENANT=FILE`, in the order of time, then of the options. Of a capture that breaks
    off what comes before is kept, and it is in `Traffic.mistakes`. Errors: `ClickError` for an option that is none, and for captures that
    cannot be read.
    """
    asked = [_understood(text, policy, master, option) for text in inputs]
    arriving: list[tuple[int, int, Packet]] = []
    notes: list[str] = []
    mistakes: list[Diagnostic] = []
    unreadable: list[Diagnostic] = []
    for each in asked:
        try:
            capture = read_capture(Path(each.name))
        except ClickError as error:
            unreadable += error.diagnostics
            continue
        if capture.broken is not None:
            mistakes.append(broken_off(Path(each.name), None, capture.why, capture.broken, len(capture.packets)))
        refused = 0
        for time, data in capture.packets:
            frame = data if each.tenant is None else tagged(data, policy, each.tenant)
            if SHORTEST <= len(frame) <= LONGEST:
                arriving.append((time, each.port, Packet.of(frame, time=time, device=each.port)))
            else:
                refused += 1
        if refused:
            notes.append(
                f"{each.name}: {refused} packet(s) shorter than {SHORTEST} or longer than {LONGEST} bytes are no frames of a port, "
                "and left out"
            )
    if unreadable:
        raise ClickError(*unreadable, *mistakes)
    arriving.sort(key=lambda item: item[0])
    return Traffic(tuple((port, packet) for _, port, packet in arriving), tuple(notes), tuple(mistakes))


def broken_off(path: Path, tenant: str | None, why: str, at: int, count: int) -> Diagnostic:
    """That the capture at ``path`` breaks off at byte ``at``, after ``count`` packets that are whole."""
    return Diagnostic(
        Location(tenant, str(path), 1, 1),
        f"{why} at byte {at}; the {count} packet(s) before it are whole",
        f"capture it again, or keep what is whole: head -c {at} FILE",
    )


def broken_dumps(merged: Merged, handlers: Mapping[str, str]) -> list[Diagnostic]:
    """Tenants' own captures that break off, where their source came to that place; ``handlers`` are texts at the end of the run, by
    ``element.handler``. Errors: `ClickError` for one that cannot be read any more."""
    found = []
    for name, element in merged.elements.items():
        if not isinstance(element, FromDump):
            continue
        element.examine()
        whole = read_records(element.content, element.position or HEADER, element.format)
        if whole.broken is not None and handlers.get(f"{name}.filepos") == str(len(element.content)):
            found.append(broken_off(element.path, merged.master.owner[name], whole.why, whole.broken, len(whole.packets)))
    return found


def _understood(text: str, policy: Policy, master: Master, option: str) -> _Input:
    found = _INPUT.fullmatch(text)
    if found is None:
        fail(f"{option} {text} is not understood", "write PORT=FILE or PORT@TENANT=FILE", _COMMAND_LINE)
    port, tenant, name = int(found.group(1)), found.group(2), found.group(3)
    if port not in master.ports:
        known = ", ".join(str(p) for p in master.ports)
        fail(f"no tenant receives on port {port}", f"ports in use: {known}", _COMMAND_LINE)
    if tenant is None:
        return _Input(port, tenant, name)
    devices = policy.tenant(tenant).devices
    if tenant not in master.tenants:
        fail(
            f"{option} {text}: tenant {tenant} is not in this run",
            f"name it with the others: {','.join((*master.tenants, tenant))}",
            _COMMAND_LINE,
        )
    if port not in devices.values():
        known = ", ".join(f"{device} = {number}" for device, number in devices.items())
        fail(f"{option} {text}: {tenant} has no device on port {port}", f"its devices: {known or 'none'}", _COMMAND_LINE)
    return _Input(port, tenant, name)


def tagged(frame: bytes, policy: Policy, tenant: str) -> bytes:
    """``frame`` as traffic of ``tenant``: with its destination address and VLAN tag where the policy knows it by them."""
    identity = policy.tenant(tenant)
    if identity.mac is not None:
        frame = identity.mac.to_bytes(6, "big") + frame[6:]
    if identity.vlan is not None and len(frame) >= 12:
        frame = frame[:12] + b"\x81\x00" + identity.vlan.to_bytes(2, "big") + frame[12:]
    return frame
