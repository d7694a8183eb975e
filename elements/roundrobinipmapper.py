"""RoundRobinIPMapper(PATTERN1, ..., PATTERNn)

Tells rewriters that name it as an input's specification what becomes of a flow: by one pattern after the other.

It has no ports and sees no packets. For each new flow the next pattern is tried and, where nothing of it is free, those after it; the turn
is the same for all rewriters that name it.

Arguments:
    PATTERN: a pattern with outputs, as a rewriter has them behind the word `pattern`: `SADDR SPORT DADDR DPORT FOUTPUT ROUTPUT` or
        `NAME FOUTPUT ROUTPUT`, by a pattern of an IPRewriterPatterns. `#` counts for each input on its own.

Examples:
    RoundRobinIPMapper(- - 10.0.0.1 80 0 1, - - 10.0.0.2 80 0 1)
    RoundRobinIPMapper(1.0.0.1 1024-65535# - - 0 1)
"""

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.parsers import raw
from elements.definition.ports import Ports
from elements.rewriter.mapper import IPMapper
from elements.rewriter.specifications import InputSpec, pattern_with_outputs, with_named_patterns
from graph.configuration import split_words
from graph.model import Graph, Node


class RoundRobinIPMapper(IPMapper):
    ports = Ports("0/0")
    texts = Rest("PATTERN", raw, least=1)

    @classmethod
    def resolved(cls, graph: Graph, node: Node) -> Node:
        return with_named_patterns(graph, node, skip=0)

    def setup(self) -> None:
        self.patterns = []
        for number, text in enumerate(self.texts, 1):
            try:
                made, forward, reply = pattern_with_outputs(split_words(text), {})
            except ValueError as error:
                raise ValueError(f"PATTERN {number}: {error}") from None
            self.patterns.append(InputSpec("pattern", forward, reply, made))

    def c_source(self) -> CSource:
        return CSource(fields="uint32_t turn;", state=(("turn", "self->turn"),))
