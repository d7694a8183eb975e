"""Input specifications and patterns of the rewriters, as text and as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Final, Literal

from elements.definition.parsers import integer, ip_address, unsigned16
from graph.configuration import split_arguments, split_words
from graph.model import Graph, Node

NAMED: Final = "`pattern SADDR SPORT DADDR DPORT FOUTPUT ROUTPUT` or `pattern NAME FOUTPUT ROUTPUT`"
KINDS: Final = {
    **dict.fromkeys(("drop", "discard"), "drop"),
    **dict.fromkeys(("pass", "passthrough", "nochange"), "pass"),
    **dict.fromkeys(("pattern", "xpattern"), "pattern"),
    "keep": "keep",
}
_port = integer(1, 65535)
_output = integer(0, 255)


@dataclass(frozen=True)
class Pattern:
    """What a flow becomes; 0 leaves as it is. Source ports are ``source_port`` and the ``more`` after it, in the order that ``order`` says:
    the packet's own first, one after the other, or from one that the flow gives.
    """

    source: int = 0
    source_port: int = 0
    destination: int = 0
    destination_port: int = 0
    more: int = 0
    order: Literal["same", "sequential", "hashed"] = "same"

    def __str__(self) -> str:
        addresses = [str(IPv4Address(address)) if address else "-" for address in (self.source, self.destination)]
        ports = [str(port) if port else "-" for port in (self.source_port, self.destination_port)]
        if self.more and self.source_port:
            ports[0] = f"{self.source_port}-{self.source_port + self.more}"
        return f"{addresses[0]} {ports[0]} {addresses[1]} {ports[1]}"


@dataclass(frozen=True)
class InputSpec:
    """What becomes of a packet of no known flow: ``drop``, ``pass`` by output ``forward``, or (``keep``, ``pattern``) a new flow by
    ``pattern``, whose packets leave by ``forward`` and their answers by ``reply``.
    """

    kind: Literal["drop", "pass", "keep", "pattern"]
    forward: int = 0
    reply: int = 0
    pattern: Pattern = Pattern()

    def __str__(self) -> str:
        return str(self.pattern) if self.kind == "pattern" else {"drop": "<drop>", "pass": "<nochange>", "keep": "<keep>"}[self.kind]


def pattern(words: list[str]) -> Pattern:
    """The pattern of four words: SADDR SPORT DADDR DPORT. Errors: ``ValueError``."""
    source = 0 if words[0] == "-" else _field("SADDR", ip_address, words[0])
    destination = 0 if words[2] == "-" else _field("DADDR", ip_address, words[2])
    destination_port = 0 if words[3] == "-" else _field("DPORT", _port, words[3])
    if words[1] == "-":
        return Pattern(source, 0, destination, destination_port)
    low, dash, high = words[1].rstrip("#?").partition("-")
    if not dash:
        return Pattern(source, _field("SPORT", _port, words[1]), destination, destination_port)
    order: Literal["same", "sequential", "hashed"] = (
        "sequential" if words[1].endswith("#") else "hashed" if words[1].endswith("?") else "same"
    )
    first, last = _field("SPORT", unsigned16, low), _field("SPORT", unsigned16, high)
    if last < first or len(words[1]) - len(low) - len(high) - 1 > 1:
        raise ValueError(f"SPORT: a port, a range such as 1024-65535, 1024-65535# or 1024-65535?, or - is wanted, not {words[1]!r}")
    return Pattern(source, first, destination, destination_port, last - first, order)


def input_spec(text: str) -> InputSpec:
    """An input specification. Errors: ``ValueError``."""
    words = split_words(text)
    kind = KINDS.get(words[0] if words else "")
    if kind == "drop" and len(words) == 1:
        return InputSpec("drop")
    if kind == "pass" and len(words) <= 2:
        return InputSpec("pass", _output(words[1]) if len(words) == 2 else 0)
    if kind == "keep" and len(words) == 3:
        return InputSpec("keep", _output(words[1]), _output(words[2]))
    if kind == "pattern" and len(words) == 7:
        return InputSpec("pattern", _output(words[5]), _output(words[6]), pattern(words[1:5]))
    if kind == "pattern" and len(words) == 4:
        raise ValueError(f"no IPRewriterPatterns has a pattern {words[1]!r}")
    if kind is None:
        raise ValueError(f"drop, pass, keep or pattern is wanted first, not {text!r}; there are no elements that map")
    wanted = {"drop": "`drop`", "pass": "`pass [OUTPUT]`", "keep": "`keep FOUTPUT ROUTPUT`", "pattern": NAMED}[kind]
    raise ValueError(f"{wanted} is wanted, not {text!r}")


def named_pattern(text: str) -> tuple[str, Pattern]:
    """A pattern with its name in front, as IPRewriterPatterns has them. Errors: ``ValueError``."""
    words = split_words(text)
    if len(words) != 5:
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


def with_named_patterns(graph: Graph, node: Node) -> Node:
    """``node`` with the patterns that its input specifications name in the places of the names."""
    texts = split_arguments(node.config)
    words = [split_words(text) for text in texts]
    naming = [place for place, each in enumerate(words) if len(each) == 4 and KINDS.get(each[0]) == "pattern"]
    known = patterns_around(graph.nodes, node) if naming else {}
    for place in naming:
        name, *outputs = words[place][1:]
        texts[place] = f"pattern {known[name]} {' '.join(outputs)}" if name in known else texts[place]
    return replace(node, config=", ".join(texts)) if known else node


def _field(name: str, parse: Callable[[str], int], text: str) -> int:
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
