"""Text as elements have it, in their arguments and handlers: a character is a byte. Configurations are UTF-8, where they are."""

from __future__ import annotations

import re
from typing import Final

WHITE: Final = " \t\n\v\f\r"
"""What is white space: `str.strip` would take bytes beyond ASCII for it, too."""
_ESCAPED: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\x([89a-f][0-9a-f])")


def octets(text: str) -> bytes:
    """The bytes that an element's text is; those of characters beyond a byte in UTF-8."""
    return b"".join(bytes((ord(c),)) if ord(c) < 256 else c.encode("utf-8", "surrogateescape") for c in text)


def as_octets(text: str) -> str:
    """An element's text from what stands in a configuration."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def as_text(text: str) -> str:
    """What an element's text is for people, and for the names of files; bytes that are not UTF-8 come out again as they are."""
    return text if text.isascii() else octets(text).decode("utf-8", "surrogateescape")


def unescaped(text: str) -> str:
    """``text`` with those bytes beyond ASCII as they are that ``repr`` took for characters that nobody can see."""
    return _ESCAPED.sub(lambda found: found[1] + chr(int(found[2], 16)), text)


def is_one_line(text: str) -> bool:
    """Whether an element's text has nothing but what can be printed on one line; what bytes beyond ASCII are is not looked at."""
    return all(character >= " " and character != "\x7f" for character in text)
