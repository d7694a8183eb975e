"""The arguments of `swclick`: those of Click's user-level driver."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

BEGINNING: Final = 1_000_000_000
"""Seconds since 1970 at which simulated time begins, where nobody says."""

_NAME: Final = re.compile(r"[A-Za-z0-9_]+")


class VersionAsked(Exception):
    """The version is asked for, and nothing else that stands beside it."""


class UsageError(Exception):
    """Arguments that make no sense; the text says why."""


@dataclass(frozen=True)
class Arguments:
    """What to run and how. ``expression`` is the configuration itself, ``file`` where it is, or None for standard input; ``variables`` are
    those that the configuration may use; ``simulated`` is the second since 1970 at which simulated time begins, None for real time."""

    file: str | None = None
    expression: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    handlers: tuple[str, ...] = ()
    exit_handler: str | None = None
    output: str | None = None
    quit: bool = False
    time: bool = False
    warnings: bool = True
    reconfigure: bool = False
    simulated: float | None = None
    path: str | None = None
    threads: int = 1
    ports: tuple[str, ...] = ()
    unix_sockets: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
    help: bool = False


class _AsksVersion(argparse.Action):
    def __call__(self, *_: object) -> NoReturn:
        raise VersionAsked


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def parse_arguments(words: Sequence[str]) -> Arguments:
    """The arguments in these words. Errors: `UsageError`; `VersionAsked` where that stands in front of an option that cannot be."""
    # The time is optional and comes behind an equals sign only, so that a file may follow the option.
    given = [f"{word}={BEGINNING}" if word in ("--simtime", "--simulation-time") else word for word in words]
    found = _parser().parse_args(given)
    variables: dict[str, str] = {}
    files: list[str] = list(found.file)
    for word in found.words:
        name, equals, value = word.partition("=")
        if not equals or not _NAME.fullmatch(name):
            files.append(word)
        elif name in variables:
            raise UsageError(f"parameter {name!r} multiply defined")
        else:
            variables[name] = value
    if len(files) + len(found.expression) > 1:
        raise UsageError("router configuration specified twice")
    for name in ("output", "exit_handler"):
        if len(getattr(found, name)) > 1:
            raise UsageError(f"--{name.replace('_', '-')} specified twice")
    return Arguments(
        file=_only(files),
        expression=_only(found.expression),
        variables=variables,
        handlers=tuple(found.handler),
        exit_handler=_only(found.exit_handler),
        output=_only(found.output),
        quit=found.quit,
        time=found.time,
        warnings=found.warnings,
        reconfigure=found.reconfigure,
        simulated=found.simulated,
        path=found.clickpath,
        threads=found.threads,
        ports=tuple(found.port),
        unix_sockets=tuple(found.unix_socket),
        sockets=tuple(found.socket),
        help=found.help,
    )


def _only(found: list[str]) -> str | None:
    return found[0] if found else None


def usage() -> str:
    """What `--help` prints."""
    return _parser().format_help()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < 1 << 33:
        raise ValueError(text)
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "swclick",
        "swclick [OPTION]... [ROUTERFILE] [NAME=VALUE]...",
        "Runs a Click router configuration, reporting any errors to standard error, until it stops or is interrupted.",
        add_help=False,
    )
    several: dict[str, Any] = {"action": "append", "default": []}
    option = parser.add_argument
    option("-f", "--file", metavar="FILE", help="read router configuration from FILE", **several)
    option("-e", "--expression", metavar="EXPR", help="use EXPR as router configuration", **several)
    option("-j", "--threads", metavar="N", type=int, default=1, help="accepted: tasks share one thread")
    option("-a", "--affinity", "--cpu", nargs="?", const="0", metavar="N", help="accepted")
    option("-p", "--port", metavar="PORT", help="listen for control connections on TCP port", **several)
    option("-u", "--unix-socket", metavar="FILE", help="listen for control connections on Unix socket", **several)
    option("--socket", metavar="FD", help="add a file descriptor control connection", **several)
    option("-R", "--allow-reconfigure", dest="reconfigure", action="store_true", help="provide a writable 'hotconfig' handler")
    option("-h", "--handler", metavar="ELEMENT.H", help="call ELEMENT's read handler H after running and print result", **several)
    option("-x", "--exit-handler", metavar="ELEMENT.H", help="use handler ELEMENT.H value for exit status", **several)
    option("-o", "--output", metavar="FILE", help="write flat configuration to FILE", **several)
    option("-q", "--quit", action="store_true", help="do not run driver")
    option("-t", "--time", action="store_true", help="print information on how long driver took")
    option("-w", "--no-warnings", dest="warnings", action="store_false", help="do not print warnings")
    option("--warnings", dest="warnings", action="store_true", help="print warnings")
    option("--simtime", "--simulation-time", dest="simulated", metavar="TIME", type=_seconds, help="run in simulation time")
    option("-C", "--clickpath", metavar="PATH", help="use PATH for CLICKPATH")
    option("--help", action="store_true", help="print this message and exit")
    option("-v", "-V", "--version", action=_AsksVersion, nargs=0, help="print version number and exit")
    option("words", nargs="*", metavar="ROUTERFILE | NAME=VALUE", help="the configuration, and values of its variables")
    return parser
