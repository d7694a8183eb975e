"""Diagnostics: what is wrong with an input, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn


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
    """One mistake: its place, what it is, and what to do. ``source_line`` is the text of the line, for the caret."""

    location: Location | None
    message: str
    advice: str
    source_line: str | None = None

    def render(self) -> str:
        """The diagnostic as text: place and message, the source line with a caret below, the advice."""
        place = f"{self.location}: " if self.location else ""
        lines = [f"{place}error: {self.message}"]
        if self.source_line is not None and self.location is not None:
            before = self.source_line[: self.location.column - 1]
            padding = "".join("\t" if character == "\t" else " " for character in before)
            lines += [f"    {self.source_line}", f"    {padding}^"]
        return "\n".join([*lines, f"  {self.advice}"])


class ClickError(Exception):
    """One or more mistakes in an input. ``str()`` is their rendering, sorted by place."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_place))
        super().__init__("\n".join(d.render() for d in self.diagnostics))


def _place(diagnostic: Diagnostic) -> tuple[str, str, int, int]:
    where = diagnostic.location
    return (where.tenant or "", where.file, where.line, where.column) if where else ("", "", 0, 0)


def fail(message: str, advice: str, location: Location | None = None, source_line: str | None = None) -> NoReturn:
    """Raise a `ClickError` with one diagnostic."""
    raise ClickError(Diagnostic(location, message, advice, source_line))
