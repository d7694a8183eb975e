"""IP and TCP options from what IP summary dumps say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from elements.summary.options import MSS, PADDING, ROUTES, SACK, TIMESTAMP, TS, UNKNOWN, WINDOW_SCALE, BadOption
from elements.summary.text import leading_number, saturated


@dataclass
class _Reader:
    """``text`` from ``at`` on, and the options that it is read to."""

    text: bytes
    at: int = 0

    def __post_init__(self) -> None:
        self.out = bytearray()

    def follows(self, word: bytes, more: int = 1) -> bool:
        """Whether ``word`` is here, with at least ``more`` behind it."""
        return self.text.startswith(word, self.at) and self.at + len(word) + more <= len(self.text)

    def skip(self, word: bytes) -> bool:
        found = self.text.startswith(word, self.at)
        self.at += len(word) if found else 0
        return found

    def digit(self, ahead: int = 0) -> bool:
        return self.text[self.at + ahead : self.at + ahead + 1].isdigit()

    def number(self, before: int = 0, *, decimal: bool = False) -> int:
        value, self.at = saturated(self.text, self.at, before, decimal=decimal)
        return value

    def address(self) -> None:
        for place in range(4):
            octet = self.number(256, decimal=True)
            if octet > 255 or (place < 3 and not self.skip(b".")):
                raise BadOption
            self.out.append(octet)


def parse_ip_options(text: bytes) -> bytes | None:
    """The options that a field says, None where it cannot be read. They have at most 40 bytes."""
    return _parse(text, _ip_option)


def _ip_option(r: _Reader) -> None:
    for kind, name in ROUTES.items():
        if r.follows(name + b"{"):
            r.skip(name + b"{")
            _read_route(r, kind)
            return
    if r.follows(b"ts{") or r.follows(b"ts."):
        _read_times(r)
    else:
        _read_other(r)


def _read_route(r: _Reader, kind: int) -> None:
    start, pointer = len(r.out), -1
    r.out += bytes((kind, 0, 0))
    while True:
        if pointer < 0 and r.skip(b"^"):
            pointer = len(r.out) - start + 1
        if not r.digit():
            break
        r.address()
        r.skip(b",")
    if not r.skip(b"}"):
        raise BadOption
    _close(r, start, pointer, 4, decimal=True)
    r.out[start + 1] = len(r.out) - start


def _close(r: _Reader, start: int, pointer: int, size: int, *, decimal: bool = False) -> None:
    """Set the pointer and make the room that is said to be behind it."""
    r.out[start + 2] = (pointer if pointer >= 0 else len(r.out) - start + 1) & 0xFF
    if r.text.startswith(b"+", r.at) and r.digit(1):
        r.at += 1
        room = r.number(decimal=decimal)
        if room < 64:
            r.out += bytes(room * size)
    if len(r.out) - start > 255:
        raise BadOption


def _read_times(r: _Reader) -> None:
    start, pointer, flag = len(r.out), -1, _read_flag(r)
    r.out += bytes((TS, 0, 0, 0))
    while True:
        if pointer < 0 and r.skip(b"^"):
            pointer = len(r.out) - start + 1
        if not r.digit() and not r.text.startswith(b"!", r.at):
            break
        flag = _read_time(r, flag, pointer)
        r.skip(b",")
    if r.at < len(r.text) and not r.skip(b"}"):
        raise BadOption
    flag = 0xFF if flag is None else 1 if isinstance(flag, str) else flag
    _close(r, start, pointer, 8 if flag in (1, 3) else 4)
    overflow = 0
    if r.text.startswith(b"++", r.at) and r.digit(2):
        r.at += 2
        overflow = r.number()
    r.out[start + 3] = (overflow << 4 if overflow < 16 else 0) | flag
    r.out[start + 1] = len(r.out) - start


def _read_flag(r: _Reader) -> int | str | None:
    """The flag that is named, None where the first entry tells it."""
    if r.skip(b"ts{"):
        return None
    r.at += 3
    for name, flag in ((b"ip{", 1), (b"preip{", 3)):
        if r.follows(name):
            r.skip(name)
            return flag
    number = r.number() if r.digit() else 16
    if number > 15 or not r.skip(b"{"):
        raise BadOption
    return number


def _read_time(r: _Reader, flag: int | str | None, pointer: int) -> int | str:
    """One entry; the flag after it: "address" where it is 1 or 3, which the place of the pointer will tell."""
    entry = r.at
    while True:
        if flag in (1, 3, "address"):
            r.address()
            if pointer >= 0 and flag == "address":
                flag = 3
            if r.follows(b"=") and (r.digit(1) or r.text.startswith(b"!", r.at + 1)):
                r.at += 1
            elif pointer >= 0 and (r.skip(b"=?") or not r.follows(b"=")):
                r.out += bytes(4)
                assert flag is not None
                return flag
            else:
                raise BadOption
        top = 0x8000_0000 if r.skip(b"!") else 0
        if not r.digit():
            raise BadOption
        value = r.number()
        if flag is None and r.text.startswith(b".", r.at):
            flag, r.at = "address", entry
            continue
        r.out += (value | top).to_bytes(4, "big")
        return 0 if flag is None else flag


def _read_other(r: _Reader) -> None:
    """An option that has no name but its number, or padding."""
    if r.digit():
        kind = r.number()
        values: list[int] = []
        if r.text.startswith(b"=", r.at) and r.digit(1):
            while r.text[r.at : r.at + 1] == (b":" if values else b"=") and r.digit(1):
                r.at += 1
                values.append(r.number())
        if kind > 255 or any(value > 255 for value in values) or len(values) > 253:
            raise BadOption
        r.out += bytes((kind, len(values) + 2, *values)) if values else bytes((kind,))
    elif r.skip(b"nop"):
        r.out.append(1)
    elif r.text.startswith(b"eol", r.at) and r.text[r.at + 3 : r.at + 4] != b",":
        r.at += 3
        r.out.append(0)
    else:
        raise BadOption


def parse_tcp_options(text: bytes, wanted: int) -> bytes | None:
    """The options that a field says, of those that are ``wanted``; None where it cannot be read. They have at most 40 bytes."""

    def one(r: _Reader) -> None:
        if r.follows(b"mss") and wanted & MSS:
            r.at += 3
            size = r.number(0x10000)
            if size > 0xFFFF:
                raise BadOption
            r.out += bytes((2, 4)) + size.to_bytes(2, "big")
        elif r.follows(b"wscale") and wanted & WINDOW_SCALE:
            r.at += 6
            shift = r.number(256)
            if shift > 255:
                raise BadOption
            r.out += bytes((3, 3, shift))
        elif r.follows(b"sackok", 0) and wanted & SACK:
            r.at += 6
            r.out += bytes((4, 2))
        elif r.follows(b"sack") and wanted & SACK:
            _read_blocks(r)
        elif r.follows(b"ts") and wanted & TIMESTAMP:
            r.at += 2
            first, second = _read_pair(r, b":")
            r.out += (bytes((1, 1)) if not r.out else b"") + bytes((8, 10)) + first + second
        elif not wanted & (UNKNOWN if r.digit() else PADDING):
            raise BadOption
        else:
            _read_other(r)

    return _parse(text, one)


def _read_blocks(r: _Reader) -> None:
    """Blocks of a selective acknowledgement; those with commas between them are of one option."""
    start = len(r.out)
    r.out += bytes((5, 0))
    r.at += 4
    while True:
        r.out += b"".join(_read_pair(r, b":-"))
        if not r.follows(b",sack"):
            break
        r.at += 5
    r.out[start + 1] = (len(r.out) - start) & 0xFF


def _read_pair(r: _Reader, separators: bytes) -> tuple[bytes, bytes]:
    number, end = leading_number(r.text, r.at)
    if number is None or end >= len(r.text) or r.text[end] not in separators:
        raise BadOption
    first = r.number()
    r.at += 1
    if leading_number(r.text, r.at)[0] is None:
        raise BadOption
    return first.to_bytes(4, "big"), r.number().to_bytes(4, "big")


def _parse(text: bytes, one: Callable[[_Reader], None]) -> bytes | None:
    if text in (b"", b"."):
        return b""
    r = _Reader(text)
    try:
        while True:
            one(r)
            if r.at >= len(text):
                break
            if text[r.at] not in b",;":
                return None
            r.at += 1
    except BadOption:
        return None
    out = bytes(r.out)
    while len(out) > 40 and out[0] == 1:
        out = out[1:]
    return out if len(out) <= 40 else None
