"""Sockets of a multicast group: one that hears it, and one that sends to it."""

from __future__ import annotations

import socket
import struct
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
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        source = str(IPv4Address(group.source))
        for each, size, option in ((sender, group.send_buffer, socket.SO_SNDBUF), (receiver, group.receive_buffer, socket.SO_RCVBUF)):
            if size >= 0:
                with _called("setsockopt"):
                    each.setsockopt(socket.SOL_SOCKET, option, size)
        with _called("bind"):
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            receiver.bind((str(IPv4Address(group.address)), group.port))
            if group.source:
                sender.bind((source, group.source_port))
        port = sender.getsockname()[1] if group.source else 0
        members = struct.pack("!II", group.address, group.source)
        with _called("setsockopt"):
            if group.source:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
            receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, members)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, int(group.loop))
        for each in (receiver, sender):
            each.setblocking(False)
        return Sockets(receiver.detach(), sender.detach(), group.source, port)


@contextmanager
def _called(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from None
