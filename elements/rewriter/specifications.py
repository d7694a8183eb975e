"""Input specifications and patterns of the rewriters, as text and as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Final, Literal, TypeVar

from elements.definition.parsers import integer, ip_address, ip_prefix, unsigned16
from graph.configuration import split_arguments, split_words
from graph.model import Graph, Node

Kind = Literal["drop", "pass", "keep", "pattern", "map"]
Order = Literal["same", "sequential", "hashed"]
KINDS: Final[Mapping[str, Kind]] = {
    "drop": "drop",
    "discard": "drop",
    "pass": "pass",
    "passthrough": "pass",
    "nochange": "pass",
    "pattern": "pattern",
    "xpattern": "pattern",
    "keep": "keep",
}
T = TypeVar("T")
MOST_MORE: Final = 2**31 - 1
_port = integer(1, 65535)
_output = integer(0, 255)


@dataclass(frozen=True)
class Pattern:
    """What a flow becomes; 0 leaves as it is. Where there are ``more``, source ports (or, where the pattern has no ports, addresses) are
    ``source_port`` (``source``) and those after it, in the order that ``order`` says: the packet's own first, one after the other, or from
    one that the flow gives.
    """

    source: int = 0
    source_port: int = 0
    destination: int = 0
    destination_port: int = 0
    more: int = 0
    order: Order = "same"
    has_ports: bool = True

    def __str__(self) -> str:
        source, destination = (str(IPv4Address(address)) if address else "-" for address in (self.source, self.destination))
        if not self.has_ports:
            last = f"-{IPv4Address(self.source + self.more)}" if self.more else ""
            return f"{source}{last} {destination}"
        ports = [str(port) if port else "-" for port in (self.source_port, self.destination_port)]
        if self.more and self.source_port:
            ports[0] = f"{self.source_port}-{self.source_port + self.more}"
        return f"{source} {ports[0]} {destination} {ports[1]}"


@dataclass(frozen=True)
class InputSpec:
    """What becomes of a packet of no known flow: ``drop``, ``pass`` by output ``forward``, or (``keep``, ``pattern``) a new flow by
    ``pattern``, whose packets leave by ``forward`` and their answers by ``reply``; or (``map``) what the element ``mapper`` says.
    """

    kind: Kind
    forward: int = 0
    reply: int = 0
    pattern: Pattern = Pattern()
    mapper: str = ""

    def __str__(self) -> str:
        texts = {"drop": "<drop>", "pass": "<nochange>", "keep": "<keep>", "map": "<mapper>"}
        return str(self.pattern) if self.kind == "pattern" else texts[self.kind]


def pattern(words: list[str]) -> Pattern:
    """The pattern of its words: SADDR DADDR, SADDR DADDR SPORT or SADDR SPORT DADDR DPORT. Errors: ``ValueError``, as Click says it."""
    if not 2 <= len(words) <= 4:
        raise ValueError("syntax error")
    source_port, destination_port = "-", "-"
    if len(words) == 4:
        source, source_port, destination, destination_port = words
    else:
        source, destination, *rest = words
        source_port = rest[0] if rest else "-"
    has_ports = len(words) > 2
    first, more, order = _sources(source, has_ports)
    port = 0
    if has_ports and source_port != "-":
        port, more, order = _ports(source_port)
    target = 0 if destination == "-" else _said("bad destination address", ip_address, destination)
    target_port = 0 if destination_port == "-" else _said("bad destination port", _port, destination_port)
    return Pattern(first, port, target, target_port, more, order, has_ports)


def _sources(text: str, has_ports: bool) -> tuple[int, int, Order]:
    """The first source address, how many more there are, and in which order."""
    wrong = "bad source address"
    plain, order = _order(text)
    if text == "-":
        return 0, 0, "same"
    if has_ports:
        return _said(wrong, ip_address, text), 0, "same"
    low, dash, high = plain.partition("-")
    if dash:
        first, last = _said(wrong, ip_address, low), _said(wrong, ip_address, high)
        if not first <= last <= first + MOST_MORE:
            raise ValueError(wrong)
        return first, last - first, order
    if "/" not in plain:
        return _said(wrong, ip_address, plain), 0, order
    address, length = _said(wrong, ip_prefix, plain)
    if not address or not length:
        raise ValueError(wrong)
    network = address >> (32 - length) << (32 - length)
    if length >= 31:
        return (address, 0, order) if length == 32 else (network, 1, order)
    return network | 1, 2 ** (32 - length) - 3, order


def _ports(text: str) -> tuple[int, int, Order]:
    """The first source port, how many more there are, and in which order."""
    plain, order = _order(text)
    low, dash, high = plain.partition("-")
    if not dash and plain == text:
        return _said("bad source port", _port, text), 0, "same"
    first, last = _said("bad source port", unsigned16, low), _said("bad source port", unsigned16, high)
    if last < first:
        raise ValueError("bad source port")
    return first, last - first, order


def _order(text: str) -> tuple[str, Order]:
    """The text of a range without the mark behind it that says the order."""
    if text.endswith("#"):
        return text[:-1], "sequential"
    return (text[:-1], "hashed") if text.endswith("?") else (text, "same")


def pattern_with_outputs(words: list[str], known: Mapping[str, str]) -> tuple[Pattern, int, int]:
    """A pattern, or the name of one of the ``known``, and the two outputs behind it. Errors: ``ValueError``."""
    if len(words) < 3:
        raise ValueError("syntax error")
    *words, forward, reply = words
    if len(words) == 1:
        if words[0] not in known:
            raise ValueError(f"no such pattern '{words[0]}'")
        words = split_words(known[words[0]])
    return pattern(words), _said("bad forward port", _output, forward), _said("bad reply port", _output, reply)


def input_spec(text: str, known: Mapping[str, str] | None = None) -> InputSpec:
    """An input specification, where ``known`` are the texts of patterns by name. Errors: ``ValueError``."""
    words = split_words(text)
    if not words:
        raise ValueError("empty argument")
    kind = KINDS.get(words[0])
    if kind is None and len(words) == 1:
        return InputSpec("map", mapper=words[0])
    if kind == "drop" and len(words) == 1:
        return InputSpec("drop")
    if kind == "pass" and len(words) <= 2:
        return InputSpec("pass", _said(f"an output is wanted, not '{words[-1]}'", _output, words[1]) if len(words) == 2 else 0)
    if kind == "keep" and len(words) == 3:
        return InputSpec("keep", _said("bad forward port", _output, words[1]), _said("bad reply port", _output, words[2]))
    if kind == "pattern":
        made, forward, reply = pattern_with_outputs(words[1:], known or {})
        return InputSpec("pattern", forward, reply, made)
    wanted = {"drop": "`drop`", "pass": "`pass [OUTPUT]`", "keep": "`keep FOUTPUT ROUTPUT`"}
    raise ValueError(f"{wanted[kind] if kind else 'drop, pass, keep, pattern or an element that maps'} is wanted, not '{text}'")


def named_pattern(text: str) -> tuple[str, Pattern]:
    """A pattern with its name in front, as IPRewriterPatterns has them. Errors: ``ValueError``."""
    words = split_words(text)
    if not 3 <= len(words) <= 5:
        raise ValueError(f"`NAME SADDR SPORT DADDR DPORT` is wanted, not {text!r}")
    return words[0], pattern(words[1:])


def patterns_around(nodes: Iterable[Node], node: Node) -> dict[str, str]:
    """The patterns, as text by name, of every IPRewriterPatterns of ``nodes`` in the same compound element as ``node`` or around it."""
    found: dict[str, str] = {}
    for other in nodes:
        inside = other.name[: other.name.rfind("/") + 1]
        if other.class_name == "IPRewriterPatterns" and node.name.startswith(inside):
            words = (text.split(None, 1) for text in split_arguments(other.config))
            found |= {name: rest[0] for name, *rest in words if rest}
    return found


def with_named_patterns(graph: Graph, node: Node, skip: int = 1) -> Node:
    """``node`` with the patterns that its arguments name in the places of the names, which have ``skip`` words in front."""
    texts = split_arguments(node.config)
    words = [split_words(text) for text in texts]
    naming = [place for place, each in enumerate(words) if len(each) == skip + 3 and (not skip or KINDS.get(each[0]) == "pattern")]
    known = patterns_around(graph.nodes, node) if naming else {}
    for place in naming:
        name, *outputs = words[place][skip:]
        front = "pattern " if skip else ""
        texts[place] = f"{front}{known[name]} {' '.join(outputs)}" if name in known else texts[place]
    return replace(node, config=", ".join(texts)) if known else node


def _said(what: str, parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError:
        raise ValueError(what) from None
