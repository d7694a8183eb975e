"""Align, AlignmentInfo and MarkMACHeader say where things lie in memory, which changes no packet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from tests.elements.bench import Bench


@pytest.mark.parametrize("element", ["Align(4, 2)", "Align(8, -1)", "MarkMACHeader", "MarkMACHeader(14)", "MarkMACHeader(LENGTH 0)"])
def test_packets_pass_unchanged(bench: Callable[..., Bench], element: str) -> None:
    ((output, packet),) = bench(element).push(b"abc", network=1)
    assert (output, packet.data, packet.network) == (0, b"abc", packet.start + 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Align(3, 0)", "MODULUS must be 2, 4, or 8"),
        ("Align(4, 4)", "OFFSET must be smaller than MODULUS"),
        ("AlignmentInfo(b 8 0, a x)", "ALIGNMENT 2: expected 'ELEMENTNAME CHUNK OFFSET [CHUNK OFFSET...]'"),
        ("AlignmentInfo(a x 2)", "ALIGNMENT 1: expected CHUNK"),
        ("AlignmentInfo(a 4 x)", "ALIGNMENT 1: expected OFFSET"),
        ("AlignmentInfo(a 4 2, a 4 0)", "conflicting AlignmentInfo for 'a'"),
        ('AlignmentInfo(a 4 2, "a" 4 2 8 0)', "conflicting AlignmentInfo for '\"a\"'"),
        ("MarkMACHeader(14, 114)", "OFFSET and LENGTH: together at most 127 bytes are wanted, not 128"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    ports = "Idle -> a :: Discard;" if text.startswith("AlignmentInfo") else "Idle -> x -> a :: Discard;"
    with pytest.raises(ClickError, match=f"x :: {text.partition('(')[0]}: {re.escape(said)}\n"):
        instantiate(load_text(f"x :: {text}; {ports}", "t"))


@pytest.mark.parametrize(("arguments", "at"), [("0, 14", 14), ("5, 1", 6), ("LENGTH 127", 127)])
def test_the_network_header_is_behind_a_link_level_header_of_known_length(bench: Callable[..., Bench], arguments: str, at: int) -> None:
    ((output, packet),) = bench(f"MarkMACHeader({arguments})").push(bytes(130), network=1)
    assert (output, packet.data, packet.network) == (0, bytes(130), packet.start + at)


def test_all_that_is_wrong_with_alignments_is_said_at_once() -> None:
    said = "a: ALIGNMENT 1: expected CHUNK.* a: ALIGNMENT 2: expected OFFSET"
    with pytest.raises(ClickError, match="(?s)" + said.replace("a: ", "x :: AlignmentInfo: ")):
        instantiate(load_text("x :: AlignmentInfo(a x 2, a 4 x); Idle -> a :: Discard;", "t"))


@pytest.mark.parametrize(("first", "second"), [("a 4 2", "a 4 0"), ("a 4 2, b 8 0", "b 8 0 8 0")])
def test_what_two_of_them_say_of_one_element_has_to_agree(first: str, second: str) -> None:
    text = "y :: AlignmentInfo({}); x :: AlignmentInfo({}); Idle -> a :: Null -> b :: Discard;"
    assert len(instantiate(load_text(text.format(first, first), "t"))) == 5
    with pytest.raises(ClickError, match=f"x :: AlignmentInfo: conflicting AlignmentInfo for '{second[0]}'\n"):
        instantiate(load_text(text.format(first, second), "t"))


def test_what_is_not_there_is_passed_over_and_what_is_said_twice_is_enough() -> None:
    elements = instantiate(load_text("AlignmentInfo(a 4 2, , a 4 2, nobody 4 2, nobody 8 x); Idle -> a :: Discard;", "t"))
    assert len(elements) == 3
