"""Handlers: named points where an element's state is read or written as text. They see state variables alone, whichever reading holds
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, TypeVar

from elements.program.program import State

F = TypeVar("F", bound=Callable[..., Any])
FRAME: Final = 1514
"""Bytes of a packet that a write handler may ask for whatever is configured, as every port and crossing holds them."""


class StateView(Protocol):
    """The state variables of one element, in any reading."""

    def get(self, state: State, index: int = 0) -> int:
        """The variable's value."""

    def set(self, state: State, value: int, index: int = 0) -> None:
        """Change the variable's value."""


def reads(name: str) -> Callable[[F], F]:
    """Marks a method ``(self, state: StateView) -> str`` as the read handler ``name``; one with a parameter has it last, with a default."""

    def mark(method: F) -> F:
        method.__dict__["read_handler"] = name
        return method

    return mark


def writes(name: str) -> Callable[[F], F]:
    """Marks a method ``(self, state: StateView, text: str) -> None`` as the write handler ``name``."""

    def mark(method: F) -> F:
        method.__dict__["write_handler"] = name
        return method

    return mark


def reads_each(name: str) -> Callable[[F], F]:
    """Marks a method ``(self, state: StateView, number: int) -> str`` as the read handlers ``name`` 0, 1 and so on, one for each input."""

    def mark(method: F) -> F:
        method.__dict__["read_handlers"] = name
        return method

    return mark


def writes_each(name: str) -> Callable[[F], F]:
    """Marks a method ``(self, state: StateView, number: int, text: str) -> None`` as write handlers in the same way."""

    def mark(method: F) -> F:
        method.__dict__["write_handlers"] = name
        return method

    return mark


def settable(length: int, most: int, argument: str) -> int:
    """A ``length`` that a write handler sets, where the hardware was made for packets of at most ``most`` bytes, which ``argument`` in the
    configuration settles. Errors: ``ValueError`` for a greater one."""
    if length > most:
        raise ValueError(
            f"at most {most} bytes are taken while the machine runs, not {length}: for more, give {argument} in the configuration"
        )
    return length


def handlers_of(element: object, kind: str) -> dict[str, Callable[..., Any]]:
    """The element's handlers of ``kind`` `read` or `write`, by name, sorted."""
    found: dict[str, Callable[..., Any]] = {}
    for name, is_each, method in _marked(element, kind):
        if not is_each:
            found[name] = method
            continue
        for number in range(max(1, getattr(element, "inputs", 1))):
            found[f"{name}{number}"] = _numbered(method, number, kind)
    return dict(sorted(found.items()))


def handler_names(element: object, kind: str) -> list[str]:
    """The names of the same, sorted, with N in the place of an input's number."""
    return sorted(f"{name}N" if is_each else name for name, is_each, _ in _marked(element, kind))


def _marked(element: object, kind: str) -> Iterator[tuple[str, bool, Callable[..., Any]]]:
    """Names of handlers, whether there is one for each input, and methods."""
    for attribute in sorted(dir(type(element))):
        marks = getattr(getattr(type(element), attribute), "__dict__", {})
        for mark in (f"{kind}_handler", f"{kind}_handlers"):
            if mark in marks:
                yield marks[mark], mark.endswith("s"), getattr(element, attribute)


def _numbered(method: Callable[..., Any], number: int, kind: str) -> Callable[..., Any]:
    if kind == "read":
        return lambda state: method(state, number)
    return lambda state, text: method(state, number, text)


class _Recorder:
    """Remembers what a handler sets; reads as zero."""

    def __init__(self) -> None:
        self.made: dict[State, set[int]] = {}

    def get(self, state: State, index: int = 0) -> int:
        return 0

    def set(self, state: State, value: int, index: int = 0) -> None:
        self.made.setdefault(state, set()).add(value)


def resettable(element: object) -> frozenset[str]:
    """The names of the state variables that some write handler of ``element``, without an argument, puts back to their initial values."""
    found: set[str] = set()
    for handler in handlers_of(element, "write").values():
        recorder = _Recorder()
        try:
            handler(recorder, "")
        except ValueError:
            # A handler that asks for a value resets nothing.
            continue
        found |= {state.name for state, values in recorder.made.items() if values == {state.initial}}
    return frozenset(found)
