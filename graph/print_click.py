"""Graphs as Click text that gives the same graph again."""

from __future__ import annotations

from graph.model import Graph


def print_graph(graph: Graph) -> str:
    """``graph`` as Click text: requirements, a declaration a line, a connection a line."""
    lines = [f"require({', '.join(graph.requirements)});"] if graph.requirements else []
    for node in graph.nodes:
        config = f"({node.config})" if node.config else ""
        lines.append(f"{node.name} :: {node.class_name}{config};")
    for edge in graph.edges:
        output = f" [{edge.source_port}]" if edge.source_port else ""
        port = f"[{edge.target_port}] " if edge.target_port else ""
        lines.append(f"{edge.source}{output} -> {port}{edge.target};")
    return "".join(line + "\n" for line in lines)
