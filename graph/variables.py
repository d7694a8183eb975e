"""Variables in configurations: `$name`, `${name}`, `${name-default}`, `${name[word]}` and `$(name)`, replaced as Click replaces them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graph.configuration import quote_always, split_words

MOST_INSIDE: Final = 10
"""Variables in the values of variables; what lies deeper stays as it is, as in Click."""
MOST_WORK: Final = 1 << 20
"""Replacements and characters of one configuration."""

_STOP: Final = re.compile(r"[\\'\"/$]")
_COMMENT: Final = re.compile(r"//[^\n\r]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z0-9_]+|[?#$]")
_BRACED: Final = re.compile(r"\s*([A-Za-z0-9_]*)\s*(?:\[\s*(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,9})\]\s*)?(-.*)?", re.DOTALL)
_CLOSING: Final = re.compile(r"\\.|[()\"'$]", re.DOTALL)


class TooLargeError(ValueError):
    """What a configuration stands for is unreasonably long."""


@dataclass
class Environment:
    """Values of variables, in scopes one inside another; ``depth`` counts the scopes around."""

    parent: Environment | None
    depth: int
    values: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The innermost value."""
        scope: Environment | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return None

    def above(self, depth: int) -> Environment | None:
        """The innermost scope that has less than ``depth`` scopes around it."""
        scope: Environment | None = self
        while scope is not None and scope.depth >= depth:
            scope = scope.parent
        return scope

    def inside(self, depth: int, values: Mapping[str, str]) -> Environment:
        """A scope for a compound element that was written at ``depth``."""
        return Environment(self.above(depth), depth, dict(values))


@dataclass
class Budget:
    """Work that is left for all configurations of a file, in replacements and characters."""

    left: int


def expand(text: str, environment: Environment, budget: Budget) -> str:
    """``text`` with variables replaced, but not in single quotes. What nobody defines stays as it is. Errors: `TooLargeError`."""
    return _Expansion(environment, budget).expand(text, 0) if "$" in text else text


def substitute(text: str, value_of: Callable[[str, str], str | None], *, quoting: bool = False) -> str:
    """``text`` with each variable replaced by what ``value_of`` gives for what is written (what stands in brackets has its own variables
    replaced before) and the bracket in front of it: `(`, `{` or nothing. Values stay as they are; outside of quotes they become strings
    where ``quoting`` is wanted. A variable that has none stays as it is."""
    return _Substitution(value_of, quoting).expand(text, 0) if "$" in text else text


class _Reference(NamedTuple):
    body: str
    form: str
    end: int
    nests: bool


class _Expansion:
    def __init__(self, environment: Environment, budget: Budget) -> None:
        self.environment = environment
        self.budget = budget
        self.work = 0
        self.quoting = False

    def expand(self, text: str, depth: int) -> str:
        """One text, which is ``depth`` variables deep."""
        out: list[str] = []
        position, quoted = 0, ""
        while (found := _STOP.search(text, position)) is not None:
            start, character = found.start(), found.group()
            out.append(text[position:start])
            end = start + 1
            if character == "\\":
                end += quoted == '"'
            elif character in "'\"":
                quoted = character if not quoted else "" if quoted == character else quoted
            elif character == "/":
                comment = None if quoted else _COMMENT.match(text, start)
                end = comment.end() if comment else end
            elif quoted != "'" and depth <= MOST_INSIDE:
                reference = _reference(text, start)
                if reference is not None:
                    out.append(self._value(text[start : reference.end], reference, depth, quoted))
                    position = reference.end
                    continue
            out.append(text[start:end])
            position = end
        out.append(text[position:])
        result = "".join(out)
        self._spend(len(result))
        return result

    def _spend(self, work: int) -> None:
        self.work += work + 1
        self.budget.left -= work + 1
        if self.work > MOST_WORK or self.budget.left < 0:
            raise TooLargeError

    def _value(self, written: str, reference: _Reference, depth: int, quoted: str) -> str:
        self._spend(0)
        body = self._nested(reference.body, depth + 1) if reference.nests else reference.body
        value = self._look_up(body, reference.form, depth)
        if value is None:
            return written[:2] + body + written[-1] if reference.nests else written
        if quoted:
            return quote_always(value)[1:-1]
        return quote_always(value) if self.quoting else value

    def _nested(self, text: str, depth: int) -> str:
        """What stands in brackets: strings are made of its values outside of them only."""
        quoting, self.quoting = self.quoting, False
        try:
            return self.expand(text, depth)
        finally:
            self.quoting = quoting

    def _look_up(self, body: str, form: str, depth: int) -> str | None:
        name, word, default = body, None, None
        if form == "{" and (found := _BRACED.match(body)) is not None:
            name, word, default = found.groups()
        value = self.environment.get(name)
        if value is None:
            return None if default is None else self.expand(default[1:], depth + 1)
        value = self.expand(value, depth + 1)
        if word is None:
            return value
        words, index = split_words(value), int(word, 0) if word[:2] in ("0x", "0X") else int(word)
        return words[index] if index < len(words) else ""


class _Substitution(_Expansion):
    def __init__(self, value_of: Callable[[str, str], str | None], quoting: bool) -> None:
        super().__init__(Environment(None, 0), Budget(0))
        self.value_of = value_of
        self.quoting = quoting

    def _spend(self, work: int) -> None:
        """A script may make texts as long as it likes."""

    def _look_up(self, body: str, form: str, depth: int) -> str | None:
        return self.value_of(body, form)


def _reference(text: str, start: int) -> _Reference | None:
    """The variable that ``text`` refers to at a `$`, None where it is just a dollar."""
    if text.startswith("${", start):
        end = text.find("}", start)
        body = text[start + 2 : end]
        return None if end < 0 else _Reference(body, "{", end + 1, "$" in body)
    if text.startswith("$(", start):
        return _parenthesised(text, start)
    found = _NAME.match(text, start + 1)
    return None if found is None else _Reference(found.group(), "", found.end(), nests=False)


def _parenthesised(text: str, start: int) -> _Reference | None:
    level, quoted, nests = 1, "", False
    for found in _CLOSING.finditer(text, start + 2):
        character = found.group()
        if character in "()" and not quoted:
            level += 1 if character == "(" else -1
            if not level:
                return _Reference(text[start + 2 : found.start()], "(", found.end(), nests)
        elif character in "\"'":
            quoted = character if not quoted else "" if quoted == character else quoted
        elif character == "$":
            nests = nests or quoted != "'"
    return None
