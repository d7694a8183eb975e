"""Which state a tenant may reset is read off its elements' write handlers."""

import pytest

from elements.definition.handlers import StateView, resettable, writes
from elements.program.program import State
from elements.reference.machine import instantiate
from graph.load import load_text


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ("Idle -> x :: Counter -> Discard;", {"packets", "bytes"}),
        ("Idle -> x :: Discard;", {"packets"}),
        ("Idle -> x :: DecIPTTL -> Discard;", set()),
        ("Idle -> x :: RatedSplitter(100); x[0] -> Discard; x[1] -> Discard;", set()),
    ],
)
def test_what_a_write_handler_puts_back_is_resettable(configuration: str, expected: set[str]) -> None:
    assert resettable(instantiate(load_text(configuration, "t"))["x"]) == expected


LEVEL = State("level", 8, initial=3)


class _SetsToOther:
    @writes("start")
    def start(self, state: StateView, text: str) -> None:
        state.set(LEVEL, 4)


class _Parses:
    @writes("level")
    def level(self, state: StateView, text: str) -> None:
        state.set(LEVEL, int(text))


class _PutsBack:
    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(LEVEL, LEVEL.initial)


@pytest.mark.parametrize(("element", "expected"), [(_SetsToOther(), set()), (_Parses(), set()), (_PutsBack(), {"level"})])
def test_a_handler_that_sets_anything_else_resets_nothing(element: object, expected: set[str]) -> None:
    assert resettable(element) == expected
