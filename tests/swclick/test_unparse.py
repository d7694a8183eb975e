"""The flat configuration is printed as a stock Click prints it."""

from dataclasses import replace

from graph.load import load_text
from swclick.unparse import unparse

TEXT = """
elementclass A { $x | b :: Idle; elementclass C { input -> Paint($x) -> output }; input -> C -> c :: Counter -> output }
i :: Idle -> A(3) -> t :: Tee -> A(5 /* foo */) -> d :: Discard;
t [1] -> d; i[1] -> [0] q :: Queue -> u::Idle -> Strip(14) -> [0] d; t[2] -> Print("a // b", 3) -> q;
Idle -> [1] r::RoundRobinSched -> Idle; Idle -> r; x :: Idle -> x;
"""
PRINTED = """\
i :: Idle;
t :: Tee;
d :: Discard;
q :: Queue;
u :: Idle;
Strip@8 :: Strip(14);
Print@9 :: Print("a // b", 3);
Idle@10 :: Idle;
r :: RoundRobinSched;
Idle@12 :: Idle;
Idle@13 :: Idle;
x :: Idle;
A@2/b :: Idle;
A@2/c :: Counter;
A@2/C@2/Paint@1 :: Paint(3);
A@4/b :: Idle;
A@4/c :: Counter;
A@4/C@2/Paint@1 :: Paint(5);

t [1] -> d;
i [1] -> q
    -> u
    -> Strip@8
    -> d;
t [2] -> Print@9
    -> q;
Idle@13 -> r
    -> Idle@12;
Idle@10 -> [1] r;
x -> x;
i -> A@2/C@2/Paint@1
    -> A@2/c
    -> t
    -> A@4/C@2/Paint@1
    -> A@4/c
    -> d;
"""


def printed(text: str) -> str:
    graph = load_text(text, "t")
    return unparse(replace(graph, nodes=tuple(sorted(graph.nodes, key=lambda node: node.order))))


def test_elements_stand_in_clicks_order_and_connections_in_chains() -> None:
    assert printed(TEXT) == PRINTED


def test_what_is_printed_gives_the_same_again() -> None:
    assert printed(PRINTED) == PRINTED


def test_requirements_stand_in_front_and_rings_are_printed_once() -> None:
    text = "require(compact_config, package foo); a :: Idle; b :: Idle; a -> b -> a;"
    assert printed(text) == 'require(compact_config, package "foo");\n\na :: Idle;\nb :: Idle;\n\nb -> a\n    -> b;\n'
    assert printed("") == ""
