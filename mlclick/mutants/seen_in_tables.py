"""A check of the lookup by itself: of right tables, and of memories that are full of anything."""

from __future__ import annotations

import random
from typing import Final

import numpy as np

from elements.program.program import Table
from hdl.lpm import LongestPrefixMatch
from hdl.tools.verilog import to_verilog
from hdl.tree_bitmap import EXTERNAL, FIRST, INTERNAL, Node, TreeBitmap, build, levels_for
from mlclick.mutants.bench import Bench
from sim.verilated import Verilated

_WIDTH: Final = 32
_NODES: Final = 12
"""Nodes of each table on each level, and results of each, where anything is in them."""
_KEYS: Final = 2_000


def tables(bench: Bench) -> bool:
    """Each tenant's answers are those of a walk of its own table; whatever the memories have, none depends on the other's part of them."""
    chance = random.Random(1)
    # One of the two has an answer for everything.
    given = [_table(chance, (0, 2, 8, 9, 11, 13, 16, 20, 24, 29, 32)), _table(chance, (2, 9, 13, 17, 20, 24, 32))]
    keys = [*_near(given, chance), *(chance.getrandbits(_WIDTH) for _ in range(_KEYS))]
    right = build(given)
    found = [[right.lookup(number, key, _WIDTH) for key in keys] for number in (0, 1)]
    if _answers(given, right, keys) != [[(0, 0) if value is None else (1, value) for value in each] for each in found]:
        return False
    first, second, other_first, other_second = (_anything(chance) for _ in range(4))
    both = _answers(given, _joined(first, second), keys)
    apart = [_answers(given, _joined(first, other_second), keys)[0], _answers(given, _joined(other_first, second), keys)[1]]
    return both == apart and all(len({value for _, value in each}) > _NODES // 2 for each in both)


def _table(chance: random.Random, lengths: tuple[int, ...]) -> Table:
    """A route of each length, and more, inside each other."""
    routes: dict[tuple[int, int], int] = {}
    whole = chance.getrandbits(_WIDTH)
    for value in range(40):
        length = lengths[value % len(lengths)]
        near = whole ^ (1 << chance.randrange(_WIDTH))
        routes[near >> (_WIDTH - length), length] = value
    return Table("routes", "lpm", _WIDTH, 8, tuple((bits << (_WIDTH - length), length, value) for (bits, length), value in routes.items()))


def _near(given: list[Table], chance: random.Random) -> list[int]:
    """The first and the last address of every route, those beside it, and some within."""
    keys = []
    for prefix, length, _ in (entry for table in given for entry in table.entries):
        span = 1 << (_WIDTH - length)
        keys += [(prefix + offset) % (1 << _WIDTH) for offset in (0, span - 1, span, -1, chance.randrange(span))]
    return keys


def _anything(chance: random.Random) -> TreeBitmap:
    """A table of nobody's making: pointers that lead anywhere in the memories of two such tables."""

    def anywhere() -> int:
        return chance.randrange(2 * _NODES)

    root = tuple((chance.random() < 0.8, anywhere(), chance.random() < 0.3, anywhere()) for _ in range(1 << FIRST))
    levels = tuple(
        tuple(Node(chance.getrandbits(INTERNAL), chance.getrandbits(EXTERNAL), anywhere(), anywhere()) for _ in range(_NODES))
        for _ in range(levels_for(_WIDTH))
    )
    return TreeBitmap((root,), levels, tuple(chance.randrange(256) for _ in range(_NODES)), ())


def _joined(first: TreeBitmap, second: TreeBitmap) -> TreeBitmap:
    levels = tuple((*a, *b) for a, b in zip(first.levels, second.levels, strict=True))
    segments = tuple(((number * _NODES, (number + 1) * _NODES),) * (len(levels) + 1) for number in (0, 1))
    return TreeBitmap((*first.roots, *second.roots), levels, (*first.results, *second.results), segments)


def _answers(given: list[Table], image: TreeBitmap, keys: list[int]) -> list[list[tuple[int, int]]]:
    """(hit, value) for each key, by tenant."""
    unit = LongestPrefixMatch(dict(enumerate(given)), 1, image)
    count = len(keys)
    found = []
    with Verilated.from_verilog(to_verilog(unit, "lookup"), "lookup", level="-O0") as model:
        for tenant in (0, 1):
            asked = np.zeros(count + unit.latency, dtype=np.uint32)
            asked[:count] = keys
            seen = model.run({"key": asked, "tenant": np.full(len(asked), tenant, dtype=np.uint8)}, ["hit", "value"])
            pairs = zip(seen["hit"].tolist(), seen["value"].tolist(), strict=True)
            found.append(list(pairs)[unit.latency :])
    return found
