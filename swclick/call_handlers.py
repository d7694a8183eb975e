"""What `-h ELEMENT.HANDLER` prints: the texts of read handlers, of one element, of those of a class, or of those that a pattern names."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from elements.definition.host import HandlerError
from elements.definition.octets import as_octets, as_text
from swclick.find_handler import full_name
from swclick.live import Live

_PATTERN: Final = re.compile(r"[?*\[]")


def print_handlers(live: Live, handlers: Sequence[str]) -> bool:
    """Print them, with their names where there are several; whether all were there. What is not is said on standard error."""
    calls, fine = [], True
    for handler in map(as_octets, handlers):
        try:
            calls += _expanded(live, handler, len(handlers) > 1)
        except HandlerError as error:
            fine = False
            live.say(str(error))
    for handler, with_name in calls:
        try:
            text = _asked(live, handler)
        except HandlerError as error:
            fine = False
            live.say(str(error))
            continue
        end = "\n" if text and not text.endswith("\n") else ""
        sys.stdout.write(as_text(f"{handler}:\n{text}{end}\n" if with_name else text + end))
    sys.stdout.flush()
    return fine


def _asked(live: Live, handler: str) -> str:
    element, name = live.handlers.find(handler)
    if "r" in live.can(element, name):
        return live.read_handler(handler)
    there = f"'{full_name(element, name)}'"
    raise HandlerError(f"{there} is a write handler" if live.can(element, name) else f"no {there} handler")


def _expanded(live: Live, handler: str, with_name: bool) -> list[tuple[str, bool]]:
    """The handlers that are meant, and whether their names are printed."""
    element, dot, name = handler.partition(".")
    if not dot or element in live.elements or element in live.handlers.tenants:
        return [(handler, with_name)]
    is_pattern = bool(_PATTERN.search(element))
    if is_pattern:
        found = [each for each in (*live.names, *live.handlers.tenants) if fnmatchcase(each, element)]
    else:
        found = [each for each in live.names if live.elements[each].node.class_name == element]
    if not found:
        raise HandlerError(f"no element matching '{element}'" if is_pattern else f"no element '{element}'")
    return [(f"{each}.{name}", True) for each in found if name in live.handlers.reads(each)]
