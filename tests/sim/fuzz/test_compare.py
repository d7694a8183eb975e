"""What counts as a difference, and what does not."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.fuzz.batch import Answer
from sim.fuzz.compare import differences
from sim.fuzz.expect import Expected, Sent
from sim.fuzz.scenario import Arrival

A, B, C = b"a" * 20, b"b" * 20, b"c" * 20


def expected(*sent: tuple[str, int, list[tuple[int, bytes]]], log: tuple[str, ...] = ()) -> Expected:
    made = tuple(Sent(Arrival(port, b""), owner, tuple(frames)) for owner, port, frames in sent)
    return Expected(made, log, Counter(), Counter())


IN_ORDER = expected(("t0", 0, [(1, A)]), ("t0", 0, [(1, B)]), ("t0", 0, [(1, C)]))


@pytest.mark.parametrize(
    "frames",
    [
        {(0, 1): [A, B, C]},
        # What crosses is overtaken by what does not.
        {(0, 1): [A, C], (1, 1): [B]},
        {(0, 1): [C], (2, 1): [A], (1, 1): [B]},
    ],
)
def test_frames_of_one_way_in_order_are_right(frames: dict[tuple[int, int], list[bytes]]) -> None:
    assert differences(IN_ORDER, Answer(frames)) == []


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ({(0, 1): [A, C, B]}, ["frames of t0 from port 0 leave port 1 in another order after 0 trips: " + B.hex()]),
        ({(0, 1): [A], (1, 1): [C, B]}, ["frames of t0 from port 0 leave port 1 in another order after 1 trips: " + B.hex()]),
        ({(0, 1): [A, B]}, [f"port 1 lacks a frame of 20 bytes: {C.hex()}", "1 frames are lacking and 0 too many, of 3"]),
        (
            {(0, 1): [A, B], (0, 0): [C]},
            [
                f"port 1 lacks a frame of 20 bytes: {C.hex()}",
                f"port 0 has a frame of 20 bytes that it should not: {C.hex()}",
                "1 frames are lacking and 1 too many, of 3",
            ],
        ),
        (
            {(0, 1): [A, B, C, C]},
            [f"port 1 has a frame of 20 bytes that it should not: {C.hex()}", "0 frames are lacking and 1 too many, of 3"],
        ),
    ],
)
def test_another_order_and_other_frames_are_differences(frames: dict[tuple[int, int], list[bytes]], words: list[str]) -> None:
    assert differences(IN_ORDER, Answer(frames)) == words


def test_tenants_and_ways_in_have_no_order_between_them() -> None:
    three = expected(("t0", 0, [(1, A)]), ("t1", 0, [(1, B)]), ("t0", 2, [(1, C)]))
    assert differences(three, Answer({(0, 1): [C, B, A]})) == []


def test_equal_frames_and_copies_of_one_packet_have_no_order() -> None:
    copies = expected(("t0", 0, [(1, A), (1, B)]), ("t0", 0, [(1, C)]), ("t0", 0, [(1, C)]))
    assert differences(copies, Answer({(0, 1): [B, A, C, C]})) == []
    assert len(differences(copies, Answer({(0, 1): [B, A, C]}))) == 2


def test_lines_are_compared_whatever_their_order() -> None:
    printing = expected(log=("x: 1", "y: 2"))
    assert differences(printing, Answer(log=["y: 2", "x: 1"])) == []
    assert differences(printing, Answer(log=["x: 1", "z: 2"])) == ["printed: 2 lines in software, 2 split; ['z: 2', 'y: 2']"]
