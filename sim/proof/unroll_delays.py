"""Delay lines in memories become the registers that they stand for, so that every register has a stage.

A memory is a delay line of n cycles if it is written in every cycle, is read at the address that it is written at, and its address takes
n different values in turn, from reset on, whatever else happens. The last is shown by stepping the address from reset until it is there
again: its next value must be a constant in each step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count, groupby

from elements.program.values import Value, const
from sim.proof.netlist import Bit, Cell, Netlist
from sim.proof.terms import Evaluator, UnknownCell, symbol


class NotADelay(ValueError):
    """A memory that is written and is no delay line; the message names it and says why."""


def unroll_delays(netlist: Netlist, reset: str = "rst") -> Netlist:
    """``netlist``, whose reset is the input ``reset``, with registers in the place of delay lines. What holds of a design from reset on
    holds of both or of neither, since what a line of n cycles gives in the first n cycles is nobody's packet. Errors: `NotADelay`.
    """
    memories = [cell for cell in netlist.cells if cell.kind in ("mem", "mem_v2") and cell.number("WR_PORTS")]
    if not memories:
        return netlist
    numbers = count(netlist.unused)
    behind = {bit: cell.name for cell in netlist.cells if cell.kind == "dff" for bit in cell.connections["D"]}
    rounds: dict[tuple[Bit, ...], list[int]] = {}
    gone = {cell.name for cell in memories}
    made: list[Cell] = []
    for cell in memories:
        address = _one_address(cell)
        if address not in rounds:
            counter = _counter(netlist, cell, address)
            gone.add(counter.name)
            rounds[address] = _round(netlist, reset, cell, counter, address)
        if cell.number("SIZE") <= max(rounds[address]):
            raise NotADelay(f"the memory {cell.name} has no word for some values of its address")
        made += _registers(cell, len(rounds[address]), numbers, behind)
    return replace(netlist, cells=(*(cell for cell in netlist.cells if cell.name not in gone), *made))


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


def _registers(cell: Cell, cycles: int, numbers: count[int], behind: Mapping[Bit, str]) -> list[Cell]:
    """For each register behind the line, as many before it as the line delays cycles; the last drives what the memory's port drove.

    What goes to different registers stays apart, so that what is made of the tenant's number alone can be told.
    """
    made = []
    pairs = zip(cell.connections["WR_DATA"], cell.connections["RD_DATA"], strict=True)
    for part, (_, group) in enumerate(groupby(pairs, key=lambda pair: behind.get(pair[1], ""))):
        data, out = zip(*group, strict=True)
        for cycle in range(1, cycles + 1):
            target = out if cycle == cycles else tuple(next(numbers) for _ in out)
            made.append(Cell(f"{cell.name}.{part}.{cycle}", "dff", {}, {"D": data, "Q": target}))
            data = target
    return made
