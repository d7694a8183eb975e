"""IPRewriterPatterns gives names to patterns, which are known where it stands and further inside."""

from __future__ import annotations

import pytest

from elements.reference.machine import Machine as Reference
from graph.diagnostics import ClickError
from tests.elements.bench import Bench
from tests.elements.rewriters import INSIDE, OUTSIDE, SERVER, Made, udp

PORTS = "FromCrossing(t:0) -> x; s0 :: FromCrossing(t:1) -> [1] x; x -> d0 :: ToCrossing(t:0); x [1] -> d1 :: ToCrossing(t:1);"


def test_patterns_have_names(bench: Made) -> None:
    names = "IPRewriterPatterns(out 1.0.0.1 50-60# - -, web - - 10.0.0.9 8080);"
    x = bench("", text=f"{names} x :: IPRewriter(pattern web 1 0, pattern out 0 1, MAPPING_CAPACITY 5); {PORTS}")
    assert x.out(udp(INSIDE, 30, SERVER, 80), network=0) == [(0, udp(OUTSIDE, 50, SERVER, 80))]
    assert x.read("patterns") == "- - 10.0.0.9 8080\n1.0.0.1 50-60 - - [1]\n"


INNER = """elementclass Gateway {{ {inner}
  input -> n :: IPRewriter(pattern out 0 1, drop); input [1] -> [1] n; n -> output; n [1] -> [1] output; }}
{outer}
x :: Gateway; FromCrossing(t:0) -> [1] x; s0 :: FromCrossing(t:1) -> x; x -> d0 :: ToCrossing(t:0); x [1] -> d1 :: ToCrossing(t:1);"""


@pytest.mark.parametrize("place", ["inner", "outer"])
def test_names_are_known_inside(bench: Made, place: str) -> None:
    definition = "IPRewriterPatterns(out 1.0.0.1 50-60# - -);"
    x = bench("", text=INNER.format(**{"inner": "", "outer": ""} | {place: definition}))
    assert x.out(udp(INSIDE, 30, SERVER, 80), network=0) == [(0, udp(OUTSIDE, 50, SERVER, 80))]


def test_names_are_not_known_elsewhere() -> None:
    text = "elementclass Other { IPRewriterPatterns(out 1.0.0.1 50-60# - -); input -> output; }\n"
    text += f"FromCrossing(t:2) -> Other -> d2 :: ToCrossing(t:2);\nx :: IPRewriter(pattern out 0 1, drop); {PORTS}"
    with pytest.raises(ClickError) as refused:
        Bench(Reference, "", 0, 0, text)
    assert str(refused.value) == (
        "t:3:1: error: x :: IPRewriter: input spec 0: no such pattern 'out'\n"
        f"    x :: IPRewriter(pattern out 0 1, drop); {PORTS}\n"
        "    ^\n"
        "  see the manual page of IPRewriter"
    )


def test_a_name_is_given_once() -> None:
    text = "p :: IPRewriterPatterns(out 1.0.0.1 5 - -);\nq :: IPRewriterPatterns(in - - - -, out 1.0.0.1 6 - -);"
    with pytest.raises(ClickError) as refused:
        Bench(Reference, "", 0, 0, text)
    assert str(refused.value) == (
        "t:2:1: error: q :: IPRewriterPatterns: there is a pattern 'out' already\n"
        "    q :: IPRewriterPatterns(in - - - -, out 1.0.0.1 6 - -);\n"
        "    ^\n"
        "  give it another name"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("out 1.0.0.1", "PATTERN 1: `NAME SADDR SPORT DADDR DPORT` is wanted, not 'out 1.0.0.1'"),
        ("in - - - -, out x - - -", "PATTERN 2: bad source address"),
        ("out - - - -, out - 5 - -", "there are two patterns 'out'"),
    ],
)
def test_what_is_no_pattern_is_refused(arguments: str, said: str) -> None:
    with pytest.raises(ClickError) as refused:
        Bench(Reference, "", 0, 0, f"p :: IPRewriterPatterns({arguments});")
    assert str(refused.value).splitlines()[0] == f"t:1:1: error: p :: IPRewriterPatterns: {said}"
