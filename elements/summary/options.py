"""IP and TCP options as IP summary dumps spell them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

ALL: Final = 0xFF
PADDING, ROUTE, TIMES = 1, 2, 4
MSS, WINDOW_SCALE, SACK, TIMESTAMP = 2, 4, 8, 16
UNKNOWN: Final = 32
NOT_TIMESTAMP: Final = ALL & ~(PADDING | TIMESTAMP)
RR, TS, LSRR, SSRR = 7, 68, 131, 137
ROUTES: Final = {RR: b"rr", LSRR: b"lsrr", SSRR: b"ssrr"}


class BadOption(Exception):
    """An option that cannot be."""


def _size(data: bytes, at: int) -> int:
    """The length that the option at ``at`` says it has; it may be none, or more than there is."""
    return data[at + 1] if at + 1 < len(data) else 0


def _whole(data: bytes, at: int, least: int) -> bytes:
    size = _size(data, at)
    if size < least or at + size > len(data):
        raise BadOption
    return data[at : at + size]


def _address(data: bytes, at: int) -> bytes:
    return b".".join(b"%d" % octet for octet in data[at : at + 4])


def _unknown(option: bytes) -> bytes:
    return b"%d" % option[0] + (b"=" + b":".join(b"%d" % octet for octet in option[2:]) if len(option) > 2 else b"")


def _route_text(option: bytes) -> bytes:
    if len(option) < 3 or option[2] < 4:
        raise BadOption
    out, separator, at, end, pointer = bytearray(ROUTES[option[0]] + b"{"), b"", 3, len(option), option[2] - 1
    while at + 4 <= end:
        if at == pointer:
            if option[0] == RR:
                break
            separator = b"^"
        out += separator + _address(option, at)
        separator = b","
        at += 4
    if at == end and at == pointer and option[0] != RR:
        out += b"^"
    out += b"}"
    if at + 4 <= end and at == pointer and option[0] == RR:
        out += b"+%d" % ((end - at) // 4)
    return bytes(out)


def _times_text(option: bytes) -> bytes:
    if option[2] < 5:
        raise BadOption
    flag, pointer, end, at, separator = option[3] & 15, option[2] - 1, len(option), 4, b""
    size = 8 if 1 <= flag <= 3 else 4
    out = bytearray(b"ts" + {0: b"", 1: b".ip", 3: b".preip"}.get(flag, b".%d" % flag) + b"{")
    while at + size <= end:
        if at == pointer:
            if flag != 3:
                break
            separator = b"^"
        out += separator
        if flag:
            out += _address(option, at)
            at += 4
        if flag != 3 or at <= pointer:
            # Of a flag that nobody defined, the time may be behind the option's end.
            time = int.from_bytes(option[at : at + 4].ljust(4, b"\0"), "big")
            out += (b"=" if flag else b"") + (b"!" if time >> 31 else b"") + b"%d" % (time & 0x7FFF_FFFF)
        separator = b","
        at += 4
    if at == end and at == pointer:
        out += b"^"
    out += b"}"
    if at + size <= end and at == pointer:
        out += b"+%d" % ((end - at) // size)
    if option[3] >> 4:
        out += b"++%d" % (option[3] >> 4)
    return bytes(out)


def ip_options_text(data: bytes) -> bytes:
    """The options behind an IP header, but for padding."""

    def one(at: int) -> tuple[bytes, int]:
        kind = data[at]
        if kind in ROUTES:
            option = _whole(data, at, 3)
            return _route_text(option), len(option)
        option = _whole(data, at, 4 if kind == TS else 2)
        return _times_text(option) if kind == TS else _unknown(option), len(option)

    return _texts(data, one)


def tcp_options_text(data: bytes, wanted: int) -> bytes:
    """The options behind a TCP header, those of ``wanted``."""

    def one(at: int) -> tuple[bytes, int]:
        kind = data[at]
        option = _whole(data, at, 2)
        sizes = {2: 4, 3: 3, 4: 2, 8: 10}
        if (kind in sizes and len(option) != sizes[kind]) or (kind == 5 and len(option) % 8 != 2):
            raise BadOption
        if not wanted & tcp_kind(kind):
            return b"", len(option)
        numbers = [int.from_bytes(option[place : place + 4], "big") for place in range(2, len(option) - 3, 4)]
        if kind == 5:
            return b";".join(b"sack%d-%d" % (numbers[i], numbers[i + 1]) for i in range(0, len(numbers), 2)), len(option)
        texts: dict[int, Callable[[], bytes]] = {
            2: lambda: b"mss%d" % int.from_bytes(option[2:4], "big"),
            3: lambda: b"wscale%d" % option[2],
            4: lambda: b"sackok",
            8: lambda: b"ts%d:%d" % (numbers[0], numbers[1]),
        }
        return texts.get(kind, lambda: _unknown(option))(), len(option)

    return _texts(data, one)


def tcp_kind(kind: int) -> int:
    """Which of the kinds that can be wanted a TCP option is of."""
    return {0: PADDING, 1: PADDING, 2: MSS, 3: WINDOW_SCALE, 4: SACK, 5: SACK, 8: TIMESTAMP}.get(kind, UNKNOWN)


def _texts(data: bytes, one: Callable[[int], tuple[bytes, int]]) -> bytes:
    found, at = [], 0
    try:
        while at < len(data) and data[at] != 0:
            if data[at] == 1:
                at += 1
                continue
            text, size = one(at)
            if text:
                found.append(text)
            at += size
    except BadOption:
        return b"?"
    return b";".join(found) or b"."


def options_binary(data: bytes, wanted: int, kind_of: Callable[[int], int]) -> bytes:
    """Options in a binary record; where all are wanted they are there as they are, and once more up to the first bad one."""
    out, at = bytearray(), 0
    while at < len(data):
        if data[at] < 2:
            out += data[at : at + 1] if wanted & PADDING else b""
            if data[at] == 0:
                break
            at += 1
            continue
        size = _size(data, at)
        if size < 2 or at + size > len(data):
            break
        out += data[at : at + size] if wanted & kind_of(data[at]) else b""
        at += size
    whole = bytes((len(data),)) + data if wanted == ALL else b""
    return whole + bytes((len(out),)) + bytes(out)
