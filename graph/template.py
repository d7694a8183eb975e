"""Bodies of compound elements (and the file itself) with every name in them resolved, ready to be expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from graph.syntax import Parameter, Place, Requirement

TUNNEL: Final = "<tunnel>"
"""The class of what vanishes: `input`, `output`, and groups with theirs."""
_KEYWORD: Final = re.compile(r"([A-Za-z0-9_.:?!]+)(?:\s+|\Z)(.*)", re.DOTALL)


@dataclass
class Part:
    """An element of a body: its class, configuration and place, and how many of its ports are in use. ``pair`` are the parts that stand
    for the inside of a group.
    """

    name: str
    kind: str | Template
    config: str
    place: Place
    inputs: int = 0
    outputs: int = 0
    pair: tuple[int, int] | None = None


Link = tuple[int, int, int, int]
"""A connection between parts, by their numbers: (source, its output, target, its input)."""


@dataclass
class Template:
    """One alternative of a compound element class. Parts 0 and 1 are its `input` and `output`. ``overload`` is what comes into question
    where this one does not fit.
    """

    name: str
    depth: int
    parameters: tuple[Parameter, ...]
    place: Place
    parts: list[Part] = field(default_factory=list)
    links: dict[Link, Place] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    requirements: list[Requirement] = field(default_factory=list)
    overload: str | Template | None = None

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        """Names of the parameters."""
        return frozenset(parameter.name for parameter in self.parameters)

    @property
    def inputs(self) -> int:
        """How many inputs its body uses."""
        return self.parts[0].outputs

    @property
    def outputs(self) -> int:
        """How many outputs its body uses."""
        return self.parts[1].inputs

    def alternatives(self) -> Iterator[Template]:
        """This one and the compounds behind it."""
        now: str | Template | None = self
        while isinstance(now, Template):
            yield now
            now = now.overload

    def last_resort(self) -> str | None:
        """The class that is not a compound and takes what no alternative does, if there is one."""
        *_, last = self.alternatives()
        return last.overload if isinstance(last.overload, str) else None

    def bind(self, arguments: list[str]) -> dict[str, str] | None:
        """Values of the parameters; None where the arguments do not fit."""
        positional = [p for p in self.parameters if p.keyword is None]
        keywords = {p.keyword: p.name for p in self.parameters if p.keyword not in (None, "__REST__")}
        rest = next((p.name for p in self.parameters if p.keyword == "__REST__"), None)
        values: dict[str, str] = {}
        left: list[str] = []
        for index, argument in enumerate(arguments):
            found = _KEYWORD.fullmatch(argument) if index >= len(positional) else None
            if index < len(positional):
                values[positional[index].name] = argument
            elif found is not None and found.group(1) in keywords:
                values[keywords[found.group(1)]] = found.group(2)
            elif rest is None:
                return None
            else:
                left.append(argument)
        if rest is not None:
            values[rest] = ", ".join(left)
        return values if len(values) == len(self.parameters) else None

    def choose(self, arguments: list[str], inputs: int, outputs: int) -> tuple[Template, dict[str, str]] | str | None:
        """The first alternative with these ports that takes these arguments, with its values; or the class of last resort; or the only
        alternative, where just the ports are wrong; or None.
        """
        closest = None
        for alternative in self.alternatives():
            fits = (alternative.inputs, alternative.outputs) == (inputs, outputs)
            values = alternative.bind(arguments) if fits or self.overload is None else None
            if values is not None and fits:
                return alternative, values
            closest = None if values is None else (alternative, values)
        return self.last_resort() or (closest if self.overload is None else None)
