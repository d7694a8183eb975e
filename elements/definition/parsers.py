"""Parsers of argument text, as Click reads them: numbers, addresses, prefixes, times, rates. Each raises ``ValueError`` with what was
wanted.
"""

from __future__ import annotations

import re
import socket
from fractions import Fraction

from elements.definition.names import named_address, named_ethernet, named_prefix
from elements.definition.octets import is_one_line, octets
from graph.configuration import unquote

_LONGEST_NUMBER = 100
"""Characters of a number, beyond which it is none."""


def integer(low: int, high: int) -> _Integer:
    """A parser of whole numbers from ``low`` to ``high``, decimal, 0x hexadecimal or 0 octal."""
    return _Integer(low, high)


class _Integer:
    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def __call__(self, text: str) -> int:
        wanted = f"a whole number from {self.low} to {self.high} is wanted, not {_short(text)}"
        if not re.fullmatch(r"[-+]?(0[xX][0-9a-fA-F]+|[0-9]+)", text) or len(text) > _LONGEST_NUMBER:
            raise ValueError(wanted)
        digits = text.lstrip("-+")
        octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
        if octal and not set(digits) <= set("01234567"):
            raise ValueError(wanted)
        number = int(digits, 8 if octal else 0) * (-1 if text.startswith("-") else 1)
        if not self.low <= number <= self.high:
            raise ValueError(wanted)
        return number


byte = integer(0, 255)
unsigned16 = integer(0, 0xFFFF)
unsigned32 = integer(0, 0xFFFF_FFFF)


def boolean(text: str) -> bool:
    """true or false, as Click spells them: 1/0, true/false, t/f, yes/no, y/n."""
    lowered = text.lower()
    if lowered in ("1", "true", "t", "yes", "y"):
        return True
    if lowered in ("0", "false", "f", "no", "n"):
        return False
    raise ValueError(f"true or false is wanted, not {text!r}")


def word(text: str) -> str:
    """One word or string, unquoted."""
    return unquote(text)


def raw(text: str) -> str:
    """The text as it is."""
    return text


def ip_address(text: str) -> int:
    """An IPv4 address as a 32-bit number, or a name for one."""
    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
    except (OSError, ValueError):
        named = named_address(text)
        if named is None:
            raise ValueError(f"an IP address such as 10.0.0.1 is wanted, not {text!r}") from None
        return named


def prefix_length(text: str, most: int) -> int | None:
    """The bits of a prefix that are written as a number, None where ``text`` is no number up to ``most``."""
    found = re.fullmatch("0*([0-9]{1,3})", text)
    length = None if found is None else int(found[1])
    return length if length is not None and length <= most else None


def ip_prefix(text: str) -> tuple[int, int]:
    """An IPv4 prefix, `10.0.0.0/8` or `10.0.0.0/255.0.0.0`, as (address, prefix length); a bare address is a /32, and octets that the
    prefix does not reach may be left out: `10.1/16`. Host bits are kept. A name stands for an address before it stands for a prefix."""
    address, slash, bits = text.rpartition("/")
    if not slash:
        return _bare_prefix(text)
    octets = address.split(".")
    whole = ".".join([*octets, *["0"] * (4 - len(octets))]) if re.match("[0-9]", address) and octets[-1] else address
    length = prefix_length(bits, 32)
    if length is not None:
        if length > 8 * len(octets) and whole != address:
            raise ValueError(f"more octets of {address!r} are wanted for a prefix of {length} bits")
        return ip_address(whole), length
    try:
        mask = ip_address(bits)
    except ValueError:
        raise ValueError(f"an IP prefix such as 10.0.0.0/8 is wanted, not {text!r}") from None
    inverted = mask ^ 0xFFFF_FFFF
    if inverted & (inverted + 1):
        raise ValueError(f"the mask of {text!r} is not a prefix: its ones must come first")
    return ip_address(whole), 32 - inverted.bit_length()


def _bare_prefix(text: str) -> tuple[int, int]:
    try:
        return ip_address(text), 32
    except ValueError:
        named = named_prefix(text)
        if named is None:
            raise
        return named


def ethernet_address(text: str) -> int:
    """An Ethernet address `00:11:22:33:44:55` (or with hyphens) as a 48-bit number, or a name for one."""
    if not re.fullmatch(r"[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}", text):
        named = named_ethernet(text)
        if named is None:
            raise ValueError(f"an Ethernet address such as 00:11:22:33:44:55 is wanted, not {text!r}")
        return named
    number = 0
    for piece in re.split("[:-]", text):
        number = number << 8 | int(piece, 16)
    return number


def ethernet_text(address: int) -> str:
    """A 48-bit Ethernet address as Click prints it: `00-11-22-33-44-55`."""
    return "-".join(f"{octet:02X}" for octet in address.to_bytes(6, "big"))


_SECONDS = {"": 1, "s": 1, "sec": 1, "ms": 10**-3, "msec": 10**-3, "us": 10**-6, "usec": 10**-6, "ns": 10**-9, "nsec": 10**-9}
_SECONDS |= {"m": 60, "min": 60, "h": 3600, "hr": 3600, "d": 86400, "day": 86400}


def milliseconds(text: str) -> int:
    """A time in whole milliseconds, 32 bits of them, rounded: a bare number of seconds, or with a unit as Click has them: `20ms`, `1.5 s`,
    `1 min`."""
    whole = round(_time(text) * 1000)
    if whole > 0xFFFF_FFFF:
        raise ValueError(f"a time of at most {0xFFFF_FFFF} ms is wanted, not {_short(text)}")
    return whole


def some_milliseconds(text: str) -> int:
    """A time as `milliseconds` reads it, of at least 1 ms: one that is waited for again and again."""
    whole = milliseconds(text)
    if whole == 0:
        raise ValueError(f"a time of at least 1ms is wanted, not {text!r}")
    return whole


def _time(text: str) -> Fraction:
    """A time in seconds."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-z]*)", text.strip())
    if found is None or found.group(2) not in _SECONDS or len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a time such as 20ms or 0.02 is wanted, not {_short(text)}")
    return Fraction(found.group(1)) * Fraction(str(_SECONDS[found.group(2)]))


def _short(text: str) -> str:
    """What was given, as diagnostics quote it."""
    return repr(text) if len(text) <= _LONGEST_NUMBER else f"{text[:20]!r}..."


_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def bandwidth(text: str) -> int:
    """A bandwidth in bytes a second: a bare number, or with a unit as Click has them: `10 kBps`, `1Mbps` (bits), `1 MB/s`."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(?:([kKmMgG]?)(B|b|bit|bits|byte|bytes|Bps|bps|baud|B/s|b/s))?", text.strip())
    if found is None or len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a bandwidth such as 125000, 1Mbps or 125kBps is wanted, not {_short(text)}")
    number, scale, unit = found.groups()
    amount = float(number) * _UNITS[(scale or "").lower()]
    bits = unit is not None and (unit.startswith("b") and not unit.startswith("byte"))
    rate = int(amount / 8 if bits else amount)
    # A second's bytes in billionths, as buckets count them, have 64 bits.
    if rate > 0x3_FFFF_FFFF:
        raise ValueError(f"a bandwidth of at most {0x3_FFFF_FFFF} bytes a second is wanted, not {text!r}")
    return rate


def ip_addresses(text: str) -> tuple[int, ...]:
    """IPv4 addresses with spaces between them."""
    return tuple(ip_address(each) for each in text.split())


def line_of_text(text: str) -> str:
    """One word or string, unquoted, of characters that can be printed on one line."""
    unquoted = unquote(text)
    if not is_one_line(unquoted):
        raise ValueError(f"text that can be printed on one line is wanted, not {text!r}")
    return unquoted


def byte_string(text: str) -> bytes:
    """The bytes that a word or string stands for, at most 2048; characters beyond a byte are UTF-8."""
    data = octets(unquote(text))
    if len(data) > 2048:
        raise ValueError(f"at most 2048 bytes are wanted, not {len(data)}")
    return data


def nanoseconds(text: str) -> int:
    """A time in whole nanoseconds, of 32 bits of seconds, rounded: a bare number of seconds, or with a unit as `milliseconds` has them."""
    whole = round(_time(text) * 1_000_000_000)
    if whole >= 1_000_000_000 << 32:
        raise ValueError(f"a time of at most {0xFFFF_FFFF} seconds is wanted, not {text!r}")
    return whole


_FRACTION = r"[0-9]+(\.[0-9]*)?|\.[0-9]+"


def probability(text: str) -> float:
    """A number from 0 to 1."""
    if not re.fullmatch(_FRACTION, text) or len(text) > _LONGEST_NUMBER or float(text) > 1:
        raise ValueError(f"a number from 0 to 1 is wanted, not {_short(text)}")
    return float(text)


def file_name(text: str) -> str:
    """The name of a file, unquoted."""
    name = unquote(text)
    if not name or name == "-" or not is_one_line(name):
        raise ValueError(f"the name of a file is wanted, not {text!r}")
    return name


def seconds(text: str) -> int:
    """A time in whole seconds, 32 bits of them, half ones rounded up: a bare number, or with a unit as `milliseconds` has them."""
    whole = (nanoseconds(text) + 500_000_000) // 1_000_000_000
    if whole > 0xFFFF_FFFF:
        raise ValueError(f"a time of at most {0xFFFF_FFFF} seconds is wanted, not {text!r}")
    return whole


def interval(text: str) -> int:
    """A time in whole nanoseconds, as `nanoseconds` reads it, that is not nothing."""
    found = nanoseconds(text)
    if found == 0:
        raise ValueError("a time longer than 0 is wanted")
    return found


def interval_text(time: int) -> str:
    """A time in ns as Click prints intervals: in seconds, and below one in the largest of ms, us and ns that it is a multiple of."""
    if time >= 1_000_000_000:
        whole, rest = divmod(time, 1_000_000_000)
        return f"{whole}.{rest:09d}s" if rest % 1000 else f"{whole}.{rest // 1000:06d}s"
    unit, name = next((unit, name) for unit, name in ((1_000_000, "ms"), (1_000, "us"), (1, "ns")) if time % unit == 0)
    return f"{time // unit}{name}"


def bandwidth_text(rate: int) -> str:
    """A bandwidth in bytes a second as Click prints it: in kbps, Mbps, Gbps or MBps."""
    units = ((0x20000000, 1, 6, "MBps"), (125_000_000, 8, 9, "Gbps"), (125_000, 8, 6, "Mbps"), (0, 8, 3, "kbps"))
    _, factor, digits, name = next(unit for unit in units if rate >= unit[0])
    whole, rest = divmod(rate * factor, 10**digits)
    return f"{whole}.{rest:0{digits}d}".rstrip("0").removesuffix(".") + name


def decimal(text: str) -> Fraction:
    """A number with or without a fraction, not negative."""
    if not re.fullmatch(_FRACTION, text) or len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number is wanted, not {_short(text)}")
    return Fraction(text if text[-1] != "." else text[:-1])
