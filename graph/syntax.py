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
    place: Place


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
    place: Place


@dataclass(frozen=True)
class Ports:
    """Port numbers in brackets; ``open`` where more may follow, as many as the other side has (`[]`, `[0,]`)."""

    numbers: tuple[int, ...]
    open: bool = False


@dataclass(frozen=True)
class Group:
    """Statements in parentheses that stand for one element, without a scope of their own."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Element:
    """An element in a statement: a name (of an element or a class, which only its scope can tell), a compound or a group; what stands
    behind `::`; its configuration; and the ports on both sides. ``implied`` marks an `input` or `output` that was left out.
    """

    what: str | Compound | Group
    class_of: str | Compound | None
    config: str | None
    inputs: Ports | None
    outputs: Ports | None
    place: Place
    implied: bool = False

    @property
    def is_bare(self) -> bool:
        """A name and nothing else but ports."""
        return isinstance(self.what, str) and self.class_of is None and self.config is None


@dataclass(frozen=True)
class Chain:
    """Declarations (one step) or a connection: lists of elements with `->` or `=>` between them, one less than steps."""

    steps: tuple[tuple[Element, ...], ...]
    arrows: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class ClassDefinition:
    """`elementclass Name {…}` or `elementclass Name OtherClass`."""

    name: str
    meaning: str | Compound
    place: Place


@dataclass(frozen=True)
class Requirement:
    """One package of `require(…)`, or `compact_config`."""

    text: str
    place: Place


@dataclass(frozen=True)
class Library:
    """One `library` of `require(…)`: the statements of its file, none where it was included before."""

    statements: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True)
class Definition:
    """`define($name value, …)`."""

    variables: tuple[tuple[str, str], ...]
    place: Place


Statement = Chain | ClassDefinition | Requirement | Library | Definition


@dataclass(frozen=True)
class Tree:
    """A whole file."""

    statements: tuple[Statement, ...]
