"""Conversations of the control protocol, byte for byte."""

import errno
import re
from collections.abc import Callable
from typing import cast

import pytest

from elements.control import protocol
from elements.control.protocol import GREETING, MOST_UNREAD, MOST_WAITING, Conversation
from elements.definition.host import HandlerError, Host


class Handlers:
    """A host with one element `e` and one tenant, whose handlers are these."""

    names = ("e",)

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def knows(self, name: str) -> bool:
        return name in ("e", "tenant")

    def can(self, element: str, handler: str) -> str:
        known = {("e", "read"): "r", ("e", "write"): "w", ("e", "both"): "rw", ("e", "name"): "r", ("", "version"): "r", ("e", "x.y"): "r"}
        known |= {("tenant", "time"): "r", ("tenant", "name"): "r"}
        return known.get((element, handler), "r" if (element, handler) == ("e", ".version") else "")

    def read_handler(self, handler: str, question: str = "", asking: str = "") -> str:
        self.calls.append((handler, question))
        if question == "fail":
            raise HandlerError("one\ntwo\x01")
        return f"<{question}>"

    def write_handler(self, handler: str, text: str, asking: str = "") -> str:
        self.calls.append((handler, text))
        if text == "fail":
            raise HandlerError("")
        return ""

    def llrpc(self, element: str, number: int, data: bytes) -> bytes:
        if number == 7:
            raise OSError(errno.EINVAL, "")
        return bytes((number,)) + data[1:]


@pytest.fixture
def say() -> Callable[..., str]:
    """What is answered to what a client says, all at once and byte by byte."""

    def answered(text: str, *, read_only: bool = False, proxy: str = "") -> str:
        seen = []
        for size in (1, 4096):
            conversation = Conversation(cast("Host", Handlers()), read_only=read_only, proxy=proxy, prefix=".")
            data = text.encode("latin-1")
            for at in range(0, len(data), size):
                conversation.incoming += data[at : at + size]
                while conversation.step():
                    continue
            conversation.is_over = True
            while conversation.step():
                continue
            seen.append(conversation.outgoing.removeprefix(GREETING).decode("latin-1"))
        assert seen[0] == seen[1]
        return seen[0]

    return answered


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("read e.read\r\n", "200 Read handler 'e.read' OK\r\nDATA 2\r\n<>"),
        ("GET 1.read  a  b \n", "200 Read handler '1.read' OK\r\nDATA 6\r\n<a  b>"),
        ("read tenant.time\n", "200 Read handler 'tenant.time' OK\r\nDATA 2\r\n<>"),
        ("checkwrite tenant.time\n", "511 Handler 'tenant.time' not writable\r\n"),
        ("read .version", "200 Read handler '.version' OK\r\nDATA 2\r\n<>"),
        ("read 0.version\n", "200 Read handler '0.version' OK\r\nDATA 2\r\n<>"),
        ("read e.read fail\n", "590-Read handler 'e.read' error:\r\n590-one\r\n590 two.\r\n"),
        ("write e.write fail\n", "520 Write handler 'e.write' error\r\n"),
        ("SET e.both x\n", "200 Write handler 'e.both' OK\r\n"),
        ("read e.write\n", "530 Handler 'e.write' write-only\r\n"),
        ("write e.read\n", "530 Handler 'e.read' read-only\r\n"),
        ("read x.read\n", "510 No element named 'x'\r\n"),
        ("read 2.read\n", "510 No element named '2'\r\n"),
        ("read e.no\n", "511 No handler named 'e.no'\r\n"),
        ("read no\n", "511 No handler named 'no'\r\n"),
        ("readdata e.read 3\na\nb", "200 Read handler 'e.read' OK\r\nDATA 5\r\n<a\nb>"),
        ("writedata e.both 1\nxread e.read\n", "200 Write handler 'e.both' OK\r\n200 Read handler 'e.read' OK\r\nDATA 2\r\n<>"),
        ("readdata e.read 3\nab", "500 Not enough data\r\n500 Not enough data\r\n501 Command 'AB' unimplemented\r\n"),
        ("readdata e.read -1\n", "500 Syntax error in 'READDATA'\r\n"),
        ("readuntil e.read END\none\r\ntwo\nEND \n", "200 Read handler 'e.read' OK\r\nDATA 11\r\n<one\r\ntwo\n>"),
        ("writeuntil e.both\nx\n\n", "200 Write handler 'e.both' OK\r\n"),
        ("checkread e.both\ncheckwrite e.both\n", "200 Read handler 'e.both' OK\r\n200 Write handler 'e.both' OK\r\n"),
        ("checkread e.write\ncheckwrite e.read\n", "511 Handler 'e.write' not readable\r\n511 Handler 'e.read' not writable\r\n"),
        ("read\nreaddata e.read\nreaduntil\ncheckread\nllrpc\n", "500 Wrong number of arguments\r\n" * 5),
        ("llrpc e#4004C005\n", "200 LLRPC 'e#4004C005' OK\r\nDATA 4\r\n\x05\0\0\0"),
        ("llrpc e#80044006 4\nabcd", "200 LLRPC 'e#80044006' OK\r\nDATA 0\r\n"),
        ("llrpc e#C0044006 4\nabcd", "200 LLRPC 'e#C0044006' OK\r\nDATA 4\r\n\x06bcd"),
        ("llrpc e#80044006 3\nabc", "522 LLRPC 'e#80044006' requires 4 bytes input data\r\n"),
        ("llrpc e#4004C007\n", "522 LLRPC 'e#4004C007' error: Invalid argument\r\n"),
        ("llrpc e#4004\n", "501 Cannot call LLRPC 'e#4004' remotely\r\n"),
        ("llrpc e#x\n", "500 Syntax error in LLRPC name 'e#x'\r\n"),
        ("llrpc e#1 x\n", "500 Syntax error in 'llrpc'\r\n"),
        ("nonsense\n\n \n", "501 Command 'NONSENSE' unimplemented\r\n"),
        ("quit\nread e.read\n", "200 Goodbye!\r\n"),
        ("close now\n", "500 Bad command syntax\r\n200 Goodbye!\r\n"),
    ],
)
def test_a_command_is_answered(said: str, answer: str, say: Callable[..., str]) -> None:
    if "Not enough" in answer or said.startswith(("quit", "close")):
        conversation = Conversation(cast("Host", Handlers()))
        conversation.incoming += said.encode()
        conversation.is_over = True
        while conversation.step():
            continue
        assert conversation.outgoing.removeprefix(GREETING).decode() in (answer, answer.replace("500 Not enough data\r\n", "", 1))
        return
    assert say(said) == answer


def test_help_names_every_command(say: Callable[..., str]) -> None:
    lines = say("help\n").splitlines()
    assert [line[:4] for line in lines] == ["200-"] * 10 + ["200 "]
    assert [line[4:].split()[0] for line in lines[1:]] == [
        "READ", "READDATA", "READUNTIL", "WRITE", "WRITEDATA", "WRITEUNTIL", "CHECKREAD", "CHECKWRITE", "LLRPC", "QUIT",
    ]  # fmt: skip


def test_nothing_is_written_where_that_is_refused(say: Callable[..., str]) -> None:
    assert say("write e.both\ncheckwrite e.both\nllrpc e#4004C005\nread e.both\n", read_only=True) == (
        "530 Permission denied for 'e.both'\r\n530 Permission denied for 'e.both'\r\n530 Permission denied for 'e#4004C005'\r\n"
        "200 Read handler 'e.both' OK\r\nDATA 2\r\n<>"
    )


def test_a_proxy_is_asked_in_the_place_of_elements(say: Callable[..., str]) -> None:
    assert say("read x.y\nread version\nread x.z\n", proxy="e") == (
        "200 Read handler 'x.y' OK\r\nDATA 2\r\n<>200 Read handler 'version' OK\r\nDATA 2\r\n<>511 No proxied handler named 'x.z'\r\n"
    )


class Matches:
    """The expression of lines, and how many bytes it was made to look at."""

    def __init__(self) -> None:
        self.line = protocol._LINE
        self.looked_at = 0

    def match(self, data: bytes, at: int = 0) -> re.Match[bytes] | None:
        self.looked_at += len(data) - at
        return self.line.match(data, at)


@pytest.mark.parametrize(
    "said", ["write e.both " + "x" * 3000 + "\n", "writedata e.both 3000\n" + "x" * 3000, "writeuntil e.both E\n" + "x" * 3000 + "\nE\n"]
)
def test_what_came_already_is_not_looked_at_again(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    matches, host = Matches(), Handlers()
    monkeypatch.setattr(protocol, "_LINE", matches)
    conversation = Conversation(cast("Host", host))
    for byte in said.encode():
        conversation.incoming.append(byte)
        while conversation.step():
            continue
    assert [name for name, _ in host.calls] == ["e.both"]
    assert matches.looked_at < 4 * len(said)


@pytest.mark.parametrize(
    "said",
    [b"x", b"writeuntil e.both E\n", b"writedata e.both 16777217\n", b"writedata e.both 0x%b\n" % (b"f" * 101)]
    + [b"%b %b\n" % (command, b"9" * digits) for command in (b"readdata e.both", b"llrpc e#c0044007") for digits in (30, 101, 5000)],
)
def test_nobody_sends_without_end(said: bytes) -> None:
    conversation = Conversation(cast("Host", Handlers()))
    # What stands behind data is no command, where that is refused.
    conversation.incoming += said + bytes(MOST_WAITING + 1) + (b"\nhelp\n" if b"\n" in said else b"")
    while conversation.step():
        continue
    assert conversation.is_over
    assert conversation.outgoing.removeprefix(GREETING) == b"500 Too much data\r\n"


def test_who_does_not_read_is_not_listened_to() -> None:
    conversation = Conversation(cast("Host", Handlers()))
    conversation.incoming += b"help\n" * 10_000
    while conversation.step():
        continue
    assert conversation.is_full
    assert len(conversation.outgoing) < MOST_UNREAD + 1000
    left = len(conversation.incoming)
    conversation.outgoing.clear()
    assert conversation.step()
    assert len(conversation.incoming) == left - 5


def test_a_length_may_have_any_number_of_zeros(say: Callable[..., str]) -> None:
    said = say(f"writedata e.both {'0' * 101}\nread e.read x\n")
    assert said.startswith("200 Write handler 'e.both' OK\r\n200 Read handler 'e.read' OK\r\n")
