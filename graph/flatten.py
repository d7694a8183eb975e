"""Compound elements expanded, variables substituted: a syntax tree becomes a flat graph with names `outer/inner`, as Click makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph.configuration import split_arguments, split_words
from graph.diagnostics import Location, fail
from graph.model import Edge, Graph, Node
from graph.scope import Alternative, CompoundClass, Declared, Scope, bind
from graph.syntax import Body, Chain, ClassDefinition, Definition, Endpoint, Item, Place, Requirement, Statement, Tree

MOST_NESTED = 100
"""Compound elements inside one another; more is a class that contains itself."""


@dataclass(frozen=True)
class _Link:
    """A connection between flat names, some of which are tunnels: the `input` and `output` of a compound."""

    source: tuple[str, int]
    target: tuple[str, int]
    location: Location


@dataclass
class _State:
    nodes: list[Node] = field(default_factory=list)
    links: list[_Link] = field(default_factory=list)
    tunnels: set[str] = field(default_factory=set)
    requirements: list[str] = field(default_factory=list)


def flatten(tree: Tree, variables: Mapping[str, str] | None = None) -> Graph:
    """The flat graph of ``tree``; ``variables`` go before what `define` says. Errors: `ClickError`."""
    state = _State()
    _Flattener(state, 0).body(tree.statements, Scope("", None, dict(variables or {})), fixed=frozenset(variables or {}))
    return Graph(tuple(state.nodes), _without_tunnels(state), tuple(state.requirements))


class _Flattener:
    def __init__(self, state: _State, depth: int) -> None:
        self.state = state
        self.depth = depth

    def body(self, statements: tuple[Statement, ...], scope: Scope, fixed: frozenset[str]) -> None:
        """Read the statements of one scope, then expand the compound elements that it declares."""
        for statement in statements:
            if isinstance(statement, ClassDefinition):
                self._define_class(statement, scope)
            elif isinstance(statement, Requirement):
                self.state.requirements += [r for r in split_arguments(statement.text) if r not in self.state.requirements]
            elif isinstance(statement, Definition):
                scope.variables.update({n: scope.substitute(v) for n, v in statement.variables if n not in fixed})
            else:
                self._chain(statement, scope)
        for declared in scope.elements.values():
            self._emit(declared)

    def _define_class(self, statement: ClassDefinition, scope: Scope) -> None:
        if statement.compound is None:
            scope.classes[statement.name] = statement.synonym or statement.name
        else:
            scope.classes[statement.name] = scope.define(statement.compound, statement.name, statement.place)

    def _chain(self, chain: Chain, scope: Scope) -> None:
        names = [self._item(endpoint, scope, declares=not chain.arrows) for endpoint in chain.endpoints]
        for index, arrow in enumerate(chain.arrows):
            left, right = chain.endpoints[index], chain.endpoints[index + 1]
            self._connect(scope, names[index], left, names[index + 1], right, arrow)

    def _item(self, endpoint: Endpoint, scope: Scope, *, declares: bool) -> str:
        item = endpoint.item
        if item.class_name is None and item.compound is None:
            return self._reference(item, scope, declares=declares)
        if item.compound is not None:
            name = item.names[0] if item.names else f"@{len(scope.elements) + 1}"
            kind: str | CompoundClass = scope.define(item.compound, f"the class of {name}", item.place)
        else:
            kind = scope.find_class(item.class_name or "")
        names = item.names or (f"{item.class_name or ''}@{len(scope.elements) + 1}",)
        for name in names:
            self._declare(name, kind, item, scope)
        return names[-1]

    @staticmethod
    def _declare(name: str, kind: str | CompoundClass, item: Item, scope: Scope) -> None:
        other = scope.elements.get(name)
        if other is not None:
            first = other.place.location
            fail(
                f"redeclaration of element {name!r}",
                f"it was first declared in line {first.line}; give one of them another name",
                item.place.location,
                item.place.line,
            )
        scope.elements[name] = Declared(scope.prefix + name, kind, scope.substitute(item.config or ""), item.place)

    def _reference(self, item: Item, scope: Scope, *, declares: bool) -> str:
        name = item.names[0]
        if name in scope.elements:
            return name
        kind = scope.find_class(name)
        if isinstance(kind, str) and not declares and not name[:1].isupper() and kind == name:
            advice = f"declare it before: {name} :: Class(…)"
            if "/" in name:
                advice += "; a configuration sees only its own elements"
            fail(f"undeclared element {name!r}", advice, *_at(item))
        if declares:
            fail(f"{name!r} alone does nothing", f"declare it ({name} :: Class) or connect it (… -> {name})", *_at(item))
        anonymous = f"{name}@{len(scope.elements) + 1}"
        self._declare(anonymous, kind, item, scope)
        return anonymous

    def _connect(self, scope: Scope, left: str, a: Endpoint, right: str, b: Endpoint, arrow: str) -> None:
        outputs, inputs = a.outputs or (0,), b.inputs or (0,)
        if arrow == "->" and len(outputs) != len(inputs) and 1 not in (len(outputs), len(inputs)):
            fail(
                "as many output as input ports are wanted",
                "write as many ports on both sides of the arrow",
                *_at(b.item),
            )
        if arrow == "=>" and len(outputs) != len(inputs):
            fail(
                "=> connects as many output as input ports",
                "write as many ports on both sides of the arrow",
                *_at(b.item),
            )
        count = max(len(outputs), len(inputs))
        wide_out = outputs if len(outputs) == count else outputs * count
        wide_in = inputs if len(inputs) == count else inputs * count
        for output, port in zip(wide_out, wide_in, strict=True):
            source, target = scope.elements[left], scope.elements[right]
            source.outputs, target.inputs = max(source.outputs, output + 1), max(target.inputs, port + 1)
            location = replace(a.item.place.location)
            self.state.links.append(_Link((_end(source, "output"), output), (_end(target, "input"), port), location))

    def _emit(self, declared: Declared) -> None:
        if isinstance(declared.kind, str):
            if declared.kind != _TUNNEL:
                node = Node(declared.flat, declared.kind, declared.config, declared.place.location, declared.place.line)
                self.state.nodes.append(node)
            return
        if self.depth >= MOST_NESTED:
            fail(
                f"the element class {declared.kind.name} contains itself",
                "break the circle of elementclass",
                *_place(declared.place),
            )
        alternative, values = self._choose(declared.kind, declared)
        scope = Scope(declared.flat + "/", alternative.scope, {**alternative.scope.variables, **values})
        for pseudo in ("input", "output"):
            flat = f"{declared.flat}/{pseudo}"
            scope.elements[pseudo] = Declared(flat, _TUNNEL, "", declared.place)
            self.state.tunnels.add(flat)
        _Flattener(self.state, self.depth + 1).body(alternative.body.statements, scope, frozenset(values))

    def _choose(self, kind: CompoundClass, declared: Declared) -> tuple[Alternative, dict[str, str]]:
        """The first alternative with these ports that takes these arguments."""
        arguments, words = _arguments(kind, declared.config)
        for alternative in kind.alternatives:
            values = bind(alternative.body, arguments, words)
            if values is None:
                continue
            if len(kind.alternatives) == 1 or _ports_of(alternative.body) == (declared.inputs, declared.outputs):
                return alternative, values
        shapes = [
            f"{len(a.body.parameters)} argument(s), {i} input(s), {o} output(s)" for a in kind.alternatives for i, o in [_ports_of(a.body)]
        ]
        return fail(
            f"no meaning of the compound class {kind.name} fits {len(arguments) + len(words)} argument(s), "
            f"{declared.inputs} input(s) and {declared.outputs} output(s)",
            f"it is defined for: {'; '.join(shapes)}",
            *_place(declared.place),
        )


_TUNNEL = "<tunnel>"


def _arguments(kind: CompoundClass, config: str) -> tuple[list[str], dict[str, str]]:
    keywords = {p.keyword for a in kind.alternatives for p in a.body.parameters if p.keyword not in (None, "__REST__")}
    positional: list[str] = []
    words: dict[str, str] = {}
    for argument in split_arguments(config):
        first = split_words(argument)[0] if split_words(argument) else ""
        if first in keywords:
            words[first] = argument[len(first) :].strip()
        else:
            positional.append(argument)
    return positional, words


def _ports_of(body: Body) -> tuple[int, int]:
    """Inputs and outputs that a body uses of its `input` and `output`."""
    inputs = outputs = 0
    for statement in body.statements:
        if not isinstance(statement, Chain):
            continue
        for left, right in zip(statement.endpoints, statement.endpoints[1:], strict=False):
            if left.item.names == ("input",):
                inputs = max(inputs, *(p + 1 for p in left.outputs or (0,)))
            if right.item.names == ("output",):
                outputs = max(outputs, *(p + 1 for p in right.inputs or (0,)))
    return inputs, outputs


def _end(declared: Declared, side: str) -> str:
    """The flat name at which links to or from an element end: a compound's own tunnel."""
    return declared.flat if isinstance(declared.kind, str) else f"{declared.flat}/{side}"


def _at(item: Item) -> tuple[Location, str]:
    return _place(item.place)


def _place(place: Place) -> tuple[Location, str]:
    return place.location, place.line


def _without_tunnels(state: _State) -> tuple[Edge, ...]:
    """Links with every tunnel replaced by what lies behind it."""
    behind: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for link in state.links:
        behind.setdefault(link.source, []).append(link.target)

    def ends(target: tuple[str, int], seen: frozenset[tuple[str, int]]) -> list[tuple[str, int]]:
        if target[0] not in state.tunnels:
            return [target]
        if target in seen:
            return []
        return [end for following in behind.get(target, []) for end in ends(following, seen | {target})]

    edges: dict[Edge, None] = {}
    for link in state.links:
        if link.source[0] not in state.tunnels:
            for name, port in ends(link.target, frozenset()):
                edges[Edge(link.source[0], link.source[1], name, port, link.location)] = None
    return tuple(edges)
