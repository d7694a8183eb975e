"""Stride scheduling (Waldspurger and Weihl, 1995) of ports, as StrideSched and StrideSwitch have it.

Each port with tickets has a pass, and the one with the least is next; its pass then grows by its stride, 65536 over its tickets. Of equal
passes the one that was put in last is first, as in Click. What was put in is a list in the order of passes.
"""

from __future__ import annotations

from typing import Final

from elements.definition.arguments import Rest
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.reference.machine import Machine

ONE: Final = 1 << 16
MOST_TICKETS: Final = 1 << 15
MOST_PORTS: Final = 1024
_number = integer(0, (1 << 31) - 1)


def ticket_number(text: str) -> int:
    """Tickets of a port, cut to the most there are."""
    return min(_number(text), MOST_TICKETS)


class StrideChoice(Element):
    """``shares`` are the arguments, one for each of ``handler_ports``."""

    shares = Rest("TICKETS", ticket_number)
    tickets = StateVariable(32, depth=MOST_PORTS)

    @property
    def handler_ports(self) -> int:
        """Ports to choose from."""
        raise NotImplementedError

    def setup(self) -> None:
        count = self.handler_ports
        if len(self.shares) != count:
            raise ValueError(f"need {count} arguments, one per port")
        self.strides = [_stride(tickets) for tickets in self.shares]
        self.passes = list(self.strides)
        self.order: list[int] = []
        for port in reversed(range(count)):
            if self.shares[port]:
                self.put(port)

    def initialize(self, machine: Machine) -> None:
        for port, tickets in enumerate(self.shares):
            machine.stores[self.name].set(self.tickets, tickets, port)

    def put(self, port: int) -> None:
        """Put a port into the list."""
        place = 0
        while place < len(self.order) and 0 < (self.passes[port] - self.passes[self.order[place]]) % (1 << 32) < 1 << 31:
            place += 1
        self.order.insert(place, port)

    def stride(self, port: int) -> None:
        """A port has had its turn."""
        self.passes[port] = (self.passes[port] + self.strides[port]) % (1 << 32)

    def after_write(self, machine: Machine) -> None:
        for port in range(self.handler_ports):
            stride = _stride(machine.stores[self.name].get(self.tickets, port))
            before, self.strides[port] = self.strides[port], stride
            if before and not stride:
                self.order.remove(port)
            elif stride and not before:
                self.passes[port] = (self.passes[self.order[0]] + stride) % (1 << 32) if self.order else 0
                self.put(port)

    @property
    def fields_c(self) -> str:
        """C: the members."""
        count = max(1, self.handler_ports)
        return f"uint32_t tickets[{count}], passes[{count}], strides[{count}]; int32_t following[{count}], first;"

    @property
    def initialize_c(self) -> str:
        """C that makes the list; ports without an argument there are none."""
        lines = [f"    self->tickets[{port}] = {tickets};\n" for port, tickets in enumerate(self.shares)]
        lines += [f"    self->strides[{port}] = self->passes[{port}] = {_stride(tickets)};\n" for port, tickets in enumerate(self.shares)]
        lines += [f"    STRIDE_PUT({port});\n" for port in reversed(range(self.handler_ports)) if self.shares[port]]
        return "    self->first = -1;\n" + "".join(lines)

    @property
    def after_write_c(self) -> str:
        """C of `after_write`."""
        return f"""
    for (int32_t port = 0; port < {self.handler_ports}; port++) {{
        uint32_t before = self->strides[port], stride = self->tickets[port] ? {ONE}u / self->tickets[port] : 0;
        self->strides[port] = stride;
        if (before && !stride) {{
            int32_t *at = &self->first;
            while (*at != port) at = &self->following[*at];
            *at = self->following[port];
        }} else if (stride && !before) {{
            self->passes[port] = self->first < 0 ? 0 : self->passes[self->first] + stride;
            STRIDE_PUT(port);
        }}
    }}
"""

    @reads("tickets#")
    def tickets_text(self, state: StateView, port: int) -> str:
        return str(state.get(self.tickets, port))

    @writes("tickets#")
    def set_tickets(self, state: StateView, text: str, port: int) -> None:
        state.set(self.tickets, ticket_number(text.strip()), port)

    @reads("config")
    def configuration(self, state: StateView) -> str:
        return ", ".join(str(state.get(self.tickets, port)) for port in range(self.handler_ports))


def _stride(tickets: int) -> int:
    return ONE // tickets if tickets else 0


STATE: Final = (("tickets", "self->tickets[0]"),)
HELPERS: Final = """
/* A list of ports in the order of their passes. */
#define STRIDE_PUT(port) stride_put(&self->first, self->following, self->passes, port)
static void stride_put(int32_t *first, int32_t *following, const uint32_t *passes, int32_t port)
{
    int32_t *at = first;
    while (*at >= 0 && (int32_t)(passes[port] - passes[*at]) > 0) at = &following[*at];
    following[port] = *at;
    *at = port;
}
"""
