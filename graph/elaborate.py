"""A syntax tree's names resolved, in the order of the text: what is an element, what a class, and which meaning of it is visible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NoReturn

from graph.connect import End, UnlikeSidesError, pairs
from graph.diagnostics import ClickError, Diagnostic, Location, fail
from graph.syntax import (
    Chain,
    ClassDefinition,
    Compound,
    Definition,
    Element,
    Group,
    Library,
    Place,
    Ports,
    Requirement,
    Statement,
    Tree,
)
from graph.template import TUNNEL, Part, Template

_Meaning = str | Template | int | None
"""A class, the number of a group's part, or nothing yet."""
_NOWHERE: Final = Place(Location(None, "", 1, 1), "")
MOST_CONNECTIONS: Final = 1 << 18
"""Connections of one file, before compound elements are expanded."""


def elaborate(tree: Tree) -> Template:
    """The whole file as a template at depth 0. Errors: `ClickError`."""
    top = Template("the file", 0, (), _NOWHERE)
    scope = _Scope(top, None)
    elaborator = _Elaborator()
    elaborator.statements(tree.statements, scope)
    scope.name_the_anonymous()
    if elaborator.mistakes:
        raise ClickError(*elaborator.mistakes)
    return top


@dataclass
class _Scope:
    """The body being read: names of elements so far, and the classes that are visible from here on."""

    template: Template
    parent: _Scope | None
    names: dict[str, int] = field(default_factory=dict)
    classes: dict[str, str | Template] = field(default_factory=dict)
    anonymous: list[int] = field(default_factory=list)

    def find_class(self, name: str) -> str | Template | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.classes:
                return scope.classes[name]
            scope = scope.parent
        return None

    def add(self, part: Part, *, anonymous: bool = False) -> int:
        """The number of the new part. An anonymous one is called by its class until all names are known."""
        number = len(self.template.parts)
        if anonymous:
            part.name = f"{part.name}@{number + (1 if self.parent is None else -1)}"
            self.anonymous.append(number)
        else:
            self.names[part.name] = number
        self.template.parts.append(part)
        return number

    def name_the_anonymous(self) -> None:
        """Where a name such as `Queue@3` is taken, the number goes up, as in Click."""
        beyond: dict[str, int] = {}
        for number in self.anonymous:
            part = self.template.parts[number]
            base, _, count = part.name.rpartition("@")
            following, taken = int(count), []
            while part.name in self.names:
                taken.append(part.name)
                following = beyond.get(part.name, following + 1)
                part.name = f"{base}@{following}"
            beyond.update(dict.fromkeys(taken, following + 1))
            self.names[part.name] = number
            for inside, word in zip(part.pair or (), ("input", "output"), strict=False):
                self.template.parts[inside].name = f"{part.name}/{word}"


class _Elaborator:
    def __init__(self) -> None:
        self.plain: set[str] = set()
        self.connections = 0
        self.mistakes: list[Diagnostic] = []
        """What does not keep the rest from being read."""

    def statements(self, statements: Iterable[Statement], scope: _Scope) -> None:
        """Read statements into the body of ``scope``."""
        for statement in statements:
            if isinstance(statement, ClassDefinition):
                self._define_class(statement, scope)
            elif isinstance(statement, Requirement):
                scope.template.requirements.append(statement)
            elif isinstance(statement, Library):
                self.statements(statement.statements, scope)
            elif isinstance(statement, Definition):
                _define(statement, scope.template)
            else:
                self._chain(statement, scope)

    def _define_class(self, statement: ClassDefinition, scope: _Scope) -> None:
        name = statement.name
        if name in scope.names:
            _fail(f"{name!r} is an element already", "give the class another name", statement.place)
        meaning = statement.meaning
        scope.classes[name] = (
            self._class(meaning, scope, statement.place) if isinstance(meaning, str) else self._compound(meaning, name, scope)
        )

    def _class(self, name: str, scope: _Scope, place: Place) -> str | Template:
        found = scope.find_class(name)
        if found is not None:
            return found
        if name in scope.names:
            _fail(f"{name!r} is an element and no class", "write the name of a class here", place)
        self.plain.add(name)
        return name

    def _compound(self, compound: Compound, name: str, scope: _Scope) -> Template:
        """The compound's first alternative, with the others behind it. ``name`` is empty for an anonymous one."""
        following: str | Template | None = None
        if compound.extends:
            if not name:
                _fail("a compound class without a name cannot be extended", "leave ... out, or use elementclass", compound.place)
            following = self._class(name, scope, compound.place)
        shown = name or "without a name"
        templates = []
        for body in compound.alternatives:
            template = Template(shown, scope.template.depth + 1, body.parameters, body.place)
            inner = _Scope(template, scope)
            for pseudo in ("input", "output"):
                inner.add(Part(pseudo, TUNNEL, "", body.place))
            self.statements(body.statements, inner)
            inner.name_the_anonymous()
            _check_pseudo(template, 0, 1, f"the compound class {shown}", body.place)
            templates.append(template)
        for template in reversed(templates):
            template.overload, following = following, template
        return templates[0]

    def _chain(self, chain: Chain, scope: _Scope) -> None:
        before: tuple[End, ...] = ()
        for index, step in enumerate(chain.steps):
            ins, outs = self._step(step, scope)
            if index == 0:
                _check_useless(ins, step, "input ports at the start of a connection lead nowhere")
            else:
                self._connect(before, ins, chain.arrows[index - 1], step[0].place, scope)
            before = outs
        _check_useless(before, chain.steps[-1], "output ports at the end of a connection lead nowhere")

    def _step(self, step: tuple[Element, ...], scope: _Scope) -> tuple[tuple[End, ...], tuple[End, ...]]:
        """The elements of one step as ends of the arrows before and behind it. Classes and groups are read first, then elements made."""
        shared: dict[int, Template] = {}
        meanings = [(self._meaning(element, scope), self._class_of(element, scope, shared)) for element in step]
        ins, outs = [], []
        for element, (what, class_of) in zip(step, meanings, strict=True):
            inputs, outputs = element.inputs, element.outputs
            if isinstance(what, int):
                number = what
                into, out = _group_ports(scope.template, number)
                inputs, outputs = inputs or into, outputs or out
            else:
                number = self._element(element, what, class_of, scope)
            ins.append(End(number, inputs, element.place))
            outs.append(End(number, outputs, element.place))
        return tuple(ins), tuple(outs)

    def _meaning(self, element: Element, scope: _Scope) -> _Meaning:
        """What stands before `::`."""
        if isinstance(element.what, Group):
            return self._group(element.what, element, scope)
        if isinstance(element.what, Compound):
            return self._compound(element.what, "", scope)
        if element.implied:
            return None
        return scope.find_class(element.what) or (element.what if element.what in self.plain else None)

    def _class_of(self, element: Element, scope: _Scope, shared: dict[int, Template]) -> str | Template | None:
        """What stands behind `::`; one compound can be there for several names."""
        written = element.class_of
        if not isinstance(written, Compound):
            return None if written is None else self._class(written, scope, element.place)
        if id(written) not in shared:
            shared[id(written)] = self._compound(written, "", scope)
        return shared[id(written)]

    def _element(self, element: Element, what: str | Template | None, class_of: str | Template | None, scope: _Scope) -> int:
        """The number of the element that is meant: an old one, or a new one by name or anonymous."""
        written = element.what if isinstance(element.what, str) else ""
        if what is None and written in scope.names:
            return self._reference(element, written, class_of, scope)
        if class_of is not None:
            if what is not None or written == element.class_of:
                shown = f"{written!r}" if written else "a compound element"
                _fail(f"{shown} is a class and cannot name an element", "write NAME :: Class, with a name of its own", element.place)
            if any(component.isdigit() for component in written.split("/")):
                _fail(f"the element name {written!r} has a part of digits only", "put a letter into it", element.place)
            return scope.add(Part(written, class_of, element.config or "", element.place))
        if what is None:
            what = self._undeclared(element, written)
        return scope.add(Part(written, what, element.config or "", element.place), anonymous=True)

    def _undeclared(self, element: Element, written: str) -> str:
        """A name that nobody declared is a class where it has a configuration or a capital letter."""
        if (element.config is None and not written[:1].isupper()) or "/" in written or element.implied:
            advice = f"declare it before: {written} :: Class(…)"
            if "/" in written:
                advice += "; a configuration sees only its own elements"
            _fail(f"undeclared element {written!r}", advice, element.place)
        self.plain.add(written)
        return written

    @staticmethod
    def _reference(element: Element, written: str, class_of: str | Template | None, scope: _Scope) -> int:
        number = scope.names[written]
        if class_of is not None:
            first, message = scope.template.parts[number], f"redeclaration of element {written!r}"
            advice = "input and output are taken inside a compound element or a group; use another name"
            if first.kind != TUNNEL:
                advice = f"it was first declared in line {first.place.location.line}; give one of them another name"
            known = ((element.place.location, message), (first.place.location, f"element '{written}' previously declared here"))
            fail(message, advice, element.place.location, element.place.line, known)
        if element.config is not None:
            _fail(f"{written!r} is an element already, which has its configuration", "configure it where it is declared", element.place)
        return number

    def _group(self, group: Group, element: Element, scope: _Scope) -> int:
        """A group is three parts that vanish; its statements are the scope's own, with another `input` and `output` for a while."""
        if element.config is not None or element.class_of is not None:
            _fail("a group has no class and no configuration", "leave out what follows its closing parenthesis", element.place)
        number = scope.add(Part("", TUNNEL, "", element.place), anonymous=True)
        pair = (number + 1, number + 2)
        scope.template.parts += [Part(word, TUNNEL, "", element.place) for word in ("input", "output")]
        scope.template.parts[number].pair = pair
        saved = {word: scope.names.get(word) for word in ("input", "output")}
        scope.names.update(input=pair[0], output=pair[1])
        self.statements(group.statements, scope)
        for word, old in saved.items():
            del scope.names[word]
            if old is not None:
                scope.names[word] = old
        _check_pseudo(scope.template, *pair, "this group", element.place)
        return number

    def _connect(self, left: tuple[End, ...], right: tuple[End, ...], arrow: str, place: Place, scope: _Scope) -> None:
        try:
            connected = pairs(left, right, arrow)
        except UnlikeSidesError as error:
            known = ((place.location, error.args[2]),)
            self.mistakes.append(Diagnostic(place.location, error.args[0], error.args[1], place.line, known))
            return
        self.connections += len(connected)
        if self.connections > MOST_CONNECTIONS:
            _fail(f"more than {MOST_CONNECTIONS} connections", "write fewer", place)
        parts = scope.template.parts
        for (source, output), (target, port) in connected:
            parts[source.part].outputs = max(parts[source.part].outputs, output + 1)
            parts[target.part].inputs = max(parts[target.part].inputs, port + 1)
            scope.template.links.setdefault((source.part, output, target.part, port), source.place)


def _group_ports(template: Template, group: int) -> tuple[Ports | None, Ports | None]:
    """All inputs and all outputs of a group, which are meant where none are written."""
    into, out = template.parts[group].pair or (group, group)
    inputs, outputs = template.parts[into].outputs, template.parts[out].inputs
    return Ports(tuple(range(inputs))) if inputs else None, Ports(tuple(range(outputs))) if outputs else None


def _check_useless(ends: tuple[End, ...], step: tuple[Element, ...], message: str) -> None:
    for end, element in zip(ends, step, strict=True):
        if end.ports is not None:
            _fail(message, "leave them out, or connect them", element.place)


def _check_pseudo(template: Template, into: int, out: int, name: str, place: Place) -> None:
    """`input` has outputs only, `output` inputs only, and no number is left out."""
    parts = template.parts
    for number, wrong, word in ((into, parts[into].inputs, "input"), (out, parts[out].outputs, "output")):
        if wrong:
            other = "output" if word == "input" else "input"
            _fail(f"the {word} of {name} is used as an {other}", f"connect {word} as if it were an element with {other}s only", place)
        count = parts[number].outputs if word == "input" else parts[number].inputs
        used = {a if word == "input" else b for s, a, t, b in template.links if (s if word == "input" else t) == number}
        if len(used) < count:
            missing = next(port for port in range(count) if port not in used)
            _fail(f"{name} uses no {word} {missing}, but {word} {count - 1}", "number them without gaps", place)


def _define(statement: Definition, template: Template) -> None:
    for name, value in statement.variables:
        if name in template.definitions or name in template.parameter_names:
            _fail(f"${name} is defined twice in one scope", "define it once", statement.place)
        template.definitions[name] = value


def _fail(message: str, advice: str, place: Place) -> NoReturn:
    fail(message, advice, place.location, place.line)
