"""Longest-prefix match: one lookup a cycle at a constant latency, the tables of all tenants in shared memories.

A tenant's lookups start at its own root and every index is checked against its own segments, so no content of a memory can make a lookup
read what belongs to another tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_, xor
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from elements.program.program import Table
from hdl.tree_bitmap import EXTERNAL, FIRST, INTERNAL, STRIDE, Node, TreeBitmap, build, levels_for


def lpm_latency(key_width: int) -> int:
    """Cycles from a key to its result: one for the root, two a level, one for the result memory."""
    return 2 + 2 * levels_for(key_width)


class LongestPrefixMatch(wiring.Component):
    """``tables`` by tenant number. ``key`` and ``tenant`` go in every cycle; ``hit`` and ``value`` come out `lpm_latency` cycles later.
    ``image``: what the memories have at first, where that is not what the tables come to.

    Latency: `lpm_latency`. Initiation interval: 1. Registers between levels belong to the token whose lookup they carry; the memories are
    partitioned by tenant.
    """

    def __init__(self, tables: Mapping[int, Table], tenant_width: int, image: TreeBitmap | None = None) -> None:
        first = next(iter(tables.values()))
        self.tables: Final = dict(sorted(tables.items()))
        self.key_width: Final = first.key_width
        self.value_width: Final = first.value_width
        self.latency: Final = lpm_latency(first.key_width)
        self.image: Final = image or build(list(self.tables.values()))
        super().__init__(
            {
                "key": In(first.key_width),
                "tenant": In(tenant_width),
                "hit": Out(1),
                "value": Out(first.value_width),
            }
        )

    def _index_bits(self, level: int) -> int:
        return max(1, (max(len(self.image.levels[level]), 1) - 1).bit_length())

    def _widest_index(self) -> int:
        return max(self._index_bits(level) for level in range(len(self.image.levels)))

    def _result_bits(self) -> int:
        return max(1, (max(len(self.image.results), 1) - 1).bit_length())

    def _node_bits(self) -> int:
        return INTERNAL + EXTERNAL + self._widest_index() + self._result_bits()

    def _padded_roots(self) -> list[int]:
        words: list[int] = []
        index, result = self._index_bits(0), self._result_bits()
        for root in self.image.roots:
            words += [a | b << 1 | c << (1 + index) | d << (2 + index) for a, b, c, d in root]
        assert all(word < 1 << (2 + index + result) for word in words)
        return words

    def _node_word(self, node: Node) -> int:
        child_at = INTERNAL + EXTERNAL
        return node.internal | node.external << INTERNAL | node.child << child_at | node.result << (child_at + self._widest_index())

    def elaborate(self, platform: object) -> Module:
        m = Module()
        table, known = self._table_number(m)
        index, result = self._index_bits(0), self._result_bits()
        root = _rom(m, "root", 2 + index + result, self._padded_roots())
        m.d.comb += root.addr.eq(Cat(self.key[self.key_width - FIRST :], table))
        width = self._widest_index()
        has_node, node = Signal(name="root_has_node"), Signal(width, name="root_node")
        best, has_best = Signal(result, name="root_best"), Signal(name="root_has_best")
        there = Signal(name="root_table_known")
        numbers, keys = _Delay(m, table, "table"), _Delay(m, self.key, "key")
        m.d.sync += there.eq(known)
        m.d.comb += [
            has_node.eq(root.data[0] & there),
            node.eq(root.data[1 : 1 + index]),
            has_best.eq(root.data[1 + index] & there),
            best.eq(root.data[2 + index :]),
        ]
        state: tuple[Value, Value, Value, Value] = (has_node, node, has_best, best)
        for level in range(len(self.image.levels)):
            state = self._level(m, level, state, numbers.at(1 + 2 * level), keys.at(2 + 2 * level))
        _, _, has_best, best = state
        values = _rom(m, "result", self.value_width, list(self.image.results))
        final = 1 + 2 * len(self.image.levels)
        inside = self._inside(best, numbers.at(final), len(self.image.levels))
        hit = Signal()
        m.d.sync += hit.eq(has_best & inside)
        m.d.comb += [values.addr.eq(best), self.hit.eq(hit), self.value.eq(Mux(hit, values.data, 0))]
        return m

    def _table_number(self, m: Module) -> tuple[Value, Value]:
        """Tables are numbered in tenant order; tenants without one have no table."""
        if len(self.tables) == 1:
            # No bits of a number that is always 0 are carried through all levels.
            return Const(0, 1), self.tenant == next(iter(self.tables))
        table, known = Signal((len(self.tables) - 1).bit_length()), Signal()
        with m.Switch(self.tenant):
            for number, tenant in enumerate(self.tables):
                with m.Case(tenant):
                    m.d.comb += [table.eq(number), known.eq(1)]
        return table, known

    def _inside(self, index: Value, table: Value, level: int) -> Value:
        """Whether ``index`` lies in the table's segment of ``level`` (the results' is the last)."""
        inside: Value = Const(0, 1)
        for number, segments in enumerate(self.image.segments):
            first, end = segments[level]
            inside = inside | ((table == number) & (index >= first) & (index < end))
        return inside

    def _level(
        self, m: Module, level: int, state: tuple[Value, Value, Value, Value], table: Value, key: Value
    ) -> tuple[Value, Value, Value, Value]:
        """Cycle 1: read the node. Cycle 2: longest prefix inside it and the child's index."""
        has_node, node, has_best, best = state
        if not self.image.levels[level]:
            # No table has a prefix as long as this: what was found goes on.
            return Const(0, 1), Const(0, 1), _Delay(m, has_best, f"l{level}_has").at(2), _Delay(m, best, f"l{level}_best").at(2)
        nodes = _rom(m, f"level{level}", self._node_bits(), [self._node_word(n) for n in self.image.levels[level]])
        read, held_has, held_best = (Signal(name=f"l{level}_read"), Signal(name=f"l{level}_has"), Signal.like(best))
        m.d.comb += nodes.addr.eq(node)
        m.d.sync += [
            read.eq(has_node & self._inside(node, table, level)),
            held_has.eq(has_best),
            held_best.eq(best),
        ]
        internal, external = nodes.data[:INTERNAL], nodes.data[INTERNAL : INTERNAL + EXTERNAL]
        child_at = INTERNAL + EXTERNAL
        child, results = nodes.data[child_at : child_at + self._widest_index()], nodes.data[child_at + self._widest_index() :]
        bits = Signal(STRIDE, name=f"l{level}_bits")
        position = FIRST + STRIDE * level
        m.d.comb += bits.eq(Cat(Const(0, STRIDE), key)[self.key_width - position : self.key_width - position + STRIDE])
        # Of the prefixes that the key has in this node, one a length, the longest whose bit is set; and the bits below that. What no node
        # of the level has is not asked for.
        ends = reduce(or_, (node.internal for node in self.image.levels[level]))
        found, below = Signal(name=f"l{level}_found"), Signal(INTERNAL - 1, name=f"l{level}_below")
        for length in range(STRIDE):
            tail, first = bits[STRIDE - length :], (1 << length) - 1
            there = [number for number in range(1 << length) if ends >> (first + number) & 1]
            if not there:
                continue
            with m.If(internal[first : 2 * first + 1].bit_select(tail, 1)):
                m.d.comb += found.eq(1)
                if len(there) == 1:
                    m.d.comb += below.eq((1 << (first + there[0])) - 1)
                    continue
                with m.Switch(tail):
                    for number in there:
                        with m.Case(number):
                            m.d.comb += below.eq((1 << (first + number)) - 1)
        before = Signal(EXTERNAL - 1, name=f"l{level}_before")
        with m.Switch(bits):
            for number in range(EXTERNAL):
                with m.Case(number):
                    m.d.comb += before.eq((1 << number) - 1)
        rank, offset = _ones(m, internal & below, f"l{level}_rank"), _ones(m, external & before, f"l{level}_offset")
        more = external.bit_select(bits, 1)
        after = (
            Signal(name=f"l{level}_next_has_node"),
            Signal.like(node, name=f"l{level}_next_node"),
            Signal(name=f"l{level}_next_has_best"),
            Signal.like(best, name=f"l{level}_next_best"),
        )
        m.d.sync += [
            after[0].eq(read & more),
            after[1].eq(child + offset),
            after[2].eq(held_has | (read & found)),
            after[3].eq(Mux(read & found, results + rank, held_best) if ends else held_best),
        ]
        return after


class _Delay:
    """``value`` some cycles later, by one chain of registers."""

    def __init__(self, m: Module, value: Value, name: str) -> None:
        self.m = m
        self.name = name
        self.chain: list[Value] = [value]

    def at(self, cycles: int) -> Value:
        if isinstance(self.chain[0], Const):
            return self.chain[0]
        while len(self.chain) <= cycles:
            register = Signal(len(self.chain[0]), name=f"{self.name}_{len(self.chain)}", reset_less=True)
            self.m.d.sync += register.eq(self.chain[-1])
            self.chain.append(register)
        return self.chain[cycles]


def _ones(m: Module, bits: Value, name: str) -> Value:
    """How many bits are set, by full adders: a tree of them is a fraction of what a chain of carries takes."""
    ones = Signal(len(bits), name=name)
    m.d.comb += ones.eq(bits)
    column, count = list[Value](ones), list[Value]()
    while column:
        carries: list[Value] = []
        while len(column) > 1:
            three = column[:3]
            # An expression is built anew wherever it stands, and what is added up stands in two places.
            total, carry = (Signal(name=f"{name}_{what}{len(count)}_{len(carries)}") for what in ("sum", "carry"))
            m.d.comb += [
                total.eq(reduce(xor, three)),
                carry.eq((three[0] & three[1]) | ((three[0] | three[1]) & three[2]) if len(three) == 3 else three[0] & three[1]),
            ]
            column = [*column[3:], total]
            carries.append(carry)
        count.append(column[0])
        column = carries
    return Cat(count)


def _rom(m: Module, name: str, width: int, words: list[int]) -> memory.ReadPort:
    """A memory with a synchronous read port: data in the cycle after the address."""
    store = memory.Memory(shape=width, depth=max(len(words), 1), init=words)
    m.submodules[name] = store
    return store.read_port()
