"""The command line of Click: runs a configuration as `click` does, with its options, its output and its exit codes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from elements.definition.host import HandlerError
from graph.diagnostics import ClickError
from graph.load import load, load_text
from graph.model import Graph
from graph.print_click import print_graph
from swclick.arguments import Arguments, UsageError, parse_arguments, usage
from swclick.call_handlers import print_handlers
from swclick.click_errors import as_click_says
from swclick.find_handler import VERSION
from swclick.live import FOREVER, Clock, Live

FAILED = 1


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
        print(as_click_says(error), file=sys.stderr)
        print("Router could not be initialized!", file=sys.stderr)
        return FAILED


def _route(arguments: Arguments) -> int:
    live = Live(_graph(arguments), Clock(arguments.simulated))
    code = 0
    if arguments.output is not None:
        code = _write_graph(arguments.output, live.graph)
    processor, wall = os.times(), time.monotonic()
    if not arguments.quit and live.names:
        _run(live)
    if arguments.time:
        print(_times(processor, os.times(), time.monotonic() - wall), flush=True)
    if not print_handlers(live, arguments.handlers):
        code = FAILED
    if arguments.exit_handler is not None:
        code = _exit_code(live, arguments.exit_handler)
    live.close()
    return code


def _graph(arguments: Arguments) -> Graph:
    if arguments.expression is not None:
        return load_text(arguments.expression, "config", None, arguments.variables)
    if arguments.file is None or arguments.file == "-":
        return load_text(sys.stdin.read(), "<stdin>", None, arguments.variables)
    return load(Path(arguments.file), None, arguments.variables)


def _write_graph(name: str, graph: Graph) -> int:
    """Write the flat configuration; the exit code."""
    if name == "-":
        print(print_graph(graph), end="", flush=True)
        return 0
    try:
        Path(name).write_text(print_graph(graph), encoding="utf-8")
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return FAILED
    return 0


def _run(live: Live) -> None:
    """Until the configuration stops, or somebody interrupts it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, lambda *_: live.stop(FOREVER))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    live.run_driver()


def _times(before: os.times_result, after: os.times_result, wall: float) -> str:
    """As Click prints them: user and system seconds, then minutes and seconds that passed."""
    minutes, seconds = divmod(round(wall, 2), 60)
    return f"{after.user - before.user:.3f}u {after.system - before.system:.3f}s {minutes:.0f}:{seconds:05.2f}"


def _exit_code(live: Live, handler: str) -> int:
    """The code that a handler's text says: a number, or true, which is success, or false."""
    name, _, question = handler.partition(" ")
    try:
        text = live.read_handler(name, question).strip()
    except HandlerError as error:
        live.say(str(error))
        return FAILED
    if text.lower() in ("true", "false"):
        return int(text.lower() == "false")
    if not text.lstrip("-").isdigit():
        live.say(f"exit handler value should be integer or boolean, not {text!r}")
        return FAILED
    return int(text) & 0xFF
