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
    """Where tenants meet: what each of them is sure of there, by number, and the ``most`` bytes that a packet is charged."""

    name: str
    services: tuple[Service, ...]
    most: int


def places(datapath: Datapath) -> Iterator[Place]:
    """The pipeline's entry, and each port."""
    lanes, arbiter = datapath.parameters.width // 8, datapath.arbiter
    grown = max(arbiter.growth)

    def beats(length: int) -> int:
        return -(-length // lanes) + grown

    longest = arbiter.max_frame
    found = services(arbiter.turns, longest, SHORTEST, beats, lambda length: beats(length) * lanes)
    yield Place("pipeline", found, beats(longest) * lanes)
    for port, egress in enumerate(datapath.egress_ports):
        name = f"port {port}" if port < datapath.parameters.ports else "host"
        charge = partial(egress.pace.charge, lanes=lanes)
        yield Place(name, services(egress.turns, egress.longest, 1, egress.pace.cycles, charge), charge(egress.longest))


def delay(datapath: Datapath, number: int) -> int:
    """By how many cycles others may delay a frame of the tenant with this number that has none of its own in front: a frame of theirs on
    the wire, and the waits in front of the pipeline and of a port."""
    waits = {place.name: place.services[number].wait for place in places(datapath)}
    parameters = datapath.parameters
    wire = -(-8 * parameters.max_frame // parameters.width)
    return wire + waits.pop("pipeline") + max(waits.values())


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
