"""Diagnostics: what is wrong with an input, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NoReturn

LONGEST_LINE: Final = 240
"""Characters of a source line that a diagnostic shows."""


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file: line and column count from 1; ``tenant`` is None where no tenant is known."""

    tenant: str | None
    file: str
    line: int
    column: int

    def __str__(self) -> str:
        prefix = f"{self.tenant}: " if self.tenant else ""
        return f"{prefix}{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Diagnostic:
    """One mistake: its place, what it is, and what to do. ``source_line`` is the text of the line, for the caret. ``click`` is what Click's
    users know it as, where that is something else: places with what is said of each."""

    location: Location | None
    message: str
    advice: str
    source_line: str | None = None
    click: tuple[tuple[Location | None, str], ...] = field(default=(), compare=False)

    def render(self) -> str:
        """The diagnostic as text: place and message, the source line with a caret below, the advice. What cannot be printed is replaced,
        whatever the input had."""
        place = _printable(f"{self.location}: ") if self.location else ""
        lines = [f"{place}error: {_printable(self.message, lines=True)}"]
        if self.source_line is not None and self.location is not None:
            shown, column = _shown(self.source_line, self.location.column - 1)
            padding = "".join("\t" if character == "\t" else " " for character in shown[:column])
            lines += [f"    {shown}", f"    {padding}^"]
        return "\n".join([*lines, f"  {_printable(self.advice, lines=True)}"])


def _printable(text: str, lines: bool = False) -> str:
    """``text`` with nothing that moves a cursor but tabs and, in what may have ``lines``, their ends."""
    return "".join(c if c.isprintable() or c == "\t" or (lines and c == "\n") else "\N{REPLACEMENT CHARACTER}" for c in text)


def _shown(line: str, column: int) -> tuple[str, int]:
    """The line as it is shown, with the column in it: of a very long one what is near the column, and nothing that moves a cursor."""
    start = max(0, column - LONGEST_LINE // 2) if len(line) > LONGEST_LINE else 0
    part = _printable(line[start : start + LONGEST_LINE])
    return ("…" if start else "") + part + ("…" if start + LONGEST_LINE < len(line) else ""), column - start + bool(start)


class ClickError(Exception):
    """One or more mistakes in an input. ``str()`` is their rendering, sorted by place."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_place))
        super().__init__("\n".join(d.render() for d in self.diagnostics))

    def __reduce__(self) -> tuple[type[ClickError], tuple[Diagnostic, ...]]:
        # It comes out of processes of their own as what it is.
        return type(self), self.diagnostics


def _place(diagnostic: Diagnostic) -> tuple[str, str, int, int]:
    where = diagnostic.location
    return (where.tenant or "", where.file, where.line, where.column) if where else ("", "", 0, 0)


def fail(
    message: str,
    advice: str,
    location: Location | None = None,
    source_line: str | None = None,
    click: tuple[tuple[Location | None, str], ...] = (),
) -> NoReturn:
    """Raise a `ClickError` with one diagnostic."""
    raise ClickError(Diagnostic(location, message, advice, source_line, click))
