"""The syntax tree of a Click file, as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from graph.diagnostics import Location


@dataclass(frozen=True)
class Place:
    """A location and the text of its line."""

    location: Location
    line: str


@dataclass(frozen=True)
class Compound:
    """A compound element class's alternatives; ``extends`` where it ends in `...` and goes on with the class's earlier meaning."""

    alternatives: tuple[Body, ...]
    extends: bool


@dataclass(frozen=True)
class Parameter:
    """A formal parameter `$name`, with a keyword where it is given by one (`KEYWORD $name`, `__REST__ $name`)."""

    keyword: str | None
    name: str


@dataclass(frozen=True)
class Body:
    """One alternative: parameters and statements."""

    parameters: tuple[Parameter, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Item:
    """An element in a statement: names (several only in declarations), its class (a name or a compound) where given, its configuration."""

    names: tuple[str, ...]
    class_name: str | None
    compound: Compound | None
    config: str | None
    place: Place


@dataclass(frozen=True)
class Endpoint:
    """An element in a connection with the ports in brackets on both sides; None where none are written."""

    item: Item
    inputs: tuple[int, ...] | None
    outputs: tuple[int, ...] | None


@dataclass(frozen=True)
class Chain:
    """A declaration (one endpoint) or a connection. ``arrows`` are `->` or `=>`, one less than endpoints."""

    endpoints: tuple[Endpoint, ...]
    arrows: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class ClassDefinition:
    """`elementclass Name {…}` or `elementclass Name OtherClass`."""

    name: str
    compound: Compound | None
    synonym: str | None
    place: Place


@dataclass(frozen=True)
class Requirement:
    """`require(…)`."""

    text: str
    place: Place


@dataclass(frozen=True)
class Definition:
    """`define($name value, …)`."""

    variables: tuple[tuple[str, str], ...]
    place: Place


Statement = Chain | ClassDefinition | Requirement | Definition


@dataclass(frozen=True)
class Tree:
    """A whole file."""

    statements: tuple[Statement, ...]
