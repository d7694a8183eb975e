"""The command line of Click: runs a configuration as `click` does, with its options, its output and its exit codes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NoReturn

from elements.definition.host import HandlerError
from elements.definition.octets import as_octets
from elements.scripts.numbers import truth, whole
from graph.configuration import shift_word
from graph.diagnostics import ClickError
from graph.model import Graph
from swclick.arguments import Arguments, UsageError, VersionAsked, parse_arguments, usage
from swclick.call_handlers import print_handlers
from swclick.find_handler import VERSION
from swclick.live import Live
from swclick.output import open_outputs
from swclick.running import Running, Source, lines_of, source_of
from swclick.say import said
from swclick.unparse import unparse

FAILED = 1
NO_MEMORY = "swclick: there is no memory left; allow more (ulimit -v), or give queues and tables less"
NO_CODE = 255
"""Where the handler that is to say the code cannot."""


def main() -> NoReturn:
    """The program's entry point."""
    open_outputs()
    code = run(sys.argv[1:], keep=True)
    sys.stdout.flush()
    sys.exit(code)


def run(words: list[str], *, keep: bool = False) -> int:
    """Run with these arguments; the exit code. ``keep``: as `swclick.machine.Machine` has it."""
    try:
        arguments = parse_arguments(words)
    except VersionAsked:
        print(f"click (Click) {VERSION}\nmlclick's software engine, which runs configurations of this version of Click")
        return 0
    except UsageError as error:
        print(f"swclick: {error}\nUsage: swclick [OPTION]... [ROUTERFILE]\nTry 'swclick --help' for more information.", file=sys.stderr)
        return FAILED
    if arguments.help:
        print(usage(), end="")
        return 0
    try:
        return _route(arguments, keep=keep)
    except ClickError as error:
        print(*said(error), sep="\n", file=sys.stderr)
    except MemoryError:
        print(NO_MEMORY, file=sys.stderr)
    return FAILED


def _route(arguments: Arguments, *, keep: bool) -> int:
    source = source_of(arguments)
    graph = source.graph(arguments.variables)
    try:
        running = Running(source, graph, arguments, keep=keep)
    except ClickError as error:
        print(*lines_of(error, is_made=True), sep="\n", file=sys.stderr)
        return FAILED
    try:
        return _run(running, source, arguments)
    finally:
        running.live.close()


def _run(running: Running, source: Source, arguments: Arguments) -> int:
    """Run a machine that is made, and say what is asked of it; the exit code."""
    code = 0
    if arguments.output is not None:
        code = _write_graph(arguments.output, running.live.graph)
    processor, wall = os.times(), time.monotonic()
    if not arguments.quit and running.live.names:
        running.run()
    elif not arguments.quit and arguments.warnings:
        running.live.say(f"warning: {source.called}: configuration has no elements, exiting")
    if arguments.time:
        print(_times(processor, os.times(), time.monotonic() - wall), flush=True)
    if not print_handlers(running.live, arguments.handlers):
        code = FAILED
    if arguments.exit_handler is not None:
        code = _exit_code(running.live, arguments.exit_handler)
    return code


def _write_graph(name: str, graph: Graph) -> int:
    """Write the flat configuration; the exit code."""
    if name == "-":
        print(unparse(graph), end="", flush=True)
        return 0
    try:
        Path(name).write_text(unparse(graph), encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return FAILED
    return 0


def _times(before: os.times_result, after: os.times_result, wall: float) -> str:
    """As Click prints them: user and system seconds, then minutes and seconds that passed."""
    minutes, seconds = divmod(round(wall, 2), 60)
    return f"{after.user - before.user:.3f}u {after.system - before.system:.3f}s {minutes:.0f}:{seconds:05.2f}"


def _exit_code(live: Live, handler: str) -> int:
    """The code that a handler's text says: a number, or true, which is success, or false."""
    name, question = shift_word(as_octets(handler))
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
