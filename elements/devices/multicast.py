"""Sockets of a multicast group: one that hears it, and one that sends to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True)
class Group:
    """A group's ``address`` and ``port``; the address and port that packets are sent from, 0 where the system says them; bytes that may
    wait in the system on either side, -1 where it says that; and whether programs of this host hear what is sent."""

    address: int
    port: int
    source: int
    source_port: int
    receive_buffer: int
    send_buffer: int
    loop: bool


@dataclass(frozen=True)
class Sockets:
    """Descriptors that do not block, which the caller has to close; ``address`` and ``port`` are what packets are sent from, 0 where routes
    say that."""

    receiver: int
    sender: int
    address: int
    port: int


def open_group(group: Group) -> Sockets:
    """Join it. Errors: ``OSError``, whose ``filename`` is the call that failed."""
    with _opened() as receiver, _opened() as sender:
        source = group.source.to_bytes(4, "big")
        if group.send_buffer >= 0:
            _set(sender, socket.SOL_SOCKET, "SO_SNDBUF", group.send_buffer)
        if group.receive_buffer >= 0:
            _set(receiver, socket.SOL_SOCKET, "SO_RCVBUF", group.receive_buffer)
        _set(receiver, socket.SOL_SOCKET, "SO_REUSEADDR", 1)
        with _called("bind"):
            receiver.bind((str(IPv4Address(group.address)), group.port))
            if group.source:
                sender.bind((str(IPv4Address(group.source)), group.source_port))
        port = sender.getsockname()[1] if group.source else 0
        if group.source:
            _set(sender, socket.IPPROTO_IP, "IP_MULTICAST_IF", source)
        _set(receiver, socket.IPPROTO_IP, "IP_ADD_MEMBERSHIP", group.address.to_bytes(4, "big") + source)
        _set(sender, socket.IPPROTO_IP, "IP_MULTICAST_LOOP", int(group.loop))
        for each in (receiver, sender):
            each.setblocking(False)
        return Sockets(receiver.detach(), sender.detach(), group.source, port)


def _opened() -> socket.socket:
    with _called("socket"):
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _set(each: socket.socket, level: int, option: str, value: int | bytes) -> None:
    with _called(f"setsockopt({option})"):
        each.setsockopt(level, getattr(socket, option), value)


@contextmanager
def _called(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from None
