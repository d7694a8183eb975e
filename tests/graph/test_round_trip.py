"""Printing a graph and parsing it gives the graph again, and no text makes the parser raise anything but its own error."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.diagnostics import ClickError, Location
from graph.load import load_text
from graph.model import Edge, Graph, Node
from graph.print_click import print_graph

HERE = Location(None, "t", 1, 1)
names = st.from_regex(r"[a-z][a-z0-9_]{0,5}(/[a-z][a-z0-9]{0,2})?", fullmatch=True)
configs = st.sampled_from(["", "1", "10.0.0.0/8 1, 0.0.0.0/0 2", '"a, b)"', "X 1, Y (2, 3)", "'it''s'", "\\<00 ff>"])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = [
        Node(name, draw(st.sampled_from(["Null", "Tee", "Queue"])), draw(configs), HERE) for name in draw(st.lists(names, unique=True))
    ]
    ends = st.tuples(st.sampled_from([n.name for n in nodes] or ["x"]), st.integers(0, 3))
    pairs = draw(st.lists(st.tuples(ends, ends), unique=True, max_size=8)) if nodes else []
    return Graph(tuple(nodes), tuple(Edge(a, i, b, j, HERE) for (a, i), (b, j) in pairs))


def placeless(graph: Graph) -> Graph:
    nodes = tuple(replace(n, location=HERE, source_line=None) for n in graph.nodes)
    return Graph(nodes, tuple(replace(e, location=HERE) for e in graph.edges), graph.requirements)


@given(graphs())
def test_printing_then_parsing_is_the_identity(graph: Graph) -> None:
    assert placeless(load_text(print_graph(graph), "t")) == graph


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "::",
                "Idle",
                "->",
                "[",
                "1",
                "]",
                "{",
                "}",
                "(",
                ")",
                ";",
                ",",
                "|",
                "||",
                "...",
                "$x",
                "elementclass",
                "=>",
                '"',
                "/*",
                "#",
            ]
        )
    )
)
def test_no_text_raises_anything_but_diagnostics(words: list[str]) -> None:
    try:
        load_text(" ".join(words), "t")
    except ClickError as error:
        assert error.diagnostics


def flat(text: str) -> list[str]:
    return print_graph(load_text(text, "t")).splitlines()


def test_compounds_become_names_with_slashes() -> None:
    assert flat("elementclass F { $n | input -> s :: Strip($n) -> output } Idle -> f :: F(14) -> Discard;") == [
        "Idle@1 :: Idle;",
        "f/s :: Strip(14);",
        "Discard@3 :: Discard;",
        "Idle@1 -> f/s;",
        "f/s -> Discard@3;",
    ]


def test_overloads_are_chosen_by_ports_and_arguments() -> None:
    text = "elementclass F { $a | input -> Strip($a) -> output || $a, $b | input -> Paint($b) -> output }"
    assert "F@2/Paint@1 :: Paint(7);" in flat(f"{text} Idle -> F(1, 7) -> Discard;")
    assert "F@2/Strip@1 :: Strip(1);" in flat(f"{text} Idle -> F(1) -> Discard;")


def test_an_extended_class_goes_on_with_its_earlier_meaning() -> None:
    text = "elementclass F { $a | input -> Strip($a) -> output } elementclass F { $a, $b | input -> Paint($b) -> output || ... }"
    assert "F@2/Strip@1 :: Strip(3);" in flat(f"{text} Idle -> F(3) -> Discard;")


def test_keyword_and_rest_parameters_are_bound() -> None:
    text = "elementclass F { $a, SIZE $s, __REST__ $r | input -> X($a, $s, $r) -> output }"
    assert "F@2/X@1 :: X(1, 9, 2, 3);" in flat(f"{text} Idle -> F(1, 2, SIZE 9, 3) -> Discard;")


def test_variables_are_substituted_but_not_in_single_quotes() -> None:
    assert "Idle@1 :: Idle(5, 5x, '$v', $unknown);" in flat("define($v 5); Idle($v, ${v}x, '$v', $unknown) -> Discard;")


def test_line_directives_move_the_place_of_mistakes() -> None:
    try:
        load_text('# 40 "other.click"\nIdle -> nowhere;', "t")
    except ClickError as error:
        assert str(error).startswith("other.click:40:9: error: undeclared element 'nowhere'")
    else:
        raise AssertionError


def test_port_lists_connect_side_by_side() -> None:
    assert flat("t :: Tee; x :: X; t [0,1] => [1,0] x;")[2:] == ["t -> [1] x;", "t [1] -> x;"]


def test_arrows_at_the_ends_of_a_compound_mean_its_input_and_output() -> None:
    assert "@2/Null@1 :: Null;" in flat("Idle -> { -> Null -> } -> Discard;")


def test_requirements_are_kept_once() -> None:
    assert load_text("require(a, b); require(b, c);", "t").requirements == ("a", "b", "c")
