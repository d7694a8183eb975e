"""Configuration text: arguments, words, strings and variables, with what stock Click makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.configuration import quote, quote_always, split_arguments, split_words, unquote, without_comments
from graph.lexer import is_configuration
from graph.variables import Budget, Environment, TooLargeError, expand

ARGUMENTS = {
    "": [],
    " , ": [""],
    "a,": ["a"],
    "a, /* nothing */": ["a"],
    ",a": ["", "a"],
    " a  b ,\tc\n": ["a  b", "c"],
    "a /* c, */ b // d, \n , e/**/f": ["a b", "e f"],
    '"a, b", \'c, " d\', \\<2c , 2c>, (e, f)': ['"a, b"', "'c, \" d'", "\\<2c , 2c>", "(e", "f)"],
    '"// no", /* "a comment */ x': ['"// no"', "x"],
    '"\\", \\<22 " 22>, still", next': ['"\\", \\<22 " 22>, still"', "next"],
    '"open, ': ['"open, '],
}
STRINGS = {
    '"[\\x41\\101\\<48 4a // c>\n>]"': "[AAHJ]",
    '"\\q\\$\\\\"': "q$\\",
    "a\"b c\"'d\\n'": "ab cd\\n",
    "'\\<41>'": "\\<41>",
    "\\<41 42>": "AB",
    '"a\\\nb\\\r\nc"': "abc",
    '"\\x141\\<4>\\0x\\xg"': "A\0x\0g",
    '"\\a\\b\\f\\n\\r\\t\\v"': "\a\b\f\n\r\t\v",
    '"open': "open",
    '"open \\': "open \\",
}
VARIABLES = {
    "$a ${a} $(a) $ab ${none}": "1 1 1 $ab ${none}",
    '\'$a\' "$a" \\$a "\\$a" \'"$a"\'': '\'$a\' "1" \\1 "\\$a" \'"$a"\'',
    "${none-7} ${none-$a} ${a-7} ${none-}|": "7 1 1 |",
    "${words[0]},${words[1]},${ words [ 0x2] },${words[3]}|": 'one,"two three",4,|',
    '"$words"': '"one \\"two three\\" 4"',
    "${$name} ${$none} $($name)": "1 ${$none} 1",
    "$ $$ $? $# ${ $(": "$ $$ $? $# ${ $(",
    "// $a\n/* $a */ a/$a": "// $a\n/* $a */ a/1",
    "$deep": "1",
    "$self": "$self",
}
VALUES = {"a": "1", "words": 'one "two three" 4', "name": "a", "deep": "$deeper", "deeper": "${deepest}", "deepest": "$a", "self": "$self"}


@pytest.mark.parametrize("text", list(ARGUMENTS))
def test_arguments(text: str) -> None:
    assert split_arguments(text) == ARGUMENTS[text]
    assert split_arguments(without_comments(text)) == ARGUMENTS[text]


def test_words() -> None:
    assert split_words("a \"b c\"d /* e */ 'f g'\\<68 69>\tj//k") == ["a", '"b c"d', "'f g'\\<68 69>", "j"]


@pytest.mark.parametrize("text", list(STRINGS))
def test_strings(text: str) -> None:
    assert unquote(text) == STRINGS[text]


@given(st.text(st.characters(max_codepoint=255)))
def test_what_is_quoted_is_one_word_and_unquoted_again(text: str) -> None:
    assert unquote(quote(text)) == text
    assert split_words(quote(text)) == [quote(text)] == split_arguments(quote(text))
    assert is_configuration(quote(text))


@given(st.text(st.characters(max_codepoint=255)))
def test_what_is_quoted_always_comes_back(text: str) -> None:
    assert unquote(quote_always(text)) == text


@pytest.mark.parametrize("text", list(VARIABLES))
def test_variables(text: str) -> None:
    assert expand(text, Environment(None, 0, dict(VALUES)), Budget(10000)) == VARIABLES[text]


def test_the_innermost_scope_that_surrounds_a_class_is_asked_first() -> None:
    outer = Environment(None, 0, {"a": "1", "b": "2"})
    inner = outer.inside(1, {"a": "3"}).inside(2, {"b": "4"})
    assert expand("$a $b", inner, Budget(100)) == "3 4"
    assert expand("$a $b", inner.inside(1, {}), Budget(100)) == "1 2"


def test_work_is_bounded_for_one_text_and_for_all() -> None:
    with pytest.raises(TooLargeError):
        expand("$a", Environment(None, 0, {"a": "$a" * 50}), Budget(1 << 40))
    budget = Budget(20)
    assert expand("$a", Environment(None, 0, {"a": "1"}), budget) == "1"
    with pytest.raises(TooLargeError):
        for _ in range(20):
            expand("$a", Environment(None, 0, {"a": "1"}), budget)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("(a) '(' \"(\" \\<28> // (\n /* ( */", True),
        ("(", False),
        (")", False),
        (")(", False),
        ('"', False),
        ("a\n# 5", False),
        ("/*", False),
    ],
)
def test_what_can_stand_between_parentheses(text: str, is_one: bool) -> None:
    assert is_configuration(text) == is_one
