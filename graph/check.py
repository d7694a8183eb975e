"""The rules of a legal graph: classes exist, port counts fit, every port is connected as often as it may be, and push meets push."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from graph.classes import ClassInfo, ClassTable
from graph.diagnostics import ClickError, Diagnostic
from graph.model import Edge, Graph, Node

Kind = Literal["push", "pull"]
_Port = tuple[str, bool, int]
"""(element, is an output, number)"""


@dataclass(frozen=True)
class Checked:
    """A legal graph with the kind of every port that is in use."""

    graph: Graph
    kinds: Mapping[_Port, Kind]

    def kind(self, name: str, is_output: bool, port: int) -> Kind:
        """Push or pull. Errors: ``KeyError`` for a port that is not in use."""
        return self.kinds[name, is_output, port]


def check(graph: Graph, table: ClassTable) -> Checked:
    """``graph`` with its port kinds. Errors: `ClickError` with every mistake that was found."""
    infos = {node.name: table(node.class_name) for node in graph.nodes}
    mistakes = [
        _mistake(
            node,
            f"unknown element class {node.class_name!r}",
            "check its spelling; `mlclick elements` lists what there is",
            f"undeclared element '{node.class_name}'",
        )
        for node in graph.nodes
        if infos[node.name] is None
    ]
    if mistakes:
        raise ClickError(*mistakes)
    mistakes = [
        _mistake(node, f"{node.name!r} is a class and cannot name an element", "write NAME :: Class, with a name of its own")
        for node in graph.nodes
        if table(node.name) is not None
    ]
    if mistakes:
        raise ClickError(*mistakes)
    known = {name: info for name, info in infos.items() if info is not None}
    mistakes = [m for node in graph.nodes for m in _count_mistakes(graph, node, known[node.name])]
    if mistakes:
        raise ClickError(*mistakes)
    kinds, mistakes = _resolve(graph, known)
    mistakes += _reuse_mistakes(graph, kinds)
    if mistakes:
        raise ClickError(*mistakes)
    return Checked(graph, kinds)


def _mistake(node: Node, message: str, advice: str, click: str | None = None) -> Diagnostic:
    known = () if click is None else ((node.location, click),)
    return Diagnostic(node.location, message, advice, node.source_line, known)


def _called(node: Node) -> str:
    return f"{node.name} :: {node.class_name}"


def port_limits(code: str, inputs: int) -> tuple[int, int | None]:
    """(least, most or None) ports of one half of a port count code; `=` and its `+` forms depend on the number of ``inputs``."""
    if code.startswith("="):
        wanted = inputs + code.count("+")
        return wanted, wanted
    low, dash, high = code.partition("-")
    if not dash:
        return int(low), int(low)
    return int(low or 0), int(high) if high else None


def _count_mistakes(graph: Graph, node: Node, info: ClassInfo) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    ins, outs = graph.input_count(node.name), graph.output_count(node.name)
    in_code, _, out_code = info.port_count.partition("/")
    for word, used, code, edges in (
        ("input", ins, in_code, graph.incoming(node.name)),
        ("output", outs, out_code or in_code, graph.outgoing(node.name)),
    ):
        least, most = port_limits(code, ins)
        if used < least:
            message = f"{_called(node)} has {used} {word}(s), {least} required"
            found.append(_mistake(node, message, f"connect {word} {used}", f"'{_called(node)}' {word} {used} unused"))
        elif most is not None and used > most:
            found.append(
                _mistake(
                    node,
                    f"{_called(node)} has {used} {word}(s), at most {most} allowed",
                    f"do not use {word} {used - 1}",
                    f"'{_called(node)}' has no {word} {most}",
                )
            )
        connected = {e.target_port if word == "input" else e.source_port for e in edges}
        found += [
            _mistake(node, f"{_called(node)}: {word}{ports} not connected", "connect it, or to an Idle or Discard")
            for ports in _gaps(connected, used)
        ]
    return found


def _gaps(connected: set[int], used: int) -> Iterator[str]:
    """The ports below ``used`` that are not in ``connected``, each run of them once: " 3 is" or "s 4 to 6 are"."""
    following = 0
    for port in (*sorted(connected), used):
        if port == following + 1:
            yield f" {following} is"
        elif port > following:
            yield f"s {following} to {port - 1} are"
        following = port + 1


def _letter(codes: str, port: int) -> str:
    return codes[min(port, len(codes) - 1)]


def _letters(info: ClassInfo) -> tuple[str, str]:
    ins, _, outs = info.processing.partition("/")
    return ins.replace("~", "") or "a", (outs or ins).replace("~", "") or "a"


def flows(code: str, inputs: int, outputs: int) -> list[tuple[int, int]]:
    """The (input, output) pairs between which packets may flow, by a flow code of Click's manual."""
    left, _, right = code.partition("/")
    return [(i, o) for i in range(inputs) for o in range(outputs) if _flows(left, right or left, i, o)]


def _joins(code: str, inputs: int, outputs: int) -> Iterator[tuple[int, int]]:
    """Pairs that join the same ports as all of `flows` do, but not more than there are ports where ports are alike."""
    left, _, right = code.partition("/")
    if "#" in code:
        yield from flows(code, inputs, outputs)
        return
    lefts, rights = _letters_of(left), _letters_of(right or left)
    for a, b in product(range(min(inputs, len(lefts))), range(min(outputs, len(rights)))):
        if _flows(left, right or left, a, b):
            yield from ((i, b) for i in (range(a, inputs) if a == len(lefts) - 1 else (a,)))
            yield from ((a, o) for o in (range(b, outputs) if b == len(rights) - 1 else (b,)))


def _letters_of(code: str) -> list[str]:
    return re.findall(r"\[\^?[^\]]*\]|.", code) or ["x"]


def _flows(left: str, right: str, port: int, output: int) -> bool:
    lefts, rights = _letters_of(left), _letters_of(right)
    a, b = lefts[min(port, len(lefts) - 1)], rights[min(output, len(rights) - 1)]
    if "#" in a or "#" in b:
        return (port != output) if b.startswith("[^") else port == output
    if b.startswith("[^"):
        return a not in b[2:-1]
    return bool(set(a.strip("[]")) & set(b.strip("[]")))


class _Ties:
    """Ports that must be of one kind: a union-find with the kind that is fixed, and the port that fixes it."""

    def __init__(self) -> None:
        self.parent: dict[_Port, _Port] = {}
        self.fixed: dict[_Port, tuple[Kind, _Port]] = {}

    def root(self, port: _Port) -> _Port:
        while (above := self.parent.setdefault(port, port)) != port:
            self.parent[port] = self.parent[above]
            port = above
        return port

    def fix(self, port: _Port, kind: Kind) -> None:
        self.fixed.setdefault(self.root(port), (kind, port))

    def tie(self, a: _Port, b: _Port) -> tuple[_Port, _Port] | None:
        """Join; where both sides are fixed differently nothing is joined and the two fixing ports (push, pull) are given."""
        x, y = self.root(a), self.root(b)
        if x == y:
            return None
        fixed_x, fixed_y = self.fixed.get(x), self.fixed.get(y)
        if fixed_x is not None and fixed_y is not None and fixed_x[0] != fixed_y[0]:
            return (fixed_x[1], fixed_y[1]) if fixed_x[0] == "push" else (fixed_y[1], fixed_x[1])
        self.parent[y] = x
        if fixed_x is None and fixed_y is not None:
            self.fixed[x] = fixed_y
        return None


def _resolve(graph: Graph, infos: Mapping[str, ClassInfo]) -> tuple[dict[_Port, Kind], list[Diagnostic]]:
    ties = _Ties()
    ports: list[_Port] = []
    mistakes: list[Diagnostic] = []
    for node in graph.nodes:
        letters = _letters(infos[node.name])
        for is_output, count in ((False, graph.input_count(node.name)), (True, graph.output_count(node.name))):
            for port in range(count):
                ports.append((node.name, is_output, port))
                letter = _letter(letters[is_output], port)
                if letter in "hl":
                    ties.fix((node.name, is_output, port), "push" if letter == "h" else "pull")
    for node in graph.nodes:
        letters = _letters(infos[node.name])
        for i, o in _joins(infos[node.name].flow, graph.input_count(node.name), graph.output_count(node.name)):
            if _letter(letters[0], i) == "a" and _letter(letters[1], o) == "a":
                ties.tie((node.name, False, i), (node.name, True, o))
    for edge in graph.edges:
        conflict = ties.tie((edge.source, True, edge.source_port), (edge.target, False, edge.target_port))
        if conflict is not None:
            mistakes.append(_conflict(graph, edge, *conflict))
    kinds: dict[_Port, Kind] = {port: ties.fixed.get(ties.root(port), ("push", port))[0] for port in ports}
    return kinds, mistakes


def _kind_of(kinds: Mapping[_Port, Kind], port: _Port) -> str:
    return f"{kinds[port]} {'output' if port[1] else 'input'} {port[2]}"


def _port_name(port: _Port) -> str:
    return f"{port[0]} {'output' if port[1] else 'input'} {port[2]}"


def _conflict(graph: Graph, edge: Edge, push: _Port, pull: _Port) -> Diagnostic:
    return Diagnostic(
        edge.location,
        f"push and pull meet where {edge.source} output {edge.source_port} is connected to {edge.target} input {edge.target_port}: "
        f"{_port_name(push)} is push and {_port_name(pull)} is pull",
        "put a Queue between push and pull, or an Unqueue between pull and push",
        edge.source_line,
        ((None, _known_conflict(graph, push, pull)),),
    )


def _known_conflict(graph: Graph, push: _Port, pull: _Port) -> str:
    """As Click says it: the output first."""
    sides = [(port, kind) for port, kind in ((push, "push"), (pull, "pull"))]
    said = [
        f"'{_called(graph.node(port[0]))}' {kind} {'output' if port[1] else 'input'} {port[2]}"
        for port, kind in sorted(sides, key=lambda side: not side[0][1])
    ]
    return " connected to ".join(said)


def _reuse_mistakes(graph: Graph, kinds: Mapping[_Port, Kind]) -> list[Diagnostic]:
    seen: dict[_Port, Edge] = {}
    found: list[Diagnostic] = []
    for edge in graph.edges:
        for port in ((edge.source, True, edge.source_port), (edge.target, False, edge.target_port)):
            once = kinds[port] == ("push" if port[1] else "pull")
            if once and port in seen:
                found.append(
                    Diagnostic(
                        edge.location,
                        f"{_port_name(port)} is used twice: a {kinds[port]} {'output' if port[1] else 'input'} has one connection",
                        f"it is connected in line {seen[port].location.line} already; "
                        + (
                            "use a Tee to send packets to two places"
                            if port[1]
                            else "use a scheduler such as RoundRobinSched to join two sources"
                        ),
                        edge.source_line,
                        ((graph.node(port[0]).location, f"illegal reuse of '{_called(graph.node(port[0]))}' {_kind_of(kinds, port)}"),),
                    )
                )
            seen.setdefault(port, edge)
    return found
