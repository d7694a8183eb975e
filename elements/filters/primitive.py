"""One test of a filter expression: what its qualifiers, mask, relation and value ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NoReturn

from elements.filters.names import FIELDS, IP_FIELDS, PORTED, PROTOCOLS, TCP_OR_UDP, TRANSPORT
from elements.filters.qualifiers import read_mask, read_qualifiers
from elements.filters.tree import Test
from elements.filters.values import Value, read_value
from elements.filters.words import Words
from elements.program.program import Layer

A_TEST: Final = "a test such as `src host 10.0.0.1` or `tcp port 80`"
_AN_ADDRESS: Final = "an address such as 10.0.0.1 or 10.0.0.0/8"
_RELATIONS: Final = ("=", "==", "!=", "<", ">", "<=", ">=")
_EQUAL: Final = ("=", "==", "!=")


def read_test(words: Words, last: Test | None) -> tuple[Test, bool]:
    """The test that is next, and whether it is meant the other way round. Without qualifiers it has those of the ``last`` one: a test that
    has no sides keeps the one that was named for the next."""
    primitive = _Primitive(words, last)
    test = primitive.test()
    return replace(test, side=primitive.q.side or test.side), primitive.q.negated


class _Primitive:
    """The parts of a test: qualifiers, the test before it where there are none, mask, relation, value. Words are known by their numbers:
    ``start`` is the first, ``place`` the value."""

    def __init__(self, words: Words, last: Test | None) -> None:
        self.words = words
        self.start = words.at
        self.q = read_qualifiers(words)
        self.last = last if words.at == self.start else None
        if self.last is not None and self.last.kind == "ether":
            self.q.header = "ether"
        self.mask = read_mask(words, self.q)
        self.masked_at = words.at - 1
        self.relation = words.take() if words.word() in _RELATIONS else None
        self.place = words.at
        self.value = read_value(words, self.q)
        if words.at == self.start:
            words.fail(A_TEST if last is None or last.kind == "frag" else _AN_ADDRESS if last.kind in ("host", "ether") else _wanted(last))

    def test(self) -> Test:
        q = self.q
        kind = q.kind or self.implied()
        if kind in ("host", "net", "ether"):
            return self.addressed(kind)
        if q.header == "ether":
            self.words.refuse("the Ethernet header is asked for addresses alone: leave `ether` out", self.start)
        if kind in ("frag", "unfrag"):
            self.alone()
            return Test("frag", negated=kind == "unfrag", protocol=q.protocol)
        if kind == "port":
            if q.protocol not in (None, *PORTED):
                self.words.refuse("only TCP, UDP and DCCP have ports", self.start)
            protocol = TCP_OR_UDP if q.protocol is None else q.protocol
            return self.numbered(Test("port", protocol=protocol, layer="transport", size=16), "port")
        if kind == "opt":
            return self.flags()
        if kind == "proto":
            return self.proto()
        return self.field(kind)

    def implied(self) -> str:
        """The kind of a test that does not say it."""
        q, value, last = self.q, self.value, self.last
        if value is None:
            if self.relation is not None:
                self.words.fail("a value")
            if q.protocol is None:
                self.words.fail(f"one of proto, frag, unfrag, ect, ce, {', '.join(IP_FIELDS)}" if q.header == "ip" else A_TEST)
            return "proto"
        kind = value.kind
        if kind == "number":
            if last is None or last.kind not in ("port", "proto", "field"):
                self.words.fail("'port'", self.place)
            kind = last.kind
        if last is not None and kind == "field":
            # As in Click, a protocol in front of a field of the IP header is not meant again with the value behind it.
            q.field, q.protocol = (last.layer, last.offset, last.size), last.protocol if last.layer == "transport" else None
        if last is not None and kind in ("address", "ether", "port", "opt"):
            q.side = q.side or last.side
        if last is not None and kind == "port" and q.protocol is None:
            q.protocol = _protocol(last)
        return "host" if kind == "address" else kind

    def addressed(self, kind: str) -> Test:
        q, value = self.q, self.value
        ether = q.header == "ether" or kind == "ether" or (kind == "host" and value is not None and value.kind == "ether")
        if value is None or value.kind != ("ether" if ether else "address"):
            self.unfit(_AN_ADDRESS)
        if self.relation not in (None, "=", "==", "!="):
            self.words.refuse("addresses are only equal or not: use =, != or nothing", self.place - 1)
        under = 0xFFFF_FFFF_FFFF if ether else value.mask or 0
        if self.mask is not None:
            if (self.mask.kind == "ether") != ether:
                self.words.fail(f"a mask of an {'Ethernet' if ether else 'IP'} address", self.masked_at)
            under = self.mask.bits
        low = value.low & under
        return Test("ether" if ether else "host", low, low, under, False, self.relation == "!=", protocol=q.protocol)

    def flags(self) -> Test:
        if self.q.protocol not in (None, PROTOCOLS["tcp"]):
            self.words.refuse("only TCP has flags", self.start)
        test = Test("tcp opt", protocol=PROTOCOLS["tcp"], layer="transport", offset=104, size=8)
        value = self.value
        if value is None or value.kind not in ("number", "opt") or value.low != value.high or value.mask is not None or value.low > 255:
            self.unfit("a number from 0 to 255 or a name for tcp opt")
        if self.relation not in (None, "=", "==") or self.mask is not None:
            self.words.refuse("flags are set or not: use nothing in front of them", self.place - 1)
        return replace(test, low=value.low, high=value.low, mask=value.low)

    def proto(self) -> Test:
        protocol, test = self.q.protocol, Test("proto", offset=72, size=8)
        if protocol is None:
            return self.numbered(test, "proto")
        if self.value is not None:
            if (self.value.low, self.value.high, self.value.mask, self.mask, self.relation) != (protocol, protocol, None, None, None):
                self.words.fail("one protocol", self.place)
        elif self.relation is not None:
            self.unfit(_wanted(test))
        elif protocol == TRANSPORT:
            self.words.refuse("`transp` alone asks nothing: put bytes in brackets or a test behind it, or leave it out", self.start)
        elif protocol == TCP_OR_UDP:
            self.alone()
            return replace(test, low=protocol, high=protocol, mask=255, protocol=protocol)
        self.value = Value("proto", protocol, protocol)
        return self.numbered(test, "proto")

    def field(self, kind: str) -> Test:
        """A field by its name, in brackets, or as before. Which header has it does not depend on the protocol in front."""
        protocol, offset, size = FIELDS.get(kind, (None, 0, 8))
        layer: Layer = "network" if protocol is None else "transport"
        if self.q.field is not None:
            layer, offset, size = self.q.field
        test = Test("field", protocol=self.q.protocol if protocol is None else protocol, layer=layer, offset=offset, size=size)
        if kind == "ce":
            self.alone()
            return replace(test, low=3, high=3, mask=3)
        if kind == "ect" and self.value is None and self.relation is None:
            self.value, self.relation = Value("number", 0, 0), "!="
        return self.numbered(test, kind)

    def alone(self) -> None:
        """Refuse a mask, a relation or a value."""
        if self.mask is not None:
            self.words.fail("no mask", self.masked_at)
        if self.relation is not None:
            self.words.fail("no relation", self.place - 1)
        if self.value is not None:
            self.words.fail("no value", self.place)

    def unfit(self, wanted: str) -> NoReturn:
        """Say that the value, or what stands in its place, is no such one."""
        self.words.at = self.place
        self.words.fail("a value" if self.words.ends() else wanted)

    def numbered(self, test: Test, names: str) -> Test:
        """``test`` with the relation to the number, which may be one of the ``names``. What is always or never so is a mask of nothing."""
        value = self.value
        if value is None or value.kind not in ("number", names):
            self.unfit(_wanted(test))
        full = (1 << test.size) - 1
        low, high = value.low, value.high
        relation = self.relation or "="
        if low > high or (relation in _EQUAL and high > full):
            self.words.fail(f"a number from 0 to {full}, the smaller end of a range first,", self.place)
        under = self.under(value, full)
        if relation in _EQUAL:
            return replace(test, low=low, high=high, mask=under, negated=relation == "!=")
        least = (low if relation in ("<", ">=") else high) - (relation in ("<", ">="))
        negated = relation in ("<", "<=")
        if least < 0 or least >= under:
            return replace(test, low=0, high=0, mask=0, negated=(least < 0) == negated)
        return replace(test, low=least, high=least, mask=under, greater=True, negated=negated)

    def under(self, value: Value, full: int) -> int:
        """The mask: the one in front of the relation or the one behind the number, else ``full``."""
        if self.mask is not None:
            if self.mask.kind != "number" or self.mask.bits > full:
                self.words.fail(f"a mask of at most {full:#x}", self.masked_at)
            if value.mask is not None:
                self.words.fail("one mask", self.place)
            return self.mask.bits
        if value.mask is not None and not 0 < value.mask <= full:
            self.words.fail(f"a mask from 1 to {full:#x} behind the slash", self.place)
        return value.mask or full


def _protocol(test: Test) -> int | None:
    """The one protocol that all packets have that pass a test, as far as it says it."""
    if test.kind != "proto":
        return test.protocol
    one = test.low == test.high and test.mask == 255 and not test.greater and not test.negated
    return test.low if one else None


def _wanted(test: Test) -> str:
    """What a value of the test is, in words."""
    if test.kind != "field":
        return f"a number or a name for {test.kind}"
    names = {(of, offset, size): name for name, (of, offset, size) in FIELDS.items()}
    name = names.get((None if test.layer == "network" else test.protocol, test.offset, test.size))
    if test.layer == "transport":
        return "a number or a name for icmp type" if name == "type" else "a number"
    return f"a number for {f'ip {name}' if name else 'these bytes'}"
