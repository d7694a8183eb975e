"""Filter expressions of IPClassifier and IPFilter: text to a tree, by the grammar of Click's manual.

    expr: any [? expr : expr]      any: every (or|'||' every)*      every: factor ((and|&&)? factor)*
    factor: (not|!) factor | '(' expr ')' | test

A test is qualifiers, then perhaps a mask (`& MASK`) and a relation, then a value. One without qualifiers has those of the test before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from elements.definition.parsers import ethernet_address, ip_address, ip_prefix
from elements.filters.names import FIELDS, ICMP_TYPES, IP_FIELDS, PROTOCOLS, TCP_FLAGS, TCP_OR_UDP, TRANSPORT
from elements.filters.ports import named_port
from graph.configuration import unquote


@dataclass(frozen=True)
class Not:
    """Not ``operand``."""

    operand: Expression


@dataclass(frozen=True)
class Junction:
    """All of ``operands`` where ``every``, else any."""

    every: bool
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice:
    """``yes`` where ``condition`` holds, else ``no``."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True)
class Test:
    """Whether what ``kind`` names, under ``mask``, is from ``low`` to ``high`` (under it, too), or where ``greater``, is more than ``low``.

    Kinds: `constant` (low is the truth), `host` and `ether` (addresses, with a ``side``), `port` (with a ``side``), `proto`, `tcp opt`,
    `frag`, `field` (``size`` bits from bit ``offset`` of the IP header or, with a ``protocol``, of the header behind it). Of two sides
    `src or dst` is any, `src and dst` both; ``negated`` is then the opposite of that. Tests of ports, flags and fields of a ``protocol``
    are of first fragments; those of another protocol do not pass, however the test is negated. `TCP_OR_UDP` stands for both, `TRANSPORT`
    for any.
    """

    kind: str
    low: int = 0
    high: int = 0
    mask: int = 0
    greater: bool = False
    negated: bool = False
    side: str = "src or dst"
    protocol: int | None = None
    offset: int = 0
    size: int = 0


Expression = Not | Junction | Choice | Test

_WORD = re.compile(r"\s*(\|\||&&|[<>!=]=|[A-Za-z0-9\-./@_:]+|[&|<>!=()\[\],;?])")
_CONSTANTS: Final = {"true": 1, "any": 1, "all": 1, "-": 1, "false": 0, "none": 0}
_FACTOR_ENDS: Final = (")", "?", ":", "or", "||", "and", "&&")
_RELATIONS: Final = ("=", "==", "!=", "<", ">", "<=", ">=")
_TYPES: Final = ("host", "net", "proto", "port", "opt", "frag", "unfrag", "ect", "ce", *FIELDS)
_QUALIFIED: Final = PROTOCOLS | {"tcpudp": TCP_OR_UDP, "transp": TRANSPORT}
_A_TEST: Final = "a test such as `src host 10.0.0.1` or `tcp port 80`"
_AN_ADDRESS: Final = "an address such as 10.0.0.1 or 10.0.0.0/8"
_WIDE: Final = 0xFFFF_FFFF


def parse_expression(text: str) -> Expression:
    """The tree of ``text``, which may be a string. Errors: ``ValueError`` naming the column in it and what was expected."""
    parser = _Parser(unquote(text) if '"' in text or "'" in text else text)
    tree = parser.expression()
    if parser.word() is not None:
        parser.fail("the end")
    return tree


@dataclass
class _Qualifiers:
    """What stands in front of a value; ``field`` is (offset, size) in bits of what brackets name."""

    kind: str | None = None
    side: str | None = None
    protocol: int | None = None
    header: str | None = None
    field: tuple[int, int] | None = None
    negated: bool = False


@dataclass(frozen=True)
class _Value:
    """A value: `number` (from low to high, with a mask behind a slash if not 0), `address` (low under mask), `ether`, or a name that is a
    `proto`, `port`, `opt` or `type`."""

    kind: str
    low: int
    high: int
    mask: int = 0


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[tuple[str, int]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _WORD.match(text, at)
            if found is None:
                rest = text[at:].lstrip()
                raise ValueError(f"column {len(text) - len(rest) + 1}: {rest[:1]!r} has no meaning in a filter expression")
            self.words.append((found.group(1), found.start(1) + 1))
            at = found.end()
        self.at = 0
        self.last: Test | None = None

    def word(self, ahead: int = 0) -> str | None:
        return self.words[self.at + ahead][0] if self.at + ahead < len(self.words) else None

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1][0]

    def accept(self, *words: str) -> bool:
        if self.word() in words:
            self.at += 1
            return True
        return False

    def fail(self, wanted: str) -> NoReturn:
        if self.at >= len(self.words):
            raise ValueError(f"column {len(self.text.rstrip()) + 1}: {wanted} is wanted where the expression ends")
        found, column = self.words[self.at]
        raise ValueError(f"column {column}: {wanted} is wanted, not {found!r}")

    def expression(self) -> Expression:
        condition = self.any()
        if not self.accept("?"):
            return condition
        yes = self.expression()
        if not self.accept(":"):
            self.fail("':'")
        return Choice(condition, yes, self.expression())

    def any(self) -> Expression:
        operands = [self.every()]
        while self.accept("or", "||"):
            operands.append(self.every())
        return operands[0] if len(operands) == 1 else Junction(False, tuple(operands))

    def every(self) -> Expression:
        operands = [self.factor()]
        while self.accept("and", "&&") or (self.word() is not None and self.word() not in _FACTOR_ENDS):
            operands.append(self.factor())
        return operands[0] if len(operands) == 1 else Junction(True, tuple(operands))

    def factor(self) -> Expression:
        if self.accept("not", "!"):
            return Not(self.factor())
        if self.accept("("):
            inside = self.expression()
            if not self.accept(")"):
                self.fail("')'")
            return inside
        return self.primitive()

    # Tests

    def primitive(self) -> Expression:
        word = self.word()
        if word is None or word in _FACTOR_ENDS:
            self.fail(_A_TEST)
        if word in _CONSTANTS:
            self.take()
            return Test("constant", _CONSTANTS[word], _CONSTANTS[word])
        start = self.at
        q = self.qualifiers()
        if self.at > start:
            self.last = None
            if self.word() == "[" and q.kind is None:
                self.brackets(q)
        if self.last is not None and self.last.kind == "ether":
            q.header = "ether"
        mask = self.mask(q)
        relation = self.take() if self.word() in _RELATIONS else "="
        test = self.resolved(q, mask, relation, start)
        self.last = test
        return Not(test) if q.negated else test

    def qualifiers(self) -> _Qualifiers:
        q = _Qualifiers()
        while True:
            word = self.word()
            if word in _TYPES:
                if q.kind is not None:
                    self.fail("one kind of test")
                q.kind = word
                if word in FIELDS and FIELDS[word][0] is not None:
                    self.transport(q, FIELDS[word][0])
            elif word in _QUALIFIED:
                self.transport(q, _QUALIFIED[word])
            elif word in ("src", "dst", "dest"):
                self.side(q)
            elif word in ("ip", "ether") and q.header is None:
                q.header = word
            elif word in ("not", "!"):
                q.negated = not q.negated
            else:
                return q
            self.at += 1

    def transport(self, q: _Qualifiers, protocol: int | None) -> None:
        if q.protocol is not None and q.protocol != protocol:
            self.fail("one protocol")
        q.protocol = protocol

    def side(self, q: _Qualifiers) -> None:
        if q.side is not None:
            self.fail("one of src and dst")
        joint = self.word(1)
        if self.word() == "src" and joint in ("and", "&&", "or", "||") and self.word(2) in ("dst", "dest"):
            q.side = "src and dst" if joint in ("and", "&&") else "src or dst"
            self.at += 2
        else:
            q.side = "src" if self.word() == "src" else "dst"

    def brackets(self, q: _Qualifiers) -> None:
        """`[POS]`, `[POS:LEN]` or `[FIRST,LAST]`, in bytes."""
        self.take()
        text = ""
        while self.word() not in (None, "]"):
            text += self.take()
        if not self.accept("]"):
            self.fail("']'")
        found = re.fullmatch(r"(\d+)(?:(:|,)(\d+))?", text)
        first = int(found.group(1)) if found else -1
        second = int(found.group(3)) if found and found.group(3) else 1
        count = second - first + 1 if found and found.group(2) == "," else second
        if found is None or not 1 <= count <= 4 or first // 4 != (first + count - 1) // 4 or first > 0x1FFF:
            self.at -= 1
            self.fail("[POS] or [POS:LEN], of one to four bytes within a word,")
        q.kind, q.field = "bytes", (8 * first, 8 * count)

    def mask(self, q: _Qualifiers) -> int | None:
        if self.word() != "&":
            return None
        word = self.word(1) or ""
        mask = next(self.masks(q, word), None)
        if mask is None:
            return None
        if mask:
            self.at += 2
            return mask
        self.at += 1
        return self.fail("a mask that is not zero")

    def masks(self, q: _Qualifiers, word: str) -> Iterator[int]:
        if re.fullmatch(r"0[xX][0-9a-fA-F]+|\d+", word):
            yield int(word, 0)
        for is_meant, parse in ((q.header != "ether", ip_address), (q.header != "ip", ethernet_address)):
            try:
                if is_meant:
                    yield parse(word)
            except ValueError:
                continue

    # Values

    def value(self, q: _Qualifiers) -> _Value | None:
        """The value here, None where none is."""
        word = self.word()
        if word is None or word in _FACTOR_ENDS:
            return None
        for value in self.meanings(q, word):
            self.take()
            if value.kind == "address" and self.word() == "mask" and self.word(1) is not None:
                self.take()
                try:
                    return replace(value, mask=ip_address(self.word() or ""))
                except ValueError:
                    self.fail("a mask such as 255.255.255.0")
                finally:
                    self.at += 1
            return value
        return None

    def meanings(self, q: _Qualifiers, word: str) -> Iterator[_Value]:
        yield from self.names(q, word)
        found = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)(?:-(0[xX][0-9a-fA-F]+|\d+))?(?:/(0[xX][0-9a-fA-F]+|\d+))?", word)
        if found is not None and q.kind not in ("host", "net"):
            first = int(found.group(1), 0)
            yield _Value("number", first, int(found.group(2), 0) if found.group(2) else first, int(found.group(3) or "0", 0))
        try:
            if q.header != "ether":
                address, length = ip_prefix(word)
                yield _Value("address", address, address, _WIDE << (32 - length) & _WIDE)
        except ValueError:
            pass
        try:
            if q.header != "ip":
                yield _Value("ether", ethernet_address(word), 0)
        except ValueError:
            pass

    def names(self, q: _Qualifiers, word: str) -> Iterator[_Value]:
        """What a word means as a name, as the kind of the test allows."""
        if q.kind in (None, "proto") and word in PROTOCOLS:
            yield _Value("proto", PROTOCOLS[word], PROTOCOLS[word])
        if q.kind in (None, "port") and q.protocol in (None, 6, 17, TCP_OR_UDP) and not word[0].isdigit():
            port = named_port(word, "udp" if q.protocol == PROTOCOLS["udp"] else "tcp")
            port = named_port(word, "udp") if port is None else port
            if port is not None and not (q.kind is None and word in (TCP_FLAGS | ICMP_TYPES)):
                yield _Value("port", port, port)
        if q.kind in (None, "opt") and word in TCP_FLAGS:
            yield _Value("opt", TCP_FLAGS[word], TCP_FLAGS[word])
        if q.kind in (None, "type") and word in ICMP_TYPES:
            yield _Value("type", ICMP_TYPES[word], ICMP_TYPES[word])

    def resolved(self, q: _Qualifiers, mask: int | None, relation: str, start: int) -> Test:
        place = self.at
        value = self.value(q)
        if self.at == start:
            self.fail(_A_TEST if self.last is None else _AN_ADDRESS if self.last.kind == "host" else self.wanted(self.last))
        kind = q.kind or self.implied(q, value, place)
        if kind in ("frag", "unfrag", "ce") and (value is not None or mask is not None):
            self.at = place
            self.fail("no value")
        if kind in ("frag", "unfrag"):
            return Test("frag", negated=kind == "unfrag", protocol=q.protocol)
        if kind in ("ect", "ce"):
            field = Test("field", offset=8, size=8, mask=3)
            if value is None:
                return replace(field, negated=True) if kind == "ect" else replace(field, low=3, high=3)
            return self.compared(field, value, mask or 3, relation, place)
        if kind in ("host", "net", "ether"):
            return self.addressed(q, kind, value, mask, relation, place)
        test = self.subject(q, kind)
        if value is None and kind == "proto" and q.protocol is not None:
            value = _Value("proto", q.protocol, q.protocol)
        wanted = {"proto": "proto", "port": "port", "opt": "opt", "type": "type"}.get(kind, "number")
        if value is None or value.kind not in ("number", wanted):
            self.at = place
            self.fail("a value" if self.word() is None or self.word() in _FACTOR_ENDS else self.wanted(test))
        if kind == "opt":
            if relation not in ("=", "=="):
                raise ValueError("flags are set or not: use nothing in front of them")
            return replace(test, low=value.low, high=value.low, mask=value.low)
        return self.compared(test, value, mask, relation, place)

    def implied(self, q: _Qualifiers, value: _Value | None, place: int) -> str:
        """The kind of a test that does not say it."""
        last = self.last
        if value is None:
            if q.protocol is None:
                self.fail(f"one of proto, frag, unfrag, ect, ce, {', '.join(IP_FIELDS)}" if q.header == "ip" else _A_TEST)
            return "proto"
        if value.kind == "number":
            if last is None or last.kind not in ("port", "proto", "field"):
                self.at = place
                self.fail("'port'")
            if last.kind == "field":
                q.kind, q.field, q.protocol = "bytes", (last.offset, last.size), last.protocol
                return "bytes"
            value = _Value(last.kind, 0, 0)
        if value.kind in ("address", "ether", "port", "opt") and last is not None:
            q.side = q.side or last.side
            if value.kind == "port" and q.protocol is None and last.kind == "port":
                q.protocol = last.protocol
        return {"address": "ether" if q.header == "ether" else "host"}.get(value.kind, value.kind)

    def addressed(self, q: _Qualifiers, kind: str, value: _Value | None, mask: int | None, relation: str, place: int) -> Test:
        meant = value is not None and value.kind == "ether" and kind == "host"
        kind = "ether" if q.header == "ether" or kind == "ether" or meant else "host"
        if value is None or value.kind != ("ether" if kind == "ether" else "address"):
            self.at = place
            self.fail(_AN_ADDRESS if self.word() is not None and self.word() not in _FACTOR_ENDS else "a value")
        if relation not in ("=", "==", "!="):
            raise ValueError("addresses are only equal or not: use =, != or nothing")
        ones = 0xFFFF_FFFF_FFFF if kind == "ether" else value.mask
        under = ones if mask is None else mask
        low = value.low & under
        return Test(kind, low, low, under, False, relation == "!=", q.side or "src or dst", q.protocol)

    def subject(self, q: _Qualifiers, kind: str) -> Test:
        """The test of numbers without its value."""
        if kind == "port":
            if q.protocol not in (None, 6, 17, 33, TCP_OR_UDP):
                raise ValueError("only TCP, UDP and DCCP have ports")
            return Test("port", side=q.side or "src or dst", protocol=TCP_OR_UDP if q.protocol is None else q.protocol, size=16)
        if kind == "opt":
            if q.protocol not in (None, 6):
                raise ValueError("only TCP has flags")
            return Test("tcp opt", protocol=6, size=8)
        if kind == "proto":
            return Test("proto", size=8)
        if kind in FIELDS:
            protocol, offset, size = FIELDS[kind]
            return Test("field", protocol=q.protocol if protocol is None else protocol, offset=offset, size=size)
        offset, size = q.field or (0, 8)
        return Test("field", protocol=q.protocol, offset=offset, size=size)

    def wanted(self, test: Test) -> str:
        """What a value of the test is, in words."""
        names = {(0, 4): "ip vers", (4, 4): "ip hl", (8, 8): "ip tos", (8, 6): "ip dscp", (16, 16): "ip len", (32, 16): "ip id"}
        if test.kind != "field":
            return f"a number or a name for {test.kind}"
        if test.protocol is not None:
            return "a number or a name for icmp type" if (test.protocol, test.offset) == (1, 0) else "a number"
        place = test.offset, test.size
        return f"a number for {'ip ttl' if place == (64, 8) else names.get(place, 'these bytes')}"

    def compared(self, test: Test, value: _Value, mask: int | None, relation: str, place: int) -> Test:
        """``test`` with a relation to a number. What can only be always or never so is a mask of nothing."""
        full = (1 << test.size) - 1
        low, high, given = value.low, value.high, mask or value.mask
        if test.kind == "proto" and low >= TCP_OR_UDP:
            return replace(test, low=low, high=low, mask=full, protocol=low)
        if low > high or (relation in ("=", "==", "!=") and high > full):
            self.at = place
            self.fail(f"a number from 0 to {full}, the smaller end of a range first,")
        if (mask or 0) & ~full:
            self.at = place
            self.fail(f"a mask of at most {full:#x}")
        under = given & full or full
        if relation in ("=", "==", "!="):
            return replace(test, low=low, high=high, mask=under, negated=relation == "!=")
        least = low if relation in ("<", ">=") else high
        negated = relation in ("<", "<=")
        if relation in ("<", ">="):
            least -= 1
        if least < 0 or least >= under:
            return replace(test, low=0, high=0, mask=0, negated=(least < 0) == negated)
        return replace(test, low=least, high=least, mask=under, greater=True, negated=negated)
