"""One tenant's part of the hardware, run on symbolic packets: from its entries to the queues, the crossing or a drop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from elements.definition.element import Element
from elements.placement.crossings import Crossing, Placement, punts, uses_transport
from elements.placement.layouts import UNKNOWN, Layout
from elements.program.combine import all_of, any_of
from elements.program.ordered import disordered
from elements.program.program import ANNOTATIONS, Program
from elements.program.substitute import substitute
from elements.program.values import FALSE, TRUE, Value, add, bit_and, bit_not, const, eq, make, mux, part, sub, ult
from graph.model import Edge


class NotHardware(Exception):
    """An element cannot be where the placement puts it. ``element`` names it, ``tenant`` whose packets it was about where that is known;
    the message says why."""

    def __init__(self, element: str, why: str) -> None:
        super().__init__(f"{element}: {why}")
        self.element = element
        self.tenant: str | None = None


@dataclass(frozen=True)
class Path:
    """A packet on its way: under which condition (given that it is the tenant's), where its headers are, what its bytes, annotations and
    end are.

    ``known`` bytes are certainly there. ``copies`` lists (element, output) of the duplications that it may have come through."""

    when: Value
    layout: Layout
    bytes: Mapping[int, Value]
    annotations: Mapping[str, Value]
    end: Value
    known: int
    copies: tuple[tuple[str, int], ...] = ()

    def byte(self, position: int) -> Value:
        """The byte at ``position`` of the frame, zero past the packet's end."""
        value = self.bytes.get(position)
        if value is None:
            value = raw_byte(position)
        trimmed = self.end.op != "meta"
        return mux(self.reaches(position + 1), value, const(0, 8)) if trimmed else value

    def reaches(self, position: int) -> Value:
        """Whether the packet has every byte before ``position``."""
        return TRUE if position <= self.known else bit_not(ult(self.end, const(position, 16)))


@dataclass(frozen=True)
class Arrival:
    """A packet that reaches an egress: ``port`` is its number, or None for the host with ``crossing``."""

    port: int | None
    crossing: Crossing | None
    path: Path


@dataclass(frozen=True)
class Update:
    """A path's part in a state variable: the packet passes the element where ``passing`` holds; where ``when`` does, ``value`` is
    stored."""

    passing: Value
    when: Value
    value: Value


@dataclass
class Trace:
    """What one tenant does: arrivals, the updates of its state, and the keys that it looks up, by the number of the share."""

    arrivals: list[Arrival] = field(default_factory=list)
    updates: dict[int, list[Update]] = field(default_factory=dict)
    keys: dict[int, list[tuple[Value, Value]]] = field(default_factory=dict)


ShareOf = Mapping[tuple[str, str], int]
"""The number of the share of an element's state variable or table, by (element, name)."""


class TenantTracer:
    """Runs the hardware elements of ``tenant`` in topological ``order`` (names)."""

    def __init__(
        self,
        tenant: str,
        placement: Placement,
        elements: Mapping[str, Element],
        crossings: tuple[Crossing, ...],
        order: list[str],
        share_of: ShareOf,
        after_queue: frozenset[str],
    ) -> None:
        self.tenant = tenant
        self.placement = placement
        self.elements = elements
        self.crossings = [c for c in crossings if c.tenant == tenant]
        self.order = order
        self.share_of = share_of
        self.after_queue = after_queue
        self.trace = Trace()
        self._waiting: dict[str, list[Path]] = {name: [] for name in order}

    def run(self, entries: Mapping[str, list[Path]]) -> Trace:
        """Trace packets that enter at ``entries`` (by element)."""
        for name, paths in entries.items():
            if name in self._waiting:
                self._waiting[name] += paths
            else:
                self.trace.arrivals += [Arrival(None, self._first_crossing(name, path), path) for path in paths]
        try:
            for name in self.order:
                for path in self._joined(name, self._waiting[name]):
                    self._through(name, path)
        except NotHardware as error:
            error.tenant = self.tenant
            raise
        return self.trace

    def _first_crossing(self, name: str, path: Path) -> Crossing:
        """The way to the software element ``name``, which stands first."""
        for crossing in self.crossings:
            first = self.placement.owner[crossing.edge.source] is None
            if first and crossing.to_software and crossing.edge.target == name and crossing.layout == path.layout:
                return crossing
        raise NotHardware(name, f"no crossing is numbered for {path.layout} on the way to it")

    def _joined(self, name: str, paths: list[Path]) -> Iterator[Path]:
        by_layout: dict[Layout, Path] = {}
        for path in paths:
            other = by_layout.get(path.layout)
            by_layout[path.layout] = path if other is None else self._join(name, other, path)
        yield from by_layout.values()

    def _join(self, name: str, a: Path, b: Path) -> Path:
        origin = next((x[0] for x in a.copies for y in b.copies if x[0] == y[0] and x[1] != y[1]), None)
        if origin is not None and self.placement.owner[name] is None:
            # The operator's elements stay where they are: the copies have to be made in software.
            raise NotHardware(origin, f"its copies meet at {name}; hardware sends a packet to a port once")
        if origin is not None:
            raise NotHardware(name, "two copies of one packet meet here; hardware sends a packet to a queue once")
        positions = sorted({*a.bytes, *b.bytes})
        return Path(
            when=any_of(a.when, b.when),
            layout=a.layout,
            bytes={p: mux(b.when, b.bytes.get(p, raw_byte(p)), a.bytes.get(p, raw_byte(p))) for p in positions},
            annotations={key: mux(b.when, b.annotations[key], a.annotations[key]) for key in ANNOTATIONS},
            end=mux(b.when, b.end, a.end),
            known=min(a.known, b.known),
            # All that either may have come through: what joins one that was never copied is still a copy of another.
            copies=tuple(dict.fromkeys((*a.copies, *b.copies))),
        )

    def _through(self, name: str, path: Path) -> None:
        element = self.elements[name]
        if element.hardware_role == "egress":
            self.trace.arrivals.append(Arrival(int(element.node.config), None, path))
            return
        if not element.has_program:
            self._leave(name, 0, path)
            return
        if punts(element):
            path = self._punt(name, element, path)
        self._apply(name, element, element.trace(), path)

    def _punt(self, name: str, element: Element, path: Path) -> Path:
        """Send what the hardware reading does not cover to software; returns what it covers."""
        if element.trace().accesses:
            raise NotHardware(name, "it keeps state and its hardware reading covers the common case only")
        common = self._value(path, name, element.trace_condition())
        if uses_transport(element):
            common = bit_and(common, self._plain_header(name, path))
        crossing = next((c for c in self.crossings if c.punt and c.edge.target == name and c.layout == path.layout), None)
        if crossing is None:
            raise NotHardware(name, f"no crossing is numbered for packets with the layout {path.layout}")
        away = replace(path, when=bit_and(path.when, bit_not(common)))
        if away.when is not FALSE:
            self.trace.arrivals.append(Arrival(None, crossing, away))
        return replace(path, when=bit_and(path.when, common))

    @staticmethod
    def _plain_header(name: str, path: Path) -> Value:
        if _start(name, path, "network") is None or path.layout.network is None:
            raise NotHardware(name, "it reads the transport header and the network header is not set")
        return eq(part(path.byte(path.layout.network), 0, 4), const(5, 4))

    def _apply(self, name: str, element: Element, program: Program, path: Path) -> None:
        why = disordered(program)
        if why is not None:
            raise NotHardware(name, why)
        if name in self.after_queue:
            program = replace(program, accesses=())
        new = substitute(program.roots(), lambda leaf, operands: self._leaf(path, name, leaf, operands))
        for access in program.accesses:
            update = Update(path.when, bit_and(path.when, new[access.when]), new[access.value])
            self.trace.updates.setdefault(self.share_of[name, access.state.name], []).append(update)
        bytes_after = dict(path.bytes)
        for edit in program.edits:
            start = _start(name, path, edit.layer)
            if start is None:
                raise NotHardware(name, "it writes the network header and that is not set")
            bytes_after[start + (20 if edit.layer == "transport" else 0) + edit.offset] = new[edit.value]
        annotations = {**path.annotations, **{key: new[value] for key, value in program.annotations}}
        cut = program.end.op != "length"
        end = moved(new[program.end], path.layout.base) if cut else path.end
        for way in program.exits:
            layout = path.layout.moved(way.shift, way.network)
            known = path.known if cut else max(path.known, _implied(way.when, path.layout))
            if way.port == 0 and element.network_bytes and layout.network is not None:
                known = max(known if not cut else 0, layout.network + element.network_bytes)
            elif cut:
                known = max(0, layout.base)
            when = conjunction(path.when, new[way.when])
            copies = path.copies if program.exclusive else (*path.copies, (name, way.port))
            if when is not FALSE:
                self._leave(name, way.port, Path(when, layout, bytes_after, annotations, end, known, copies))

    def _leave(self, name: str, port: int, path: Path) -> None:
        for edge in self.placement.graph.outgoing(name):
            if edge.source_port != port:
                continue
            if edge.target in self.placement.hardware:
                self._waiting[edge.target].append(path)
            else:
                self.trace.arrivals.append(Arrival(None, self._crossing(edge, path), path))

    def _crossing(self, edge: Edge, path: Path) -> Crossing:
        _start(edge.source, path, "network")
        for crossing in self.crossings:
            if crossing.to_software and not crossing.punt and crossing.edge == edge and crossing.layout == path.layout:
                return crossing
        raise NotHardware(edge.source, f"no crossing is numbered for {path.layout} on the way to {edge.target}")

    def _value(self, path: Path, name: str, value: Value) -> Value:
        return substitute([value], lambda leaf, operands: self._leaf(path, name, leaf, operands))[value]

    def _leaf(self, path: Path, name: str, leaf: Value, operands: tuple[Value, ...]) -> Value:
        kind = str(leaf.attributes[0]) if leaf.attributes else ""
        if leaf.op == "now":
            return leaf
        if leaf.op == "annotation":
            return path.annotations[kind]
        if leaf.op == "old":
            return make("old", leaf.width, (), (self.share_of[name, kind],))
        if leaf.op in ("hit", "found"):
            engine = self.share_of[name, kind]
            asked = self.trace.keys.setdefault(engine, [])
            if (path.when, operands[0]) not in asked:
                asked.append((path.when, operands[0]))
            return make(leaf.op, leaf.width, (), (engine,))
        start = _start(name, path, kind)
        if start is None:
            return const(0, leaf.width)
        start += 20 if kind == "transport" else 0
        if leaf.op == "load":
            return path.byte(start + int(leaf.attributes[1]))
        if leaf.op == "has":
            return path.reaches(start + int(leaf.attributes[1]))
        length = moved(path.end, -start)
        return length if start <= path.known else mux(path.reaches(start), length, const(0, 16))


def _start(name: str, path: Path, layer: str) -> int | None:
    """The position at which ``layer`` starts, that of the network header for `transport`. Errors: `NotHardware` where it depends."""
    start = path.layout.base if layer == "data" else path.layout.network
    if start == UNKNOWN:
        raise NotHardware(name, "where the network header is depends on the way that a packet came")
    return start


def raw_byte(position: int) -> Value:
    """The byte at ``position`` as it came in; nothing was in front of the frame, and that is zero."""
    return make("load", 8, (), ("data", position)) if position >= 0 else const(0, 8)


def conjunction(a: Value, b: Value) -> Value:
    """Both conditions, each of their terms once; false where one term is another's opposite, as on a way that an earlier test has
    closed.
    """
    terms = dict.fromkeys((*terms_of(a), *terms_of(b)))
    return FALSE if any(bit_not(term) in terms for term in terms) else all_of(*terms)


def terms_of(value: Value) -> list[Value]:
    """The conditions that ``value`` is the conjunction of, in order, each once."""
    return parts_of("and", value)


def parts_of(op: str, value: Value) -> list[Value]:
    """What ``value`` is put together from by ``op``, in order, each once."""
    found: dict[Value, None] = {}
    seen: set[Value] = set()
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if at.op != op:
            found[at] = None
        elif at not in seen:
            seen.add(at)
            waiting.extend(reversed(at.operands))
    return list(found)


def moved(value: Value, by: int) -> Value:
    """A position in the frame, 16 bits, ``by`` bytes further on."""
    if by == 0:
        return value
    return part(add(value, const(by, 16)), 0, 16) if by > 0 else part(sub(value, const(-by, 16)), 0, 16)


def _implied(when: Value, layout: Layout) -> int:
    """How many positions of the frame are certainly there where ``when`` holds: from the `has` terms of its conjunction."""
    if when.op == "and" and when.width == 1:
        return max(_implied(operand, layout) for operand in when.operands)
    if when.op != "has":
        return 0
    start = layout.base if when.attributes[0] == "data" else layout.network if when.attributes[0] == "network" else None
    return 0 if start is None else start + int(when.attributes[1])
