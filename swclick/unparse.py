"""The flat configuration as Click's driver prints it: requirements, elements, then connections in chains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.configuration import quote_always
from graph.model import Edge, Graph


def unparse(graph: Graph) -> str:
    """The text; it gives the same graph again."""
    required = [name if name == "compact_config" else f"package {quote_always(name)}" for name in graph.requirements]
    text = f"require({', '.join(required)});\n\n" if required else ""
    for node in graph.nodes:
        text += f"{node.name} :: {node.class_name}{f'({node.config})' if node.config else ''};\n"
    return text + ("\n" if graph.nodes else "") + "".join(_chains(connections(graph)))


def connections(graph: Graph) -> list[Edge]:
    """In Click's order: by the elements and ports where they end, then by those where they begin."""
    places = {node.name: number for number, node in enumerate(graph.nodes)}
    return sorted(graph.edges, key=lambda edge: (places[edge.target], edge.target_port, places[edge.source], edge.source_port))


def _chains(edges: Sequence[Edge]) -> Iterator[str]:
    """A chain goes on behind a connection that ends at input 0, where its element has one that goes on, best to an input 0."""
    following, begins = _following(edges)
    used: set[int] = set()
    while len(used) < len(edges):
        for first in range(len(edges)):
            if first in used or first not in begins:
                continue
            text, arrow = _end(edges[first].source, edges[first].source_port), " -> "
            now: int | None = first
            while now is not None and now not in used:
                port = edges[now].target_port
                text += f"{arrow}{f'[{port}] ' if port else ''}{edges[now].target}"
                used.add(now)
                now, arrow = following.get(now), "\n    -> "
            yield f"{text};\n"
        # What is left goes round in a ring.
        begins.update([each for each in range(len(edges)) if each not in used][:1])


def _following(edges: Sequence[Edge]) -> tuple[dict[int, int | None], set[int]]:
    """For each connection that which its chain goes on with, and those that begin chains."""
    leaving: dict[str, list[int]] = {}
    for number, edge in enumerate(edges):
        if edge.source_port == 0:
            leaving.setdefault(edge.source, []).append(number)
    following: dict[int, int | None] = {}
    begins = set(range(len(edges)))
    for number, edge in enumerate(edges):
        found = [each for each in leaving.get(edge.target, ()) if each != number] if edge.target_port == 0 else []
        if found:
            following[number] = next((each for each in found if edges[each].target_port == 0), found[-1])
            begins.discard(following[number] or 0)
    return following, begins


def _end(name: str, port: int) -> str:
    return f"{name} [{port}]" if port else name
