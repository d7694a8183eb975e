"""What each tenant is sure of, whatever the others do, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from hdl.bounds import Service, services
from hdl.datapath import Datapath
from hdl.ingress import SHORTEST


@dataclass(frozen=True)
class Place:
    """Where tenants meet: what each of them is sure of there, by number, and the ``most`` bytes that a packet is charged; ``output`` of the
    core, where it is at one."""

    name: str
    services: tuple[Service, ...]
    most: int
    output: str = ""


def places(datapath: Datapath) -> Iterator[Place]:
    """The pipeline's entry, and each port."""
    lanes, arbiter = datapath.parameters.width // 8, datapath.arbiter
    grown = max(arbiter.growth)

    def beats(length: int) -> int:
        return -(-length // lanes) + grown

    longest = arbiter.max_frame
    found = services(arbiter.turns, longest, SHORTEST, beats, lambda length: beats(length) * lanes)
    yield Place("pipeline", found, arbiter.most_charged)
    for port, egress in enumerate(datapath.egress_ports):
        name = f"port {port}" if port < datapath.parameters.ports else "host"
        charge = partial(egress.pace.charge, lanes=lanes)
        found = services(egress.turns, egress.longest, 1, egress.pace.cycles, charge)
        yield Place(name, found, egress.most_charged, f"tx{port}" if port < datapath.parameters.ports else "tx_host")


def delays(datapath: Datapath, number: int) -> dict[str, int]:
    """By output (``tx0``, …, ``tx_host``): by how many cycles others may delay a frame of the tenant with this number that has none of its
    own in front: a frame of theirs on the wire, and the waits in front of the pipeline and of the port."""
    waits = {place.output: place.services[number].wait for place in places(datapath)}
    parameters = datapath.parameters
    before = -(-8 * parameters.max_frame // parameters.width) + waits.pop("")
    return {output: before + wait for output, wait in waits.items()}


def service_lines(datapath: Datapath, tenants: Sequence[str]) -> list[str]:
    """A line for each tenant: the least bytes a cycle that it can send, and the most cycles that its next packet waits, at each place."""
    mode = "strict" if datapath.parameters.strict else "shared"
    found = list(places(datapath))
    return [
        f"{tenant} ({mode}): "
        + "; ".join(
            f"{place.name} at least {float(place.services[number].rate):.2f} bytes a cycle, "
            f"waits at most {place.services[number].wait} cycles"
            for place in found
        )
        for number, tenant in enumerate(tenants)
    ]
