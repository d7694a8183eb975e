"""What elements at devices of the host do in Python: they open the device when the machine is made, and say why they could not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from elements.definition.element import Element
from elements.devices.packet_socket import DeviceError, Opened, failure
from graph.diagnostics import ClickError, Diagnostic

OPEN, INDEX, FRAME, SNAPLEN, FAILED = 0, 1, 2, 3, 1000
"""What C asks for while the machine is made: the socket, -1 if there is none; then the device's number, and bytes of a packet's place in
the ring and of a packet. FAILED and an error of the system: what C did after that was refused."""


class Device:
    """A device of the host while a machine is made, whose ``open`` gives a socket that the machine closes."""

    def __init__(self, element: Element, name: str, open: Callable[[], Opened]) -> None:
        self._element = element
        self._name = name
        self._open = open
        self._error: DeviceError | None = None
        self.opened: Opened | None = None

    def answer(self, what: int) -> int:
        """The answer to one of the questions above."""
        if what >= FAILED:
            self._error = failure(self._name, what - FAILED)
            return 0
        if what == OPEN:
            try:
                self.opened = self._open()
            except DeviceError as error:
                self._error = error
        if self.opened is None:
            return -1
        opened = self.opened
        return {OPEN: opened.descriptor, INDEX: opened.index, FRAME: opened.frame, SNAPLEN: opened.snaplen}[what]

    def check(self) -> None:
        """Errors: `ClickError` where the device could not be opened."""
        if self._error is None:
            return
        node = self._element.node
        message = f"{node.name} :: {node.class_name}: {self._error}"
        raise ClickError(Diagnostic(node.location, message, self._error.advice, node.source_line))


def title(element: Element, device: str) -> str:
    """How a line about the device begins."""
    return f"{element.name} :: {element.node.class_name}: {device}"


OPEN_C: Final = f"""
    self->descriptor = -1;
    if (DRIVEN && (self->descriptor = CALL({OPEN}, NULL)) >= 0) self->index = CALL({INDEX}, NULL);
"""
