"""Shorthand of the Click language beside the plain statements that its manual says it means."""

from __future__ import annotations

import pytest

from graph.load import load_text
from graph.model import Graph

ELEMENTS = "a, b, n1, n2, n3, x, y :: E; c :: Classifier(00/01); next :: E;\n"
SAME = {
    "a chain": ("a [1] -> [2] x [3] -> [4] b;", "a [1] -> [2] x; x [3] -> [4] b;"),
    "missing ports": ("n1 -> n2;", "n1 [0] -> [0] n2;"),
    "a declaration inside": ("a -> [1] z :: C(1, 2) [2] -> b;", "z :: C(1, 2); a -> [1] z [2] -> b;"),
    "an anonymous element": ("a -> [1] C(1) [2] -> b;", "C@10 :: C(1); a -> [1] C@10 [2] -> b;"),
    "an anonymous element without a configuration": ("a -> C -> b;", "C@10 :: C; a -> C@10 -> b;"),
    "several names": ("p, q :: C(7);", "p :: C(7); q :: C(7);"),
    "many to one": ("n1, n2, n3 -> x;", "n1 -> x; n2 -> x; n3 -> x;"),
    "many to one with ports": ("n1 [1], n2 [2] -> [3] x;", "n1 [1] -> [3] x; n2 [2] -> [3] x;"),
    "one to many": ("x -> n1, [1] n2, n3;", "x -> n1; x -> [1] n2; x -> n3;"),
    "only the last is declared in a connection": ("n1, m :: C -> n3;", "m :: C; n1 -> n3; m -> n3;"),
    "many to many": (
        "c [0], c [1], c [2] => n1, n2, n3 -> next;",
        "c -> n1; c [1] -> n2; c [2] -> n3; n1 -> next; n2 -> next; n3 -> next;",
    ),
    "a list of ports": ("c [0,1,2] => n1, n2, n3;", "c -> n1; c [1] -> n2; c [2] -> n3;"),
    "a range of ports": ("c [0-2] => n1, n2, n3;", "c -> n1; c [1] -> n2; c [2] -> n3;"),
    "ranges and ports": ("c [3, 0 - 1, 0x7] => n1, n2, n3, x;", "c [3] -> n1; c [0] -> n2; c [1] -> n3; c [7] -> x;"),
    "no ports beside =>": ("c => n1, n2, n3;", "c -> n1; c [1] -> n2; c [2] -> n3;"),
    "no ports on the right of =>": ("n1, n2 => c;", "n1 -> c; n2 -> [1] c;"),
    "an open list": ("c [5,] => n1, n2, n3;", "c [5] -> n1; c [6] -> n2; c [7] -> n3;"),
    "=> between single ports": ("a => b;", "a -> b;"),
    "a group": ("x -> ( input -> output ) -> y;", "x -> y;"),
    "a group of arrows": ("x -> (->) -> y;", "x -> y;"),
    "a group of ports": ("x -> ( [0] -> [0] ) -> y;", "x -> y;"),
    "groups of many": ("x => ( [0]->[0]; [1]->[1] ) => ( [0]->[0]; [1]->[1] ) -> y;", "x -> y; x [1] -> y;"),
    "a group with ports": ("x => [0,1] ( [0]->[0]; [1]->[1] ) [0,1] -> y;", "x -> y; x [1] -> y;"),
    "a detour": (
        "x -> c => ( input [0] -> output; input [1] -> p :: Paint(1) -> output ) -> y;",
        "p :: Paint(1); x -> c -> y; c [1] -> p -> y;",
    ),
    "a group sees what is around it": ("x -> ( -> n1 -> ; z :: C ) -> y; z -> n2;", "z :: C; x -> n1 -> y; z -> n2;"),
    "no semicolons": ("a -> b n1 -> n2 define($v 1) x -> y", "a -> b; n1 -> n2; x -> y;"),
    "comments": ("a /* -> x */ -> // n1\nb;", "a -> b;"),
    "a connection twice": ("a -> b; a -> b;", "a -> b;"),
    "a compound": ("a -> z :: { input -> X :: C -> output } -> b;", "z/X :: C; a -> z/X -> b;"),
    "a compound with more ports": (
        "z :: { input -> X :: C -> output; input [1] -> Y :: C -> [1] output }; a -> z -> b; c -> [1] z [1] -> y;",
        "z/X, z/Y :: C; a -> z/X -> b; c -> z/Y -> y;",
    ),
    "a class of one's own": (
        "elementclass M { input -> Q -> S(1000) -> output } q :: M; a -> q -> b;",
        "q :: { input -> Q -> S(1000) -> output }; a -> q -> b;",
    ),
    "a class of an old name": (
        "elementclass Q { input -> Q -> S(1000) -> output } z :: Q; a -> z -> b;",
        "z/Q@1 :: Q; z/S@2 :: S(1000); a -> z/Q@1 -> z/S@2 -> b;",
    ),
    "a synonym": ("elementclass M Q; z :: M(1);", "z :: Q(1);"),
    "a parameter": ("a -> z :: { $a | input -> w :: A(1, $a, 3) -> output } (100) -> b;", "z/w :: A(1, 100, 3); a -> z/w -> b;"),
    "a keyword": ("z :: { COUNT $count | w :: A($count) } (COUNT 5);", "z/w :: A(5);"),
    "the rest": ("z :: { $a, COUNT $c, __REST__ $r | w :: A($a, $c, $r) } (1, 2, COUNT 3, FOO 4);", "z/w :: A(1, 3, 2, FOO 4);"),
    "an empty last argument": ("z :: { $a | w :: A($a) } (1, /* nothing */ );", "z/w :: A(1);"),
    "definitions hold before they stand": ("z :: M($q); define($q 2);", "define($q 2); z :: M($q);"),
    "definitions hold in their scope": ("define($q 1) z :: { define($q 2) w :: M($q) } v :: M($q);", "z/w :: M(2); v :: M(1);"),
    "a default": ("z :: M(${q-5});", "z :: M(5);"),
    "an identifier ends at //": ("a -> b//too/many\n;", "a -> b;"),
}


def content(text: str) -> tuple[object, ...]:
    graph: Graph = load_text(ELEMENTS + text, "t")
    edges = {(edge.source, edge.source_port, edge.target, edge.target_port) for edge in graph.edges}
    assert len(edges) == len(graph.edges)
    return {(node.name, node.class_name, node.config) for node in graph.nodes}, edges


@pytest.mark.parametrize("kind", list(SAME))
def test_shorthand_means_what_the_manual_says(kind: str) -> None:
    short, plain = SAME[kind]
    assert content(short) == content(plain)
