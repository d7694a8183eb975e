"""Reasons are said of the holes that they are true of, of the bits that they are true of, and a wrong one is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hdl.unreached import Reason
from sim.coverage import CONSTANT, Hole, functions_alone
from sim.explain_holes import explain_holes


def test_a_reason_is_said_of_its_holes_and_one_of_what_is_reached_is_told() -> None:
    good, wrong, elsewhere = (
        Reason("function", "", "a: x", "it is off"),
        Reason("function", "", "a: y", "it is on"),
        Reason("line", ".*", ".*", "there is none"),
    )
    untouched = functions_alone(dict.fromkeys(("a: x", "a: y", "b: x"), 0)).holes
    coverage, unused = explain_holes(functions_alone({"a: x": 0, "a: y": 1, "b: x": 0}), (good, wrong, elsewhere), untouched)
    assert coverage.functions == (1, 3)
    assert coverage.holes == (Hole("function", "", "a: x", reason="it is off"), Hole("function", "", "b: x"))
    assert coverage.unexplained == (Hole("function", "", "b: x"),)
    # What the design does not have is no reason to doubt.
    assert unused == (wrong,)


def test_a_reason_for_what_the_netlist_explains_already_is_no_wrong_one() -> None:
    known = functions_alone({"a: x": 0})
    known = replace(known, holes=(replace(known.holes[0], reason=CONSTANT),))
    coverage, unused = explain_holes(known, (Reason("function", "", "a: .*", "it is off"),), known.holes)
    assert coverage == known
    assert unused == ()


FEW = Reason("toggle", ".*", r"count\[47(?::\d+)?\] stays", "a run has not so many", 16)


@pytest.mark.parametrize(
    ("what", "points", "said"),
    [
        ("count[47:20] stays", 56, [("count[47:20] stays", 56, FEW.why)]),
        ("count[47:16] stays", 64, [("count[47:16] stays", 64, FEW.why)]),
        ("count[47] stays", 2, [("count[47] stays", 2, FEW.why)]),
        ("count[47:15] stays", 66, [("count[47:16] stays", 64, FEW.why), ("count[15] stays", 2, "")]),
        ("count[47:3] stays", 90, [("count[47:16] stays", 64, FEW.why), ("count[15:3] stays", 26, "")]),
        ("count[46:3] stays", 88, [("count[46:3] stays", 88, "")]),
    ],
)
def test_a_reason_is_one_of_the_bits_from_the_lowest_that_it_names(what: str, points: int, said: list[tuple[str, int, str]]) -> None:
    hole = Hole("toggle", "core", what, points=points)
    found, wrong = explain_holes(replace(functions_alone({}), holes=(hole,)), (FEW,), ())
    assert [(each.what, each.points, each.reason) for each in found.holes] == said
    assert sum(each.points for each in found.holes) == points
    assert wrong == ()


def test_a_reason_of_which_only_lower_bits_are_left_is_wrong() -> None:
    low = Reason("toggle", ".*", r"count\[\d+:\d+\] stays", "a run has not so many", 16)
    hole = Hole("toggle", "core", "count[9:3] stays", points=14)
    untouched = Hole("toggle", "core", "count[47:0] stays", points=96)
    found, wrong = explain_holes(replace(functions_alone({}), holes=(hole,)), (low,), (untouched,))
    assert (found.holes, wrong) == ((hole,), (low,))
