"""Mistakes in a configuration as Click prints them: file and line, what it is, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from graph.diagnostics import ClickError, Diagnostic

UNDECLARED: Final = "undeclared element "
_OF_ELEMENT: Final = re.compile(r"(\S+ :: \S+): (.*)", re.DOTALL)


def said(error: ClickError) -> list[str]:
    """The lines. Where classes are missing, nothing else is said, as there is no graph to look at; what is said about one element
    stands below it."""
    lines = [(place, text) for diagnostic in error.diagnostics for place, text in _known(diagnostic)]
    if is_of_language(error):
        lines = [(place, text) for place, text in lines if text.startswith(UNDECLARED)] or lines
    found: list[str] = []
    above = ""
    for place, text in lines:
        head, _, rest = f"{place}{text}".partition("\n")
        found += [*([head] if head != above or not rest else []), *(rest.split("\n") if rest else [])]
        above = head if rest else ""
    return found


def is_of_language(error: ClickError) -> bool:
    """Whether a graph was made of the text at all, so far as Click is concerned."""
    return any(text.startswith(UNDECLARED) for diagnostic in error.diagnostics for _, text in diagnostic.click)


def _known(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    of_element = _OF_ELEMENT.fullmatch(diagnostic.message)
    text = f"While configuring '{of_element.group(1)}':\n  {of_element.group(2)}" if of_element else diagnostic.message
    for location, line in diagnostic.click or ((diagnostic.location, text),):
        yield (f"{location.file}:{location.line}: " if location is not None else ""), line
