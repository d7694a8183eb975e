"""A graph walked depth first: what closes its rings, and which vertices are on rings together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V", bound=Hashable)


@dataclass(frozen=True)
class Walk(Generic[V]):
    """``closing``: steps, from one vertex to another, to one that is still being followed; without them there is no ring. ``order``: all
    vertices, each behind those that it leads to by other steps. ``begins``: by vertex, the first that the walk came to of all that are on
    rings with it; itself where none is."""

    order: tuple[V, ...]
    closing: frozenset[tuple[V, V]]
    begins: Mapping[V, V]


def walk(after: Mapping[V, Iterable[V]], starts: Iterable[V]) -> Walk[V]:
    """From each of ``starts``, which has all vertices, to what is ``after`` it; in time that grows as vertices and steps do, however deep
    it goes."""
    order: list[V] = []
    closing: set[tuple[V, V]] = set()
    begins: dict[V, V] = {}
    number: dict[V, int] = {}
    least: dict[V, int] = {}
    """By vertex, the least number of those that it was seen to lead to, and that may lead to it."""
    open_: list[V] = []
    """Vertices whose rings are not known as a whole yet."""
    for start in starts:
        path = [] if start in number else [(start, iter(after[start]))]
        followed = {start}
        while path:
            vertex, targets = path[-1]
            if vertex not in number:
                number[vertex] = least[vertex] = len(number)
                open_.append(vertex)
            for target in targets:
                if target not in number:
                    followed.add(target)
                    path.append((target, iter(after[target])))
                    break
                if target in followed:
                    closing.add((vertex, target))
                if target not in begins:
                    least[vertex] = min(least[vertex], number[target])
            else:
                path.pop()
                followed.discard(vertex)
                order.append(vertex)
                if path:
                    least[path[-1][0]] = min(least[path[-1][0]], least[vertex])
                while least[vertex] == number[vertex] and vertex not in begins:
                    begins[open_.pop()] = vertex
    return Walk(tuple(order), frozenset(closing), begins)
