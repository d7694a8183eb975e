"""Compound elements expanded, variables substituted: a syntax tree becomes a flat graph with names `outer/inner`, as Click makes them.

Where Click's tools and its driver differ, the driver is followed: a name that nobody declared is an error, and variables in the value of a
variable mean what they mean where that is used. What differs from both: a comment that is never closed is an error; so is a configuration
that variables make to end its own parentheses; ports go up to 65535; `...` goes on with the class that is visible outside the compound;
comments in configurations are left out; and there are bounds on depth and size, so that no text takes long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from graph.configuration import split_arguments, without_comments
from graph.diagnostics import fail
from graph.elaborate import elaborate
from graph.lexer import is_configuration
from graph.model import Graph, Node
from graph.syntax import Place, Tree
from graph.template import TUNNEL, Part, Template
from graph.tunnels import Tunnels
from graph.variables import Budget, Environment, TooLargeError, expand

MOST_NESTED: Final = 100
"""Compound elements inside one another when they are expanded."""
MOST_TEXT: Final = 1 << 26
"""All elements and connections together, in characters of their names and configurations."""
_EACH: Final = 512
"""What an element or a connection counts as besides, in characters."""


def flatten(tree: Tree, variables: Mapping[str, str] | None = None) -> Graph:
    """The flat graph of ``tree``; ``variables`` go before what `define` says. Errors: `ClickError`."""
    top = elaborate(tree)
    flattener = _Flattener()
    environment = Environment(None, 0, {**top.definitions, **(variables or {})})
    flattener.body(top, "", environment, ())
    places = tuple((place.location, place.line) for place in flattener.requirements.values())
    return Graph(tuple(flattener.nodes), flattener.tunnels.edges(), tuple(flattener.requirements), places)


@dataclass(frozen=True)
class _Resolved:
    """A part as it will be: its flat name and configuration, and the alternative of its compound class with the parameters' values."""

    part: Part
    name: str
    config: str
    kind: str | Template
    values: Mapping[str, str]

    def end(self, side: str) -> str:
        """The name at which connections end: for what has an inside, the `input` or `output` there."""
        has_inside = self.part.pair is not None or isinstance(self.kind, Template)
        return f"{self.name}/{side}" if has_inside else self.name


class _Flattener:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.names: dict[str, Place] = {}
        self.requirements: dict[str, Place] = {}
        self.tunnels = Tunnels()
        self.budget = Budget(MOST_TEXT)
        self.text = 0

    def body(self, template: Template, prefix: str, environment: Environment, order: tuple[int, ...]) -> None:
        """Add what is in ``template``: its connections, then its elements, where a compound one adds what is in it. ``order`` begins that
        of its elements."""
        for requirement in template.requirements:
            self.requirements.setdefault(requirement.text, requirement.place)
        parts = [self._resolve(part, prefix, environment) for part in template.parts]
        for (source, output, target, port), place in template.links.items():
            self._spend(_EACH, place)
            self.tunnels.connect((parts[source].end("output"), output), (parts[target].end("input"), port), place)
        for number, resolved in enumerate(parts):
            part = resolved.part
            if part.pair is not None or isinstance(resolved.kind, Template):
                self.tunnels.add(resolved.name, part.place)
            if isinstance(resolved.kind, Template):
                self._inside(resolved, resolved.kind, environment, (*order, 1, number))
            elif resolved.kind != TUNNEL:
                self.nodes.append(
                    Node(resolved.name, resolved.kind, resolved.config, part.place.location, part.place.line, order=(*order, 0, number))
                )

    def _resolve(self, part: Part, prefix: str, environment: Environment) -> _Resolved:
        name = prefix + part.name
        config = self._configuration(part, environment)
        self._spend(_EACH + len(name) + len(config), part.place)
        if name in self.names:
            _fail(
                f"redeclaration of element {name[:80]!r}",
                f"the element of line {self.names[name].location.line} has this name already; rename one of them",
                part.place,
            )
        self.names[name] = part.place
        if isinstance(part.kind, str):
            return _Resolved(part, name, config, part.kind, {})
        arguments = split_arguments(config)
        chosen = part.kind.choose(arguments, part.inputs, part.outputs)
        if chosen is None:
            _no_match(part, part.kind, arguments)
        if isinstance(chosen, str):
            return _Resolved(part, name, config, chosen, {})
        return _Resolved(part, name, config, *chosen)

    def _configuration(self, part: Part, environment: Environment) -> str:
        """The configuration with variables replaced, without comments. It cannot end its own parentheses: what a tenant writes stays in
        its element when the graph is printed.
        """
        config = self._expand(part.config, environment, part.place).strip(" \t\n\r\f\v")
        if config != part.config and not is_configuration(config):
            _fail(
                "parentheses or quotes in this configuration do not match once its variables are replaced",
                "put both of a pair into the same variable, or into none",
                part.place,
            )
        return without_comments(config)

    def _inside(self, resolved: _Resolved, template: Template, environment: Environment, order: tuple[int, ...]) -> None:
        place = resolved.part.place
        if len(order) > 2 * MOST_NESTED:
            _fail(f"more than {MOST_NESTED} compound elements inside one another", "nest elementclass less deeply", place)
        inner = environment.inside(template.depth, resolved.values)
        for variable, value in template.definitions.items():
            inner.values[variable] = self._expand(value, inner, template.place)
        self.body(template, resolved.name + "/", inner, order)

    def _expand(self, text: str, environment: Environment, place: Place) -> str:
        try:
            return expand(text, environment, self.budget)
        except TooLargeError:
            _fail("this is too long with its variables replaced", "define its variables less deeply", place)

    def _spend(self, text: int, place: Place) -> None:
        self.text += text
        if self.text > MOST_TEXT:
            _fail("this configuration is too large when its compound elements are expanded", "use fewer of them", place)


def _no_match(part: Part, kind: Template, arguments: list[str]) -> NoReturn:
    shapes = [f"{len(a.parameters)} argument(s), {a.inputs} input(s), {a.outputs} output(s)" for a in kind.alternatives()]
    _fail(
        f"no meaning of the compound class {kind.name} fits {len(arguments)} argument(s), "
        f"{part.inputs} input(s) and {part.outputs} output(s)",
        f"it is defined for: {'; '.join(shapes)}",
        part.place,
    )


def _fail(message: str, advice: str, place: Place) -> NoReturn:
    fail(message, advice, place.location, place.line)
