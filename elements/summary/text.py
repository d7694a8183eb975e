"""Numbers, times, strings and digests as IP summary dumps spell them."""

from __future__ import annotations

import re
from hashlib import md5
from typing import Final

U32: Final = 0xFFFF_FFFF
U64: Final = (1 << 64) - 1
SECOND: Final = 1_000_000_000
MOST_TIME: Final = (U32 + 1) * SECOND - 1
_NUMBER: Final = re.compile(rb"\+?(?:0[xX](?P<hex>[0-9A-Fa-f](?:_?[0-9A-Fa-f])*)|0[bB](?P<two>[01](?:_?[01])*)|(?P<ten>\d(?:_?\d)*))")
_DECIMAL: Final = re.compile(rb"\+?(?P<ten>\d(?:_?\d)*)")
_TIME: Final = re.compile(rb"\+?(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:[eE](?P<power>[+-]?\d{1,4}))?(?P<unit>[a-z]*)")
UNITS: Final = {
    b"": (0, 1), b"s": (0, 1), b"sec": (0, 1), b"ms": (-3, 1), b"msec": (-3, 1), b"us": (-6, 1), b"usec": (-6, 1), b"ns": (-9, 1),
    b"nsec": (-9, 1), b"m": (0, 60), b"min": (0, 60), b"h": (0, 3600), b"hr": (0, 3600), b"d": (0, 86400), b"day": (0, 86400),
}  # fmt: skip
"""Units of time: a power of ten, and a factor behind it."""
_MOST_DIGITS: Final = 40
"""What has more is larger than any field."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@"
"""What six bits of a digest are written as."""


def leading_number(text: bytes, at: int, *, decimal: bool = False) -> tuple[int | None, int]:
    """The number at ``at`` (0x hexadecimal, 0b binary, 0 octal or decimal, or ``decimal`` only), and where it ends; None where there is
    none. Octal ones end before an 8. Not bounded, but of decimal ones only `_MOST_DIGITS` digits count."""
    found = (_DECIMAL if decimal else _NUMBER).match(text, at)
    if found is None:
        return None, at
    digits = found.groupdict()
    if digits.get("hex") is not None:
        return int(digits["hex"], 16), found.end()
    if digits.get("two") is not None:
        return int(digits["two"], 2), found.end()
    ten = digits["ten"]
    if decimal or not ten.startswith(b"0"):
        return int(ten.replace(b"_", b"").lstrip(b"0")[:_MOST_DIGITS] or b"0"), found.end()
    octal = re.match(rb"[0-7](?:_?[0-7])*", ten)
    assert octal is not None
    return int(octal.group(), 8), found.end() - len(ten) + octal.end()


def saturated(text: bytes, at: int, before: int, *, decimal: bool = False) -> tuple[int, int]:
    """As `leading_number`, of 32 bits: all ones where it has more, ``before`` where there is none."""
    number, end = leading_number(text, at, decimal=decimal)
    return (before if number is None else min(number, U32)), end


def whole_number(text: bytes, most: int) -> int | None:
    """The number that ``text`` is, None where it is none or greater than ``most``."""
    number, end = leading_number(text, 0)
    return number if number is not None and end == len(text) and number <= most else None


def parse_time(text: bytes) -> int | None:
    """A time of at least 0 in ns, rounded, at most 2**32 seconds: a number with a point, an exponent or a unit of time."""
    found = _TIME.fullmatch(text)
    if found is None or found["unit"] not in UNITS or not (found["whole"] or found["part"]):
        return None
    power, factor = UNITS[found["unit"]]
    whole = found["whole"].lstrip(b"0")
    digits = (whole + (found["part"] or b""))[:40]
    point = len(whole) + int(found["power"] or 0) + power + 9
    if point < 0 or not digits.strip(b"0"):
        return 0
    if point > 25:
        return MOST_TIME
    shown = digits.ljust(point + 1, b"0")
    return min((int(shown[:point] or b"0") + (shown[point : point + 1] >= b"5")) * factor, MOST_TIME)


def signed(time: int) -> int:
    """A time as a number that may be less than 0."""
    return time - (1 << 64) if time >> 63 else time


def time_text(time: int) -> bytes:
    """A time in seconds: with six digits behind the point or, where ns matter, nine."""
    time = signed(time)
    seconds, rest = divmod(abs(time), SECOND)
    part = b"%06d" % (rest // 1000) if rest % 1000 == 0 else b"%09d" % rest
    return b"%s%d.%s" % (b"-" if time < 0 else b"", seconds, part)


def step_between(first: int, last: int, steps: int) -> int:
    """How far apart times are that make ``steps`` steps from ``first`` to ``last``, rounded to 0."""
    span = signed(last) - signed(first)
    return abs(span) // steps * (-1 if span < 0 else 1)


def seconds_of(time: int) -> tuple[int, int]:
    """Whole seconds, rounded down, as 32 bits, and the rest in ns."""
    seconds, rest = divmod(signed(time), SECOND)
    return seconds & U32, rest


def quoted(data: bytes) -> bytes:
    """A string in double quotes."""
    out = bytearray(b'"')
    for byte in data:
        if byte in b'\\"$':
            out += bytes((92, byte))
        elif byte in b"\t\r\n":
            out += {9: b"\\t", 13: b"\\r", 10: b"\\n"}[byte]
        elif 32 <= byte < 127:
            out.append(byte)
        else:
            out += b"\\%03o" % byte
    return bytes(out + b'"')


def digest_text(data: bytes) -> bytes:
    """The MD5 digest of ``data``: six bits a letter, the lowest first."""
    number = int.from_bytes(md5(data, usedforsecurity=False).digest(), "little")
    return "".join(LETTERS[number >> bit & 63] for bit in range(0, 128, 6)).encode()
