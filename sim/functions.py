"""Functional coverage: the things that should happen to a machine while it is checked, and how often each did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from elements.reference.packet import Packet
from graph.merge import Master
from graph.policy import Policy
from hdl.register_map import Register

SIZES: Final = (0, 60, 128, 256, 512, 1024)
"""Where classes of lengths of frames begin, in bytes."""
_LOST: Final = ("malformed", "overflow", "unknown", "dropped")
"""How registers of what is lost end."""


class Functions:
    """``counts`` by what happened: a tenant's frames by port and by class of size, packets that leave each element by each of its outputs,
    and frames lost by each cause that has a register."""

    def __init__(self, master: Master, policy: Policy, registers: Iterable[Register]) -> None:
        self._owners = ("the operator", *master.tenants)
        self._ways_in = {
            (edge.source, edge.source_port): (owner, int(edge.source[4:].partition("_")[0]))
            for edge in master.graph.edges
            if master.owner[edge.source] is None and (owner := master.owner[edge.target]) is not None
        }
        names: list[str] = []
        for tenant in master.tenants:
            own = policy.tenant(tenant).port
            names += [_port(tenant, port) for port in master.ports if own in (None, port)]
            names += [_size(tenant, first) for first in SIZES]
        names += [_exit(edge.source, edge.source_port) for edge in master.graph.edges]
        self._lost = {(r.window, r.name): f"{self._owners[r.window]}: {r.name}" for r in registers if r.name.endswith(_LOST)}
        self.counts: dict[str, int] = dict.fromkeys([*names, *self._lost.values()], 0)

    def sent(self, tenant: str, port: int, frame: bytes) -> None:
        """A frame of ``tenant`` is sent into ``port``."""
        for name in _arrival(tenant, port, len(frame)):
            self.counts[name] = self.counts.get(name, 0) + 1

    def passed(self, element: str, output: int, packet: Packet) -> None:
        """A packet leaves ``element`` by ``output``: what the reference machine tells its observer."""
        for name in self.names(element, output, packet):
            self.counts[name] += 1

    def owner(self, element: str, output: int) -> str | None:
        """The tenant to whom packets come in that leave ``element`` by ``output``; None where it is not what is at a port."""
        return self._ways_in.get((element, output), (None, 0))[0]

    def names(self, element: str, output: int, packet: Packet) -> list[str]:
        """What happens where a packet leaves ``element`` by ``output``: by what is at a port, it comes in as its tenant's."""
        tenant, port = self._ways_in.get((element, output), (None, 0))
        found = [] if tenant is None else _arrival(tenant, port, packet.length)
        return [name for name in (*found, _exit(element, output)) if name in self.counts]

    def ended(self, registers: Mapping[tuple[int, str], int]) -> None:
        """A run from reset ends with these registers."""
        for place, name in self._lost.items():
            self.counts[name] += registers.get(place, 0)


def _arrival(tenant: str, port: int, length: int) -> list[str]:
    return [_port(tenant, port), _size(tenant, max(first for first in SIZES if first <= length))]


def _port(tenant: str, port: int) -> str:
    return f"{tenant}: a frame comes in by port {port}"


def _size(tenant: str, first: int) -> str:
    after = next((f"to {size - 1} " for size in SIZES if size > first), "and more ")
    return f"{tenant}: a frame of {first} {after}bytes comes in"


def _exit(element: str, output: int) -> str:
    return f"{element}: a packet leaves by output {output}"
