"""Words of the Click language with their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, NoReturn

from graph.configuration import unquote
from graph.diagnostics import Location, fail
from graph.syntax import Place

_WORD: Final = re.compile(
    r"""(?P<space>[ \t\n\r\f\v]+|//[^\n\r]*|/\*.*?\*/)
      | (?P<directive>(?:\A|(?<=[\n\r]))\#[^\n\r]*)
      | (?P<arrow>->|=>)
      | (?P<name>[A-Za-z0-9_@]+(?:/[A-Za-z0-9_@]+)*)
      | (?P<variable>\$[A-Za-z0-9_]+)
      | (?P<symbol>::|\|\||\.\.\.|[{}()\[\];,|-])
      | (?P<unfinished>/\*)
      | (?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_BYTES: Final = r"\\<(?:[^>/]|//[^\n\r]*|/\*.*?\*/|/(?![/*]))*+>"
_STRING: Final = rf'"(?:[^"\\]|{_BYTES}|\\(?!<).)*+"'
_CONFIG: Final = re.compile(
    rf"""(?P<directive>(?<=[\n\r])\#[^\n\r]*)
      | (?P<skip>//[^\n\r]*|/\*.*?\*/|{_STRING}|'[^']*'|{_BYTES}|[^()"'\\/\n\r\#]+|\r\n|[\n\r\#]|\\(?!<)|/(?!\*))
      | (?P<open>\()
      | (?P<close>\))
      | (?P<unclosed>["']|/\*|\\<)""",
    re.DOTALL | re.VERBOSE,
)
_UNCLOSED: Final = {'"': ("this string", '"'), "'": ("this string", "'"), "/*": ("this comment", "*/"), "\\<": ("this data", ">")}
_DIRECTIVE: Final = re.compile(r'#[ \t]*(?:line[ \t]+)?([0-9]{1,9})(?![0-9])[ \t]*("(?:[^"\\]|\\.)*"?)?')
_KEYWORDS: Final = frozenset(("elementclass", "require", "provide", "define"))


def is_configuration(text: str) -> bool:
    """Whether ``text`` can stand between parentheses and end where it ends: brackets balanced, strings and comments closed."""
    position, depth = 0, 0
    while position < len(text):
        found = _CONFIG.match(text, position)
        if found is None or found.lastgroup in ("unclosed", "directive"):
            return False
        depth += {"open": 1, "close": -1}.get(found.lastgroup or "", 0)
        if depth < 0:
            return False
        position = found.end()
    return depth == 0


@dataclass(frozen=True)
class Word:
    """A word: ``kind`` is `name`, `keyword`, `variable`, `symbol`, `arrow` or `end`."""

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
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
        self.own_file = file
        self._line_shift = 0
        self._ahead: list[Word] = []
        self._line = (-1, "")

    def place(self, position: int) -> Place:
        """The place of a position in the text, with `# line` directives applied."""
        index = bisect_right(self._starts, position) - 1
        start = self._starts[index]
        if self._line[0] != index:
            end = self._starts[index + 1] if index + 1 < len(self._starts) else None
            self._line = (index, self.text[start:end].rstrip("\r\n"))
        return Place(Location(self.tenant, self.file, index + 1 + self._line_shift, position - start + 1), self._line[1])

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
                return Word("keyword" if found.group() in _KEYWORDS else kind, found.group(), self.place(start))

    def _directive(self, text: str, start: int) -> None:
        found = _DIRECTIVE.match(text)
        if found is None:
            self._fail("this is not a line directive", 'write # LINE "FILE", or use // for a comment', start)
        physical = bisect_right(self._starts, start)
        self._line_shift = int(found.group(1)) - physical - 1
        if found.group(2) is not None:
            self.file = unquote(found.group(2)) or self.own_file

    def _fail(self, message: str, advice: str, start: int) -> NoReturn:
        place = self.place(start)
        fail(message, advice, place.location, place.line)

    def configuration(self, opening: Word) -> str:
        """The text up to the parenthesis that closes ``opening``, which was taken just now; leading and trailing white space is left
        out, and so are line directives.
        """
        if self._ahead:
            raise ValueError("a configuration can only follow the last word that was read")
        start, depth = self.position, 1
        text = ""
        while (found := _CONFIG.match(self.text, self.position)) is not None:
            kind = found.lastgroup
            if kind == "unclosed":
                what, close = _UNCLOSED[found.group()]
                self._fail(f"{what} is never closed", f"close it with {close}", found.start())
            self.position = found.end()
            if kind == "directive":
                text += self.text[start : found.start()]
                start = found.end()
                self._directive(found.group(), found.start())
            depth += {"open": 1, "close": -1}.get(kind or "", 0)
            if depth == 0:
                return (text + self.text[start : found.start()]).strip(" \t\n\r\f\v")
        known = ((opening.place.location, "expected ')'"),)
        return fail("this configuration is never closed", "close it with )", opening.place.location, opening.place.line, known)
