r"""Configuration text: arguments, words, strings and escapes, as Click reads them.

Commas separate arguments. `"…"` is a string with escapes (`\n`, `\t`, `\x41`, `\<48 65>` for bytes, `\` before a newline for nothing),
`'…'` a string without, and `\<…>` bytes in hexadecimal anywhere. `//` and `/* */` are comments outside strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_BYTES: Final = r"\\<(?:[^>/]|//[^\n\r]*|/\*.*?(?:\*/|\Z)|/(?![/*]))*+(?:>|\Z)"
_PIECE: Final = re.compile(
    rf"""(?P<comment>//[^\n\r]*|/\*.*?(?:\*/|\Z))
      | (?P<string>"(?:[^"\\]|{_BYTES}|\\(?!<).|\\\Z)*+(?:"|\Z))
      | (?P<verbatim>'[^']*(?:'|\Z))
      | (?P<bytes>{_BYTES})
      | (?P<comma>,)
      | (?P<space>[ \t\n\r\f\v]+)
      | (?P<plain>[^,"'\\/ \t\n\r\f\v]+|.)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE: Final = re.compile(rf"({_BYTES})|\\x([0-9a-fA-F]*)|\\([0-7]{{1,3}})|\\(\r\n|.)", re.DOTALL)

_CLOSED_STRING: Final = re.compile(rf'"(?:[^"\\]|{_BYTES}|\\(?!<).)*+"', re.DOTALL)
_COMMENT: Final = re.compile(r"//[^\n\r]*|/\*.*?\*/", re.DOTALL)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for found in _PIECE.finditer(text):
        kind = found.lastgroup
        assert kind is not None
        yield kind, found.group()


def split_arguments(config: str) -> list[str]:
    """The arguments between commas, white space around each stripped and comments with the space beside them made one space. An empty
    last argument is none.
    """
    arguments: list[list[tuple[str, str]]] = [[]]
    for kind, piece in _pieces(config):
        if kind == "comma":
            arguments.append([])
        else:
            arguments[-1].append((kind, piece))
    joined = [_joined(argument) for argument in arguments]
    return joined if joined[-1] else joined[:-1]


def without_comments(config: str) -> str:
    """``config`` as it is where it has no comment, else its arguments without."""
    commented = any(kind == "comment" for kind, _ in _pieces(config)) if "/" in config else False
    return ", ".join(split_arguments(config)) if commented else config


def _joined(pieces: list[tuple[str, str]]) -> str:
    out: list[str] = []
    gap, commented = "", False
    for kind, piece in pieces:
        if kind == "comment":
            commented = True
        elif kind == "space":
            gap += piece
        else:
            out += [" " if commented else gap, piece] if out else [piece]
            gap, commented = "", False
    return "".join(out)


def split_words(text: str) -> list[str]:
    """The words between white space; a string counts as part of a word."""
    words: list[list[str]] = []
    inside = False
    for kind, piece in _pieces(text):
        if kind in ("space", "comment"):
            inside = False
        elif inside:
            words[-1].append(piece)
        else:
            words.append([piece])
            inside = True
    return ["".join(word) for word in words]


def shift_word(text: str) -> tuple[str, str]:
    """The first word, nothing where there is none, and what follows it and the space behind it."""
    word, at, ended = "", 0, False
    for kind, piece in _pieces(text):
        if kind in ("space", "comment"):
            ended = bool(word)
        elif ended:
            break
        else:
            word += piece
        at += len(piece)
    return word, text[at:]


def unquote(text: str) -> str:
    """The text that quotes and escapes stand for; bytes are characters 0 to 255."""
    return unquote_word(text.strip(" \t\n\r\f\v"))


def unquote_word(text: str) -> str:
    """The same of a word, in which a string that is not closed may end with white space."""
    result: list[str] = []
    for kind, piece in _pieces(text):
        if kind == "string":
            result.append(_escaped(_string_content(piece)))
        elif kind == "verbatim":
            result.append(piece[1:-1] if len(piece) > 1 and piece.endswith("'") else piece[1:])
        elif kind == "bytes":
            result.append(_hexadecimal(piece[2:].rstrip(">")))
        elif kind != "comment":
            result.append(piece)
    return "".join(result)


def _string_content(piece: str) -> str:
    """What is between the quotes; the closing one can be missing at the end of a text."""
    closed = _CLOSED_STRING.fullmatch(piece) is not None
    return piece[1:-1] if closed else piece[1:]


def _escaped(text: str) -> str:
    def replacement(found: re.Match[str]) -> str:
        data, number, octal, letter = found.groups()
        if data is not None:
            return _hexadecimal(data[2:])
        if number is not None:
            return chr(int(number[-2:] or "0", 16))
        if octal is not None:
            return chr(int(octal, 8) & 0xFF)
        return "" if letter in ("\n", "\r", "\r\n") else _ESCAPES.get(letter, letter)

    return _ESCAPE.sub(replacement, text)


def _hexadecimal(text: str) -> str:
    digits = "".join(c for c in _COMMENT.sub("", text) if c in "0123456789abcdefABCDEF")
    return "".join(chr(int(digits[i : i + 2], 16)) for i in range(0, len(digits) - 1, 2))


def quote_always(text: str) -> str:
    """``text``, of which a character is a byte, as a string in double quotes, as Click writes it into another string."""
    out = []
    for character in text:
        if character in '"\\$':
            out.append("\\" + character)
        elif character in "\t\r\n":
            out.append({"\t": "\\t", "\r": "\\r", "\n": "\\n"}[character])
        elif 32 <= ord(character) < 127:
            out.append(character)
        else:
            data = bytes((ord(character),)) if ord(character) < 256 else character.encode("utf-8", "surrogatepass")
            out += [f"\\{byte:03o}" for byte in data]
    return '"' + "".join(out) + '"'


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
