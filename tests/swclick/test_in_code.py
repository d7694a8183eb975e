"""Generated C is changed where it is code, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from elements.definition.csource import c_string
from swclick.in_code import in_code


def shout(code: str) -> str:
    return code.upper()


def test_strings_characters_and_comments_stay() -> None:
    text = """a("b \\" c", 'd', '"', e); /* f "g' */ h("i", '\\'', j); /* it's */ k"""
    assert in_code(text, shout) == """A("b \\" c", 'd', '"', E); /* f "g' */ H("i", '\\'', J); /* it's */ K"""


@given(st.binary())
def test_whatever_a_string_holds_stays(held: bytes) -> None:
    literal = c_string(held)
    assert in_code(f"a({literal}) b", shout) == f"A({literal}) B"
