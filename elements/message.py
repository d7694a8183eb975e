"""Message(MESSAGE [, TYPE])

Says something about the configuration when it is read: on standard error, below the place where it stands.

A machine that does not run by itself says nothing, unless it is an error.

Arguments:
    MESSAGE: the text.
    TYPE: MESSAGE, WARNING, which is said to be one, or ERROR, with which the configuration is refused; MESSAGE if not given.

Examples:
    Message("This configuration is for tests.")
    Message("Use the new one.", WARNING)
    Message(MESSAGE old, TYPE MESSAGE)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.host import Host
from elements.definition.parsers import raw, word
from elements.definition.ports import Ports


class Message(Element):
    ports = Ports("0/0")
    message = Argument("MESSAGE", word)
    type = Argument("TYPE", raw, "MESSAGE")

    def setup(self) -> None:
        if self.type not in ("MESSAGE", "WARNING", "ERROR"):
            raise ValueError("unrecognized message type")
        if self.type == "ERROR":
            raise ValueError(self.message)

    def c_source(self) -> CSource:
        return CSource()

    def started(self, host: Host) -> None:
        place = self.node.location
        host.say(f"{place.file}:{place.line}: While configuring '{self.name} :: Message':")
        prefix = "warning: " if self.type == "WARNING" else ""
        for line in f"{prefix}{self.message}".split("\n"):
            host.say(f"  {line}")
