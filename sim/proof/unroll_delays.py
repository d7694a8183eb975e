"""Delay lines in memories become the registers that they stand for, so that every register has a stage.

A memory is a delay line of n cycles if it is written in every cycle, is read at the address that it is written at, and its address takes
n different values in turn, from reset on, whatever else happens. The last is shown by stepping the address from reset until it is there
again: its next value must be a constant in each step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count, groupby

from elements.program.values import Value, const
from sim.proof.netlist import Bit, Cell, Netlist
from sim.proof.terms import Evaluator, UnknownCell, symbol

Words = dict[tuple[str, int], int]
"""What stands in memories, by the memory and the address."""


class NotADelay(ValueError):
    """A memory that is written and is no delay line; the message names it and says why."""


def unroll_delays(netlist: Netlist, reset: str = "rst") -> Netlist:
    """``netlist``, whose reset is the input ``reset``, with registers in the place of delay lines. What holds of a design from reset on
    holds of both or of neither, since what a line of n cycles gives in the first n cycles is nobody's packet. Errors: `NotADelay`.
    """
    found = _lines(netlist, reset)
    if not found:
        return netlist
    numbers = count(netlist.unused)
    gone = {cell.name for line in found for cell in (line.memory, line.counter)}
    made = [register for line in found for register in _registers(line, numbers)]
    return replace(netlist, cells=(*(cell for cell in netlist.cells if cell.name not in gone), *made))


def in_memories(netlist: Netlist, registers: Mapping[str, int], reset: str = "rst") -> tuple[Words, dict[tuple[Bit, ...], int]]:
    """The way back, of a state: where what is in the registers that `unroll_delays` makes stands in the memories, at one of the times that
    there are, and the counters (by the nets that they drive) at that time. Registers that are not named are 0. Errors: `NotADelay`."""
    words: Words = {}
    counters: dict[tuple[Bit, ...], int] = {}
    for line in _lines(netlist, reset):
        # Now the first word is read, and then written: what came a cycle ago stands in the one before.
        counters[line.counter.connections["Q"]] = line.turns[0]
        for number, (low, _) in enumerate(line.parts):
            for cycle in range(1, len(line.turns) + 1):
                place = line.memory.name, line.turns[-cycle % len(line.turns)]
                words[place] = words.get(place, 0) | registers.get(_register_name(line, number, cycle), 0) << low
    return words, counters


@dataclass(frozen=True)
class _Line:
    """A ``memory`` that is a delay line: the ``counter`` that is its address and the values that this takes in ``turns``; the ``parts`` of
    a word (lowest bit, bits) that go to different registers."""

    memory: Cell
    counter: Cell
    turns: list[int]
    parts: list[tuple[int, int]]


def _lines(netlist: Netlist, reset: str) -> list[_Line]:
    memories = [cell for cell in netlist.cells if cell.kind in ("mem", "mem_v2") and cell.number("WR_PORTS")]
    behind = {bit: cell.name for cell in netlist.cells if cell.kind == "dff" for bit in cell.connections["D"]} if memories else {}
    counters: dict[tuple[Bit, ...], tuple[Cell, list[int]]] = {}
    found = []
    for cell in memories:
        address = _one_address(cell)
        if address not in counters:
            counter = _counter(netlist, cell, address)
            counters[address] = counter, _round(netlist, reset, cell, counter, address)
        counter, turns = counters[address]
        if cell.number("SIZE") <= max(turns):
            raise NotADelay(f"the memory {cell.name} has no word for some values of its address")
        found.append(_Line(cell, counter, turns, list(_parts(cell, behind))))
    return found


def _parts(cell: Cell, behind: Mapping[Bit, str]) -> Iterator[tuple[int, int]]:
    """What goes to different registers stays apart, so that what is made of the tenant's number alone can be told."""
    low = 0
    for _, group in groupby(cell.connections["RD_DATA"], key=lambda bit: behind.get(bit, "")):
        width = len(list(group))
        yield low, width
        low += width


def _one_address(cell: Cell) -> tuple[Bit, ...]:
    """The address of both ports."""
    connections = cell.connections
    if cell.number("WR_PORTS") != 1 or cell.number("RD_PORTS") != 1 or cell.number("RD_CLK_ENABLE"):
        raise NotADelay(f"the memory {cell.name} has not one port to write and one to read at once")
    if set(connections["WR_EN"]) != {"1"}:
        raise NotADelay(f"the memory {cell.name} is not written in every cycle")
    if cell.number("OFFSET"):
        raise NotADelay(f"the words of the memory {cell.name} do not begin at 0")
    if connections["WR_ADDR"] != connections["RD_ADDR"]:
        raise NotADelay(f"the memory {cell.name} is read at another address than it is written at")
    return connections["WR_ADDR"]


def _counter(netlist: Netlist, memory: Cell, address: tuple[Bit, ...]) -> Cell:
    found = [cell for cell in netlist.cells if cell.kind == "dff" and cell.connections["Q"] == address]
    if len(found) != 1:
        raise NotADelay(f"the address of the memory {memory.name} is no register")
    return found[0]


def _round(netlist: Netlist, reset: str, memory: Cell, counter: Cell, address: tuple[Bit, ...]) -> list[int]:
    """The values that the address takes in turn, from reset on, whatever it was before."""
    seen: list[int] = []
    value = _next(netlist, reset, counter, address, None)
    while value is not None and value not in seen:
        seen.append(value)
        value = _next(netlist, reset, counter, address, value)
    if value is None or value != seen[0]:
        raise NotADelay(f"the address of the memory {memory.name} does not go round")
    return seen


def _next(netlist: Netlist, reset: str, counter: Cell, address: tuple[Bit, ...], value: int | None) -> int | None:
    """What follows ``value``, or reset where that is ``None``; ``None`` if that depends on anything else."""
    reset_bits = netlist.ports.get(reset, (True, ()))[1]
    now = symbol("before", len(address)) if value is None else const(value, len(address))

    def source(bit: int) -> tuple[Value, int] | None:
        if bit in address:
            return now, address.index(bit)
        return (const(int(value is None), 1), 0) if bit in reset_bits else None

    try:
        return Evaluator(netlist, source).word(counter.connections["D"]).constant
    except UnknownCell:
        return None


def _register_name(line: _Line, part: int, cycle: int) -> str:
    return f"{line.memory.name}.{part}.{cycle}"


def _registers(line: _Line, numbers: count[int]) -> Iterator[Cell]:
    """For each register behind the line, as many before it as the line delays cycles; the last drives what the memory's port drove."""
    for number, (low, width) in enumerate(line.parts):
        data, out = (line.memory.connections[port][low : low + width] for port in ("WR_DATA", "RD_DATA"))
        for cycle in range(1, len(line.turns) + 1):
            target = out if cycle == len(line.turns) else tuple(next(numbers) for _ in out)
            yield Cell(_register_name(line, number, cycle), "dff", {}, {"D": data, "Q": target})
            data = target
