"""What switches that a handler turns have in common: the number of a port, or -1 for none."""

from __future__ import annotations

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.reference.machine import Machine
from elements.sources.data import signed

port_number = integer(-(1 << 31), (1 << 31) - 1)


class Choice(Element):
    """``chosen`` is the argument; a number that is no port of ``ways`` means none."""

    chosen: int
    place = StateVariable(32)

    @property
    def ways(self) -> int:
        """Ports to choose from."""
        raise NotImplementedError

    def valid(self, port: int) -> int:
        """``port``, or -1."""
        return port if 0 <= port < self.ways else -1

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.place, self.valid(self.chosen))

    def place_now(self, machine: Machine) -> int:
        """The port, or -1."""
        return signed(machine.stores[self.name].get(self.place), 32)

    @property
    def place_c(self) -> str:
        """C that sets it at first."""
        return f"    self->place = {self.valid(self.chosen)};\n"

    @reads("switch")
    def switch_text(self, state: StateView) -> str:
        return str(signed(state.get(self.place), 32))

    @writes("switch")
    def set_switch(self, state: StateView, text: str) -> None:
        state.set(self.place, self.valid(port_number(text.strip())))

    @reads("config")
    def configuration(self, state: StateView) -> str:
        return self.switch_text(state)


PLACE_FIELDS = "uint32_t place;"
PLACE_STATE = (("place", "self->place"),)
