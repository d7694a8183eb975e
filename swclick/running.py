"""The machine that runs for a command line, and others that take its place while it does."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from elements.definition.host import HandlerError
from elements.definition.octets import as_octets, as_text
from graph.diagnostics import ClickError, Location, fail
from graph.load import in_folder, load_read
from graph.model import Graph, Node
from swclick.arguments import Arguments
from swclick.click_path import decode, libraries
from swclick.containers import Containers
from swclick.find_handler import Handler
from swclick.live import FOREVER, Clock, Live
from swclick.say import is_of_language, said

SOCKET_NAME = "click_driver@@ControlSocket"
NOT_INITIALIZED = "Router could not be initialized!"


@dataclass(frozen=True)
class Source:
    """A configuration that was read: its text, and the file that it is of, or what is said instead of one."""

    text: str
    called: str
    file: Path | None = None
    path: str | None = None
    """CLICKPATH."""

    def graph(self, variables: Mapping[str, str]) -> Graph:
        """The flat graph with elements in Click's order, which expands compound elements behind all that stand beside them. Errors:
        `ClickError`."""
        graph = load_read(self.text, self.called, libraries(self.path), variables)
        if self.file is not None:
            graph = in_folder(graph, self.file.parent)
        return replace(graph, nodes=tuple(sorted(graph.nodes, key=lambda node: node.order)))


def source_of(arguments: Arguments) -> Source:
    """What is to run. Errors: `ClickError`."""
    path = os.environ.get("CLICKPATH") if arguments.path is None else arguments.path
    if arguments.expression is not None:
        return Source(arguments.expression, "config", path=path)
    if arguments.file is None or arguments.file == "-":
        return Source(decode(sys.stdin.buffer.read()), "<stdin>", path=path)
    file = Path(arguments.file)
    try:
        return Source(decode(file.read_bytes()), arguments.file, file, path)
    except OSError as error:
        fail(f"{file}: {error.strerror}", "check its name and what is in it")


def _with_sockets(graph: Graph, arguments: Arguments, more: str = "") -> Graph:
    """``graph`` with the control sockets of the command line; ``more`` are other arguments of theirs."""
    given = (("TCP", arguments.ports), ("UNIX", arguments.unix_sockets), ("SOCKET", arguments.sockets))
    configs = [f"{kind}, {address}{more}" for kind, addresses in given for address in addresses]
    nodes = (
        Node(f"{SOCKET_NAME}@{number}" if number else SOCKET_NAME, "ControlSocket", config, Location(None, "click", 0, 1))
        for number, config in enumerate(configs)
    )
    return replace(graph, nodes=(*graph.nodes, *nodes))


class Running:
    """The machine of a configuration, made and ready to run. With ``reconfigure``, its handler ``hotconfig`` takes the text of another
    one, which then runs in its place; ``containers`` are of the first alone. Errors: `ClickError`."""

    def __init__(
        self, source: Source, graph: Graph, arguments: Arguments, containers: Containers | None = None, *, keep: bool = False
    ) -> None:
        self._arguments = arguments
        self._keep = keep
        self._path = source.path
        self._next: Live | None = None
        self.live = self._made(source, graph, None, containers)

    def _made(self, source: Source, graph: Graph, before: Live | None, containers: Containers | None = None) -> Live:
        more = "" if before is None else ", RETRIES 1, RETRY_WARNINGS false"
        simulated = self._arguments.simulated
        clock = Clock(simulated, None if before is None else before.now)
        live = Live(_with_sockets(graph, self._arguments, more), clock, before=before, containers=containers, keep=self._keep)
        if "compact_config" not in graph.requirements:
            live.handlers.asked["config"] = Handler(lambda _: as_octets(source.text))
        live.handlers.asked["timewarp"] = Handler(lambda _: "1" if simulated is None else "simulation")
        if self._arguments.reconfigure:
            live.handlers.written["hotconfig"] = Handler(self._reconfigure)
        return live

    def _reconfigure(self, text: str) -> None:
        """Make the machine of another configuration and let the one that runs stop. Errors: `HandlerError`."""
        source, graph = Source(as_text(text), "config", path=self._path), None
        try:
            graph = source.graph(self._arguments.variables)
            coming = self._made(source, graph, self.live)
        except ClickError as error:
            raise HandlerError("\n".join(lines_of(error, is_made=graph is not None))) from None
        if self._next is not None:
            self._next.close()
        self._next = coming
        self.live.is_replaced = True
        self.live.stop(FOREVER)

    def run(self) -> None:
        """Until the configuration stops, or somebody interrupts it. Signals that it waits for itself are left to it."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)}
        for number in (signal.SIGINT, signal.SIGTERM):
            if not self.live.awaits(number):
                signal.signal(number, lambda *_: self.live.stop(FOREVER))
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        try:
            self.live.run_driver()
            while self._next is not None:
                old, self.live, self._next = self.live, self._next, None
                self.live.take_place(old)
                self.live.run_driver()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def lines_of(error: ClickError, *, is_made: bool) -> list[str]:
    """What Click says of a configuration that cannot be; ``is_made`` where a graph was made of its text."""
    return [*said(error), *([NOT_INITIALIZED] if is_made and not is_of_language(error) else [])]
