"""IPRewriterPatterns(NAME SADDR SPORT DADDR DPORT, ...)

Gives names to patterns, which rewriters can use as if they were written in their configurations.

It has no ports and sees no packets. Its names are known in the compound element in which it stands and in those inside, so no tenant
knows another's.

Arguments:
    PATTERN: a name, and a pattern as IPRewriter has them.

Examples:
    IPRewriterPatterns(out 1.0.0.1 1024-65535 - -, web - - 10.0.0.80 80)
"""

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.rewriter.specifications import named_pattern, patterns_around
from graph.configuration import split_arguments
from graph.diagnostics import fail
from graph.model import Graph, Node


class IPRewriterPatterns(Element):
    ports = Ports("0/0")
    patterns = Rest("PATTERN", named_pattern)

    @classmethod
    def resolved(cls, graph: Graph, node: Node) -> Node:
        before = graph.nodes[: graph.nodes.index(node)]
        around = patterns_around(before, node)
        for text in split_arguments(node.config):
            name = text.split(None, 1)[0] if text else ""
            if name in around:
                fail(
                    f"{node.name} :: {node.class_name}: there is a pattern {name!r} already",
                    "give it another name",
                    node.location,
                    node.source_line,
                )
        return node

    def setup(self) -> None:
        names = [name for name, _ in self.patterns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"there are two patterns {twice[0]!r}")

    def c_source(self) -> CSource:
        return CSource()
