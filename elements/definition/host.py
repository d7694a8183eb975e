"""Whoever drives a machine that runs by itself, as elements that are partly Python see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from elements.definition.handlers import StateView

Address = int
"""Where a packet of the compiled runtime is."""
READABLE, WRITABLE = 1, 4
"""Events of poll."""


class HandlerError(Exception):
    """A handler that is not there or refused what it was asked; the text says what, as Click does. ``answer`` is what it gave
    nevertheless."""

    def __init__(self, text: str, answer: str | None = None) -> None:
        super().__init__(text)
        self.answer = answer


class Host(Protocol):
    """Handlers are named ``element.handler``, or ``handler`` alone for those of ``asking``, an element, or of the machine itself; the
    name of an element is looked for from the compound element outwards in which ``asking`` stands."""

    @property
    def now(self) -> int:
        """The clock, in ns since 1970."""

    @property
    def names(self) -> Sequence[str]:
        """The elements, in the graph's order."""

    def read_handler(self, handler: str, question: str = "", asking: str = "") -> str:
        """The text of a read handler. Errors: `HandlerError`."""

    def write_handler(self, handler: str, text: str, asking: str = "") -> str:
        """Call a write handler; what it answers, usually nothing. Errors: `HandlerError`."""

    def find_read_handler(self, handler: str, question: str = "", asking: str = "") -> str:
        """The whole name of a read handler that takes this question. Errors: `HandlerError`."""

    def find_write_handler(self, handler: str, asking: str = "") -> str:
        """The whole name of a write handler. Errors: `HandlerError`."""

    def knows(self, name: str) -> bool:
        """Whether handlers can be called by that name: an element's, or a tenant's where tenants share the processor."""

    def words(self, name: str) -> StateView:
        """The state variables of an element."""

    def can(self, element: str, handler: str) -> str:
        """What somebody outside can do with a handler of ``element``, or of the machine itself where that is empty: r, w, rw or nothing."""

    def llrpc(self, element: str, number: int, data: bytes) -> bytes:
        """What `Element.llrpc` answers. Errors: ``OSError``."""

    def at(self, name: str, time: int | None) -> None:
        """Run the timer of element ``name`` when the clock is at ``time`` ns, once, and not when it was to be run before; never if None."""

    def watch(self, name: str, descriptor: int, events: int) -> None:
        """Run ``ready`` of element ``name`` when the file descriptor is ready for ``events``; 0: never again."""

    def stop(self, count: int = 1) -> None:
        """Tell the driver to stop, once the machine has done what it is at; ``count`` less than 0 takes that back."""

    def signal(self, number: int, handler: str) -> None:
        """Call a write handler the next time that the signal comes, once; a signal that nobody waits for does what it does by itself."""

    def packet(self, address: Address) -> bytes:
        """The bytes of a packet."""

    def say(self, text: str) -> None:
        """A line on standard error."""

    def write_out(self, data: bytes) -> None:
        """Bytes on standard output, at once."""
