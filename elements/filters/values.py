"""The value of a test: numbers, addresses, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from elements.definition.parsers import ethernet_address, ip_address, ip_prefix, unsigned32
from elements.filters.names import ICMP_TYPES, PORTED, PROTOCOLS, TCP_FLAGS, TCP_OR_UDP
from elements.filters.ports import named_port
from elements.filters.qualifiers import Qualifiers
from elements.filters.words import Words

_WIDE: Final = 0xFFFF_FFFF
_NUMBERS: Final = re.compile(r"(\d\w*)(?:-(\d\w*))?(?:/(\d\w*))?", re.ASCII)


@dataclass(frozen=True)
class Value:
    """A value: `number` (from low to high, with a mask where one stands behind a slash), `address` (low under mask), `ether`, or a name
    that is a `proto`, `port`, `opt` or `type`."""

    kind: str
    low: int
    high: int
    mask: int | None = None


def read_value(words: Words, q: Qualifiers) -> Value | None:
    """The value that is next; None where none is. Errors: ``ValueError`` where a name has another meaning than these qualifiers ask for,
    or several."""
    word = words.word()
    if word is None or words.ends():
        return None
    value = _named(words, q, word) or next(_literals(q, word), None)
    if value is None:
        return None
    words.take()
    if value.kind != "address" or words.word() != "mask" or words.word(1) is None:
        return value
    words.take()
    try:
        value = replace(value, mask=ip_address(words.word() or ""))
    except ValueError:
        words.fail("a mask such as 255.255.255.0")
    words.take()
    return value


def _literals(q: Qualifiers, word: str) -> Iterator[Value]:
    """What a word means as a number or an address, which may be one's name. What may be a prefix, as `10/8`, is no number with a mask
    where no kind is said."""
    prefix = q.kind is None and "/" in word
    if q.kind not in ("host", "net") and not prefix:
        yield from _number(word)
    try:
        if q.header != "ether":
            address, length = ip_prefix(word)
            yield Value("address", address, address, _WIDE << (32 - length) & _WIDE)
    except ValueError:
        pass
    try:
        if q.header != "ip":
            yield Value("ether", ethernet_address(word), 0)
    except ValueError:
        pass
    if prefix:
        yield from _number(word)


def _number(word: str) -> Iterator[Value]:
    """`A`, `A-B`, each perhaps with `/MASK`."""
    found = _NUMBERS.fullmatch(word)
    try:
        if found is not None:
            low, high, mask = (None if part is None else unsigned32(part) for part in found.groups())
            yield Value("number", low or 0, (low or 0) if high is None else high, mask)
    except ValueError:
        pass


def _named(words: Words, q: Qualifiers, word: str) -> Value | None:
    """What a word means as a name, None where it is none."""
    names = list(_names(word))
    fitting = [name for name in names if name.fits(q)]
    if len(fitting) == 1:
        return fitting[0].value
    if names:
        written = " or ".join(f"`{name.written} {word}`" for name in fitting or names)
        words.refuse(f"{word!r} means {'several things' if fitting else 'nothing of that kind'} here: write {written}")
    return None


@dataclass(frozen=True)
class _Name:
    """A meaning of a name: of packets of these protocols, of any where there are none."""

    value: Value
    written: str
    protocols: tuple[int, ...] = ()

    def fits(self, q: Qualifiers) -> bool:
        """Whether a test with these qualifiers can ask for it. Which protocols have what kind is looked at where the kind is said."""
        if q.kind is not None:
            return q.kind == self.value.kind and (q.kind != "port" or q.protocol not in PORTED or q.protocol in self.protocols)
        return q.protocol is None or not self.protocols or q.protocol in self.protocols


def _names(word: str) -> Iterator[_Name]:
    if word in PROTOCOLS:
        yield _Name(_single("proto", PROTOCOLS[word]), "ip proto")
    tcp, udp = (None if word[0].isdigit() else named_port(word, protocol) for protocol in ("tcp", "udp"))
    if tcp is not None and tcp == udp:
        yield _Name(_single("port", tcp), "port", (PROTOCOLS["tcp"], PROTOCOLS["udp"], TCP_OR_UDP))
    for protocol, port in (("tcp", tcp), ("udp", udp)) if tcp != udp else ():
        if port is not None:
            yield _Name(_single("port", port), f"{protocol} port", (PROTOCOLS[protocol], TCP_OR_UDP))
    if word in TCP_FLAGS:
        yield _Name(_single("opt", TCP_FLAGS[word]), "tcp opt", (PROTOCOLS["tcp"],))
    if word in ICMP_TYPES:
        yield _Name(_single("type", ICMP_TYPES[word]), "icmp type", (PROTOCOLS["icmp"],))


def _single(kind: str, number: int) -> Value:
    return Value(kind, number, number)
