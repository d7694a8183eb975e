"""No text, however hostile, ends in anything but a graph or a diagnostic, none takes long, and printing adds nothing to the graph."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.check import check
from graph.classes import ClassInfo
from graph.diagnostics import ClickError
from graph.load import load_text
from graph.model import Graph
from graph.print_click import print_graph

TABLE = {name: ClassInfo(name, "-/-", "a/a", "x/x") for name in ("Idle", "Null", "Tee", "Queue", "Discard")}
SECONDS = 60
"""Far above what any of these takes on a slow machine, far below what an exponential one would."""

HOSTILE = {
    "braces": "{" * 5000,
    "parentheses": "(" * 5000,
    "groups": "Idle -> " + "(->" * 400 + ")" * 400 + " -> Discard;",
    "deepest": "Idle -> " + "{->" * 49 + "->" + "}" * 49 + " -> Discard;",
    "long chain": "Idle" + " -> Null" * 5000 + " -> Discard;",
    "long tunnel": "elementclass P {->} Idle" + " -> P" * 5000 + " -> Discard;",
    "doubling": "elementclass A0 {-> Null ->}"
    + "".join(f" elementclass A{i + 1} {{-> A{i} -> A{i} ->}}" for i in range(60))
    + " Idle -> A60 -> Idle",
    "laughs": "define(" + ", ".join(f"$v{i} " + f"$v{i + 1}" * 50 for i in range(20)) + ", $v20 ha); Idle($v0);",
    "silent laughs": "define(" + ", ".join(f"$v{i} " + f"$v{i + 1}" * 50 for i in range(20)) + ", $v20); Idle($v0);",
    "quoted laughs": 'define($x "$x$x"); Idle($x);',
    "itself": "define($x $x); Idle($x, ${x}, $(x), ${x-$x}, ${x[0]});",
    "long port": "a :: Tee; a[" + "9" * 6000 + "] -> Discard;",
    "long line number": "# " + "9" * 6000,
    "other digits": "a :: Tee; a[\u0662\u00b2] -> Discard;",
    "separators": "Idle\x1c->\x85Discard\xa0;\u2028",
    "NUL": "Idle(\0) -> \0;",
    "surrogate": "Idle(\ud800) -> \ud800;",
    "byte order mark": "\ufeffIdle;",
    "open data": 'Idle("' + "\\<a>" * 5000,
    "open slashes": "Idle(\\<" + "/" * 5000,
    "open stars": "Idle(\\<" + "/*" * 5000,
    "backslashes": 'Idle("' + "\\" * 5001,
    "slashes": "/" * 5000,
    "comments": "/**/" * 5000 + "/*",
    "open configuration": "Idle(" + "(" * 50000,
    "deep configuration": "Idle(" + "(" * 50000 + ")" * 50000 + ")",
    "long configuration": "Idle(" + "a,b " * 100000 + ")",
    "long text line": "x::Idle;" + "Null;" * 20000 + "?",
    "circle": "p :: {->}; q :: {->}; p -> q -> p;",
    "synonym of itself": "elementclass A A; elementclass B A; elementclass A B; A -> B;",
    "extends itself": "elementclass A { -> || ... } elementclass A { $x | -> || ... } Idle -> A(1, 2) -> Discard;",
    "many ports": "a, b :: Idle; a [0-9000] => [0-9000] b [0-9000] => [0-9000] Idle;",
    "many parameters": "elementclass A { "
    + ", ".join(f"$a{i}" for i in range(20000))
    + " | -> } Idle -> A("
    + "1, " * 20000
    + ") -> Discard;",
    "many alternatives": "elementclass A { " + " || ".join(["$a, $b | ->"] * 2000) + " }" + " Idle -> A(1) -> Discard;",
    "taken names": "".join(f"Idle@{i + 5001} :: Idle; " for i in range(5000)) + "Idle;" * 5000,
    "many names": ", ".join(f"a{i}" for i in range(3000)) + " :: {" + "Null;" * 300 + "};",
}


def graph_or_diagnostics(text: str) -> Graph | None:
    try:
        graph = load_text(text, "t")
    except ClickError as error:
        assert error.diagnostics
        assert all(d.location is not None for d in error.diagnostics)
        assert all(c.isprintable() or c in "\n\t" for c in str(error))
        return None
    assert print_graph(load_text(print_graph(graph), "t")) == print_graph(graph)
    try:
        check(graph, TABLE.get)
    except ClickError as error:
        assert error.diagnostics
    return graph


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_hostile_texts_end_soon(kind: str) -> None:
    start = time.monotonic()
    graph_or_diagnostics(HOSTILE[kind])
    assert time.monotonic() - start < SECONDS


SIGNS = ":: : -> => [ ] - , { } ( ) ; | || ... $ \\ \\< > ' // /* */ #"
NAMES = "a b c/d Idle Null Tee F G @1 1 0x1 input output __REST__ KEY library package elementclass require define provide"
VALUES = "$x ${x} ${x-y} ${x[1]} $(x)"
PHRASES = ['"$x"', '\n# 5 "f"\n', "elementclass F { $x |", "-> Null ->", "define($x 1)", "F(1)", "a -> b", "a, b :: Tee;"]
WORDS = st.sampled_from([*SIGNS.split(), *NAMES.split(), *VALUES.split(), *PHRASES, "\n", "\r", "\t", "\0", "\u20ac"])


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_soups_of_words(words: list[str]) -> None:
    graph_or_diagnostics(" ".join(words))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    graph_or_diagnostics(text)


SOUND = """// A little of everything.
require(package fast, compact_config);
define($N 2, $TEXT "a \\"quoted\\" $N", $LIST 4 (5));
elementclass Way { $a, KEY $k, __REST__ $r | input -> s :: Strip($a) -> Paint($k, ${r-none}) -> output
  || $a | input => ( [0] -> [0]; [1] -> Null -> [1] ) => output }
elementclass Queue { $size | -> Queue($size) -> Counter -> || ... }
elementclass Other Queue;
t :: Tee; one, two :: Idle;
one, two -> t [0-1] => Way(1, KEY "$TEXT", more), Null -> Other(5) -> Discard;
Idle -> ( input -> Null -> output ) -> w :: Way(3); w [0,] => Discard, Discard; Idle -> [1] w;
# 7 "elsewhere"
u :: { -> x :: { $v | -> Print('$v', $v, ${LIST[1]}, \\<00 ff>) -> } ($N) -> } ; Idle -> u -> Discard;
"""


def test_the_text_that_is_mutated_is_sound() -> None:
    assert graph_or_diagnostics(SOUND) is not None


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SOUND)), st.integers(0, 12), st.one_of(WORDS, st.text(max_size=3))),
        min_size=1,
        max_size=4,
    )
)
@example([(len(SOUND) // 2, len(SOUND), "")])
def test_mutations_of_a_sound_text(changes: list[tuple[int, int, str]]) -> None:
    text = SOUND
    for position, removed, added in changes:
        text = text[:position] + added + text[position + removed :]
    graph_or_diagnostics(text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["(", ")", '"', "'", "\\", "\\<", ">", "//", "/*", "*/", "\n", "\n#", "a", ";", "evil -> Discard", "$", "{", "}"])
    ),
    st.integers(0, 5),
)
def test_a_configuration_stays_in_its_element(pieces: list[str], word: int) -> None:
    """What a variable stands for cannot end the configuration that it stands in and go on with statements of its own."""
    for text in (f"define($x {' '.join(pieces)}); X(${{x[{word}]}} $x);", f'{{ $x | X(${{x[{word}]}}, "$x") }} ({" ".join(pieces)});'):
        graph = graph_or_diagnostics(text)
        if graph is not None:
            assert "evil" not in graph
            assert [node.name for node in load_text(print_graph(graph), "t").nodes] == [node.name for node in graph.nodes]


def test_a_file_name_in_the_text_moves_no_cursor() -> None:
    with pytest.raises(ClickError, match=r"^f\ufffd:3:1: error: "):
        load_text('\n# 3 "f\0"\n:: Idle;', "t")
