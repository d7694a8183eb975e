"""Click's control protocol, version 1.3: commands of a line each, answered by lines with a code, and by data."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final

from elements.definition.host import HandlerError, Host
from elements.definition.octets import WHITE, octets
from elements.scripts.numbers import limited, whole

GREETING: Final = b"Click::ControlSocket/1.3\r\n"
OK, SYNTAX, UNIMPLEMENTED, NO_ELEMENT, NO_HANDLER = 200, 500, 501, 510, 511
HANDLER_ERROR, LLRPC_ERROR, PERMISSION, UNSPECIFIED = 520, 522, 530, 590
_IN, _OUT, _FLAT, _SIZE, _NUMBER = 0x8000_0000, 0x4000_0000, 0x4000, 0xFFF, 0x3FFF
"""Parts of a command of LLRPC: what goes in and out, whether without pointers, how many bytes, and which it is."""
_HELP: Final = (
    "There are these commands; H is a handler, like element.name, N a number of bytes, L a line:",
    "READ H [TEXT]       what H says, asked with TEXT where that is given",
    "READDATA H N        the same, asked with the N bytes that follow",
    "READUNTIL H L       the same, asked with the lines that follow, up to L",
    "WRITE H [TEXT]      give TEXT to H, or nothing",
    "WRITEDATA H N       give the N bytes that follow to H",
    "WRITEUNTIL H L      give the lines that follow, up to L, to H",
    "CHECKREAD H         whether H can be read",
    "CHECKWRITE H        whether H can be written",
    "LLRPC E#NUMBER [N]  make this numbered call of element E, with the N bytes that follow",
    "QUIT                end the connection",
)
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)")
_END: Final = re.compile(rb"[\r\n]")
MOST_WAITING: Final = 1 << 24
"""Bytes that may wait to be understood; whoever sends more of one command is refused, and is not listened to any more."""
MOST_UNREAD: Final = 1 << 20
"""Bytes of answers beyond which nothing more is done for a client before it reads them."""


class _Incomplete(Exception):
    """More of the command is still to come."""


class _Refused(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Conversation:
    """One client: what came of it, what it is still to be sent. ``proxy`` is the element that handlers are looked for at, if any, and
    ``prefix`` what it wants in front of the names of those that have no element."""

    def __init__(self, host: Host, *, read_only: bool = False, proxy: str = "", prefix: str = "") -> None:
        self.host = host
        self.read_only = read_only
        self.proxy = proxy
        self.prefix = prefix
        self.incoming = bytearray()
        self.outgoing = bytearray(GREETING)
        self.is_over = False
        """Nothing more comes."""
        self._looked = 0
        """Bytes of `incoming` in which no line ends."""
        self._line = ""
        """The command in front of `incoming`, which waits for its data."""
        self._wanted = 0
        """Bytes of `incoming` without which it need not be tried again."""
        self._lines = 0
        """Bytes of `incoming` whose lines are not the one that ends the data."""

    @property
    def is_full(self) -> bool:
        """Whether so much of what it is sent waits that nothing more is done or taken in before it reads."""
        return len(self.outgoing) >= MOST_UNREAD

    def step(self) -> bool:
        """Do what one command says; whether there may be another that can be done now."""
        if self.is_full:
            return False
        if not self._line:
            self._line = self._next_line()
        if not self._line or (len(self.incoming) < self._wanted and not self.is_over):
            return self._too_much()
        try:
            self._command(self._line)
        except _Incomplete:
            if not self.is_over:
                return self._too_much()
            self._message(SYNTAX, "Not enough data")
        except _Refused as refused:
            self._message(refused.code, str(refused))
        self._line, self._looked, self._wanted, self._lines = "", 0, 0, 0
        return bool(self.incoming)

    def _next_line(self) -> str:
        """A line, taken from what came; nothing where none has ended."""
        if _END.search(self.incoming, self._looked) is None and not self.is_over:
            self._looked = len(self.incoming)
            return ""
        found = _LINE.match(self.incoming)
        line = bytes(self.incoming) if found is None else found.group()
        del self.incoming[: len(line)]
        self._looked = 0
        return line.decode("latin-1")

    def _too_much(self) -> bool:
        """There is nothing to do; whoever sent too much for one command is refused."""
        if len(self.incoming) > MOST_WAITING:
            self._message(SYNTAX, "Too much data")
            self.is_over = True
            self.incoming.clear()
        return False

    def _command(self, line: str) -> None:
        words = re.findall(r"\S+", line, re.ASCII)
        if not words:
            return
        command, arguments = words[0].upper(), words[1:]
        text = re.split(r"\s+", line.strip(WHITE), maxsplit=2, flags=re.ASCII)[2] if len(words) > 2 else ""
        if command in ("READ", "GET", "WRITE", "SET"):
            self._expect(bool(arguments))
            self._call(command[0] in "RG", arguments[0], text)
        elif command in ("READDATA", "WRITEDATA", "SETDATA"):
            self._expect(len(arguments) == 2)
            self._call(command[0] == "R", arguments[0], self._data(arguments[1], command))
        elif command in ("READUNTIL", "WRITEUNTIL"):
            self._expect(bool(arguments))
            self._call(command[0] == "R", arguments[0], self._data_until(text))
        elif command in ("CHECKREAD", "CHECKWRITE"):
            self._expect(len(arguments) == 1)
            self._check(arguments[0], is_write=command == "CHECKWRITE")
        elif command == "LLRPC":
            self._expect(len(arguments) in (1, 2))
            self._llrpc(arguments[0], self._data(arguments[1], "llrpc") if len(arguments) == 2 else "")
        elif command in ("CLOSE", "QUIT"):
            if arguments:
                self._message(SYNTAX, "Bad command syntax")
            self._message(OK, "Goodbye!")
            self.is_over = True
            self.incoming.clear()
        elif command == "HELP":
            self._messages(OK, _HELP)
        else:
            raise _Refused(UNIMPLEMENTED, f"Command '{command}' unimplemented")

    @staticmethod
    def _expect(enough: bool) -> None:
        if not enough:
            raise _Refused(SYNTAX, "Wrong number of arguments")

    def _data(self, length: str, command: str) -> str:
        count = limited(length, MOST_WAITING)
        if count is None:
            raise _Refused(SYNTAX, f"Syntax error in '{command}'")
        if count > MOST_WAITING:
            # What would follow is data, and no command.
            self.is_over = True
            self.incoming.clear()
            raise _Refused(SYNTAX, "Too much data")
        if len(self.incoming) < count:
            self._wanted = count
            raise _Incomplete
        data = bytes(self.incoming[:count])
        del self.incoming[:count]
        return data.decode("latin-1")

    def _data_until(self, last: str) -> str:
        at = self._lines
        is_new = _END.search(self.incoming, self._looked) is not None
        while is_new and (found := _LINE.match(self.incoming, at)) is not None:
            if found.group().decode("latin-1").rstrip(WHITE) == last:
                data = bytes(self.incoming[:at])
                del self.incoming[: found.end()]
                self._looked = 0
                return data.decode("latin-1")
            at = found.end()
            if at < len(self.incoming) or not found.group().endswith(b"\r"):
                self._lines = at
        self._looked, self._wanted = len(self.incoming), len(self.incoming) + 1
        raise _Incomplete

    # Handlers

    def _find(self, full: str) -> tuple[str, str, str]:
        """The whole name of a handler, what can be done with it (r, w), and the element."""
        name = re.sub(r"^0?\.", "", full)
        if self.proxy:
            name = name if "." in name else self.prefix + name
            can = self.host.can(self.proxy, name)
            if not can:
                raise _Refused(NO_HANDLER, f"No proxied handler named '{full}'")
            return f"{self.proxy}.{name}", can, self.proxy
        element, dot, what = name.partition(".")
        if not dot:
            element, what = "", name
        elif not self.host.knows(element):
            number = whole(element)
            if number is None or not 0 < number <= len(self.host.names):
                raise _Refused(NO_ELEMENT, f"No element named '{element}'")
            element = self.host.names[number - 1]
        can = self.host.can(element, what)
        if not can:
            raise _Refused(NO_HANDLER, f"No handler named '{full}'")
        return f"{element}.{what}" if element else what, can, element

    def _call(self, is_read: bool, name: str, text: str) -> None:
        full, can, _ = self._find(name)
        if ("r" if is_read else "w") not in can:
            raise _Refused(PERMISSION, f"Handler '{name}' {'write' if is_read else 'read'}-only")
        if not is_read and self.read_only:
            raise _Refused(PERMISSION, f"Permission denied for '{name}'")
        kind = "Read" if is_read else "Write"
        try:
            data = self.host.read_handler(full, text) if is_read else self.host.write_handler(full, text)
        except HandlerError as error:
            self._failed(UNSPECIFIED if is_read else HANDLER_ERROR, f"{kind} handler '{name}' error", str(error))
            return
        self._message(OK, f"{kind} handler '{name}' OK")
        if is_read:
            self._answer(octets(data))

    def _check(self, name: str, *, is_write: bool) -> None:
        _, can, _ = self._find(name)
        is_there = ("w" if is_write else "r") in can
        if is_write and self.read_only and is_there:
            raise _Refused(PERMISSION, f"Permission denied for '{name}'")
        if not is_there:
            raise _Refused(NO_HANDLER, f"Handler '{name}' not {'writable' if is_write else 'readable'}")
        self._message(OK, f"{'Write' if is_write else 'Read'} handler '{name}' OK")

    def _llrpc(self, name: str, data: str) -> None:
        element, _, digits = name.partition("#")
        if not re.fullmatch("[0-9a-fA-F]{1,8}", digits):
            raise _Refused(SYNTAX, f"Syntax error in LLRPC name '{name}'")
        _, _, found = self._find(f"{element}.name")
        command = int(digits, 16)
        size = command >> 16 & _SIZE
        if not size or not command & (_IN | _OUT) or not command & _FLAT:
            raise _Refused(UNIMPLEMENTED, f"Cannot call LLRPC '{name}' remotely")
        if self.read_only:
            raise _Refused(PERMISSION, f"Permission denied for '{name}'")
        if command & _IN and len(data) != size:
            raise _Refused(LLRPC_ERROR, f"LLRPC '{name}' requires {size} bytes input data")
        given = data.encode("latin-1") if command & _IN else bytes(size)
        try:
            answer = self.host.llrpc(found, command & _NUMBER, given)
        except OSError as error:
            raise _Refused(LLRPC_ERROR, f"LLRPC '{name}' error: {os.strerror(error.errno or 0)}") from None
        self._message(OK, f"LLRPC '{name}' OK")
        self._answer(answer if command & _OUT else b"")

    # Answers

    def _message(self, code: int, text: str, *, more: bool = False) -> None:
        printable = "".join(c if 32 <= ord(c) < 127 else "." for c in text)
        self.outgoing += f"{code}{'-' if more else ' '}{printable}\r\n".encode("ascii")

    def _messages(self, code: int, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines, 1):
            self._message(code, line, more=number < len(lines))

    def _failed(self, code: int, message: str, said: str) -> None:
        lines = said.split("\n") if said else []
        self._messages(code, [f"{message}:" if lines else message, *lines])

    def _answer(self, data: bytes) -> None:
        self.outgoing += b"DATA %d\r\n" % len(data) + data
