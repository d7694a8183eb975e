"""The read handlers of elements that are hardware, from the registers of their tenant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from elements.definition.element import Element
from elements.definition.handlers import StateView, handlers_of
from elements.placement.departures import departure_port
from elements.program.program import State, Table
from mlclick.design import Split

Reader = tuple[str, Element, Callable[[str], str]]
"""An element's name, the element, and what reads one of its handlers."""
_DEPARTURES: Final = {"packets": "sent", "bytes": "sent_bytes"}
"""The registers of an egress that stand for the variables of a Counter in front of it."""


@dataclass(frozen=True)
class HardwareState:
    """A `StateView` of ``element``. ``registers`` are its tenant's by name; a variable that no packet can change has none and keeps its
    first value. ``port``: the one whose egress counts in its place.
    """

    registers: Mapping[str, int]
    element: str
    port: int | None

    def get(self, state: State, index: int = 0) -> int:
        """See `StateView`."""
        name = f"{self.element}.{state.name}" if self.port is None else f"port{self.port}/{_DEPARTURES[state.name]}"
        return self.registers.get(name, state.initial)

    def set(self, state: State, value: int, index: int = 0) -> None:
        """Errors: ``ValueError``."""
        raise ValueError(f"{self.element} is hardware: its registers are reset by a write on the bus, and not set")

    def table(self, table: Table) -> Table:
        """See `StateView`; hardware keeps the entries that it was made with."""
        return table

    def replace(self, table: Table) -> None:
        """Errors: ``ValueError``."""
        raise ValueError(f"{self.element} is hardware: its tables are as they were configured")


def readers(split: Split, registers: Mapping[tuple[int, str], int]) -> Iterator[Reader]:
    """One for each element with a packet program that is hardware. ``registers`` are by (window, name).

    The operator's elements have none; see the registers of their ports. A queue has none: the counters of the egress that it became are of
    all the tenant's queues there. So it is with Counters in front of an egress where a tenant has several.
    """
    master, elements = split.merged.master, split.merged.elements
    ports = {name: departure_port(master.graph, elements, name) for name in split.plan.hardware}
    departures = Counter((master.owner[name], port) for name, port in ports.items())
    for name, element in elements.items():
        owner, port = master.owner[name], ports.get(name)
        if name not in split.plan.hardware or not element.has_program or owner is None:
            continue
        if port is not None and departures[owner, port] > 1:
            continue
        window = master.tenants.index(owner) + 1
        mine = {register: value for (at, register), value in registers.items() if at == window}
        yield name, element, partial(_read, element, HardwareState(mine, name, port))


def _read(element: Element, state: StateView, handler: str) -> str:
    return str(handlers_of(element, "read")[handler](state))
