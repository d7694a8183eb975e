"""Values of more than 128 bits as C: arrays of 64-bit words, the least significant first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from elements.program.values import Value

WORD: Final = 64
NARROW: Final = 128
"""The widest value that is one C variable."""
_ONES: Final = (1 << WORD) - 1
_HELPERS: Final = {"add": "wide_add", "sub": "wide_sub", "mul": "wide_mul", "shl": "wide_shl", "shr": "wide_shr"}


def words(width: int) -> int:
    """How many 64-bit words hold ``width`` bits."""
    return -(-width // WORD)


def number_words(number: int, width: int) -> list[int]:
    """The words of a number of ``width`` bits."""
    return [number >> WORD * index & _ONES for index in range(words(width))]


def word_constants(number: int, width: int) -> list[str]:
    """The words of a number, as C has them."""
    return [f"0x{word:x}ULL" for word in number_words(number, width)]


def word(value: Value, name: str, index: int) -> str:
    """The word ``index`` of a value that is called ``name``; zero beyond its end."""
    if index >= words(value.width):
        return "0ULL"
    if value.width > NARROW:
        return f"{name}[{index}]"
    if value.width <= WORD:
        return name
    return f"(uint64_t)({name} >> 64)" if index else f"(uint64_t){name}"


def all_words(value: Value, name: str, count: int) -> str:
    """An expression for the array of the first ``count`` words of a value."""
    return f"(const uint64_t[]){{{', '.join(word(value, name, index) for index in range(count))}}}"


def saturated(value: Value, name: str) -> str:
    """A value as a 64-bit number, the greatest where it does not fit: for shift amounts and indices."""
    if value.width <= WORD:
        return name
    above = " | ".join(word(value, name, index) for index in range(1, words(value.width)))
    return f"(({above}) ? ~0ULL : {word(value, name, 0)})"


def assemble(parts: Sequence[str], width: int) -> str:
    """The value of ``width`` bits (at most 128) with the given words."""
    return parts[0] if len(parts) == 1 else f"((unsigned __int128)({parts[1]}) << 64 | ({parts[0]}))"


def lower_wide(value: Value, name: str, x: list[str]) -> list[str]:
    """The statements that declare ``name``, where the value or one of its operands (called ``x``) has more than 128 bits."""
    count = words(value.width)
    if value.op in _HELPERS:
        return _by_helper(value, name, x, count)
    if value.op in ("eq", "ult"):
        compared = _equal(value, x) if value.op == "eq" else _less(value, x)
        return [f"uint64_t {name} = {compared};"]
    return declare(name, [_word_of(value, x, index) for index in range(count)], value.width)


def declare(name: str, parts: list[str], width: int) -> list[str]:
    """The statement that declares ``name`` from its words, cut to ``width`` bits."""
    if width % WORD:
        parts = [*parts[:-1], f"({parts[-1]}) & 0x{(1 << width % WORD) - 1:x}ULL"]
    if width > NARROW:
        return [f"const uint64_t {name}[{len(parts)}] = {{{', '.join(parts)}}};"]
    return [f"{'uint64_t' if width <= WORD else 'unsigned __int128'} {name} = {assemble(parts, width)};"]


def _by_helper(value: Value, name: str, x: list[str], count: int) -> list[str]:
    a, b = value.operands
    second = saturated(b, x[1]) if value.op in ("shl", "shr") else all_words(b, x[1], count)
    return [
        f"uint64_t {name}_words[{count}];",
        f"{_HELPERS[value.op]}({name}_words, {count}, {all_words(a, x[0], count)}, {second});",
        *declare(name, [f"{name}_words[{index}]" for index in range(count)], value.width),
    ]


def _word_of(value: Value, x: list[str], index: int) -> str:
    operands = value.operands
    here = [word(operand, text, index) for operand, text in zip(operands, x, strict=True)]
    if value.op == "const":
        return word_constants(int(value.attributes[0]), value.width)[index]
    if value.op in ("and", "or", "xor"):
        return f"{here[0]} {dict(zip(('and', 'or', 'xor'), '&|^', strict=True))[value.op]} {here[1]}"
    if value.op == "not":
        return f"~{here[0]}"
    if value.op == "mux":
        return f"{x[0]} ? {here[1]} : {here[2]}"
    if value.op == "zext":
        return here[0]
    if value.op == "slice":
        return _word_from(operands[0], x[0], int(value.attributes[0]) + WORD * index)
    if value.op == "cat":
        return _word_of_cat(value, x, index)
    raise ValueError(f"{value.op} of {value.width} bits has no software reading")


def _word_from(value: Value, name: str, low: int) -> str:
    """64 bits of a value from bit ``low``."""
    index, shift = divmod(low, WORD)
    if not shift:
        return word(value, name, index)
    return f"{word(value, name, index)} >> {shift} | {word(value, name, index + 1)} << {WORD - shift}"


def _word_of_cat(value: Value, x: list[str], index: int) -> str:
    terms = []
    position = value.width
    for operand, text in zip(value.operands, x, strict=True):
        position -= operand.width
        offset = WORD * index - position
        if offset <= -WORD or offset >= operand.width:
            continue
        terms.append(f"({_word_from(operand, text, offset)})" if offset >= 0 else f"{word(operand, text, 0)} << {-offset}")
    return " | ".join(terms)


def _equal(value: Value, x: list[str]) -> str:
    a, b = value.operands
    differences = [f"({word(a, x[0], i)} ^ {word(b, x[1], i)})" for i in range(words(max(a.width, b.width)))]
    return f"!({' | '.join(differences)})"


def _less(value: Value, x: list[str]) -> str:
    a, b = value.operands
    text = f"{word(a, x[0], 0)} < {word(b, x[1], 0)}"
    for index in range(1, words(max(a.width, b.width))):
        high, other = word(a, x[0], index), word(b, x[1], index)
        text = f"({high} != {other} ? {high} < {other} : {text})"
    return text
