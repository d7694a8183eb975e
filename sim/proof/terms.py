"""Netlist cells as hash-consed terms that fold: two copies of a design that compute the same from the same are one and the same term."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from elements.program import values as v
from elements.program.combine import shift_left, shift_right
from elements.program.values import Value, cat, const, extend, make, mux, part
from sim.proof.netlist import Bit, Cell, Netlist


class UnknownCell(ValueError):
    """The prover has no meaning for a cell; the message names it."""


def _signed(cell: Cell) -> bool:
    """Whether its operands are signed; shifts, of which only the first may be, do not count the second."""
    signs = [cell.number(name) for name in ("A_SIGNED", "B_SIGNED") if name in cell.parameters]
    if len(set(signs)) > 1 and cell.kind not in ("shl", "shr"):
        raise UnknownCell(f"the operands of the cell {cell.name} are signed and unsigned")
    return bool(signs and signs[0])


def _fit(value: Value, width: int, *, signed: bool = False) -> Value:
    if value.width >= width:
        return part(value, 0, width)
    if not signed:
        return extend(value, width)
    sign = part(value, value.width - 1, 1)
    extra = width - value.width
    return cat(mux(sign, const((1 << extra) - 1, extra), const(0, extra)), value)


def _arithmetic(rule: Callable[[Value, Value], Value]) -> Callable[[Cell, Value, Value, int], Value]:
    def meaning(cell: Cell, a: Value, b: Value, width: int) -> Value:
        signed = _signed(cell)
        return _fit(rule(_fit(a, width, signed=signed), _fit(b, width, signed=signed)), width)

    return meaning


def _compare(rule: Callable[[Value, Value], Value]) -> Callable[[Cell, Value, Value, int], Value]:
    def meaning(cell: Cell, a: Value, b: Value, width: int) -> Value:
        wide = max(a.width, b.width) + 1
        signed = _signed(cell)
        x, y = _fit(a, wide, signed=signed), _fit(b, wide, signed=signed)
        if signed:
            flip = const(1 << (wide - 1), wide)
            x, y = x ^ flip, y ^ flip
        return _fit(rule(x, y), width)

    return meaning


_BINARY: Final[Mapping[str, Callable[[Cell, Value, Value, int], Value]]] = {
    "add": _arithmetic(v.add),
    "sub": _arithmetic(v.sub),
    "mul": _arithmetic(v.mul),
    "and": _arithmetic(v.bit_and),
    "or": _arithmetic(v.bit_or),
    "xor": _arithmetic(v.bit_xor),
    "xnor": _arithmetic(lambda a, b: v.bit_not(v.bit_xor(a, b))),
    "eq": _compare(v.eq),
    "ne": _compare(lambda a, b: v.bit_not(v.eq(a, b))),
    "lt": _compare(v.ult),
    "le": _compare(lambda a, b: v.bit_not(v.ult(b, a))),
    "gt": _compare(lambda a, b: v.ult(b, a)),
    "ge": _compare(lambda a, b: v.bit_not(v.ult(a, b))),
    "logic_and": lambda cell, a, b, width: _fit(a.any() & b.any(), width),
    "logic_or": lambda cell, a, b, width: _fit(a.any() | b.any(), width),
    "shl": lambda cell, a, b, width: shift_left(_fit(a, width, signed=_signed(cell)), b, width),
    "shr": lambda cell, a, b, width: _fit(shift_right(_fit(a, max(width, a.width), signed=_signed(cell)), b), width),
}
_UNARY: Final[Mapping[str, Callable[[Cell, Value, int], Value]]] = {
    "not": lambda cell, a, width: v.bit_not(_fit(a, width, signed=_signed(cell))),
    "pos": lambda cell, a, width: _fit(a, width, signed=_signed(cell)),
    "neg": lambda cell, a, width: _fit(v.sub(const(0, width), _fit(a, width, signed=_signed(cell))), width),
    "logic_not": lambda cell, a, width: _fit(v.bit_not(a.any()), width),
    "reduce_or": lambda cell, a, width: _fit(a.any(), width),
    "reduce_bool": lambda cell, a, width: _fit(a.any(), width),
    "reduce_and": lambda cell, a, width: _fit(v.eq(a, const((1 << a.width) - 1, a.width)), width),
    "reduce_xor": lambda cell, a, width: _fit(_parity(a), width),
}


def _parity(a: Value) -> Value:
    result = part(a, 0, 1)
    for index in range(1, a.width):
        result = result ^ part(a, index, 1)
    return result


class Evaluator:
    """Terms of one copy of ``netlist`` in one cycle; ``source`` gives the term of every net bit that a register, a port or a memory
    drives.
    """

    def __init__(self, netlist: Netlist, source: Callable[[int], tuple[Value, int] | None]) -> None:
        self.source = source
        self.drivers = netlist.drivers
        self._outputs: dict[str, Value] = {}

    def word(self, bits: tuple[Bit, ...]) -> Value:
        """The term of a word, low bit first."""
        return cat(*(self._bit(bit) for bit in reversed(bits)))

    def _bit(self, bit: Bit) -> Value:
        if isinstance(bit, str):
            if bit not in "01":
                raise UnknownCell(f"a bit is {bit} outside of the choices of a multiplexer")
            return const(int(bit), 1)
        known = self.source(bit)
        if known is not None:
            return part(known[0], known[1], 1)
        if bit not in self.drivers:
            raise UnknownCell(f"net {bit} has no driver")
        cell, index = self.drivers[bit]
        if cell.name not in self._outputs:
            self._outputs[cell.name] = self._cell(cell)
        return part(self._outputs[cell.name], index, 1)

    def _cell(self, cell: Cell) -> Value:
        width = len(cell.connections["Y"])
        if cell.kind in ("mux", "pmux"):
            return self._choice(cell, width)
        a = self.word(cell.connections["A"])
        if cell.kind in _UNARY:
            return _UNARY[cell.kind](cell, a, width)
        b = self.word(cell.connections["B"])
        if cell.kind in _BINARY:
            return _BINARY[cell.kind](cell, a, b, width)
        raise UnknownCell(f"no meaning for the cell {cell.name} of kind {cell.kind}")

    def _choice(self, cell: Cell, width: int) -> Value:
        """Of a multiplexer. What is `x` in a choice is left to whoever builds the hardware: any function of what the cell is given."""
        given = {port: tuple(bit for bit in cell.connections[port] if bit not in ("x", "z")) for port in ("S", "B", "A")}

        def choice(port: str) -> Value:
            bits = cell.connections[port]
            if len(given[port]) == len(bits):
                return self.word(bits)
            operands = tuple(self.word(rest) for rest in given.values() if rest)
            unknown = make("found", len(bits), operands, ("undefined", cell.name, port))
            return cat(*(part(unknown, n, 1) if bits[n] in ("x", "z") else self._bit(bits[n]) for n in reversed(range(len(bits)))))

        result, b, select = choice("A"), choice("B"), cell.connections["S"]
        for index in reversed(range(len(select))):
            result = mux(self.word(select[index : index + 1]), part(b, index * width, width), result)
        return result


def symbol(name: str, width: int) -> Value:
    """A free variable."""
    return make("meta", width, (), (name,))


def memory_read(memory: str, address: Value, width: int) -> Value:
    """What a read-only memory holds: a function of the address that nothing more is known of."""
    return make("found", width, (address,), (memory,))
