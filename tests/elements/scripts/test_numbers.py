"""Handlers of scripts that compute give what Click's give."""

import pytest

from elements.scripts.numbers import ARITHMETIC, whole
from elements.scripts.texts import TEXTS

WANTED = [
    ("add 1 2 3", "6"), ("add", "0"), ("add 0x10 010 0b11", "27"), ("add 1 2.5", "3.5"),
    ("add 9223372036854775807 1", "-9223372036854775808"),
    ("add 9223372036854775808 1", "9.22337203685e+18"), ("sub 10 2 2", "6"), ("sub 5", "5"), ("sub 1.5 1", "0.5"), ("min 10 6 20", "6"),
    ("max -1 6 3", "6"), ("max 1 2.5 -3", "2.5"), ("mul 1 2 3", "6"), ("mul", "1"), ("mul 1e20 2", "2e+20"), ("div 75 2.5 5", "6"),
    ("div 10 3", "3.33333333333"), ("div 1 0", "inf"), ("div -1 0", "-inf"), ("div 0 0", "nan"), ("idiv 60 2 5", "6"),
    ("idiv -7 2", "-3"),
    ("mod 7 3", "1"), ("mod -7 3", "-1"), ("rem 7.5 2", "1.5"), ("rem 7 0.0", "nan"), ("neg 3", "-3"), ("neg -2.5", "2.5"),
    ("abs -4", "4"),
    ("abs -0.5", "0.5"), ("eq 10 0xA", "true"), ("le 9 8", "false"), ("eq 10x 10x", "true"), ("eq 'a b' \"a b\"", "true"),
    ("lt abc abd", "true"),
    ("ge 2 1.5", "true"), ("gt 1 2", "false"), ("ne 1 1.0", "false"), ("not false", "true"), ("not 1", "false"), ("and true yes", "true"),
    ("and true 0 what", "false"), ("and", "true"), ("or n f", "false"), ("or n t what", "true"), ("nand true true", "false"),
    ("nor n n", "true"),
    ("add 0x1p99999 1", "inf"), (f"neg 0x{'f' * 300}", "-inf"), (f"add -0x1p{'9' * 30} 1", "-inf"), ("eq 0x1p1024 1e999", "true"),
    (f"add 0x0p{'9' * 30} 1", "1"),
    ("htons 1", "256"), ("htonl 1", "16777216"), ("ntohs 256", "1"), ("ntohl 16777216", "1"), ("first 'a b' c", "'a b'"), ("first", ""),
    ("if true a b", "a"), ("if 0 a b", "b"), ("if 0 a", ""), ("in foo bar foo", "true"), ("in foo bar", "false"), ("in", "false"),
    ("length abcdef", "6"), ("length", "0"), ("length é\N{EURO SIGN}", "4"), ("unquote \"a\\x41\" 'b'", "aA b"),
    ('sprintf "%05x" 127', "0007f"), ("sprintf %%%d-%s 3 'a b'", "%3-a b"), ("sprintf '%5s|%-4d|%+d' a 3 4", "    a|3   |+4"),
    ("sprintf %*.*d 5 2 1", "   01"), ("sprintf %hd%hu 65535 65535", "-165535"), ("sprintf %#o 8", "010"),
    ("sprintf %u -1", "18446744073709551615"),
    ("sprintf '%.1s' abc", "a"), ("sprintf '%*d|' -3 1", "1  |"), ("sprintf %X 255", "FF"), ("sprintf", ""),
]  # fmt: skip
REFUSED = [
    ("add 1 x", "expected list of numbers"),
    ("div a", "expected list of numbers"),
    ("mod 1", "expected two numbers"),
    ("mod 1.5 1", "expected two numbers"),
    ("mod 1 0", "division by zero"),
    ("neg", "expected one number"),
    ("eq 1 2 3", "expected two numbers"),
    ("not maybe", "syntax error"),
    ("or maybe", "syntax error"),
    ("if", "syntax error"),
    ("htons x", "syntax error"),
    ("sprintf %d", "syntax error"),
    ("sprintf %d x", "syntax error"),
    ("sprintf %s", "syntax error"),
    ("sprintf %y 1", "syntax error"),
    ("sprintf %d 1 2", "syntax error"),
    ("sprintf %.*d -1 1", "syntax error"),
]


def computed(call: str) -> str:
    name, _, text = call.partition(" ")
    return {**ARITHMETIC, **TEXTS}[name](text)


@pytest.mark.parametrize(("call", "result"), WANTED)
def test_a_handler_computes(call: str, result: str) -> None:
    assert computed(call) == result


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_a_handler_refuses_what_it_cannot_read(call: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        computed(call)
    assert str(refused.value) == said


def test_a_number_with_more_digits_than_are_read_is_none() -> None:
    assert whole("0" * 99 + "7") == 7
    for text in ("9" * 5000, "0x" + "f" * 5000, "\u00b2"):
        assert whole(text) is None
