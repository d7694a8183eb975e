"""Memories that hold state become the registers that they stand for, so that every word has its owner."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import count

from sim.proof.netlist import Bit, Cell, Netlist

_UNSIGNED = {"A_SIGNED": 0, "B_SIGNED": 0}


class NotState(ValueError):
    """A memory cannot be spread; the message names it and says why."""


def word_name(memory: str, address: int) -> str:
    """The register that stands for a word of ``memory``."""
    return f"{memory}[{address}]"


def words_of(netlist: Netlist, names: Collection[str]) -> list[str]:
    """The registers that `spread_memories` makes: one for each value of the address, so also for those past the memory's depth. Hardware
    may have words there, and they are nobody's."""
    return [word_name(c.name, n) for c in netlist.cells if _is_memory(c) and c.name in names for n in range(1 << c.number("ABITS"))]


def _is_memory(cell: Cell) -> bool:
    return cell.kind in ("mem", "mem_v2")


def spread_memories(netlist: Netlist, names: Collection[str]) -> Netlist:
    """``netlist`` with a register for each of the `words_of` the memories called ``names``, which are read at once and written at
    one port. Errors: `NotState`."""
    found = {cell.name: cell for cell in netlist.cells if _is_memory(cell) and cell.name in names}
    missing = sorted(set(names) - set(found))
    if missing:
        raise NotState(f"the memory {missing[0]} is not in the netlist")
    if not found:
        return netlist
    numbers = count(netlist.unused)
    drivers = {cell.connections["Y"]: cell for cell in netlist.cells if "Y" in cell.connections}
    made = [part for cell in found.values() for part in _spread(cell, drivers, numbers)]
    return replace(netlist, cells=(*(cell for cell in netlist.cells if cell.name not in found), *made))


def _enable(cell: Cell, drivers: Mapping[tuple[Bit, ...], Cell]) -> tuple[Bit, ...]:
    """The one bit that all enables of the write port are copies of."""
    bits = cell.connections["WR_EN"]
    if len(set(bits)) == 1:
        return bits[:1]
    driver = drivers.get(bits)
    spread = driver is not None and driver.kind == "mux" and set(driver.connections["A"]) == {"0"} and set(driver.connections["B"]) == {"1"}
    if driver is None or not spread:
        raise NotState(f"the memory {cell.name} is written in parts")
    return driver.connections["S"]


def _where(bits: tuple[Bit, ...], enable: tuple[Bit, ...], drivers: Mapping[tuple[Bit, ...], Cell]) -> tuple[Bit, ...]:
    """What ``bits`` are where ``enable`` is set."""
    driver = drivers.get(bits)
    chosen = driver is not None and driver.kind == "mux" and driver.connections["S"] == enable
    return driver.connections["B"] if driver is not None and chosen else bits


def _spread(cell: Cell, drivers: Mapping[tuple[Bit, ...], Cell], numbers: count[int]) -> list[Cell]:
    connections, width, bits = cell.connections, cell.number("WIDTH"), cell.number("ABITS")
    if cell.number("WR_PORTS") != 1 or cell.number("RD_CLK_ENABLE"):
        raise NotState(f"the memory {cell.name} has not one port to write and others to read at once")
    if cell.number("OFFSET") or cell.number("SIZE") > 1 << bits:
        raise NotState(f"the words of the memory {cell.name} do not begin at 0, or it has more than its address has values")
    enable = _enable(cell, drivers)
    address_bits, data = (_where(connections[port], enable, drivers) for port in ("WR_ADDR", "WR_DATA"))

    def nets(size: int) -> tuple[Bit, ...]:
        return tuple(next(numbers) for _ in range(size))

    made: list[Cell] = []

    def at(address: tuple[Bit, ...], word: int, port: str) -> tuple[Bit, ...]:
        """Whether ``address`` is ``word``."""
        out = nets(1)
        number: tuple[Bit, ...] = tuple(str(word >> bit & 1) for bit in range(bits))
        made.append(Cell(f"{word_name(cell.name, word)}.{port}", "eq", _UNSIGNED, {"A": address, "B": number, "Y": out}))
        return out

    words: list[tuple[Bit, ...]] = []
    for address in range(1 << bits):
        name, held, following, written = word_name(cell.name, address), nets(width), nets(width), nets(1)
        made += [
            Cell(f"{name}.written", "and", _UNSIGNED, {"A": at(address_bits, address, "write"), "B": enable, "Y": written}),
            Cell(f"{name}.next", "mux", {}, {"A": held, "B": data, "S": written, "Y": following}),
            Cell(name, "dff", {}, {"D": following, "Q": held}),
        ]
        words.append(held)
    for port in range(cell.number("RD_PORTS")):
        asked = connections["RD_ADDR"][port * bits : (port + 1) * bits]
        out = connections["RD_DATA"][port * width : (port + 1) * width]
        # A choice a bit, so that a part of the address that is known leaves only the words that it can mean.
        level = words
        for bit, chosen_by in enumerate(asked):
            pairs = list(zip(level[::2], level[1::2], strict=True))
            level = [out if len(pairs) == 1 else nets(width) for _ in pairs]
            for index, ((low, high), chosen) in enumerate(zip(pairs, level, strict=True)):
                connected = {"A": low, "B": high, "S": (chosen_by,), "Y": chosen}
                made.append(Cell(f"{cell.name}.{port}.{bit}.{index}", "mux", {}, connected))
    return made
