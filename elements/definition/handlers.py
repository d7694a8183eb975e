"""Handlers: named points where an element's state is read or written as text. They see state variables alone, whichever reading holds
them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from elements.program.program import State, Table

F = TypeVar("F", bound=Callable[..., Any])
FRAME: Final = 1514
"""Bytes of a packet that a write handler may ask for whatever is configured, as every port and crossing holds them."""


class StateView(Protocol):
    """The state variables and lookup tables of one element, in any reading."""

    def get(self, state: State, index: int = 0) -> int:
        """The variable's value."""

    def set(self, state: State, value: int, index: int = 0) -> None:
        """Change the variable's value."""

    def table(self, table: Table) -> Table:
        """A table of the element's program, with the entries that it has now."""

    def replace(self, table: Table) -> None:
        """Give the program's table of that name these entries. Errors: ``ValueError`` where tables cannot change."""


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


def private(method: F) -> F:
    """Marks a read handler that nobody outside may ask."""
    method.__dict__["is_private"] = True
    return method


def settable(length: int, most: int, argument: str) -> int:
    """A ``length`` that a write handler sets, where the hardware was made for packets of at most ``most`` bytes, which ``argument`` in the
    configuration settles. Errors: ``ValueError`` for a greater one."""
    if length > most:
        raise ValueError(
            f"at most {most} bytes are taken while the machine runs, not {length}: for more, give {argument} in the configuration"
        )
    return length


def handlers_of(element: object, kind: str) -> dict[str, Callable[..., Any]]:
    """The element's handlers of ``kind`` `read` or `write`, by name, sorted. One whose name ends in `#` is there once for each number below
    the element's ``handler_ports``; its method has the number as its last parameter."""
    found: dict[str, Callable[..., Any]] = {}
    for attribute in sorted(dir(type(element))):
        method = getattr(type(element), attribute)
        name = getattr(method, "__dict__", {}).get(f"{kind}_handler")
        if name is None:
            continue
        if name.endswith("#"):
            for port in range(getattr(element, "handler_ports", 0)):
                found[f"{name[:-1]}{port}"] = _of_port(getattr(element, attribute), kind, port)
            continue
        found[name] = getattr(element, attribute)
    return dict(sorted(found.items()))


def _of_port(method: Callable[..., Any], kind: str, port: int) -> Callable[..., Any]:
    """A handler of one port."""
    if kind == "read":
        return lambda state: method(state, port)
    return lambda state, text: method(state, text, port)


class _Recorder:
    """Remembers what a handler sets; reads as zero."""

    def __init__(self) -> None:
        self.made: dict[State, set[int]] = {}

    def get(self, state: State, index: int = 0) -> int:
        return 0

    def set(self, state: State, value: int, index: int = 0) -> None:
        self.made.setdefault(state, set()).add(value)

    def table(self, table: Table) -> Table:
        return table

    def replace(self, table: Table) -> None:
        pass


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
