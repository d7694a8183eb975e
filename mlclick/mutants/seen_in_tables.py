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
_KEYS: Final = 4_000


def tables(bench: Bench) -> bool:
    """Each tenant's answers are those of its own table; whatever the memories have, no answer depends on the other's part of them."""
    chance = random.Random(1)
    keys = [chance.randrange(4) << 30 | chance.randrange(1 << 30) for _ in range(_KEYS)]
    given = [_table(chance), _table(chance)]
    right = build(given)
    for number, answers in enumerate(_answers(given, right, keys, 2)):
        found = [right.lookup(number, key, _WIDTH) for key in keys]
        if answers != [(0, 0) if value is None else (1, value) for value in found]:
            return False
    any_one, same, other = _anything(chance), _anything(chance), _anything(chance)
    one, two = (_answers(given, _joined(any_one, each), keys, 1)[0] for each in (same, other))
    return one == two and len({value for _, value in one}) > _NODES // 2


def _table(chance: random.Random) -> Table:
    routes: dict[tuple[int, int], int] = {}
    for value in range(40):
        length = chance.choice([0, 2, 8, 9, 11, 13, 16, 20, 24, 32])
        bits = chance.randrange(1 << length)
        routes[bits << (_WIDTH - length), length] = value
    return Table("routes", "lpm", _WIDTH, 8, tuple((prefix, length, value) for (prefix, length), value in routes.items()))


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


def _answers(given: list[Table], image: TreeBitmap, keys: list[int], tenants: int) -> list[list[tuple[int, int]]]:
    """(hit, value) for each key, by tenant."""
    unit = LongestPrefixMatch(dict(enumerate(given)), 1, image)
    count = len(keys)
    found = []
    with Verilated.from_verilog(to_verilog(unit, "lookup"), "lookup", level="-O0") as model:
        for tenant in range(tenants):
            asked = np.zeros(count + unit.latency, dtype=np.uint32)
            asked[:count] = keys
            seen = model.run({"key": asked, "tenant": np.full(len(asked), tenant, dtype=np.uint8)}, ["hit", "value"])
            pairs = zip(seen["hit"].tolist(), seen["value"].tolist(), strict=True)
            found.append(list(pairs)[unit.latency :])
    return found
