"""Words of the Click language with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from graph.diagnostics import Location, fail
from graph.syntax import Place

_WORD: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<directive>\#[^\n]*)
      | (?P<arrow>->|=>)
      | (?P<name>\$\{[A-Za-z_0-9]+\}|\$?[A-Za-z_0-9@][A-Za-z_0-9@/]*)
      | (?P<symbol>::|\|\||\.\.\.|[{}()\[\];,|])
      | (?P<unfinished>/\*)
      | (?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_CONFIG: Final = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|'[^']*'|\\<[^>]*>|[^()"'\\/]+|\\.|[/\\])|(?P<open>\()|(?P<close>\))|(?P<quote>["'])""",
    re.DOTALL | re.VERBOSE,
)
_DIRECTIVE: Final = re.compile(r'#\s*(?:line\s+)?(\d+)(?:\s+"([^"]*)")?')


@dataclass(frozen=True)
class Word:
    """A word: ``kind`` is `name`, `symbol`, `arrow` or `end`."""

    kind: str
    text: str
    place: Place


class Lexer:
    """Reads words one by one; `configuration` reads the raw text of an argument list up to its closing parenthesis."""

    def __init__(self, text: str, file: str, tenant: str | None) -> None:
        self.text = text
        self.file = file
        self.tenant = tenant
        self.position = 0
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._line_shift = 0
        self._ahead: list[Word] = []

    def place(self, position: int) -> Place:
        """The place of a position in the text, with `# line` directives applied."""
        low, high = 0, len(self._lines) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._starts[middle] <= position else (low, middle - 1)
        column = position - self._starts[low] + 1
        return Place(Location(self.tenant, self.file, low + 1 + self._line_shift, column), self._lines[low].rstrip("\r"))

    def peek(self, count: int = 0) -> Word:
        """The word after the next ``count`` words, without taking any."""
        while len(self._ahead) <= count:
            self._ahead.append(self._read())
        return self._ahead[count]

    def take(self) -> Word:
        """The next word."""
        return self._ahead.pop(0) if self._ahead else self._read()

    def _read(self) -> Word:
        while True:
            start = self.position
            found = _WORD.match(self.text, start)
            if found is None:
                return Word("end", "end of file", self.place(len(self.text)))
            self.position = found.end()
            kind = found.lastgroup or ""
            if kind == "directive":
                self._directive(found.group(), start)
            elif kind == "unfinished":
                self._fail("this comment is never closed", "close it with */", start)
            elif kind == "other":
                self._fail(f"{found.group()!r} is not expected here", "remove it, or quote it inside a configuration", start)
            elif kind != "space":
                return Word(kind, found.group(), self.place(start))

    def _directive(self, text: str, start: int) -> None:
        found = _DIRECTIVE.match(text)
        if found is None:
            self._fail("this is not a line directive", 'write # LINE "FILE", or use // for a comment', start)
        physical = self.place(start).location.line - self._line_shift
        self._line_shift = int(found.group(1)) - physical - 1
        if found.group(2) is not None:
            self.file = found.group(2)

    def _fail(self, message: str, advice: str, start: int) -> NoReturn:
        place = self.place(start)
        fail(message, advice, place.location, place.line)

    def configuration(self, opening: Word) -> str:
        """The text up to the parenthesis that closes ``opening``, which was taken just now; leading and trailing white space is left
        out.
        """
        if self._ahead:
            raise ValueError("a configuration can only follow the last word that was read")
        start, depth = self.position, 1
        while (found := _CONFIG.match(self.text, self.position)) is not None:
            self.position = found.end()
            if found.lastgroup == "quote":
                place = self.place(found.start())
                fail("this string is never closed", f"close it with {found.group()}", place.location, place.line)
            depth += {"open": 1, "close": -1}.get(found.lastgroup or "", 0)
            if depth == 0:
                return self.text[start : found.start()].strip()
        return fail("this configuration is never closed", "close it with )", opening.place.location, opening.place.line)


def words(text: str) -> Iterator[Word]:
    """Every word of ``text``, for tools and tests; configurations are not told apart."""
    lexer = Lexer(text, "<text>", None)
    while (word := lexer.take()).kind != "end":
        yield word
