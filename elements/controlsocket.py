"""ControlSocket(TYPE, ADDRESS [, READONLY, PROXY, VERBOSE, LOCALHOST, RETRIES, RETRY_WARNINGS])

Lets other programs call handlers, over a socket, by Click's control protocol (version 1.3).

A client that leaves a MB of answers unread is not listened to until it reads; one that sends more than 16 MB of one command is refused.

Commands are lines: READ and WRITE with a handler and what it is asked or told, READDATA and WRITEDATA with the length of the data that
follows, READUNTIL and WRITEUNTIL with the line that ends it, CHECKREAD and CHECKWRITE, LLRPC, HELP, QUIT. It works in a machine that runs
by itself (`swclick`), and does nothing in others.

Arguments:
    TYPE: TCP, UNIX or SOCKET.
    ADDRESS: the port for TCP (with + behind it, that or one of the ten that follow), the file for UNIX, for SOCKET the number of a file
        descriptor that is connected already. PORT, FILENAME and FD are other names of it.
    PORT: see ADDRESS.
    FILENAME: see ADDRESS.
    FD: see ADDRESS.
    READONLY: whether write handlers are refused.
    PROXY: an element whose handlers are called, with the whole name of what was asked for.
    VERBOSE: whether connections are reported.
    LOCALHOST: whether TCP connections are taken from this host only.
    RETRIES: how often it is tried again, once a second, to open the socket.
    RETRY_WARNINGS: whether each failure is reported; true if not given.

Handlers:
    filename (read): the file, for UNIX.
    port (read): the port, for TCP.

Examples:
    ControlSocket(TCP, 41930+)
    ControlSocket(UNIX, "/tmp/click.sock", READONLY true)
    ControlSocket(TCP, PORT 41931, LOCALHOST true, VERBOSE true, RETRIES 3, RETRY_WARNINGS false)
"""

import os
import socket
from pathlib import Path
from typing import ClassVar

from elements.control.protocol import Conversation
from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.host import READABLE, WRITABLE, Host
from elements.definition.octets import as_text
from elements.definition.parsers import boolean, integer, word
from elements.definition.ports import Ports
from elements.scripts.numbers import whole
from graph.diagnostics import fail

MOST_TRIES = 10
"""Ports after the first that are tried."""
_LONGEST_NAME = 107
_SECOND = 10**9


class ControlSocket(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("0/0")
    type = Argument("TYPE", word)
    address = Argument[str | None]("ADDRESS", word, None)
    port_given = keyword("PORT", word, "")
    file_given = keyword("FILENAME", word, "")
    descriptor_given = keyword("FD", word, "")
    read_only = keyword("READONLY", boolean, False)
    proxy = keyword("PROXY", word, "")
    verbose = keyword("VERBOSE", boolean, False)
    localhost = keyword("LOCALHOST", boolean, False)
    retries = keyword("RETRIES", integer(-1, 1 << 30), 0)
    retry_warnings = keyword("RETRY_WARNINGS", boolean, True)

    def setup(self) -> None:
        self.kind = self.type.upper()
        if self.kind not in ("TCP", "UNIX", "SOCKET"):
            raise ValueError(f"unknown socket type '{self.kind}'")
        given = [each for each in (self.address, self.port_given, self.file_given, self.descriptor_given) if each]
        if len(given) != 1:
            raise ValueError("ADDRESS is missing" if not given else "ADDRESS, PORT, FILENAME and FD are one argument: give it once")
        self.where = as_text(given[0])
        number = whole(self.where.removesuffix("+") if self.kind == "TCP" else self.where)
        if self.kind == "TCP" and (number is None or not 0 < number < 1 << 16):
            raise ValueError("PORT requires TCP port")
        if self.kind == "UNIX" and len(os.fsencode(self.where)) > _LONGEST_NAME:
            raise ValueError("filename too long")
        if self.kind == "SOCKET" and (number is None or number < 0):
            raise ValueError("FD: a file descriptor is wanted")
        self.number = number or 0
        self.listening: socket.socket | None = None
        self.clients: dict[int, tuple[socket.socket, Conversation]] = {}
        self.left = self.retries

    def c_source(self) -> CSource:
        return CSource()

    def started(self, host: Host) -> None:
        if self.proxy and self.proxy not in host.names:
            fail(f"{self.name} :: ControlSocket: PROXY: there is no element {self.proxy!r}", "name one", self.node.location)
        if self._matches(self.replaces):
            return
        try:
            self._open(host)
        except OSError as error:
            self._retry(host, error)

    def _matches(self, old: Element | None) -> bool:
        """Whether the sockets of ``old`` can be taken over."""
        if not isinstance(old, ControlSocket) or old.kind != self.kind or self.retries <= 0:
            return False
        return old.where == self.where or (self.kind == "TCP" and self.where.endswith("+"))

    def take_state(self, old: Element, host: Host) -> None:
        if not isinstance(old, ControlSocket) or not self._matches(old):
            return
        self.where, self.listening, self.clients = old.where, old.listening, old.clients
        old.listening, old.clients = None, {}
        if self.listening is not None:
            host.watch(self.name, self.listening.fileno(), READABLE)
        for descriptor, (_, conversation) in self.clients.items():
            conversation.host = host
            host.watch(self.name, descriptor, READABLE | WRITABLE)

    def due(self, host: Host) -> None:
        try:
            self._open(host)
        except OSError as error:
            self._retry(host, error)

    def _retry(self, host: Host, error: OSError) -> None:
        """Try again in a second, as long as there are tries. Errors: `ClickError` where there never were any."""
        said = f"{error.filename or 'bind'}: {error.strerror}"
        if self.retries <= 0:
            known = ((self.node.location, f"While initializing '{self.name} :: ControlSocket':\n  {said}"),)
            fail(f"{self.name} :: ControlSocket: {said}", "close what uses it, or name another", self.node.location, click=known)
        if self.left <= 0:
            host.say(said)
            host.stop()
            return
        if self.retry_warnings:
            host.say(f"warning: {said} ({self.left} {'try' if self.left == 1 else 'tries'} left)")
        self.left -= 1
        host.at(self.name, host.now + _SECOND)

    def _open(self, host: Host) -> None:
        """Errors: ``OSError``."""
        if self.kind == "SOCKET":
            self._take(host, socket.socket(fileno=self.number))
            return
        listening = socket.socket(socket.AF_INET if self.kind == "TCP" else socket.AF_UNIX)
        try:
            self._bind(listening)
            listening.listen(2)
        except OSError:
            listening.close()
            raise
        listening.setblocking(False)
        self.listening = listening
        host.watch(self.name, listening.fileno(), READABLE)

    def _bind(self, listening: socket.socket) -> None:
        if self.kind == "UNIX":
            listening.bind(self.where)
            return
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        last = min(self.number + (MOST_TRIES if self.where.endswith("+") else 0), 65535)
        for port in range(self.number, last + 1):
            try:
                listening.bind(("127.0.0.1" if self.localhost else "", port))
            except OSError:
                if port == last:
                    raise
                continue
            self.where = str(port)
            return

    def _take(self, host: Host, client: socket.socket) -> None:
        client.setblocking(False)
        prefix = "." if self.proxy and self.host is not None else ""
        conversation = Conversation(host, read_only=self.read_only, proxy=self.proxy, prefix=prefix)
        self.clients[client.fileno()] = client, conversation
        host.watch(self.name, client.fileno(), READABLE | WRITABLE)

    def ready(self, host: Host, descriptor: int, events: int) -> None:
        if self.listening is not None and descriptor == self.listening.fileno():
            self._accept(host, self.listening)
            return
        client, conversation = self.clients[descriptor]
        if not conversation.is_over and not conversation.is_full:
            self._receive(client, conversation)
        more = conversation.is_full
        more = conversation.step() or more
        broken = self._send(client, conversation)
        if broken or (conversation.is_over and not conversation.incoming and not conversation.outgoing):
            self._drop(host, descriptor)
            return
        reading = 0 if conversation.is_over or conversation.is_full else READABLE
        host.watch(self.name, descriptor, reading | (WRITABLE if conversation.outgoing or more else 0))

    def _accept(self, host: Host, listening: socket.socket) -> None:
        try:
            client, peer = listening.accept()
        except OSError:
            return
        if self.verbose:
            origin = f" from {peer[0]}.{peer[1]}" if self.kind == "TCP" else ""
            host.say(f"{self.name} :: ControlSocket: opened connection {client.fileno()}{origin}")
        self._take(host, client)

    @staticmethod
    def _receive(client: socket.socket, conversation: Conversation) -> None:
        try:
            data = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conversation.incoming += data
        conversation.is_over = not data

    @staticmethod
    def _send(client: socket.socket, conversation: Conversation) -> bool:
        """Send what can be sent; whether nothing can be sent any more."""
        try:
            while conversation.outgoing:
                del conversation.outgoing[: client.send(conversation.outgoing)]
        except BlockingIOError:
            return False
        except OSError:
            return True
        return False

    def _drop(self, host: Host, descriptor: int) -> None:
        client, _ = self.clients.pop(descriptor)
        host.watch(self.name, descriptor, 0)
        client.close()
        if self.verbose:
            host.say(f"{self.name} :: ControlSocket: closed connection {descriptor}")

    def taken_down(self, host: Host) -> None:
        if self.listening is not None:
            self.listening.close()
            self.listening = None
            if self.kind == "UNIX":
                Path(self.where).unlink(missing_ok=True)
        for client, conversation in self.clients.values():
            self._send(client, conversation)
            client.close()
        self.clients.clear()

    @reads("port")
    def port(self, state: StateView) -> str:
        return self.where if self.kind == "TCP" else ""

    @reads("filename")
    def file(self, state: StateView) -> str:
        return self.where if self.kind == "UNIX" else ""
