"""Which state variables and tables of different tenants share one piece of hardware.

Each tenant's resources are taken in the topological order of its graph and matched, in order, with what is there already: a resource joins
the next bank or engine of its kind, or a new one is inserted. So resources depend on earlier ones only, whichever tenant is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from elements.definition.element import Element
from elements.program.program import State, Table


@dataclass
class Share:
    """What one bank or engine is for: its signature, and by tenant number which element's resource it is there."""

    signature: tuple[str | int, ...]
    users: dict[int, tuple[str, State | Table]] = field(default_factory=dict)


def state_signature(element: Element, state: State) -> tuple[str | int, ...]:
    """What must be alike for state variables to share a bank."""
    return ("state", type(element).__name__, state.name, state.width, state.depth)


def table_signature(table: Table) -> tuple[str | int, ...]:
    """What must be alike for tables to share an engine."""
    return ("table", table.kind, table.key_width, table.value_width)


def share(tenants: Mapping[int, Iterable[tuple[str, Element]]]) -> list[Share]:
    """The shares for the resources of all tenants' ``(name, element)`` lists, which are in topological order."""
    shares: list[Share] = []
    for number, elements in tenants.items():
        position = 0
        for name, element in elements:
            program = element.trace()
            wanted: list[tuple[tuple[str | int, ...], State | Table]] = [(table_signature(t), t) for t in program.tables]
            wanted += [(state_signature(element, access.state), access.state) for access in program.accesses]
            for signature, resource in wanted:
                position = _place(shares, position, signature, number, (name, resource)) + 1
    return shares


def _place(shares: list[Share], position: int, signature: tuple[str | int, ...], number: int, user: tuple[str, State | Table]) -> int:
    for index in range(position, len(shares)):
        if shares[index].signature == signature and number not in shares[index].users:
            shares[index].users[number] = user
            return index
    shares.insert(position, Share(signature, {number: user}))
    return position
