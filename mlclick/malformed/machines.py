"""The machines that malformed packets are sent to: every element that takes packets, as its manual page has it, and those that are
benchmarks."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from elements.definition.catalogue import class_info, class_names, manual_page
from graph.check import port_limits
from graph.diagnostics import fail
from graph.load import load_text
from graph.model import Graph
from mlclick.software.configurations import Configuration, configurations

ROUTES: Final = 2000
"""Routes of a large table; more are no other code, and take long to compile."""
CROWD: Final = 10
"""Tenants behind a demultiplexer: as many as share their code."""
EXAMPLES: Final = 46
"""Examples in a machine, at most: what one packet is offered to has to stay short to be looked at."""
_SCRIPTS: Final = ("DriverManager", "Script")
_NAMED: Final = (
    "FromCrossing(t:n) -> control :: TCPRewriter(pattern 1.0.0.1 1024-65535 - - 0 0) -> ToCrossing(t:n);",
    "FromCrossing(t:n) -> data :: IPAddrRewriter(pattern 1.0.0.2 - 0 0) -> ToCrossing(t:n);",
    "FromCrossing(t:n) -> rw :: IPRewriter(pattern 1.0.0.1 1024-65535# - - 0 0) -> ToCrossing(t:n);",
    "FromCrossing(t:n) -> ping :: ICMPPingRewriter(pattern 1.0.0.2 - 1-9 0 0) -> ToCrossing(t:n);",
)
"""Elements that examples name."""
_NAMES: Final = re.compile(r"\b(control|data|rw|ping)\b")
_SINK: Final = re.compile(r"\b(PUSH|PULL)\((\w+)\)")


@dataclass(frozen=True)
class Machine:
    """A configuration whose sources are FromCrossing."""

    name: str
    text: str

    def graph(self) -> Graph:
        """Its graph. Errors: `ClickError`."""
        return load_text(self.text, self.name)


def machines() -> list[Machine]:
    """All of them: the catalogue, in parts, what of it may be pulled through as well, routers and the like in one, and tenants."""
    pushed, pulled = examples(), examples(is_pulled=True)
    calling = [each for each in (*pushed, *pulled) if _calls(each)]
    parts = [*_parts("catalogue", pushed), *_parts("pulled", pulled)]
    return [Machine("catalogue-named", "\n".join([*_NAMED, *calling])), *parts, *_benchmarks()]


def _calls(example: str) -> bool:
    return _NAMES.search(example.partition("(")[2]) is not None


def _parts(name: str, found: list[str]) -> Iterator[Machine]:
    """Those that name no other element, in machines of as many as each other."""
    alone = [each for each in found if not _calls(each)]
    size = -(-len(alone) // -(-len(alone) // EXAMPLES))
    for number, at in enumerate(range(0, len(alone), size), 1):
        yield Machine(f"{name}-{number}", "".join(alone[at : at + size]))


def chosen(patterns: list[str]) -> list[Machine]:
    """Those with names that one of ``patterns`` fits. Errors: `ClickError` where there are none."""
    every = machines()
    found = [each for each in every if any(fnmatch.fnmatch(each.name, pattern) for pattern in patterns)]
    if not found:
        fail(f"--only {' '.join(patterns)}: there is no such machine", f"there are {', '.join(each.name for each in every)}")
    return found


def every_example() -> str:
    """All examples, in one."""
    return "\n".join([*_NAMED, *examples()])


def examples(*, is_pulled: bool = False) -> list[str]:
    """For every example of every manual page an element with its sources and sinks, but for those that read files or devices. What may be
    pushed to as well as pulled from is pushed to, or, with ``is_pulled``, there is nothing else, and it is pulled from."""
    lines: list[str] = []
    for name in class_names():
        info = class_info(name)
        assert info is not None
        ins, _, outs = info.port_count.partition("/")
        least, most = port_limits(ins, 0)
        inputs = max(1, least if most is None else most)
        # What rings by itself a thousand times a second would be all that a machine does while its clock goes on for minutes.
        if most == 0 or name in _SCRIPTS or (is_pulled and not info.processing.startswith("a/")):
            continue
        if name.startswith("Stride"):
            inputs = 1
        for example in manual_page(name).partition("\nExamples:\n")[2].split("\n"):
            if not example.strip():
                continue
            fewest, greatest = port_limits(outs or ins, inputs)
            outputs = 0 if greatest == 0 else max(fewest, min(2, greatest or 2))
            if name in ("Classifier", "IPClassifier"):
                outputs = min(outputs, example.count(",") + 1)
            if "ookup" in name or name.startswith("Stride") or example.strip() in ("Tee(1)", "PullTee(1)"):
                outputs = 1
            if name.endswith("Rewriter"):
                inputs = outputs = 1 if name == "ICMPRewriter" else 2
            pulls = is_pulled or info.processing.startswith("l")
            lines.append(_wired("y" if is_pulled else "x", len(lines), example.strip(), inputs, outputs, is_pulled=pulls))
    return lines


def _wired(letter: str, number: int, example: str, inputs: int, outputs: int, *, is_pulled: bool) -> str:
    queue, name = "Queue(5) -> " if is_pulled else "", f"{letter}{number}"
    text = f"{name} :: {example};\n"
    text += "".join(f"FromCrossing(t:{number}) -> {queue}[{i}] {name};\n" for i in range(inputs))
    stored = "Queue(60) -> " if example.startswith("RED") and not is_pulled else ""
    return text + "".join(f"{name} [{o}] -> {stored}ToCrossing(t:{o});\n" for o in range(outputs))


def _benchmarks() -> Iterator[Machine]:
    """Each configuration is a compound element with a source of its own."""
    chosen = {each.name: each for each in configurations(ROUTES, (CROWD,))}
    crowds = [each for name, each in chosen.items() if name.startswith("tenants-")][:1]
    alone = [each for name, each in chosen.items() if not name.startswith("tenants-")]
    yield Machine("routers", "".join(_compound(each) for each in alone))
    yield Machine("tenants", "".join(_compound(each) for each in crowds))


def _compound(configuration: Configuration) -> str:
    name = re.sub(r"\W", "_", configuration.name)
    body = _SINK.sub(lambda found: f"ToCrossing(t:{found[2]})", configuration.body)
    body = re.sub(r"\bsrc\b(?=\s*->)", "input", body)
    return f"{name} :: {{ {body} }}; FromCrossing(t:0) -> {name};\n"
