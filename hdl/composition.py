"""The composed pipeline as values: what the hardware computes for every packet, before it has stages.

Leaves are: `load("data", position)`: a byte of the frame, zero past its end; `meta(name)`: what the ingress knows of the packet;
`now`; `old(bank)`: a state variable; `hit(engine)` and `found(engine)`: a lookup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from elements.program.program import State, Table
from elements.program.values import Value, make

META: Final[Mapping[str, int]] = {
    "length": 16,
    "port": 8,
    "tenant": 8,
    "edge": 16,
    "from_host": 1,
    "paint": 8,
    "dst_ip": 32,
    "vlan_tci": 16,
    "device": 4,
    "fix_ip_src": 1,
    "packet_type": 3,
}
"""What is known of a packet when it enters the pipeline, with widths in bits as the composition sees them."""


def meta(name: str) -> Value:
    """The metadata field ``name`` of the packet at hand."""
    return make("meta", META[name], (), (name,))


@dataclass(frozen=True)
class StateHome:
    """A state variable of an element, as it stands in the machine. ``resettable``: its tenant may put it back to its initial value, as a
    write handler of the element does."""

    tenant: str
    element: str
    state: State
    resettable: bool


@dataclass(frozen=True)
class Bank:
    """One piece of state hardware: variables of ``width`` bits by (tenant, slot), of which a packet updates at most one, by one adder.

    ``when`` (1 bit) says that the packet at hand updates its own tenant's variable in ``slot``, ``value`` what is stored. Owner of a
    variable: its tenant."""

    number: int
    width: int
    homes: Mapping[tuple[int, int], StateHome]
    when: Value
    slot: Value
    value: Value


@dataclass(frozen=True)
class Engine:
    """One lookup engine: for each tenant that uses it one table, and the one key that is looked up. Contents are owned by the tenant."""

    number: int
    kind: str
    key_width: int
    value_width: int
    tables: Mapping[int, Table]
    elements: Mapping[int, str]
    key: Value


@dataclass(frozen=True)
class Composition:
    """What leaves the pipeline for each packet.

    ``select``: one bit per egress, ports in order and the host last; ``edge``: the crossing's number for the host; ``edits``: position →
    byte; ``shifts``: possible positions of the outgoing frame's first byte, ``shift_index`` which of them; ``length``: of the outgoing
    frame in bytes; ``annotations``: for the shim. ``growth`` is the most bytes by which a frame becomes longer, per tenant number, and
    ``returned`` by which one that software sends is longer than any that a port takes."""

    select: tuple[Value, ...]
    edge: Value
    edits: Mapping[int, Value]
    shifts: tuple[int, ...]
    shift_index: Value
    length: Value
    annotations: Mapping[str, Value]
    banks: tuple[Bank, ...]
    engines: tuple[Engine, ...]
    growth: Mapping[int, int]
    header_bytes: int
    returned: int = 0

    def roots(self) -> list[Value]:
        """Every value that the pipeline has to compute, in a fixed order."""
        found = [*self.select, self.edge, *self.edits.values(), self.shift_index, self.length, *self.annotations.values()]
        for bank in self.banks:
            found += [bank.when, bank.slot, bank.value]
        return found + [engine.key for engine in self.engines]
