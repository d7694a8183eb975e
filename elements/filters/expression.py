"""The expressions of IPFilter and IPClassifier: text to a syntax tree.

    expression := any ['?' expression ':' expression]        any := every {('or' | '||') every}
    every := factor {['and' | '&&'] factor}                  factor := ('not' | '!') factor | '(' expression ')' | primitive

A primitive is `[src | dst | src or dst | src and dst] [host | net | [tcp | udp] port | ip proto | icmp type | ip FIELD | tcp opt | tcp win]
[relation] VALUE`, a protocol's name, `ip frag`, `ip unfrag`, `ip ect`, `ip ce`, or `true`, `any`, `all`, `-`, `false`, `none`. A value
alone means what the primitive before it asked of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from elements.definition.parsers import ip_prefix
from elements.filters.names import ICMP_TYPES, IP_FIELDS, PORTS, PROTOCOLS, TCP_FLAGS


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
    """``kind`` of the packet stands in ``relation`` to the numbers from ``low`` to ``high`` (under ``mask`` where one is given).

    Kinds: `constant` (low is the truth), `host` (side; low and mask are an address and its mask), `port` (side, protocol or None),
    `proto`, `icmp type`, `tcp opt`, `tcp win`, `frag`, `unfrag`, `ect`, `ce`, and `ip FIELD` for the fields of `IP_FIELDS`."""

    kind: str
    low: int
    high: int
    relation: str = "="
    mask: int | None = None
    side: str = "src or dst"
    protocol: int | None = None


Expression = Not | Junction | Choice | Test

_WORD = re.compile(r"\s*(\|\||&&|[()?:]|!=|==|<=|>=|[<>=!]|[^\s()?:<>=!&|]+)")
_CONSTANTS = {"true": 1, "any": 1, "all": 1, "-": 1, "false": 0, "none": 0}
_RELATIONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_FACTOR_ENDS = (")", "?", ":", "or", "||", "and", "&&")


def parse_expression(text: str) -> Expression:
    """The tree of ``text``. Errors: ``ValueError`` naming the column in it and what was expected."""
    parser = _Parser(text)
    tree = parser.expression()
    if parser.word() is not None:
        parser.fail("the end")
    return tree


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
        self.last: tuple[str, str, int | None] = ("host", "src or dst", None)

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

    def primitive(self) -> Expression:
        word = self.word()
        if word is None or word in _FACTOR_ENDS:
            self.fail("a test such as `src host 10.0.0.1` or `tcp port 80`")
        if word in _CONSTANTS:
            self.take()
            return Test("constant", _CONSTANTS[word], _CONSTANTS[word])
        side = self.side()
        return self.qualified(side) if side is not None else self.plain()

    def side(self) -> str | None:
        if self.word() not in ("src", "dst"):
            return None
        first = self.take()
        if self.word() in ("or", "and") and self.word(1) in ("src", "dst") and self.word(1) != first:
            joint = self.take()
            self.take()
            return f"src {joint} dst"
        return first

    def qualified(self, side: str) -> Expression:
        """What follows src or dst: an address or a port."""
        if self.accept("host", "net"):
            return self.valued("host", side, None)
        protocol = PROTOCOLS[self.take()] if self.word() in ("tcp", "udp") else None
        if self.accept("port"):
            return self.valued("port", side, protocol)
        if protocol is not None:
            self.fail("'port'")
        return self.valued("port" if self.last[0] == "port" and not self.is_address() else "host", side, None)

    def is_address(self) -> bool:
        return re.fullmatch(r"\d+\.\d+\.\d+\.\d+(/.*)?", self.word() or "") is not None

    def plain(self) -> Expression:
        word = self.word() or ""
        if word in ("host", "net"):
            self.take()
            return self.valued("host", "src or dst", None)
        if word == "port":
            self.take()
            return self.valued("port", "src or dst", None)
        if word == "ip":
            self.take()
            return self.ip_test()
        if word == "proto":
            self.take()
            return self.valued("proto", "", None)
        if word == "icmp" and self.word(1) == "type":
            self.at += 2
            return self.valued("icmp type", "", None)
        if word in ("tcp", "udp") and self.word(1) == "port":
            self.at += 2
            return self.valued("port", "src or dst", PROTOCOLS[word])
        if word == "tcp" and self.word(1) in ("opt", "win"):
            self.at += 2
            return self.valued(f"tcp {self.words[self.at - 1][0]}", "", None)
        if word in PROTOCOLS:
            self.take()
            return Test("proto", PROTOCOLS[word], PROTOCOLS[word])
        if word in TCP_FLAGS:
            return self.valued("tcp opt", "", None)
        if self.is_address():
            return self.valued("host", self.last[1] if self.last[0] == "host" else "src or dst", None)
        return self.valued(*self.last)

    def ip_test(self) -> Expression:
        word = self.word()
        if word == "proto":
            self.take()
            return self.valued("proto", "", None)
        if word in ("frag", "unfrag", "ect", "ce"):
            return Test(self.take(), 1, 1)
        if word in IP_FIELDS:
            return self.valued(f"ip {self.take()}", "", None)
        return self.fail(f"one of proto, frag, unfrag, ect, ce, {', '.join(IP_FIELDS)}")

    def valued(self, kind: str, side: str, protocol: int | None) -> Test:
        """The relation and value of a test of ``kind``."""
        relation = _RELATIONS[self.take()] if self.word() in _RELATIONS else "="
        if self.word() is None or self.word() in _FACTOR_ENDS:
            self.fail("a value")
        self.last = (kind, side, protocol)
        if kind == "host":
            try:
                address, length = ip_prefix(self.word() or "")
            except ValueError:
                self.fail("an address such as 10.0.0.1 or 10.0.0.0/8")
            self.take()
            if relation not in ("=", "!="):
                raise ValueError("addresses are only equal or not: use =, != or nothing")
            mask = (0xFFFF_FFFF << (32 - length)) & 0xFFFF_FFFF
            return Test(kind, address & mask, address & mask, relation, mask, side)
        low, high, given = self.numbers(kind)
        return Test(kind, low, high, relation, given, side, protocol)

    def numbers(self, kind: str) -> tuple[int, int, int | None]:
        """(low, high, mask) of a value: N, N-M, N/MASK or a name."""
        names = {"port": PORTS, "proto": PROTOCOLS, "icmp type": ICMP_TYPES, "tcp opt": TCP_FLAGS}.get(kind, {})
        text = self.word() or ""
        value, slash, mask_text = text.partition("/")
        if value in names:
            number = (names[value], names[value])
        else:
            found = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)(?:-(0[xX][0-9a-fA-F]+|\d+))?", value)
            if found is None:
                self.fail(f"a number{' or a name' if names else ''} for {kind}")
            first = int(found.group(1), 0)
            number = (first, int(found.group(2), 0) if found.group(2) else first)
        if number[0] > number[1] or number[1] > 0xFFFF:
            self.fail("a number from 0 to 65535, the smaller end of a range first,")
        mask = None
        if slash:
            if not re.fullmatch(r"0[xX][0-9a-fA-F]+|\d+", mask_text):
                self.fail("a number for the mask")
            mask = int(mask_text, 0) & 0xFFFF
        self.take()
        if kind == "tcp opt":
            mask = number[0]
        return number[0], number[1], mask
