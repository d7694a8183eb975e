"""The reference machine: a whole graph run by the reference readings of its elements, one packet after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Final

from elements.definition.catalogue import class_info, find
from elements.definition.copies import MOST_COPIES, added_by
from elements.definition.element import Element
from elements.definition.handlers import handlers_of
from elements.definition.loops import DEEPEST, MOST_PASSES, MOST_PULLS, MOST_ROUNDS, MOST_TIMERS, MOVED_A_ROUND, find_rings
from elements.definition.names import Definition, Names, names_of
from elements.reference.interpret import ProgramRunner, StateStore
from elements.reference.packet import LONGEST, Packet
from graph.check import Checked, check
from graph.diagnostics import ClickError, fail
from graph.model import Graph, Node

FRAMES_A_PASS: Final = 8
"""Calls within calls that a packet takes, at most, from one element to the next."""
Observer = Callable[[str, int, Packet], None]
"""Called with (element, output port, packet) for every packet that passes an edge."""


class Machine:
    """Runs ``graph``. Packets are offered to sources by `inject`; those that reach a sink come out in `emitted`.

    Everything happens in the order in which Click's user-level driver would do it with one packet in flight: a packet is pushed as far as
    it goes, then tasks run in the order of their elements until none has anything to do. ``elements`` are the
    graph's elements by name, where they are not those that its class names stand for. ``runaway`` counts, by (element, output port), the
    packets that were dropped because they went round a ring of connections without end, or became too many there; ``unsettled``, by
    element, the times that its task had still something to do when tasks had taken `MOST_ROUNDS` rounds, or that its timer was the next
    when `MOST_TIMERS` had been run. Where ``writes_files`` is false, elements do all that they do but write files.
    """

    def __init__(
        self, graph: Graph, observer: Observer | None = None, elements: dict[str, Element] | None = None, *, writes_files: bool = True
    ) -> None:
        self.checked: Checked = check(graph, class_info)
        self.graph = graph
        self.now = 0
        self.emitted: list[tuple[str, Packet]] = []
        self.log: list[str] = []
        self.observer = observer
        self.writes_files = writes_files
        self.elements: dict[str, Element] = instantiate(graph) if elements is None else elements
        self.stores: dict[str, StateStore] = {name: StateStore() for name in self.elements}
        self._runners = {
            name: ProgramRunner(element.trace_live(), self.stores[name]) for name, element in self.elements.items() if element.has_program
        }
        rings = find_rings(self.checked)
        added = added_by(self.checked, self.elements, rings)
        self._back = {(edge.source, edge.source_port): (size, added[edge]) for edge, size in rings.back.items()}
        self._starts = rings.starts
        self._depth = self._passes = self._added = 0
        self._timers: dict[str, tuple[int, int]] = {}
        self._orders = 0
        self.runaway: dict[tuple[str, int], int] = {}
        self.unsettled: dict[str, int] = {}
        self._after = {(e.source, e.source_port): (e.target, e.target_port) for e in graph.edges}
        self._before = {(e.target, e.target_port): (e.source, e.source_port) for e in graph.edges}
        self._tasks = [e for e in self.elements.values() if e.has_task]
        for element in self.elements.values():
            element.examine()
            element.initialize(self)

    def inject(self, source: str, packet: Packet) -> None:
        """Offer ``packet`` to the source element ``source`` at its time, and run until nothing is left to do."""
        self._advance(packet.time)
        with self._room():
            self.elements[source].push(self, 0, packet)
        self._settle()

    def settle(self, now: int = 0) -> None:
        """Run tasks until none has anything to do, `MOST_ROUNDS` times at most; the clock is at least at ``now``."""
        self._advance(now)
        self._settle()

    def at(self, name: str, time: int | None) -> None:
        """Call ``timer`` of element ``name`` when the clock is at ``time`` ns, once, and not when it was to be called before; never if
        None."""
        self._timers.pop(name, None)
        if time is not None:
            self._orders += 1
            self._timers[name] = (time, self._orders)

    def _advance(self, until: int) -> None:
        """What is due until then, `MOST_TIMERS` of it at most, in the order of time, each with all that follows from it."""
        for _ in range(MOST_TIMERS):
            due = self._due(until)
            if due is None:
                break
            self.now = max(self.now, self._timers.pop(due)[0])
            with self._room():
                self._passes = self._added = 0
                self.elements[due].timer(self)
            self._settle()
        late = self._due(until)
        if late is not None:
            self.unsettled[late] = self.unsettled.get(late, 0) + 1
        self.now = max(self.now, until)

    def _due(self, until: int) -> str | None:
        """The element whose timer is the next, where it is due by then."""
        if not self._timers:
            return None
        name, (time, _) = min(self._timers.items(), key=itemgetter(1))
        return name if time <= until else None

    def _settle(self) -> None:
        with self._room():
            left = MOST_ROUNDS
            while left > 0:
                # Every task runs once a round, whatever the others did.
                moved = [(count, element.name) for element in self._tasks if (count := element.task(self))]
                if not moved:
                    return
                left -= -(-max(moved)[0] // MOVED_A_ROUND)
        for _, name in moved:
            self.unsettled[name] = self.unsettled.get(name, 0) + 1

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Lets Python go as deep as the longest chain of the graph and the deepest ring."""
        usual = sys.getrecursionlimit()
        sys.setrecursionlimit(max(usual, 1000 + FRAMES_A_PASS * (len(self.graph.nodes) + DEEPEST)))
        try:
            yield
        finally:
            sys.setrecursionlimit(usual)

    def emit(self, sink: str, packet: Packet) -> None:
        """A sink's packet has left the machine."""
        self.emitted.append((sink, packet))

    def trace(self, text: str) -> None:
        """A line that an element prints."""
        self.log.append(text)

    def push_out(self, name: str, port: int, packet: Packet) -> None:
        """Hand ``packet`` to what follows push output ``port`` of element ``name``; it is dropped where nothing does, and where it is
        longer than `LONGEST`.
        """
        if packet.length > LONGEST:
            return
        if (name, port) in self._starts:
            self._passes = self._added = 0
        if self.observer is not None:
            self.observer(name, port, packet)
        target = self._after.get((name, port))
        if target is None:
            return
        if (name, port) in self._back:
            self._pass_on_ring((name, port), target, packet)
            return
        self.offer(*target, packet)

    def _pass_on_ring(self, place: tuple[str, int], target: tuple[str, int], packet: Packet) -> None:
        size, added = self._back[place]
        once_more = self._depth > 0 and (self._depth + size > DEEPEST or self._passes + size > MOST_PASSES)
        if once_more or self._added + added > MOST_COPIES:
            self.runaway[place] = self.runaway.get(place, 0) + 1
            return
        self._depth += size
        self._passes += size
        self._added += added
        self.offer(*target, packet)
        self._depth -= size

    def offer(self, name: str, port: int, packet: Packet) -> None:
        """Hand ``packet`` to input ``port`` of element ``name``."""
        if not self.elements[name].has_program:
            self.elements[name].push(self, port, packet)
            return
        for way, leaving in self._runners[name].run(packet, self.now):
            self.push_out(name, way.port, leaving)

    def pull_in(self, name: str, port: int) -> Packet | None:
        """Ask what precedes pull input ``port`` of element ``name`` for a packet."""
        source = self._before.get((name, port))
        if source is None:
            return None
        giver = self.elements[source[0]]
        is_start = source in self._starts
        for _ in range(MOST_PULLS):
            if is_start:
                self._passes = self._added = 0
            packet = giver.pull(self, source[1]) if not giver.has_program else self._pull_through(source[0], source[1])
            if packet is None or packet.length <= LONGEST:
                break
        else:
            return None
        if packet is not None and self.observer is not None:
            self.observer(source[0], source[1], packet)
        return packet

    def _pull_through(self, name: str, port: int) -> Packet | None:
        for _ in range(MOST_PULLS):
            packet = self.pull_in(name, 0)
            if packet is None:
                return None
            wanted = None
            for way, leaving in self._runners[name].run(packet, self.now):
                if way.port == port:
                    wanted = leaving
                else:
                    self.push_out(name, way.port, leaving)
            if wanted is not None:
                return wanted
        return None

    def read(self, name: str, handler: str, *question: str) -> str:
        """The text of a read handler, of one that takes a parameter with it. Errors: ``KeyError`` where there is none."""
        element = self.elements[name]
        element.before_read(self)
        with element.names.used():
            text: str = handlers_of(element, "read")[handler](self.stores[name], *question)
        return text

    def write(self, name: str, handler: str, text: str) -> None:
        """Call a write handler. Errors: ``KeyError`` where there is none."""
        element = self.elements[name]
        with element.names.used():
            handlers_of(element, "write")[handler](self.stores[name], text)
        with self._room():
            element.after_write(self)


def instantiate(graph: Graph) -> dict[str, Element]:
    """Every node's element, configured. Errors: `ClickError` for an unknown class or a wrong argument."""
    seen = names_of(graph, _definitions)
    elements = {node.name: element_for(graph, node, seen) for node in graph.nodes}
    refused = []
    for element in elements.values():
        try:
            element.meet(elements)
        except ValueError as error:
            refused += [element.refusal(why) for why in str(error).split("\n")]
    if refused:
        raise ClickError(*refused)
    pulling = [element for element in elements.values() if element.pull_reason is not None]
    checked = check(graph, class_info) if pulling else None
    mistakes = [element for element in pulling if checked is not None and checked.kind(element.name, False, 0) == "push"]
    if mistakes:
        raise ClickError(*(element.refusal(str(element.pull_reason)) for element in mistakes))
    return elements


def element_for(graph: Graph, node: Node, seen: Callable[[Node], Names] | None = None) -> Element:
    """The configured element of ``node``; ``seen`` tells what names it sees, where that is known already. Errors: `ClickError`."""
    found = find(node.class_name)
    if found is None:
        fail(f"unknown element class {node.class_name}", "see the list of elements for what there is", node.location, node.source_line)
    names = (seen or names_of(graph, _definitions))(node)
    with names.used():
        return found(found.resolved(graph, node), graph.input_count(node.name), graph.output_count(node.name))


def _definitions(node: Node) -> Iterable[Definition]:
    found = find(node.class_name)
    return () if found is None else found.definitions(node.config)
