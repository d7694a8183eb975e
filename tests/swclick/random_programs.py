"""Random packet programs for tests: every operation of the grammar, values of 1 to 200 bits, every kind of effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from hypothesis import strategies as st

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.combine import shift_left, shift_right
from elements.program.packet import Packet
from elements.program.program import ANNOTATIONS, LAYERS, Access, Edit, Exit, Network, Program, State, Table
from elements.program.values import (
    FALSE,
    OPERATIONS,
    TRUE,
    Value,
    add,
    bit_and,
    bit_not,
    bit_or,
    bit_xor,
    cat,
    const,
    eq,
    extend,
    make,
    mul,
    mux,
    part,
    sub,
    ult,
)
from graph.model import Node

WIDEST: Final = 200
LEAVES: Final = ("load", "has", "length", "annotation", "now", "old", "hit", "found", "const")
HARDWARE_ONLY: Final = ("meta",)


class Fixed(Element):
    """An element with one input and the program that it is given."""

    ports = Ports("1/-", "a/ah")

    def __init__(self, node: Node, outputs: int, program: Program) -> None:
        super().__init__(node, 1, outputs)
        self.fixed = program

    def program(self, p: Packet) -> None:
        raise NotImplementedError("its program is traced already")

    def trace(self) -> Program:
        return self.fixed

    def trace_live(self) -> Program:
        return self.fixed


widths = st.one_of(st.integers(1, WIDEST), st.sampled_from((1, 8, 16, 32, 63, 64, 65, 127, 128, 129, 192, WIDEST)))


@st.composite
def numbers(draw: st.DrawFn, width: int) -> int:
    """A number of ``width`` bits, often one at the edge of something."""
    ones = (1 << width) - 1
    return draw(st.one_of(st.integers(0, ones), st.sampled_from((0, 1, ones, ones - 1, 1 << width - 1, ones >> 1))))


@st.composite
def tables(draw: st.DrawFn, name: str) -> Table:
    """A table of any kind, with entries that cover, repeat and contradict each other."""
    kinds: tuple[Literal["lpm", "exact", "ternary"], ...] = ("lpm", "lpm", "exact", "ternary")
    kind = draw(st.sampled_from(kinds))
    key_width = draw(st.one_of(st.sampled_from((32, 32, 128)), widths))
    value_width = draw(widths)
    # Few keys, so that entries meet.
    some = [draw(numbers(key_width)) for _ in range(4)]
    entries = []
    for _ in range(draw(st.integers(0, 12))):
        key = draw(st.one_of(st.sampled_from(some), numbers(key_width)))
        second = draw(st.integers(0, key_width)) if kind == "lpm" else 0 if kind == "exact" else draw(numbers(key_width))
        entries.append((key, second, draw(numbers(value_width))))
    return Table(name, kind, key_width, value_width, tuple(entries))


class Pool:
    """The values of a program that is being made, and what they came from."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.values: list[Value] = []
        self.states = [
            State(f"in{i}", width, draw(st.sampled_from((1, 1, 3))), draw(numbers(width)))
            for i, width in enumerate(draw(st.lists(widths, max_size=3)))
        ]
        self.tables = [draw(tables(f"t{i}")) for i in range(draw(st.integers(0, 2)))]
        self.indices: dict[State, Value] = {}
        for _ in range(draw(st.integers(2, 5))):
            self.values.append(self.leaf())
        for _ in range(draw(st.integers(3, 14))):
            self.values.append(self.made())

    def any(self) -> Value:
        return self.draw(st.sampled_from(self.values))

    def cut(self, value: Value, width: int) -> Value:
        return part(value, 0, width) if value.width >= width else extend(value, width)

    def bit(self) -> Value:
        value = self.any()
        return part(value, self.draw(st.integers(0, value.width - 1)), 1)

    def leaf(self) -> Value:
        draw = self.draw
        op = draw(st.sampled_from(LEAVES))
        layer = draw(st.sampled_from(LAYERS))
        if op == "load":
            return make("load", 8, (), (layer, draw(st.integers(-20, 90))))
        if op == "has":
            return make("has", 1, (), (layer, draw(st.integers(-5, 90))))
        if op == "length":
            return make("length", 16, (), (layer,))
        if op == "annotation":
            name = draw(st.sampled_from(sorted(ANNOTATIONS)))
            return make("annotation", ANNOTATIONS[name], (), (name,))
        if op == "old" and self.states:
            state = draw(st.sampled_from(self.states))
            if state not in self.indices:
                chosen: bool = draw(st.booleans())
                self.indices[state] = self.any() if self.values and chosen else const(0, 1)
            return make("old", state.width, (self.indices[state],), (state.name,))
        if op in ("hit", "found") and self.tables:
            table = draw(st.sampled_from(self.tables))
            known = [const(entry[0], table.key_width) for entry in table.entries] or [const(0, table.key_width)]
            key = known[0]
            if self.values:
                key = mux(self.bit(), draw(st.sampled_from(known)), self.cut(self.any(), table.key_width))
            return make("hit", 1, (key,), (table.name,)) if op == "hit" else make("found", table.value_width, (key,), (table.name,))
        if op == "now":
            return make("now", 48)
        width = draw(widths)
        return const(draw(numbers(width)), width)

    def made(self) -> Value:
        op = self.draw(st.sampled_from([op for op in OPERATIONS if op not in HARDWARE_ONLY]))
        if op in LEAVES:
            return self.leaf()
        value = self.operation(op)
        return part(value, 0, WIDEST) if value.width > WIDEST else value

    def operation(self, op: str) -> Value:
        draw = self.draw
        a, b = self.any(), self.any()
        two: dict[str, Callable[[Value, Value], Value]] = {
            "add": add,
            "sub": sub,
            "mul": mul,
            "and": bit_and,
            "or": bit_or,
            "xor": bit_xor,
            "eq": eq,
            "ult": ult,
        }
        if op in two:
            return two[op](a, b)
        if op == "not":
            return bit_not(a)
        if op == "mux":
            return mux(self.bit(), a, b)
        if op == "cat":
            return cat(*[self.any() for _ in range(draw(st.integers(1, 3)))])
        if op == "slice":
            low = draw(st.integers(0, a.width - 1))
            return part(a, low, draw(st.integers(1, a.width - low)))
        if op == "zext":
            return extend(a, draw(st.integers(a.width, max(a.width, WIDEST))))
        amount = part(b, 0, draw(st.integers(1, min(b.width, 9)))) if draw(st.booleans()) else b
        return shift_left(a, amount, draw(widths)) if op == "shl" else shift_right(a, amount)


@st.composite
def programs(draw: st.DrawFn, outputs: int) -> Program:
    """A program whose values can all be seen: each is stored in a state variable ``outN``."""
    pool = Pool(draw)
    accesses = [Access(s, pool.indices[s], pool.bit(), pool.cut(pool.any(), s.width)) for s in pool.states if s in pool.indices]
    accesses += [Access(State(f"out{i}", v.width), const(0, 1), TRUE, v) for i, v in enumerate(dict.fromkeys(pool.values))]
    edits = {}
    for _ in range(draw(st.integers(0, 4))):
        edits[draw(st.sampled_from(LAYERS)), draw(st.integers(-20, 90))] = pool.cut(pool.any(), 8)
    named = draw(st.lists(st.sampled_from(sorted(ANNOTATIONS)), unique=True, max_size=3))
    exclusive = draw(st.booleans())
    length = make("length", 16, (), ("data",))
    wanted = pool.cut(pool.any(), 16)
    return Program(
        exits=exits(pool, outputs, exclusive),
        edits=tuple(Edit(layer, offset, value) for (layer, offset), value in sorted(edits.items(), key=lambda item: item[0])),
        annotations=tuple((name, pool.cut(pool.any(), ANNOTATIONS[name])) for name in named),
        end=mux(bit_and(pool.bit(), wanted < length), wanted, length) if draw(st.booleans()) else length,
        accesses=tuple(accesses),
        tables=tuple(pool.tables),
        exclusive=exclusive,
    )


def exits(pool: Pool, outputs: int, exclusive: bool) -> tuple[Exit, ...]:
    """Ways out; of an exclusive program no two are taken together."""
    draw = pool.draw
    found, before = [], FALSE
    for _ in range(draw(st.integers(1, 3) if exclusive or draw(st.booleans()) else st.integers(30, 36))):
        shift = draw(st.integers(-90, 60))
        network: Network = draw(st.one_of(st.sampled_from(("keep", "none")), st.integers(-10, 40)))
        when = bit_or(pool.bit(), draw(st.sampled_from((TRUE, FALSE))))
        if shift > 0 and draw(st.booleans()):
            when = bit_and(when, make("has", 1, (), ("data", shift)))
        if exclusive:
            when, before = bit_and(when, bit_not(before)), bit_or(before, when)
        found.append(Exit(draw(st.integers(0, outputs - 1)), when, shift, network))
    return tuple(found)
