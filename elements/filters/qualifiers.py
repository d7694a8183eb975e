"""What stands in front of the value of a test: qualifiers, bytes in brackets, a mask."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from elements.definition.parsers import ethernet_address, ip_address, unsigned32
from elements.filters.names import FIELDS, PROTOCOLS, TCP_OR_UDP, TRANSPORT
from elements.filters.words import Words
from elements.program.program import Layer

_KINDS: Final = ("host", "net", "proto", "port", "opt", "frag", "unfrag", *FIELDS)
_QUALIFIED: Final = PROTOCOLS | {"tcpudp": TCP_OR_UDP, "transp": TRANSPORT}


@dataclass
class Qualifiers:
    """What qualifiers say: `ip` or `ether` as ``header``, ``field`` as (layer, first bit, bits) of what brackets name, where ``kind`` is
    then `bytes`."""

    kind: str | None = None
    side: str | None = None
    protocol: int | None = None
    header: str | None = None
    field: tuple[Layer, int, int] | None = None
    negated: bool = False


@dataclass(frozen=True)
class Mask:
    """A mask, written as a `number`, an `address` or an `ether` address."""

    kind: str
    bits: int


def read_qualifiers(words: Words) -> Qualifiers:
    """The qualifiers that are next, none perhaps, and brackets behind them."""
    start = words.at
    q = Qualifiers()
    while _qualifier(words, q):
        words.at += 1
    if words.word() == "[" and words.at > start and q.kind is None:
        _brackets(words, q)
    return q


def _qualifier(words: Words, q: Qualifiers) -> bool:
    """Whether the next word, which is not passed, is a qualifier; ``q`` has what it says."""
    word = words.word()
    if word in _KINDS:
        if q.kind is not None:
            words.fail("one kind of test")
        q.kind = word
        if word in FIELDS and FIELDS[word][0] is not None:
            _of_protocol(words, q, FIELDS[word][0])
    elif word in _QUALIFIED:
        _of_protocol(words, q, _QUALIFIED[word])
    elif word in ("src", "dst", "dest"):
        _side(words, q)
    elif word in ("ip", "ether") and q.header is None:
        q.header = word
    elif word in ("not", "!"):
        q.negated = not q.negated
    else:
        return False
    return True


def _of_protocol(words: Words, q: Qualifiers, protocol: int | None) -> None:
    if q.protocol is not None and q.protocol != protocol:
        words.fail("one protocol")
    q.protocol = protocol


def _side(words: Words, q: Qualifiers) -> None:
    if q.side is not None:
        words.fail("one of src and dst")
    joint = words.word(1)
    if words.word() == "src" and joint in ("and", "&&", "or", "||") and words.word(2) in ("dst", "dest"):
        q.side = "src and dst" if joint in ("and", "&&") else "src or dst"
        words.at += 2
    else:
        q.side = "src" if words.word() == "src" else "dst"


def _brackets(words: Words, q: Qualifiers) -> None:
    """`[POS]`, `[POS:LEN]` or `[FIRST,LAST]`, in bytes of the header that stands in front."""
    if q.protocol is not None and words.word(-1) == "ip":
        words.refuse("`ip` and a protocol name two headers for these bytes: put `and` between them", words.at - 1)
    words.take()
    text = ""
    while words.word() not in (None, "]"):
        text += words.take()
    if not words.accept("]"):
        words.fail("']'")
    found = re.fullmatch(r"([0-9]{1,5})(?:(:|,)([0-9]{1,5}))?", text)
    first = int(found.group(1)) if found else -1
    second = int(found.group(3)) if found and found.group(3) else 1
    count = second - first + 1 if found and found.group(2) == "," else second
    if found is None or not 1 <= count <= 4 or first // 4 != (first + count - 1) // 4 or first > 0x1FFF:
        words.fail("[POS] or [POS:LEN], of one to four bytes within a word,", words.at - 1)
    q.kind, q.field = "bytes", ("network" if q.protocol is None else "transport", 8 * first, 8 * count)


def read_mask(words: Words, q: Qualifiers) -> Mask | None:
    """The mask that is next; None where there is none. `&` is passed with it alone."""
    word = words.word(1)
    if words.word() != "&" or word is None:
        return None
    parsers: list[tuple[str, Callable[[str], int], bool]] = [
        ("number", unsigned32, word[0].isdigit()),
        ("address", ip_address, q.header != "ether"),
        ("ether", ethernet_address, q.header != "ip"),
    ]
    for kind, parse, meant in parsers:
        try:
            bits = parse(word) if meant else None
        except ValueError:
            continue
        if bits == 0:
            words.fail("a mask that is not zero", words.at + 1)
        if bits is not None:
            words.at += 2
            return Mask(kind, bits)
    return None
