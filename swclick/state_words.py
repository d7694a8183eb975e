"""What of an element is written by hand in C, and which of its state can be read from outside."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.program.program import State


def state_words(element: Element) -> list[State]:
    """The state variables that can be read from outside, in a fixed order."""
    accessed = [access.state for access in element.trace_live().accesses] if element.has_program else []
    names = [name for name, _ in source_of(element).state]
    return accessed + [getattr(type(element), name) for name in names]


def state_strides(element: Element) -> dict[str, int]:
    """The state variables whose words do not stand one behind the other, with the bytes from one to the next."""
    return dict(source_of(element).strides)


def source_of(element: Element) -> CSource:
    """What of ``element`` is written by hand: all, or what stands beside its program."""
    return element.c_source() if not element.has_program or type(element).c_source is not Element.c_source else CSource()
