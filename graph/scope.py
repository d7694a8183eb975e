"""Names inside one body of statements: elements, classes and variables, each scope inside another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.diagnostics import fail
from graph.syntax import Body, Compound, Place

_VARIABLE = re.compile(r"\\.|'[^']*'|\$\{([A-Za-z_0-9]+)\}|\$([A-Za-z_0-9]+)", re.DOTALL)


@dataclass(frozen=True)
class Alternative:
    """A compound's body with the scope that it was written in."""

    body: Body
    scope: Scope


@dataclass(frozen=True)
class CompoundClass:
    """A compound element class: its name and alternatives, tried in order."""

    name: str
    alternatives: tuple[Alternative, ...]


@dataclass
class Declared:
    """An element of a scope: its flat name, its class (a name or a compound), configuration and place, and the ports in use."""

    flat: str
    kind: str | CompoundClass
    config: str
    place: Place
    inputs: int = 0
    outputs: int = 0


@dataclass
class Scope:
    """One body being read. ``variables`` are values that are substituted in configurations."""

    prefix: str
    parent: Scope | None
    variables: dict[str, str]
    classes: dict[str, CompoundClass | str] = field(default_factory=dict)
    elements: dict[str, Declared] = field(default_factory=dict)

    def find_class(self, name: str) -> CompoundClass | str:
        """The class called ``name`` here: a compound, or the name itself where it is none (synonyms followed)."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.classes.get(name)
            if isinstance(found, CompoundClass):
                return found
            if found is not None:
                return scope.parent.find_class(found) if scope.parent and found == name else scope.find_class(found)
            scope = scope.parent
        return name

    def substitute(self, text: str) -> str:
        """``text`` with variables replaced. Variables that nobody defines stay as they are, as in Click."""

        def value(found: re.Match[str]) -> str:
            name = found.group(1) or found.group(2)
            return found.group() if name is None else self.variables.get(name, found.group())

        return _VARIABLE.sub(value, text)

    def define(self, compound: Compound, name: str, place: Place) -> CompoundClass:
        """The class that ``compound`` makes here, with what it extends behind its own alternatives."""
        own = tuple(Alternative(body, self) for body in compound.alternatives)
        if not compound.extends:
            return CompoundClass(name, own)
        earlier = self.find_class(name)
        if not isinstance(earlier, CompoundClass):
            fail(
                f"{name} ends in ... but has no earlier compound meaning to go on with",
                f"define elementclass {name} before extending it",
                place.location,
                place.line,
            )
        return CompoundClass(name, (*own, *earlier.alternatives))


def bind(body: Body, arguments: list[str], words: Mapping[str, str]) -> dict[str, str] | None:
    """Values of the body's parameters; None where the arguments do not fit. ``words`` are keyword arguments by keyword."""
    values: dict[str, str] = {}
    left = list(arguments)
    for parameter in body.parameters:
        if parameter.keyword == "__REST__":
            values[parameter.name] = ", ".join(left)
            left = []
        elif parameter.keyword is not None:
            if parameter.keyword not in words:
                return None
            values[parameter.name] = words[parameter.keyword]
        elif left:
            values[parameter.name] = left.pop(0)
        else:
            return None
    known = {p.keyword for p in body.parameters}
    return None if left or not set(words) <= known else values
