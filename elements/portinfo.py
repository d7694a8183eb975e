"""PortInfo(NAME PORT[/PROTOCOL], ...)

Gives names to TCP and UDP ports, which other elements can use in their configurations.

It has no ports and sees no packets. A name is known in the compound element in which it stands and in those inside. Several names may
follow the port, and a comment that begins with `#`, so that lines of a file of services can be arguments.

Arguments:
    NAME: a name and its port; without a protocol, `tcp`, `udp` or another's number or name, it is a port of both TCP and UDP.

Examples:
    PortInfo(game 7777/udp arcade, web 8080)
"""

from collections.abc import Iterable
from typing import ClassVar

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.names import Definition
from elements.definition.parsers import byte, unsigned16
from elements.definition.ports import Ports
from elements.filters.names import PROTOCOLS
from graph.configuration import split_arguments


def _named(text: str) -> list[Definition]:
    """All that an argument defines. Errors: ``ValueError``."""
    words = text.partition("#")[0].split()
    if not words:
        return []
    if len(words) < 2:
        raise ValueError(f"a name and its port are wanted, not {text!r}")
    number, slash, protocol = words[1].partition("/")
    port = unsigned16(number)
    if not slash:
        kinds = ["tcp", "udp"]
    elif protocol.lower() in ("tcp", "udp"):
        kinds = [protocol.lower()]
    else:
        kinds = [f"port {_protocol(protocol)}"]
    return [(kind, name, port) for kind in kinds for name in (words[0], *words[2:])]


def _protocol(text: str) -> int:
    if text in PROTOCOLS:
        return PROTOCOLS[text]
    try:
        return byte(text)
    except ValueError:
        raise ValueError(f"{text!r} is no protocol") from None


class PortInfo(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("0/0")
    named = Rest("NAME", _named)

    @classmethod
    def definitions(cls, config: str) -> Iterable[Definition]:
        for text in split_arguments(config):
            try:
                yield from _named(text)
            except ValueError:
                # The element itself says so when it is made.
                continue

    def c_source(self) -> CSource:
        return CSource()
