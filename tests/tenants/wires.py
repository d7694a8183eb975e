"""An example tenant between its wires: untagged frames in by the names of its devices, and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elements.reference.packet import Packet
from graph.policy import TenantPolicy
from mlclick.design import Merged, Source
from mlclick.flow import merge_tenants
from mlclick.run import Outcome, run_software
from mlclick.traffic import tagged

TENANTS = Path(__file__).parents[2] / "tenants"
MILLISECOND = 1_000_000
Frame = tuple[str, bytes]
"""A frame at a device."""


@dataclass(frozen=True)
class Seen:
    """``sent`` are the frames that left for each that was offered, ``handlers`` the texts of the tenant's read handlers at the end, ``log``
    what it printed."""

    sent: tuple[tuple[Frame, ...], ...]
    handlers: Mapping[str, str]
    log: tuple[str, ...]

    def counts(self, *names: str) -> dict[str, int]:
        """What the counters ``names`` have counted."""
        return {name: int(self.handlers[f"{name}.count"]) for name in names}


def arrivals(merged: Merged, tenant: str, frames: Iterable[Frame], step: int = MILLISECOND) -> list[tuple[int, Packet]]:
    """``frames`` as the tenant's, at its ports, each ``step`` ns after the one before."""
    devices = merged.policy.tenant(tenant).devices
    return [
        (devices[device], Packet.of(tagged(frame, merged.policy, tenant), time=step * number, device=devices[device]))
        for number, (device, frame) in enumerate(frames, 1)
    ]


def through(tenant: str, frames: Sequence[Frame], step: int = MILLISECOND, *, reference: bool = False) -> Seen:
    """What ``tenant`` does with ``frames``, all in software."""
    merged = merge_tenants(Source((tenant,), TENANTS))
    return seen_of(
        merged.policy.tenant(tenant), run_software(merged, arrivals(merged, tenant, frames, step), reference=reference), len(frames), step
    )


def seen_of(policy: TenantPolicy, outcome: Outcome, offered: int, step: int = MILLISECOND) -> Seen:
    """What of ``outcome`` is the tenant's, where each frame was offered ``step`` ns after the one before."""
    names = {port: device for device, port in policy.devices.items()}
    tag = b"\x81\x00" + (policy.vlan or 0).to_bytes(2, "big")
    sent: list[list[Frame]] = [[] for _ in range(offered)]
    for time, port, frame in outcome.emitted:
        assert frame[12:16] == tag
        sent[time // step - 1].append((names[port], frame[:12] + frame[16:]))
    own = {name.partition("/")[2]: text for name, text in outcome.handlers.items() if name.startswith(f"{policy.name}/")}
    return Seen(tuple(map(tuple, sent)), own, outcome.log)
