r"""Configuration text: arguments, words, strings and escapes, as Click reads them.

Commas separate arguments. `"…"` is a string with escapes (`\n`, `\t`, `\x41`, `\<48 65>` for bytes, `\` before a newline for nothing),
`'…'` a string without, and `\<…>` bytes in hexadecimal anywhere. `//` and `/* */` are comments outside strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_PIECE: Final = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))
      | (?P<verbatim>'[^']*(?:'|\Z))
      | (?P<bytes>\\<[^>]*(?:>|\Z))
      | (?P<comma>,)
      | (?P<space>\s+)
      | (?P<plain>.)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for found in _PIECE.finditer(text):
        kind = found.lastgroup
        assert kind is not None
        yield kind, found.group()


def split_arguments(config: str) -> list[str]:
    """The arguments between commas, comments taken out, white space around each stripped. No text at all is no argument."""
    arguments = [""]
    for kind, piece in _pieces(config):
        if kind == "comma":
            arguments.append("")
        else:
            arguments[-1] += " " if kind == "comment" else piece
    stripped = [argument.strip() for argument in arguments]
    return [] if stripped == [""] else stripped


def split_words(text: str) -> list[str]:
    """The words between white space; a string counts as part of a word."""
    words: list[str] = []
    inside = False
    for kind, piece in _pieces(text):
        if kind in ("space", "comment"):
            inside = False
        elif inside:
            words[-1] += piece
        else:
            words.append(piece)
            inside = True
    return words


def unquote(text: str) -> str:
    """The text that quotes and escapes stand for; bytes are characters 0 to 255."""
    result = ""
    for kind, piece in _pieces(text.strip()):
        if kind == "string":
            result += _escaped(piece[1:-1] if len(piece) > 1 and piece.endswith('"') else piece[1:])
        elif kind == "verbatim":
            result += piece[1:-1] if len(piece) > 1 and piece.endswith("'") else piece[1:]
        elif kind == "bytes":
            result += _hexadecimal(piece[2:].rstrip(">"))
        elif kind != "comment":
            result += piece
    return result


def _escaped(text: str) -> str:
    pattern = re.compile(r"\\(?:<([^>]*)>|x([0-9a-fA-F]+)|([0-7]{1,3})|(\r\n|.))", re.DOTALL)

    def replacement(found: re.Match[str]) -> str:
        data, number, octal, letter = found.groups()
        if data is not None:
            return _hexadecimal(data)
        if number is not None:
            return chr(int(number, 16) & 0xFF)
        if octal is not None:
            return chr(int(octal, 8) & 0xFF)
        return "" if letter in ("\n", "\r\n") else _ESCAPES.get(letter, letter)

    return pattern.sub(replacement, text)


def _hexadecimal(text: str) -> str:
    digits = "".join(c for c in re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL) if c in "0123456789abcdefABCDEF")
    return "".join(chr(int(digits[i : i + 2], 16)) for i in range(0, len(digits) - 1, 2))


def quote(text: str) -> str:
    """A form of ``text`` that `unquote` gives back, with quotes only where they are needed."""
    if text and re.fullmatch(r"[^\s\"'\\,#()/]+", text):
        return text
    out = []
    for character in text:
        if character in '"\\$':
            out.append("\\" + character)
        elif character == "\n":
            out.append("\\n")
        elif character == "\t":
            out.append("\\t")
        elif 32 <= ord(character) < 127:
            out.append(character)
        else:
            out.append(f"\\<{ord(character) & 0xFF:02X}>")
    return '"' + "".join(out) + '"'
