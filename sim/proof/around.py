"""The part of a netlist around some of its nets: all that those are made of within a cycle or a few, and of the rest that it is there."""

from __future__ import annotations

from collections.abc import Iterable

from sim.proof.netlist import Bit, Cell, Netlist


def around(netlist: Netlist, ports: Iterable[str], cycles: int = 1) -> Netlist:
    """``netlist`` with those of its registers of which the outputs ``ports`` are made within so many ``cycles``. What other registers and
    memories hold is an input of a bit, ``other …``, which can be anything in every cycle: what holds of this holds of the whole. Of its
    outputs there are ``ports``; inputs and nets have the names that they had. Errors: ``KeyError`` for an output that is not there.
    """
    outputs = {name: netlist.ports[name] for name in ports}
    registers = {bit: cell for cell in netlist.cells if cell.kind == "dff" for bit in cell.connections["Q"]}
    kept: dict[str, Cell] = {}
    seen: set[Bit] = set()
    front = [bit for is_input, bits in outputs.values() if not is_input for bit in bits]
    edge: set[Bit] = set()
    for cycle in range(cycles + 1):
        edge = _made_of(netlist, front, kept, seen)
        new = {registers[bit].name: registers[bit] for bit in edge if bit in registers and cycle < cycles}
        front = [bit for name, cell in sorted(new.items()) if name not in kept for bit in cell.connections["D"]]
        kept |= new
    driven = {bit for cell in kept.values() for port in ("Y", "Q") for bit in cell.connections.get(port, ())}
    inputs = {name: port for name, port in netlist.ports.items() if port[0]}
    driven |= {bit for _, bits in inputs.values() for bit in bits}
    others = sorted(bit for bit in seen if isinstance(bit, int) and bit not in driven)
    driven |= set(others)
    free = {f"other {bit}": (True, (bit,)) for bit in others}
    names = {name: bits for name, bits in netlist.names.items() if all(isinstance(bit, str) or bit in driven for bit in bits)}
    initial = {name: first for name, first in netlist.initial.items() if name in names}
    return Netlist({**inputs, **free, **outputs}, tuple(kept.values()), names, {}, initial)


def _made_of(netlist: Netlist, front: Iterable[Bit], kept: dict[str, Cell], seen: set[Bit]) -> set[Bit]:
    """What no cell makes in the same cycle, of all that ``front`` is made of; the cells that make the rest are ``kept``, and all bits
    ``seen``."""
    waiting, ends = list(front), set[Bit]()
    while waiting:
        bit = waiting.pop()
        if bit in seen:
            if bit not in netlist.drivers:
                ends.add(bit)
            continue
        seen.add(bit)
        if not isinstance(bit, int):
            continue
        if bit not in netlist.drivers:
            ends.add(bit)
            continue
        cell, _ = netlist.drivers[bit]
        if cell.name not in kept:
            kept[cell.name] = cell
            waiting += [each for port, bits in cell.connections.items() if port != "Y" for each in bits]
    return ends
