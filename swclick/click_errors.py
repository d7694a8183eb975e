"""Mistakes in a configuration, as Click prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from graph.diagnostics import ClickError, Diagnostic

_OF_ELEMENT: Final = re.compile(r"(\S+ :: \S+): (.*)", re.DOTALL)


def as_click_says(error: ClickError) -> str:
    """Those of elements' arguments below a line that says where, and once for each element; others with the line and the advice."""
    return "\n".join(_lines(error))


def _lines(error: ClickError) -> Iterator[str]:
    before = None
    for diagnostic in error.diagnostics:
        found = _OF_ELEMENT.fullmatch(diagnostic.message)
        if found is None or diagnostic.location is None:
            before = None
            yield diagnostic.render()
            continue
        place = _place(diagnostic), found.group(1)
        if place != before:
            yield f"{place[0]}: While configuring '{place[1]}':"
        before = place
        yield from (f"  {line}" for line in found.group(2).split("\n"))


def _place(diagnostic: Diagnostic) -> str:
    where = diagnostic.location
    assert where is not None
    return f"{where.file}:{where.line}"
