"""The flat element graph: immutable, in the order in which it was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from graph.diagnostics import Location


@dataclass(frozen=True)
class Node:
    """An element: its flat name (`outer/inner`), class and configuration text; ``folder`` is that of the file that was read, whatever line
    directives in it say, None where the text was none of a file; sorted by ``order``, elements stand as
    Click has them: those in a compound element behind all that stand beside it."""

    name: str
    class_name: str
    config: str
    location: Location
    source_line: str | None = None
    folder: str | None = None
    order: tuple[int, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Edge:
    """A connection from an output port to an input port. ``source_line`` is the text of its line, for diagnostics only."""

    source: str
    source_port: int
    target: str
    target_port: int
    location: Location
    source_line: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Graph:
    """Elements and connections. Methods that change something return a new graph."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    requirements: tuple[str, ...] = ()
    required_at: tuple[tuple[Location, str], ...] = field(default=(), compare=False, repr=False)
    """Place and line of each of the requirements, for diagnostics only; empty where they are not known."""

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _out(self) -> dict[str, tuple[Edge, ...]]:
        return _grouped(self.edges, by_source=True)

    @cached_property
    def _in(self) -> dict[str, tuple[Edge, ...]]:
        return _grouped(self.edges, by_source=False)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def node(self, name: str) -> Node:
        """The element of that name. Errors: ``KeyError``."""
        return self._by_name[name]

    def outgoing(self, name: str) -> tuple[Edge, ...]:
        """Connections from ``name``, by output port."""
        return self._out.get(name, ())

    def incoming(self, name: str) -> tuple[Edge, ...]:
        """Connections to ``name``, by input port."""
        return self._in.get(name, ())

    def input_count(self, name: str) -> int:
        """How many input ports are in use: one more than the highest that is connected."""
        return max((edge.target_port + 1 for edge in self.incoming(name)), default=0)

    def output_count(self, name: str) -> int:
        """How many output ports are in use."""
        return max((edge.source_port + 1 for edge in self.outgoing(name)), default=0)

    def without(self, names: Iterable[str]) -> Graph:
        """The graph without these elements and their connections."""
        gone = frozenset(names)
        return Graph(
            tuple(node for node in self.nodes if node.name not in gone),
            tuple(edge for edge in self.edges if edge.source not in gone and edge.target not in gone),
            self.requirements,
            self.required_at,
        )


def _grouped(edges: tuple[Edge, ...], *, by_source: bool) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.source if by_source else edge.target, []).append(edge)
    port = (lambda e: (e.source_port, e.target, e.target_port)) if by_source else (lambda e: (e.target_port, e.source, e.source_port))
    return {name: tuple(sorted(group, key=port)) for name, group in found.items()}
