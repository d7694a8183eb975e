"""The words of a filter expression, each with its column."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from elements.definition.octets import WHITE

FACTOR_ENDS: Final = (")", "?", ":", "or", "||", "and", "&&")
"""Words that no test begins with and no value is."""
_WORD: Final = re.compile(r"\s*(\|\||&&|[<>!=]=|[A-Za-z0-9\-./@_:]+|[&|<>!=()\[\],;?])", re.ASCII)


class Words:
    """The words of ``text``, read from left to right; ``at`` is the number of the next. Errors are ``ValueError`` that name a column."""

    def __init__(self, text: str) -> None:
        self.text = text.rstrip(WHITE)
        self.at = 0
        self._words: list[tuple[str, int]] = []
        at = 0
        while at < len(self.text):
            found = _WORD.match(self.text, at)
            if found is None:
                rest = self.text[at:].lstrip(WHITE)
                raise ValueError(f"column {len(self.text) - len(rest) + 1}: {rest[:1]!r} has no meaning in a filter expression")
            self._words.append((found.group(1), found.start(1) + 1))
            at = found.end()

    def word(self, ahead: int = 0) -> str | None:
        """The next word, or the one ``ahead`` of it; None where the expression ends before."""
        return self._words[self.at + ahead][0] if self.at + ahead < len(self._words) else None

    def ends(self) -> bool:
        """Whether neither a test nor a value can be next."""
        return self.word() is None or self.word() in FACTOR_ENDS

    def take(self) -> str:
        """The next word, which is passed."""
        self.at += 1
        return self._words[self.at - 1][0]

    def accept(self, *words: str) -> bool:
        """Whether the next word is one of these; it is passed then."""
        if self.word() not in words:
            return False
        self.at += 1
        return True

    def fail(self, wanted: str, at: int | None = None) -> NoReturn:
        """Say that ``wanted`` is wanted in the place of word ``at``, the next where none is given."""
        place = self.at if at is None else at
        if place >= len(self._words):
            raise ValueError(f"column {len(self.text) + 1}: {wanted} is wanted where the expression ends")
        found, column = self._words[place]
        raise ValueError(f"column {column}: {wanted} is wanted, not {found!r}")

    def refuse(self, why: str, at: int | None = None) -> NoReturn:
        """Say ``why`` what stands at word ``at``, the next where none is given, cannot be."""
        place = self.at if at is None else at
        column = self._words[place][1] if place < len(self._words) else len(self.text) + 1
        raise ValueError(f"column {column}: {why}")
