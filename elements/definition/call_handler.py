"""Calls a handler that a configuration names: ``element.handler value``."""

from __future__ import annotations

from elements.definition.host import HandlerError, Host
from elements.definition.octets import WHITE


def call_handler(host: Host, call: str, asking: str) -> None:
    """Call the write handler; what is wrong with it is said on standard error, as a packet's path has nobody to tell."""
    name, _, value = call.strip(WHITE).partition(" ")
    try:
        host.write_handler(name, value.strip(WHITE), asking)
    except HandlerError as error:
        host.say(f"{asking}: {error}")
