"""A longest-prefix table as a tree bitmap (Eatherton, Varghese, Dittia, "Tree Bitmap", CCR 34(2), 2004): the memory image and its walk.

Strides of four bits with a first node of more bits (``FIRST``): level boundaries then fall inside nodes where Internet tables are dense. A
node of stride s has an internal bitmap of 2**s - 1 prefixes of lengths 0 to s - 1, an external bitmap of 2**s children, a pointer to its
first child in the next level's memory and a pointer to its first result. Children and results of one node stand together, in bit order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from elements.program.program import Table

STRIDE: Final = 4
FIRST: Final = 9
INTERNAL: Final = (1 << STRIDE) - 1
EXTERNAL: Final = 1 << STRIDE


@dataclass(frozen=True)
class Node:
    """``internal`` bit (1 << length) - 1 + bits for the prefix ``bits`` of ``length``; ``external`` bit per child."""

    internal: int
    external: int
    child: int
    result: int


@dataclass(frozen=True)
class TreeBitmap:
    """``roots`` maps, per table, the first `FIRST` bits to (has node, node index, has result, result index); ``levels`` are node memories;
    ``results`` is the memory of values. What belongs to one table is contiguous in each memory: ``segments`` has, per table, (first, one
    past the last) for every level and last for the results."""

    roots: tuple[tuple[tuple[bool, int, bool, int], ...], ...]
    levels: tuple[tuple[Node, ...], ...]
    results: tuple[int, ...]
    segments: tuple[tuple[tuple[int, int], ...], ...]

    def lookup(self, table: int, key: int, key_width: int) -> int | None:
        """The value for ``key`` in the tenant's table number ``table``, by walking the image as the hardware does."""
        has_node, index, has_result, result = self.roots[table][key >> (key_width - FIRST)]
        best = result if has_result else None
        position = FIRST
        for level in self.levels:
            if not has_node:
                break
            node = level[index]
            bits = ((key << STRIDE) >> (key_width - position)) & (EXTERNAL - 1)
            for length in range(STRIDE):
                bit = (1 << length) - 1 + (bits >> (STRIDE - length))
                if node.internal >> bit & 1:
                    best = node.result + (node.internal & ((1 << bit) - 1)).bit_count()
            has_node = bool(node.external >> bits & 1)
            index = node.child + (node.external & ((1 << bits) - 1)).bit_count()
            position += STRIDE
        return None if best is None else self.results[best]


def levels_for(key_width: int) -> int:
    """Levels below the first node. The last level ends a bit past the key, so that full-length prefixes are internal to a node."""
    return (key_width - FIRST) // STRIDE + 1


class _Trie:
    """A binary trie by (length, bits): values where prefixes end, and for each place whether anything is below."""

    def __init__(self, table: Table) -> None:
        self.values: dict[tuple[int, int], int] = {}
        self.inner: set[tuple[int, int]] = set()
        for key, length, value in table.entries:
            self.values[length, key >> (table.key_width - length)] = value
        for length, bits in self.values:
            while length:
                length, bits = length - 1, bits >> 1
                self.inner.add((length, bits))

    def below(self, length: int, bits: int) -> bool:
        """Whether a prefix at least as long as ``length`` starts with ``bits``."""
        return (length, bits) in self.inner or (length, bits) in self.values


def build(tables: Sequence[Table]) -> TreeBitmap:
    """The image of ``tables``, one after the other in each memory. All keys are of one width, at least `FIRST` bits."""
    key_width = tables[0].key_width
    levels: list[list[Node]] = [[] for _ in range(levels_for(key_width))]
    results: list[int] = []
    roots: list[tuple[tuple[bool, int, bool, int], ...]] = []
    segments: list[tuple[tuple[int, int], ...]] = []
    for table in tables:
        before = [*(len(level) for level in levels), len(results)]
        roots.append(_build_one(_Trie(table), levels, results))
        after = [*(len(level) for level in levels), len(results)]
        segments.append(tuple(zip(before, after, strict=True)))
    return TreeBitmap(tuple(roots), tuple(tuple(level) for level in levels), tuple(results), tuple(segments))


def _build_one(trie: _Trie, levels: list[list[Node]], results: list[int]) -> tuple[tuple[bool, int, bool, int], ...]:
    root: list[tuple[bool, int, bool, int]] = []
    first_results: dict[tuple[int, int], int] = {}
    frontier: list[int] = []
    for bits in range(1 << FIRST):
        # The longest prefix of fewer than FIRST bits, pushed down to the leaf.
        place = next(((n, bits >> (FIRST - n)) for n in range(FIRST - 1, -1, -1) if (n, bits >> (FIRST - n)) in trie.values), None)
        if place is not None and place not in first_results:
            first_results[place] = len(results)
            results.append(trie.values[place])
        has_node = trie.below(FIRST, bits)
        index = len(levels[0]) + len(frontier)
        root.append((has_node, index if has_node else 0, place is not None, first_results[place] if place else 0))
        if has_node:
            frontier.append(bits)
    position = FIRST
    for number, level in enumerate(levels):
        following: list[int] = []
        next_base = len(levels[number + 1]) if number + 1 < len(levels) else 0
        for bits in frontier:
            level.append(_node(trie, position, bits, next_base + len(following), len(results)))
            results += _results(trie, position, bits)
            following += [bits << STRIDE | c for c in range(EXTERNAL) if trie.below(position + STRIDE, bits << STRIDE | c)]
        frontier = following
        position += STRIDE
    return tuple(root)


def _inside(position: int, bits: int) -> list[tuple[int, tuple[int, int]]]:
    """(bit of the internal bitmap, (length, bits) of the prefix) of a node, in bit order."""
    return [
        ((1 << length) - 1 + tail, (position + length, bits << length | tail)) for length in range(STRIDE) for tail in range(1 << length)
    ]


def _node(trie: _Trie, position: int, bits: int, child: int, result: int) -> Node:
    internal = sum(1 << bit for bit, place in _inside(position, bits) if place in trie.values)
    external = sum(1 << c for c in range(EXTERNAL) if trie.below(position + STRIDE, bits << STRIDE | c))
    return Node(internal, external, child, result)


def _results(trie: _Trie, position: int, bits: int) -> list[int]:
    return [trie.values[place] for _, place in _inside(position, bits) if place in trie.values]
