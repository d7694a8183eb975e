"""A netlist as a step: every register's next value and every output, as terms of the registers and inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from elements.program.combine import walk
from elements.program.substitute import substitute
from elements.program.values import Value, make
from sim.proof.netlist import Bit, Cell, Netlist
from sim.proof.terms import Evaluator, memory_read, symbol


class NotOneStep(ValueError):
    """A netlist does not take one step a cycle of one clock, or a net has several drivers; the message names what does it."""


@dataclass(frozen=True)
class Register:
    """What drives ``bits`` from one cycle to the next, where it becomes ``data``."""

    name: str
    bits: tuple[Bit, ...]
    data: tuple[Bit, ...]


class Design:
    """``initial``: what each register is at first, where that is not zero; ``next``: each register's next value as a term of `symbol` by
    name; ``outputs``: each output's; ``support``: the registers and inputs that both are made of (an output's under its own name, which
    no register has)."""

    def __init__(self, netlist: Netlist) -> None:
        _one_driver(netlist)
        self.netlist = netlist
        self.registers = registers_of(netlist)
        at = {register.bits: register.name for register in self.registers.values()}
        self.initial = {at[netlist.names[net]]: first for net, first in netlist.initial.items() if netlist.names[net] in at}
        self.inputs = {name: bits for name, (is_input, bits) in netlist.ports.items() if is_input}
        self.reads = _memory_reads([cell for cell in netlist.cells if cell.kind.startswith("mem")])
        self.widths = {r.name: len(r.bits) for r in self.registers.values()} | {name: len(bits) for name, bits in self.inputs.items()}
        if len(self.widths) != len(self.registers) + len(self.inputs):
            raise NotOneStep("an input has the name of a register")
        places = {**{r.name: r.bits for r in self.registers.values()}, **self.inputs}
        self._places = {bit: (name, index) for name, bits in places.items() for index, bit in enumerate(bits)}
        evaluator = self.evaluator({name: symbol(name, width) for name, width in self.widths.items()})
        self.next = {name: evaluator.word(register.data) for name, register in self.registers.items()}
        self.outputs = {name: evaluator.word(bits) for name, (is_input, bits) in netlist.ports.items() if not is_input}
        below: dict[Value, frozenset[str]] = {}
        for value in walk([*self.next.values(), *self.outputs.values()]):
            own = frozenset((str(value.attributes[0]),)) if value.op == "meta" else frozenset()
            below[value] = own.union(*(below[operand] for operand in value.operands))
        self.support = {name: below[term] for name, term in self.next.items()}
        self.output_support = {name: below[term] for name, term in self.outputs.items()}

    def evaluator(self, terms: Mapping[str, Value]) -> Evaluator:
        """Of the netlist, where registers and inputs are ``terms``."""
        evaluator: Evaluator

        def source(bit: int) -> tuple[Value, int] | None:
            place = self._places.get(bit)
            if place is not None:
                return terms[place[0]], place[1]
            read = self.reads.get(bit)
            if read is None:
                return None
            memory, address, width, index = read
            return memory_read(memory, evaluator.word(address), width), index

        evaluator = Evaluator(self.netlist, source, terms)
        return evaluator


def where(value: Value, terms: Mapping[str, Value]) -> Value:
    """``value`` with ``terms`` in the place of those of its free variables that they name."""

    def leaf(old: Value, operands: tuple[Value, ...]) -> Value:
        if old.op != "meta":
            return make(old.op, old.width, operands, old.attributes)
        return terms.get(str(old.attributes[0]), old)

    return substitute([value], leaf)[value]


def one_clock(netlist: Netlist, clock: str) -> None:
    """Every register and memory changes with the rising edge of the input ``clock``. Errors: `NotOneStep`."""
    port = netlist.ports.get(clock)
    for cell in netlist.cells:
        written = cell.kind.startswith("mem") and cell.number("WR_PORTS")
        if cell.kind != "dff" and not written:
            continue
        prefix = "WR_" if written else ""
        edges = {bit for kind in ("CLK_ENABLE", "CLK_POLARITY") for bit in str(cell.parameters.get(prefix + kind, "1"))}
        if port is None or set(cell.connections[f"{prefix}CLK"]) != set(port[1]) or edges != {"1"}:
            raise NotOneStep(f"{cell.name} does not change with the rising edge of {clock}")


def _one_driver(netlist: Netlist) -> None:
    for name, times in Counter(cell.name for cell in netlist.cells).items():
        if times > 1:
            raise NotOneStep(f"several cells are called {name}")
    driven = Counter(bit for is_input, bits in netlist.ports.values() if is_input for bit in bits)
    for cell in netlist.cells:
        driven.update(bit for port in ("Y", "Q", "RD_DATA") for bit in cell.connections.get(port, ()))
    for bit, times in driven.items():
        if times > 1 or isinstance(bit, str):
            raise NotOneStep(f"the net {bit} has several drivers")


def registers_of(netlist: Netlist) -> dict[str, Register]:
    """Registers by the name of the net that they drive; one without a name is called by its cell."""
    names: dict[tuple[Bit, ...], str] = {}
    for name, bits in netlist.names.items():
        better = names.get(bits)
        if (
            better is None
            or (better.startswith("$") and not name.startswith("$"))
            or (len(name) < len(better) and not name.startswith("$"))
        ):
            names[bits] = name
    found: dict[str, Register] = {}
    for cell in netlist.cells:
        if cell.kind == "dff":
            name = names.get(cell.connections["Q"], cell.name)
            if name in found:
                raise NotOneStep(f"two registers are called {name}")
            found[name] = Register(name, cell.connections["Q"], cell.connections["D"])
        elif "ff" in cell.kind or "latch" in cell.kind or cell.kind == "sr":
            raise NotOneStep(f"the register {cell.name} is a {cell.kind}, not a plain dff")
    return found


def _memory_reads(memories: list[Cell]) -> dict[Bit, tuple[str, tuple[Bit, ...], int, int]]:
    """By net bit: (memory, address bits, width, index) of every asynchronous read port. Errors: `NotOneStep` for a memory that is written
    or that is read with a clock.
    """
    reads: dict[Bit, tuple[str, tuple[Bit, ...], int, int]] = {}
    for cell in memories:
        if cell.number("WR_PORTS"):
            raise NotOneStep(f"the memory {cell.name} is written, and the proof takes memories as constant")
        if cell.number("RD_CLK_ENABLE"):
            raise NotOneStep(f"the memory {cell.name} is read a cycle late, and the proof takes memories as read at once")
        width, address_bits = cell.number("WIDTH"), cell.number("ABITS")
        for port in range(cell.number("RD_PORTS")):
            address = cell.connections["RD_ADDR"][port * address_bits : (port + 1) * address_bits]
            for index, bit in enumerate(cell.connections["RD_DATA"][port * width : (port + 1) * width]):
                reads[bit] = (cell.name, address, width, index)
    return reads
