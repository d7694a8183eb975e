"""What scripts do with texts: choose, look up, and format as printf does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from elements.definition.octets import octets
from elements.scripts.numbers import truth, truth_text, whole, words
from graph.configuration import shift_word, unquote

_FORMAT: Final = re.compile(r"%([0#\- +]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?((?:[hlLq])*)([oxXudis%])")
_WIDTHS: Final = {"h": 16, "": 64, "l": 64}


def first(text: str) -> str:
    """The first word."""
    return shift_word(text)[0]


def chosen(text: str) -> str:
    """`if`: the second word where the first is true, else the third."""
    condition, rest = shift_word(text)
    yes, rest = shift_word(rest)
    return yes if truth(condition) else shift_word(rest)[0]


def among(text: str) -> str:
    """`in`: whether the first word is one of the others."""
    wanted, *others = [unquote(word) for word in words(text)] or [""]
    return truth_text(bool(wanted) and wanted in others)


def length(text: str) -> str:
    """How many bytes it has."""
    return str(len(octets(text)))


def formatted(text: str) -> str:
    """`sprintf`: the format and the words that it asks for."""
    form, rest = shift_word(text)
    template, arguments = unquote(form), words(rest)
    out, at = [], 0
    while (start := template.find("%", at)) >= 0:
        out.append(template[at:start])
        found = _FORMAT.match(template, start)
        if found is None:
            raise ValueError("syntax error")
        out.append(_converted(found, arguments))
        at = found.end()
    if arguments:
        raise ValueError("syntax error")
    return "".join([*out, template[at:]])


def _converted(found: re.Match[str], arguments: list[str]) -> str:
    flags, width, precision, size, letter = found.groups()
    if width == "*":
        number = _taken(arguments)
        flags, width = flags + ("-" if number < 0 else ""), str(abs(number))
    if precision == "*":
        precision = str(_taken(arguments))
        if precision.startswith("-"):
            raise ValueError("syntax error")
    shape = "%" + "".join(dict.fromkeys(flags)) + width + ("" if precision is None or letter == "%" else f".{precision or 0}")
    if letter == "%":
        return "%"
    if letter == "s":
        if not arguments:
            raise ValueError("syntax error")
        return (shape + "s") % unquote(arguments.pop(0))
    bits = _WIDTHS.get(size[-1:] if size != "ll" else "q", 64)
    number = _taken(arguments) & ((1 << bits) - 1)
    if letter in "di":
        return (shape + "d") % (number - (1 << bits) if number >> (bits - 1) else number)
    if letter == "o" and "#" in flags:
        return (shape.replace("#", "") + "s") % f"0{number:o}"
    return (shape + letter.replace("u", "d")) % number


def _taken(arguments: list[str]) -> int:
    number = whole(arguments.pop(0)) if arguments else None
    if number is None:
        raise ValueError("syntax error")
    return number


TEXTS: Final[dict[str, Callable[[str], str]]] = {
    "sprintf": formatted,
    "first": first,
    "if": chosen,
    "in": among,
    "length": length,
    "unquote": unquote,
}
"""Handlers of scripts that work on texts. Errors: ``ValueError``."""
