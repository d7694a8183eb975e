"""Ports by name or number, as configurations write them."""

from __future__ import annotations

import socket

from elements.definition.names import names_in_use
from elements.definition.parsers import unsigned16
from elements.filters.names import PORTS


def named_port(name: str, protocol: str) -> int | None:
    """The `tcp` or `udp` port of that name: one that PortInfo gives it, a usual one, or one of the operator's services."""
    names = names_in_use()
    found = names.find(protocol, name)
    if isinstance(found, int):
        return found
    if name in PORTS:
        return PORTS[name]
    if not names.devices or not name.isascii():
        return None
    try:
        return socket.getservbyname(name, protocol)
    except (OSError, ValueError):
        return None


def udp_port(text: str) -> int:
    """A UDP port, a number or a name. Errors: ``ValueError``."""
    named = None if text[:1].isdigit() else named_port(text, "udp")
    if named is not None:
        return named
    try:
        return unsigned16(text)
    except ValueError:
        raise ValueError(f"a UDP port, a number from 0 to 65535 or a name, is wanted, not {text!r}") from None
