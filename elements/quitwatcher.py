"""QuitWatcher(ELEMENT, ...)

Tells the driver to stop when one of the elements has nothing more to do: when its task is not scheduled.

It looks every 10 ms, in a machine that runs by itself.

Arguments:
    ELEMENT: names of elements that have tasks.

Examples:
    QuitWatcher(x)
"""

from typing import ClassVar

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.host import HandlerError, Host
from elements.definition.parsers import word
from elements.definition.ports import Ports
from graph.diagnostics import fail

_BETWEEN = 10**7


class QuitWatcher(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("0/0")
    watched = Rest("ELEMENT", word)

    def c_source(self) -> CSource:
        return CSource()

    def started(self, host: Host) -> None:
        try:
            for name in self.watched:
                host.find_read_handler(f"{name}.scheduled", "", self.name)
        except HandlerError as error:
            known = ((self.node.location, f"While initializing '{self.name} :: QuitWatcher':\n  {error}"),)
            fail(f"{self.name} :: QuitWatcher: {error}", "name elements that have tasks", self.node.location, click=known)
        host.at(self.name, host.now + _BETWEEN)

    def due(self, host: Host) -> None:
        if any(host.read_handler(f"{name}.scheduled", "", self.name) == "false" for name in self.watched):
            host.stop()
        else:
            host.at(self.name, host.now + _BETWEEN)
