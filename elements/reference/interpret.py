"""The reference reading of a packet program: run it on one real packet, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field

from elements.program.evaluate import Evaluation
from elements.program.program import Exit, Program, State, Table
from elements.program.values import Value
from elements.reference.packet import Packet


def look_up(table: Table, key: int) -> int | None:
    """What ``table`` holds for ``key``: the obvious scan. The longest prefix wins, and of equals the last; of ternary entries the first."""
    best: tuple[int, int] | None = None
    for entry, mask, value in table.entries:
        if table.kind == "lpm":
            shift = table.key_width - mask
            if entry >> shift == key >> shift and (best is None or mask >= best[0]):
                best = mask, value
        elif table.kind == "exact":
            if entry == key:
                return value
        elif (key ^ entry) & mask == 0:
            return value
    return None if best is None else best[1]


@dataclass
class StateStore:
    """State variables of one element by (name, index), and tables that handlers changed, by name; a `StateView` for handlers."""

    words: dict[tuple[str, int], int] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)

    def get(self, state: State, index: int = 0) -> int:
        """The variable's value."""
        return self.words.get((state.name, index), state.initial)

    def set(self, state: State, value: int, index: int = 0) -> None:
        """Change the variable's value; it is cut to the variable's width."""
        self.words[(state.name, index)] = value & ((1 << state.width) - 1)

    def table(self, table: Table) -> Table:
        """``table`` with the entries that it has now."""
        return self.tables.get(table.name, table)

    def replace(self, table: Table) -> None:
        """Look up in these entries from now on."""
        self.tables[table.name] = table


class ProgramRunner:
    """Runs one program on packets, keeping its state in ``store``. Tables are scanned once a key and remembered."""

    def __init__(self, program: Program, store: StateStore) -> None:
        self.program = program
        self.store = store
        self._evaluation = Evaluation(program.roots())
        self._states = {access.state.name: access.state for access in program.accesses}
        self._tables = {table.name: table for table in program.tables}
        self._found: dict[tuple[str, int], tuple[Table, int | None]] = {}
        self._packet = Packet.of(b"")
        self._now = 0

    def run(self, packet: Packet, now: int) -> list[tuple[Exit, Packet]]:
        """The exits that ``packet`` takes and the packet that leaves there; it is changed in place where it leaves by one exit only."""
        self._packet, self._now = packet, now
        numbers = self._evaluation.run(self)
        taken = [way for way in self.program.exits if numbers[way.when]]
        for access in self.program.accesses:
            index = numbers[access.index]
            if numbers[access.when] and index < access.state.depth:
                self.store.set(access.state, numbers[access.value], index)
        self._edit(packet, numbers)
        leaving = [packet if i == len(taken) - 1 else packet.copy() for i in range(len(taken))]
        entry_end = packet.start + numbers[self.program.end]
        for way, out in zip(taken, leaving, strict=True):
            self._move(out, way, entry_end)
        return list(zip(taken, leaving, strict=True))

    def _edit(self, packet: Packet, numbers: dict[Value, int]) -> None:
        grown = min((way.shift for way in self.program.exits), default=0)
        missing = -(packet.start + grown)
        if missing > 0:
            packet.move_start(grown)
            packet.move_start(-grown)
        starts = {edit.layer: packet.layer_start(edit.layer) for edit in self.program.edits}
        for edit in self.program.edits:
            start = starts[edit.layer]
            if start is not None and 0 <= start + edit.offset < packet.end:
                packet.buffer[start + edit.offset] = numbers[edit.value]
        for name, value in self.program.annotations:
            setattr(packet, name, numbers[value])

    @staticmethod
    def _move(packet: Packet, way: Exit, end: int) -> None:
        packet.end = end
        if way.network == "none":
            packet.network = None
        elif way.network != "keep":
            packet.network = packet.start + way.network
        packet.move_start(way.shift)

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        """What comes from outside the program; see `elements.program.evaluate.Leaves`."""
        packet = self._packet
        name = str(value.attributes[0]) if value.attributes else ""
        if value.op == "load":
            return packet.byte(name, int(value.attributes[1]))
        if value.op in ("has", "length"):
            start = packet.layer_start(name)
            room = 0 if start is None else max(packet.end - start, 0)
            return room if value.op == "length" else int(start is not None and room >= int(value.attributes[1]))
        if value.op == "annotation":
            return int(getattr(packet, name))
        if value.op == "now":
            return self._now
        if value.op == "old":
            state = self._states[name]
            return self.store.get(state, operands[0]) if operands[0] < state.depth else 0
        return self._lookup(name, operands[0], value.op)

    def _lookup(self, name: str, key: int, op: str) -> int:
        place = (name, key)
        table = self.store.table(self._tables[name])
        known = self._found.get(place)
        if known is None or known[0] is not table:
            known = self._found[place] = table, look_up(table, key)
        found = known[1]
        if op == "hit":
            return int(found is not None)
        return found or 0
