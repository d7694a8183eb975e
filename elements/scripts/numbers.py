"""Numbers and truth in scripts, as Click reads and prints them: whole numbers of 64 bits where all are whole, else floating point."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any, Final

from graph.configuration import shift_word, unquote

_DIGITS: Final = re.compile(r"[+-]?(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|(?P<oct>0[0-7]*)|(?P<dec>[1-9][0-9]*))")
_FLOAT: Final = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)", re.IGNORECASE)
_HEX_FLOAT: Final = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?")
_LONGEST: Final = 100
"""Characters of a number: what has more is larger than all that is counted."""
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


def whole(text: str) -> int | None:
    """The whole number that ``text`` is, decimal, octal after 0, hexadecimal after 0x or binary after 0b; None where it is none, or
    longer than `_LONGEST`."""
    found = _DIGITS.fullmatch(text)
    return None if found is None or len(text) > _LONGEST else _number(found)


def limited(text: str, most: int) -> int | None:
    """The number from 0 on that ``text`` is, written as `whole` says and however long; ``most`` + 1 where it is more than ``most``, which
    has less than 100 bits. None where it is none."""
    found = _DIGITS.fullmatch(text)
    number = None if found is None else min(_number(found), most + 1)
    return number if number is not None and number >= 0 else None


def _number(found: re.Match[str]) -> int:
    """What `_DIGITS` found. Of its digits `_LONGEST` are read, which are enough to be larger than all that is counted."""
    kinds = (("hex", 16), ("bin", 2), ("oct", 8), ("dec", 10))
    number = next(int(digits.lstrip("0")[:_LONGEST] or "0", base) for kind, base in kinds if (digits := found.group(kind)))
    return -number if found.group().startswith("-") else number


def _signed(text: str) -> int | None:
    number = whole(text)
    return number if number is not None and _LEAST <= number <= _MOST else None


def floating(text: str) -> float | None:
    """The floating-point number that ``text`` is, infinite where it is too large for one; None where it is none."""
    if _HEX_FLOAT.fullmatch(text):
        try:
            return float.fromhex(text)
        except OverflowError:
            return -math.inf if text.startswith("-") else math.inf
    return float(text) if _FLOAT.fullmatch(text) else None


def truth(text: str) -> bool:
    """What ``text`` says. Errors: ``ValueError``."""
    if text in ("1", "y", "t", "yes", "true"):
        return True
    if text in ("0", "n", "f", "no", "false"):
        return False
    raise ValueError("syntax error")


def truth_text(value: bool) -> str:
    """true or false."""
    return "true" if value else "false"


def float_text(number: float) -> str:
    """Twelve digits, without zeros at their end."""
    return f"{number:.12g}"


def words(text: str) -> list[str]:
    """All words, as they are written."""
    found = []
    while text.strip():
        word, text = shift_word(text)
        found.append(word)
    return found


def wrapped(number: int) -> int:
    """The 64 bits of it, signed."""
    return (number - _LEAST) % (1 << 64) + _LEAST


def folded(exact: Callable[[int, int], int], rough: Callable[[float, float], float], start: int) -> Callable[[str], str]:
    """A function of many numbers, from the left to the right; of none it gives ``start``."""

    def fold(text: str) -> str:
        value: int | float | None = None
        for word in words(text):
            number = None if isinstance(value, float) else _signed(word)
            if number is None:
                value, other = None if value is None else float(value), floating(word)
                if other is None:
                    raise ValueError("expected list of numbers")
                value = other if value is None else rough(value, other)
            else:
                value = number if value is None else wrapped(exact(int(value), number))
        value = start if value is None else value
        return float_text(value) if isinstance(value, float) else str(value)

    return fold


def _quotient(numbers: str) -> float:
    value: float | None = None
    for word in words(numbers):
        other = floating(word)
        if other is None:
            raise ValueError("expected list of numbers")
        value = other if value is None else _divided(value, other)
    return 1.0 if value is None else value


def _divided(number: float, by: float) -> float:
    if by:
        return number / by
    sign = math.copysign(1, number) * math.copysign(1, by)
    return math.nan if number == 0 or math.isnan(number) else math.copysign(math.inf, sign)


def divided(text: str) -> str:
    """`div`: the first divided by all others."""
    return float_text(_quotient(text))


def divided_whole(text: str) -> str:
    """`idiv`: without what is behind the point."""
    value = _quotient(text)
    return str(int(value)) if abs(value) < -_LEAST else str(_LEAST)


def remainder(rough: bool) -> Callable[[str], str]:
    """`rem`, of floating-point numbers too, or `mod`."""

    def rest(text: str) -> str:
        given = words(text)
        if len(given) != 2:
            raise ValueError("expected two numbers")
        a, b = map(_signed, given)
        if a is not None and b is not None:
            if b == 0:
                raise ValueError("division by zero")
            return str(abs(a) % abs(b) * (-1 if a < 0 else 1))
        c, d = map(floating, given)
        if not rough or c is None or d is None:
            raise ValueError("expected two numbers")
        return float_text(math.fmod(c, d) if d and not math.isinf(c) else math.nan)

    return rest


def changed(exact: Callable[[int], int], rough: Callable[[float], float]) -> Callable[[str], str]:
    """A function of one number."""

    def change(text: str) -> str:
        number, other = _signed(text.strip()), floating(text.strip())
        if number is not None:
            return str(wrapped(exact(number)))
        if other is None:
            raise ValueError("expected one number")
        return float_text(rough(other))

    return change


def compared(holds: Callable[[Any, Any], bool]) -> Callable[[str], str]:
    """A comparison of two numbers or, where one of them is none, of two texts byte by byte."""

    def compare(text: str) -> str:
        given = words(text)
        if len(given) != 2:
            raise ValueError("expected two numbers")
        exact = [_signed(word) for word in given]
        rough = [floating(word) for word in given]
        if None not in exact:
            return truth_text(holds(*exact))
        if None not in rough:
            return truth_text(holds(*rough))
        return truth_text(holds(*(unquote(word) for word in given)))

    return compare


def combined(all_of: bool, turned: bool) -> Callable[[str], str]:
    """`and`, `or` and their contraries; what follows a word that settles it is not looked at."""

    def combine(text: str) -> str:
        value = all_of
        for word in words(text):
            if value != all_of:
                break
            value = truth(word)
        return truth_text(value != turned)

    return combine


def swapped(width: int) -> Callable[[str], str]:
    """A number's bytes from one order to the other."""

    def swap(text: str) -> str:
        number = whole(text.strip())
        if number is None:
            raise ValueError("syntax error")
        data = (number & ((1 << 8 * width) - 1)).to_bytes(width, "little")
        return str(int.from_bytes(data, "big"))

    return swap


ARITHMETIC: Final[dict[str, Callable[[str], str]]] = {
    "add": folded(operator.add, operator.add, 0),
    "sub": folded(operator.sub, operator.sub, 0),
    "mul": folded(operator.mul, operator.mul, 1),
    "min": folded(min, min, 1),
    "max": folded(max, max, 1),
    "div": divided,
    "idiv": divided_whole,
    "mod": remainder(rough=False),
    "rem": remainder(rough=True),
    "neg": changed(operator.neg, operator.neg),
    "abs": changed(abs, abs),
    "eq": compared(operator.eq),
    "ne": compared(operator.ne),
    "gt": compared(operator.gt),
    "ge": compared(operator.ge),
    "lt": compared(operator.lt),
    "le": compared(operator.le),
    "not": lambda text: truth_text(not truth(text.strip())),
    "and": combined(all_of=True, turned=False),
    "or": combined(all_of=False, turned=False),
    "nand": combined(all_of=True, turned=True),
    "nor": combined(all_of=False, turned=True),
    "htons": swapped(2),
    "htonl": swapped(4),
    "ntohs": swapped(2),
    "ntohl": swapped(4),
}
"""Handlers of scripts that compute. Errors: ``ValueError``."""
