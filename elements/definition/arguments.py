"""Configuration arguments: declared as attributes of an element class, parsed by one machinery with Click's rules.

An argument is positional in the order of declaration, or a keyword (`NAME value`); positional ones may be given by keyword too. `Rest`
takes every positional argument that is left. Values are read by parsers: functions from text to a value that raise ``ValueError`` with a
message that says what was wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from graph.configuration import split_arguments, split_words

T = TypeVar("T")
Parser = Callable[[str], T]


class Required:
    """The default of an argument that has none."""


REQUIRED = Required()


class Argument(Generic[T]):
    """An argument that is given at most once. ``position`` is false for keyword-only ones. One that ``is_operators`` reaches beyond the
    element that has it, so that tenants may not give it another value than its default."""

    rest = False

    def __init__(
        self, name: str, parse: Parser[T], default: T | Required = REQUIRED, *, position: bool = True, is_operators: bool = False
    ) -> None:
        self.name = name
        self.parse = parse
        self.default = default
        self.position = position
        self.is_operators = is_operators
        self.attribute = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    @overload
    def __get__(self, element: None, owner: type) -> Argument[T]: ...
    @overload
    def __get__(self, element: object, owner: type) -> T: ...
    def __get__(self, element: object | None, owner: type) -> Argument[T] | T:
        if element is None:
            return self
        value: T = element.__dict__[self.attribute]
        return value

    def __set__(self, element: object, value: T) -> None:
        element.__dict__[self.attribute] = value


def keyword(name: str, parse: Parser[T], default: T | Required = REQUIRED, *, is_operators: bool = False) -> Argument[T]:
    """An argument that is given by keyword only."""
    return Argument(name, parse, default, position=False, is_operators=is_operators)


class Rest(Generic[T]):
    """All positional arguments from here on, as a tuple; at least ``least`` of them."""

    rest = True

    def __init__(self, name: str, parse: Parser[T], least: int = 0) -> None:
        self.name = name
        self.parse = parse
        self.least = least
        self.attribute = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    @overload
    def __get__(self, element: None, owner: type) -> Rest[T]: ...
    @overload
    def __get__(self, element: object, owner: type) -> tuple[T, ...]: ...
    def __get__(self, element: object | None, owner: type) -> Rest[T] | tuple[T, ...]:
        if element is None:
            return self
        value: tuple[T, ...] = element.__dict__[self.attribute]
        return value


AnyArgument = Argument[Any] | Rest[Any]


def declared(owner: type) -> list[AnyArgument]:
    """The arguments of an element class, in the order of declaration, base classes first."""
    found: dict[str, AnyArgument] = {}
    for base in reversed(owner.__mro__):
        for name, attribute in vars(base).items():
            if isinstance(attribute, Argument | Rest):
                found[name] = attribute
    return list(found.values())


def parse_arguments(owner: type, config: str) -> dict[str, Any]:
    """Attribute values for the configuration text ``config``. Errors: ``ValueError`` with one sentence per mistake, joined by newlines."""
    arguments = declared(owner)
    by_name = {a.name: a for a in arguments if not a.rest}
    positional = [a for a in arguments if a.rest or (isinstance(a, Argument) and a.position)]
    values: dict[str, Any] = {}
    leftover: list[str] = []
    mistakes: list[str] = []
    for text in split_arguments(config):
        word = text.split(None, 1)[0] if text.split() else ""
        named = by_name.get(word)
        if named is not None and len(split_words(text)) > 1:
            _store(values, named, text.split(None, 1)[1], mistakes)
        else:
            leftover.append(text)
    for argument in positional:
        if isinstance(argument, Rest):
            _store_rest(values, argument, leftover, mistakes)
            leftover = []
        elif argument.attribute not in values and leftover:
            _store(values, argument, leftover.pop(0), mistakes)
    if leftover:
        mistakes.append(f"too many arguments: {', '.join(repr(text) for text in leftover)} is not expected")
    for argument in arguments:
        if isinstance(argument, Argument) and argument.attribute not in values:
            if isinstance(argument.default, Required):
                if not any(m.startswith(argument.name) for m in mistakes):
                    mistakes.append(f"{argument.name} is missing")
            else:
                values[argument.attribute] = argument.default
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return values


def with_argument(owner: type, config: str, name: str, text: str) -> str:
    """``config`` with ``text`` as the argument ``name``, which it has, in the place where it stands; `parse_arguments` takes it."""
    arguments = declared(owner)
    names = {a.name for a in arguments if not a.rest}
    texts = split_arguments(config)
    keys = [each.split(None, 1)[0] if len(split_words(each)) > 1 and each.split(None, 1)[0] in names else None for each in texts]
    if name in keys:
        texts[keys.index(name)] = f"{name} {text}"
    else:
        places = [index for index, key in enumerate(keys) if key is None]
        order = [a.name for a in arguments if isinstance(a, Argument) and a.position and a.name not in keys]
        texts[places[order.index(name)]] = text
    return ", ".join(texts)


def _store(values: dict[str, Any], argument: AnyArgument, text: str, mistakes: list[str]) -> None:
    if argument.attribute in values:
        mistakes.append(f"{argument.name} is given twice")
        return
    try:
        values[argument.attribute] = argument.parse(text)
    except ValueError as error:
        mistakes.append(f"{argument.name}: {error}")


def _store_rest(values: dict[str, Any], argument: Rest[Any], texts: list[str], mistakes: list[str]) -> None:
    parsed = []
    for number, text in enumerate(texts, 1):
        try:
            parsed.append(argument.parse(text))
        except ValueError as error:
            mistakes.append(f"{argument.name} {number}: {error}")
    if len(texts) < argument.least:
        mistakes.append(f"{argument.name}: at least {argument.least} wanted, {len(texts)} given")
    values[argument.attribute] = tuple(parsed)
