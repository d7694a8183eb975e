"""Memories in which packets are stored become functions of an address, and what is written to them is set apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.proof.netlist import Bit, Cell, Netlist


class NotAStore(ValueError):
    """A memory is no store; the message names it and says why."""


@dataclass(frozen=True)
class Written:
    """What is written to ``memory``: ``data`` to ``address`` where ``enable`` is set."""

    memory: str
    enable: tuple[Bit, ...]
    address: tuple[Bit, ...]
    data: tuple[Bit, ...]


def cut_stores(netlist: Netlist) -> tuple[Netlist, tuple[Written, ...]]:
    """``netlist`` without what writes to its stores: its memories that are not written in every cycle, as those of delay lines are. Errors:
    `NotAStore`.
    """
    drivers = {cell.connections["Y"]: cell for cell in netlist.cells if "Y" in cell.connections}
    cells: list[Cell] = []
    written: list[Written] = []
    for cell in netlist.cells:
        if not (cell.kind.startswith("mem") and cell.number("WR_PORTS")) or set(cell.connections["WR_EN"]) == {"1"}:
            cells.append(cell)
            continue
        if cell.number("WR_PORTS") != 1 or cell.number("OFFSET") or cell.number("RD_CLK_ENABLE"):
            raise NotAStore(f"the memory {cell.name} has not one port to write and others to read at once")
        written.append(Written(cell.name, _enable(cell, drivers), cell.connections["WR_ADDR"], cell.connections["WR_DATA"]))
        read = {port: bits for port, bits in cell.connections.items() if not port.startswith("WR_")}
        cells.append(Cell(cell.name, cell.kind, {**cell.parameters, "WR_PORTS": "0"}, read))
    return replace(netlist, cells=tuple(cells)), tuple(written)


def _enable(cell: Cell, drivers: dict[tuple[Bit, ...], Cell]) -> tuple[Bit, ...]:
    """The one bit that all enables of the write port are copies of."""
    bits = cell.connections["WR_EN"]
    if len(set(bits)) == 1:
        return bits[:1]
    spread = drivers.get(bits)
    if spread is None or spread.kind != "mux" or set(spread.connections["A"]) != {"0"} or set(spread.connections["B"]) != {"1"}:
        raise NotAStore(f"the memory {cell.name} is written in parts")
    return spread.connections["S"]
