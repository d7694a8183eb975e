"""One packet program as hardware by itself: scheduled and lowered as a composed pipeline is, with nothing around it.

The frame's place is taken by views of it, one for each layer, since where a layer starts is not known to a program alone. Longest-prefix
tables are the lookup engines of `hdl.lpm`; tables of other kinds, for which there is no engine, are comparisons with every entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal
from amaranth.hdl import Value as HdlValue
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from elements.program.combine import any_of, walk
from elements.program.program import ANNOTATIONS, LAYERS, TIME_WIDTH, Access, Program, State, Table
from elements.program.substitute import substitute
from elements.program.values import FALSE, Value, bit_and, bit_not, const, eq, make, mux, ult
from hdl.composition import Bank, Composition, Engine
from hdl.lower import Lowering
from hdl.lpm import LongestPrefixMatch, lpm_latency
from hdl.schedule import schedule

POKE_WIDTH: Final = 64
"""Width in bits of what state can be set to from outside."""


@dataclass(frozen=True)
class View:
    """The bytes of a layer that are given to a program: ``count`` of them from ``first`` on."""

    first: int
    count: int


def views_of(programs: list[Program]) -> dict[str, View]:
    """Views that have every byte that one of ``programs`` reads."""
    loads = [value for program in programs for value in walk(program.roots()) if value.op == "load"]
    found: dict[str, View] = {}
    for layer in LAYERS:
        offsets = [int(load.attributes[1]) for load in loads if load.attributes[0] == layer] or [0]
        found[layer] = View(min(offsets), max(offsets) - min(offsets) + 1)
    return found


class Alone:
    """What the hardware of ``program`` computes, in which stages, within ``budget`` levels of logic a stage.

    ``views`` are those of programs among which this one is. ``layout`` names the fields of the result, the first in the low bits: bytes
    written, exits, annotations, the packet's end, and for each state variable whether it is written (within its bounds), where, and what.
    """

    def __init__(self, program: Program, views: Mapping[str, View], budget: int) -> None:
        self.program: Final = program
        self.views: Final = views
        self._engines: list[tuple[Table, Value]] = []
        self._numbers = {access.state.name: number for number, access in enumerate(program.accesses)}
        self._new: Mapping[Value, Value] = substitute(program.roots(), self._leaf_value)
        self.indices: Final[tuple[Value, ...]] = tuple(self._new[access.index] for access in program.accesses)
        self.composition: Final = self._composition()
        self.schedule: Final = schedule(
            self.composition, budget, {engine.number: lpm_latency(engine.key_width) for engine in self.composition.engines}
        )
        self.latency: Final = self.schedule.latency
        self.layout: Final[list[tuple[str, Value]]] = self._layout()
        self.width: Final = sum(value.width for _, value in self.layout)

    def _composition(self) -> Composition:
        new, banks = self._new, []
        for number, access in enumerate(self.program.accesses):
            banks.append(Bank(number, access.state.width, {}, self._update(access), new[access.index], new[access.value]))
        indices = tuple(new[access.index] for access in self.program.accesses)
        return Composition(
            select=(*(new[way.when] for way in self.program.exits), *indices),
            edge=const(0, 1),
            edits={number: new[edit.value] for number, edit in enumerate(self.program.edits)},
            shifts=(),
            shift_index=const(0, 1),
            length=new[self.program.end],
            annotations={name: new[value] for name, value in self.program.annotations},
            banks=tuple(banks),
            engines=tuple(
                Engine(number, table.kind, table.key_width, table.value_width, {0: table}, {}, key)
                for number, (table, key) in enumerate(self._engines)
            ),
            growth={},
            header_bytes=0,
        )

    def _update(self, access: Access) -> Value:
        """Every access is checked against the variable's bounds."""
        return bit_and(self._new[access.when], ult(self._new[access.index], const(access.state.depth, access.state.depth.bit_length())))

    def _layout(self) -> list[tuple[str, Value]]:
        c = self.composition
        found = [(f"edit {number}", value) for number, value in c.edits.items()]
        found += [(f"exit {number}", c.select[number]) for number in range(len(self.program.exits))]
        found += [(f"annotation {name}", value) for name, value in c.annotations.items()]
        found.append(("end", c.length))
        for bank, access in zip(c.banks, self.program.accesses, strict=True):
            name = access.state.name
            found += [(f"write {name}", bank.when), (f"index {name}", self._new[access.index]), (f"value {name}", bank.value)]
        return found

    def _leaf_value(self, leaf: Value, operands: tuple[Value, ...]) -> Value:
        name = str(leaf.attributes[0]) if leaf.attributes else ""
        if leaf.op in ("load", "now"):
            return leaf
        if leaf.op == "annotation":
            return make("meta", leaf.width, (), (name,))
        if leaf.op == "length":
            return make("meta", 16, (), (f"{name}_length",))
        if leaf.op == "has":
            short = ult(make("meta", 16, (), (f"{name}_length",)), const(int(leaf.attributes[1]), 16))
            return bit_and(make("meta", 1, (), (f"{name}_set",)), bit_not(short))
        if leaf.op == "old":
            return make("old", leaf.width, operands, (self._numbers[name],))
        table = next(table for table in self.program.tables if table.name == name)
        return self._looked_up(table, leaf, operands[0])

    def _looked_up(self, table: Table, leaf: Value, key: Value) -> Value:
        if table.kind == "lpm":
            if (table, key) not in self._engines:
                self._engines.append((table, key))
            return make(leaf.op, leaf.width, (), (self._engines.index((table, key)),))
        ones = (1 << table.key_width) - 1
        rows = [(entry, mask if table.kind == "ternary" else ones, value) for entry, mask, value in table.entries]
        same = [eq(key & const(mask, table.key_width), const(entry & mask, table.key_width)) for entry, mask, _ in rows]
        if leaf.op == "hit":
            return any_of(FALSE, *same)
        found: Value = const(0, table.value_width)
        for condition, (_, _, value) in reversed(list(zip(same, rows, strict=True))):
            found = mux(condition, const(value, table.value_width), found)
        return found


class ProgramAlone(wiring.Component):
    """Latency: that of ``alone`` in cycles. Initiation interval: 1.

    In, for each layer: ``L_bytes`` (as in the views, the first in the low bits, zero past the packet's end), ``L_length`` (bytes from the
    layer's start to the packet's end, zero where it is not set) and ``L_set``; the annotations; ``now``; ``valid``, without which no state
    changes; ``poke``, with which the packet finds all its state set to ``poke_value``. Out: ``result``, as the layout says.
    """

    def __init__(self, alone: Alone) -> None:
        self.alone: Final = alone
        super().__init__({**inputs(alone.views), "result": Out(alone.width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        alone, composition = self.alone, self.alone.composition
        self._units = [LongestPrefixMatch(engine.tables, 1) for engine in composition.engines]
        self._olds = [Signal(bank.width, name=f"old{bank.number}") for bank in composition.banks]
        lowering = Lowering(m, alone.schedule, self._leaf)
        for engine, unit in zip(composition.engines, self._units, strict=True):
            m.submodules[f"engine{engine.number}"] = unit
            m.d.comb += unit.key.eq(lowering.at(engine.key, alone.schedule.requests[engine.number]))
        for bank, index, access in zip(composition.banks, alone.indices, alone.program.accesses, strict=True):
            self._bank(m, lowering, bank, index, access.state)
        m.d.comb += self.result.eq(Cat(lowering.at(value, alone.latency) for _, value in alone.layout))
        lowering.finish()
        return m

    def _leaf(self, value: Value) -> HdlValue:
        name = value.attributes[0] if value.attributes else ""
        if value.op == "load":
            position = int(value.attributes[1]) - self.alone.views[str(name)].first
            return getattr(self, f"{name}_bytes").word_select(position, 8)
        if value.op == "now":
            return self.now
        if value.op == "meta":
            return getattr(self, str(name))
        if value.op == "old":
            return self._olds[int(name)]
        unit = self._units[int(name)]
        return unit.hit if value.op == "hit" else unit.value

    def _bank(self, m: Module, lowering: Lowering, bank: Bank, where: Value, state: State) -> None:
        stage, depth = self.alone.schedule.banks[bank.number], state.depth
        words = Array(Signal(bank.width, init=state.initial, name=f"state{bank.number}_{k}") for k in range(depth))
        index = lowering.at(where, stage)
        valid = lowering.at(make("meta", 1, (), ("valid",)), stage)
        poke = lowering.at(make("meta", 1, (), ("poke",)), stage)
        poked = Cat(lowering.at(make("meta", POKE_WIDTH, (), ("poke_value",)), stage), Const(0, bank.width))[: bank.width]
        m.d.comb += self._olds[bank.number].eq(Mux(index < depth, Mux(poke, poked, words[index]), 0))
        update, new = lowering.at(bank.when, stage), lowering.at(bank.value, stage)
        for number, word in enumerate(words):
            with m.If(valid & update & (index == number)):
                m.d.sync += word.eq(new)
            with m.Elif(valid & poke):
                m.d.sync += word.eq(poked)


def inputs(views: Mapping[str, View]) -> dict[str, wiring.Member]:
    """The inputs of a program alone, but for its clock."""
    found = {name: In(width) for name, width in ANNOTATIONS.items()}
    found |= {"now": In(TIME_WIDTH), "valid": In(1), "poke": In(1), "poke_value": In(POKE_WIDTH)}
    for layer, view in views.items():
        found |= {f"{layer}_bytes": In(8 * view.count), f"{layer}_length": In(16), f"{layer}_set": In(1)}
    return found
