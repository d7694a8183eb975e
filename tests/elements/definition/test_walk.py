"""A walk finds what closes rings and what is on rings together, and looks at every vertex once."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from elements.definition.walk import walk


class Seen(dict[int, list[int]]):
    """What is after each vertex, and how often that was asked."""

    asked = 0

    def __getitem__(self, vertex: int) -> list[int]:
        self.asked += 1
        return super().__getitem__(vertex)


@pytest.mark.parametrize("seed", range(40))
def test_rings_are_those_of_another_reading(seed: int) -> None:
    rng = random.Random(seed)
    size = rng.randint(1, 30)
    after = {vertex: [rng.randrange(size) for _ in range(rng.randint(0, 3))] for vertex in range(size)}
    graph = nx.DiGraph([(vertex, target) for vertex, targets in after.items() for target in targets])
    graph.add_nodes_from(after)
    found = walk(after, rng.sample(range(size), size))
    together: dict[int, set[int]] = {}
    for vertex, first in found.begins.items():
        together.setdefault(first, set()).add(vertex)
    assert sorted(map(sorted, together.values())) == sorted(map(sorted, nx.strongly_connected_components(graph)))
    assert sorted(found.order) == list(range(size))
    rank = {vertex: place for place, vertex in enumerate(found.order)}
    for vertex, target in graph.edges:
        assert ((vertex, target) in found.closing) == (rank[target] >= rank[vertex])


def test_every_step_that_closes_a_ring_is_on_one() -> None:
    found = walk({0: [1], 1: [2, 3], 2: [0], 3: [3], 4: [1, 0]}, [0, 1, 2, 3, 4])
    assert found.closing == {(2, 0), (3, 3)}
    assert found.begins == {0: 0, 1: 0, 2: 0, 3: 3, 4: 4}
    assert found.order == (2, 3, 1, 0, 4)


def test_every_vertex_is_looked_at_once_however_long_the_ring() -> None:
    """Each leads to the next and to the one before, and the last to the first."""
    size = 20000
    after = Seen({vertex: [(vertex + 1) % size, (vertex - 1) % size] for vertex in range(size)})
    found = walk(after, range(size))
    assert after.asked == size
    assert set(found.begins.values()) == {0}
