"""Changes to generated C that leave alone what stands in its strings, characters and comments: that is the user's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_TEXT: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\\n]|\\.)*'|/\*.*?\*/)""", re.S)


def in_code(text: str, change: Callable[[str], str]) -> str:
    """``text`` with each piece of code between strings, characters and comments as ``change`` makes it."""
    pieces = _TEXT.split(text)
    pieces[::2] = map(change, pieces[::2])
    return "".join(pieces)
