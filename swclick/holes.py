"""What of generated C is the same for alike elements, and what may be data: integers, strings and small tables in its functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<fixed> ^[ \t]*\#[ \t]*(?:if|elif|else|endif|undef|include)[^\n]* | /\*.*?\*/ | '(?:[^'\\\n]|\\.)*' | \bcase\b[^:;]*:
             | \b(?:sizeof|aligned|_Static_assert|__builtin_prefetch)\s*\((?:[^()]|\([^()]*\))*\)
             | \b(?:0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?\d+ | \d+\.\d*(?:[eE][+-]?\d+)? | \d+[eE][+-]?\d+)[fFlL]? )
  | (?P<array> (?<=[ \t{;]) static\ const\ [\w ]+?\ \w+\[\d+\]\ =\ \{[^;{}"]*\}; )
  | (?P<static> (?<=[ \t{;]) static\b (?: "(?:[^"\\]|\\.)*" | [^";] )* ; )
  | (?P<string> "(?:[^"\\\n]|\\.)*" )
  | (?P<function> \be\d+_(?:push|slow|pull|full|empty)\(m\b )
  | (?P<number> \b(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b )
    """,
    re.X | re.S | re.M,
)
_ARRAY: Final = re.compile(r"static const ([\w ]+?) (\w+)\[(\d+)\] = (\{[^;]*\});", re.S)
_BEFORE_A_NUMBER: Final = frozenset("(,=<>&|+-*/%?:!~^")
_TYPES: Final = {
    "push": "void (*{})(struct machine *, int, struct packet *)",
    "slow": "void (*{})(struct machine *, int, struct packet *)",
    "pull": "struct packet *(*{})(struct machine *, int)",
    "full": "int (*{})(struct machine *)",
    "empty": "int (*{})(struct machine *)",
}
"""How a member that is such a function of another element is declared."""


@dataclass(frozen=True)
class Hole:
    """A place in a text that may hold data: what is ``kept`` there where it is the same for all; the value of a member that holds it, how
    that is declared, with {} for its name, and what is written in place of what was there, with {} for the member."""

    kept: str
    value: str
    declaration: str
    use: str


@dataclass(frozen=True)
class Text:
    """A text as what is ``fixed``, one piece more than there are ``holes`` between them. ``keeps``: whether it has static variables, in
    which one tenant would find what another left."""

    fixed: tuple[str, ...]
    holes: tuple[Hole, ...]
    keeps: bool

    @property
    def skeleton(self) -> tuple[str, ...]:
        """The same of texts that differ in data alone."""
        return (*self.fixed, *(hole.declaration for hole in self.holes), *(hole.use for hole in self.holes))


@lru_cache(maxsize=4096)
def split_text(text: str) -> Text:
    """What of the functions of an element may be data."""
    fixed: list[str] = []
    holes: list[Hole] = []
    last, keeps = 0, False
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        keeps = keeps or (kind == "static" and not _is_constant(found[0]))
        hole = _hole(text, found)
        if hole is not None:
            fixed.append(text[last : found.start()])
            holes.append(hole)
            last = found.end()
    return Text((*fixed, text[last:]), tuple(holes), keeps)


def _is_constant(static: str) -> bool:
    """Whether what a static variable is declared as cannot change; where it is a pointer, itself, and not only what it points to."""
    return "const" in static.partition("=")[0].rpartition("*")[2].split()


def _hole(text: str, found: re.Match[str]) -> Hole | None:
    token = found[0]
    before, after = text[max(0, found.start() - 40) : found.start()].rstrip(), text[found.end() : found.end() + 40].lstrip()
    if found.lastgroup == "function":
        number, _, called = token.partition("_")
        name = called.partition("(")[0]
        return Hole(token, f"{number}_{name}", _TYPES[name], "{}(m")
    if found.lastgroup == "string":
        return Hole(token, token, "const char *{}", "{}") if before[-1:] in ("(", ",") and after[:1] in (",", ")") else None
    if found.lastgroup == "array":
        array = _ARRAY.fullmatch(token)
        # Of a pointer it would be another size.
        if array is None or re.search(rf"\bsizeof *\(?{array[2]}\b", text):
            return None
        return Hole(token, f"({array[1]}[{array[3]}]){array[4]}", f"const {array[1]} *{{}}", f"const {array[1]} *const {array[2]} = {{}};")
    if found.lastgroup != "number" or _needs_constant(text, found.start(), before):
        return None
    return Hole(token, token, f"{_type_of(token)} {{}}", "{}")


def _needs_constant(text: str, start: int, before: str) -> bool:
    """Whether a number at ``start`` stands, or may stand, where C takes no variable."""
    if before.endswith("PEER("):
        return True
    if before[-1:] not in _BEFORE_A_NUMBER and not re.search(r"\breturn$", before):
        return True
    depth = 0
    for place in range(start - 1, -1, -1):
        letter = text[place]
        if letter in ";{}\n":
            return False
        depth += (letter == "]") - (letter == "[")
        if depth < 0:
            return True
    return False


def _type_of(token: str) -> str:
    """The type of an integer in C."""
    digits = token.rstrip("uUlL")
    suffix, value = token[len(digits) :].lower(), int(digits, 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10)
    least = 64 if "l" in suffix else 32
    bases = (True,) if "u" in suffix else (False, True) if digits[0] == "0" and len(digits) > 1 else (False,)
    for width in (32, 64):
        for unsigned in bases:
            if width >= least and value >> (width - (not unsigned)) == 0:
                return f"{'u' if unsigned else ''}int{width}_t"
    return "uint64_t"
