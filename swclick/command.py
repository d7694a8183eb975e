"""The command line of Click: runs a configuration as `click` does, with its options, its output and its exit codes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from elements.definition.host import HandlerError
from elements.scripts.numbers import truth, whole
from graph.configuration import shift_word
from graph.diagnostics import ClickError, Location, fail
from graph.load import load, load_text
from graph.model import Graph, Node
from swclick.arguments import Arguments, UsageError, parse_arguments, usage
from swclick.call_handlers import print_handlers
from swclick.find_handler import VERSION, Handler
from swclick.live import FOREVER, Clock, Live
from swclick.say import is_of_language, said
from swclick.unparse import unparse

FAILED = 1
NO_CODE = 255
"""Where the handler that is to say the code cannot."""
SOCKET_NAME = "click_driver@@ControlSocket"


def main() -> NoReturn:
    """The program's entry point."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run with these arguments; the exit code."""
    try:
        arguments = parse_arguments(words)
    except UsageError as error:
        print(f"swclick: {error}\nUsage: swclick [OPTION]... [ROUTERFILE]\nTry 'swclick --help' for more information.", file=sys.stderr)
        return FAILED
    if arguments.help:
        print(usage(), end="")
        return 0
    if arguments.version:
        print(f"click (Click) {VERSION}\nmlclick's software engine, which runs configurations of this version of Click")
        return 0
    try:
        return _route(arguments)
    except ClickError as error:
        print(*said(error), sep="\n", file=sys.stderr)
        return FAILED


def _route(arguments: Arguments) -> int:
    source = _source(arguments)
    graph = _with_sockets(source.graph(arguments.variables), arguments)
    try:
        live = Live(graph, Clock(arguments.simulated))
    except ClickError as error:
        print(*said(error), *([] if is_of_language(error) else ["Router could not be initialized!"]), sep="\n", file=sys.stderr)
        return FAILED
    if "compact_config" not in graph.requirements:
        live.handlers.asked["config"] = Handler(lambda _: source.text)
    code = 0
    if arguments.output is not None:
        code = _write_graph(arguments.output, live.graph)
    processor, wall = os.times(), time.monotonic()
    if not arguments.quit and live.names:
        _run(live)
    elif not arguments.quit and arguments.warnings:
        live.say(f"warning: {source.called}: configuration has no elements, exiting")
    if arguments.time:
        print(_times(processor, os.times(), time.monotonic() - wall), flush=True)
    if not print_handlers(live, arguments.handlers):
        code = FAILED
    if arguments.exit_handler is not None:
        code = _exit_code(live, arguments.exit_handler)
    live.close()
    return code


@dataclass(frozen=True)
class _Source:
    """A configuration: its text, and the file that it is of, or what is said instead of one."""

    text: str
    called: str
    file: Path | None = None

    def graph(self, variables: Mapping[str, str]) -> Graph:
        """The flat graph with elements in Click's order, which expands compound elements behind all that stand beside them. Errors:
        `ClickError`."""
        graph = load_text(self.text, self.called, None, variables) if self.file is None else load(self.file, None, variables)
        return replace(graph, nodes=tuple(sorted(graph.nodes, key=lambda node: node.order)))


def _source(arguments: Arguments) -> _Source:
    if arguments.expression is not None:
        return _Source(arguments.expression, "config")
    if arguments.file is None or arguments.file == "-":
        return _Source(sys.stdin.read(), "<stdin>")
    file = Path(arguments.file)
    try:
        return _Source(file.read_text(encoding="utf-8"), arguments.file, file)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error.strerror if isinstance(error, OSError) else 'is not UTF-8'}", "check its name and what is in it")


def _with_sockets(graph: Graph, arguments: Arguments) -> Graph:
    """``graph`` with the control sockets of the command line."""
    given = (("TCP", arguments.ports), ("UNIX", arguments.unix_sockets), ("SOCKET", arguments.sockets))
    configs = [f"{kind}, {address}" for kind, addresses in given for address in addresses]
    nodes = (
        Node(f"{SOCKET_NAME}@{number}" if number else SOCKET_NAME, "ControlSocket", config, Location(None, "click", 0, 1))
        for number, config in enumerate(configs)
    )
    return replace(graph, nodes=(*graph.nodes, *nodes))


def _write_graph(name: str, graph: Graph) -> int:
    """Write the flat configuration; the exit code."""
    if name == "-":
        print(unparse(graph), end="", flush=True)
        return 0
    try:
        Path(name).write_text(unparse(graph), encoding="utf-8")
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return FAILED
    return 0


def _run(live: Live) -> None:
    """Until the configuration stops, or somebody interrupts it. Signals that it waits for itself are left to it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)}
    for number in (signal.SIGINT, signal.SIGTERM):
        if not live.awaits(number):
            signal.signal(number, lambda *_: live.stop(FOREVER))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        live.run_driver()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _times(before: os.times_result, after: os.times_result, wall: float) -> str:
    """As Click prints them: user and system seconds, then minutes and seconds that passed."""
    minutes, seconds = divmod(round(wall, 2), 60)
    return f"{after.user - before.user:.3f}u {after.system - before.system:.3f}s {minutes:.0f}:{seconds:05.2f}"


def _exit_code(live: Live, handler: str) -> int:
    """The code that a handler's text says: a number, or true, which is success, or false."""
    name, question = shift_word(handler)
    try:
        text = live.read_handler(name, question).strip()
    except HandlerError as error:
        live.say(str(error))
        return NO_CODE
    number = whole(text)
    if number is not None:
        return number & 0xFF
    try:
        return int(not truth(text))
    except ValueError:
        live.say("exit handler value should be integer")
        return NO_CODE
