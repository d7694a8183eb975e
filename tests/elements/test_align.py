"""Align, AlignmentInfo and MarkMACHeader say where things lie in memory, which changes no packet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from tests.elements.bench import Bench


@pytest.mark.parametrize("element", ["Align(4, 2)", "Align(8, -1)", "MarkMACHeader", "MarkMACHeader(14)", "MarkMACHeader(0, 14)"])
def test_packets_pass_unchanged(bench: Callable[..., Bench], element: str) -> None:
    ((output, packet),) = bench(element).push(b"abc", network=1)
    assert (output, packet.data, packet.network) == (0, b"abc", packet.start + 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Align(3, 0)", "MODULUS must be 2, 4, or 8"),
        ("Align(4, 4)", "OFFSET must be smaller than MODULUS"),
        ("AlignmentInfo(a 4 2, b 4)", "ALIGNMENT 2: expected 'ELEMENTNAME CHUNK OFFSET [CHUNK OFFSET...]'"),
        ("AlignmentInfo(a x 2)", "ALIGNMENT 1: expected CHUNK"),
        ("AlignmentInfo(a 4 x)", "ALIGNMENT 1: expected OFFSET"),
        ("AlignmentInfo(a 4 2, a 4 0)", "conflicting AlignmentInfo for 'a'"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    ports = "Idle -> x -> a :: Discard;" if text.startswith("Align(") else "Idle -> a :: Discard;"
    with pytest.raises(ClickError, match=f"x :: {text.partition('(')[0]}: {re.escape(said)}\n"):
        instantiate(load_text(f"x :: {text}; {ports}", "t"))


def test_what_is_not_there_is_passed_over_and_what_is_said_twice_is_enough() -> None:
    elements = instantiate(load_text("AlignmentInfo(a 4 2, a 4 2, nobody 4 2, nobody 8 0); Idle -> a :: Discard;", "t"))
    assert len(elements) == 3
