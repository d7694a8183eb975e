"""Click text to a syntax tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NoReturn

from graph.configuration import quote, split_arguments, split_words, unquote
from graph.diagnostics import fail
from graph.lexer import Lexer, Word
from graph.syntax import (
    Body,
    Chain,
    ClassDefinition,
    Compound,
    Definition,
    Element,
    Group,
    Library,
    Parameter,
    Place,
    Ports,
    Requirement,
    Statement,
    Tree,
)

MOST_NESTED: Final = 50
"""Compound elements, groups and libraries inside one another, as in Click's own parser."""
MOST_PORT: Final = 65535
"""The largest port number. Click has no limit, but no element has as many ports."""
MOST_PORTS: Final = 1 << 18
"""Port numbers in brackets in one file, ranges written out."""

FindLibrary = Callable[[str, str], tuple[str, str] | None]
"""(text, file) of a library by its name and the file that requires it, None where there is none."""


def parse(text: str, file: str, tenant: str | None = None, find_library: FindLibrary | None = None) -> Tree:
    """The syntax tree of ``text``. Errors: `ClickError` with the place of the first mistake."""
    parser = _Parser(Lexer(text, file, tenant), find_library or (lambda *_: None), {file})
    return Tree(tuple(parser.statements(None)))


class _Parser:
    def __init__(self, lexer: Lexer, find_library: FindLibrary, included: set[str], outside: int = 0) -> None:
        self.lexer = lexer
        self.find_library = find_library
        self.included = included
        self.braces = 0
        self.depth = 0
        self.outside = outside
        self.ports = 0

    def statements(self, opening: Word | None) -> list[Statement]:
        """Statements up to the end of the file, or of the compound or group that ``opening`` opened (its end is left to the caller)."""
        found: list[Statement] = []
        ends = {None: (), "{": ("}", "||"), "(": (")",)}[opening.text if opening else None]
        while True:
            word = self.lexer.peek()
            if word.kind == "end":
                if opening is not None:
                    what, close = ("compound element", "}") if opening.text == "{" else ("group", ")")
                    _fail(f"this {opening.text} is never closed", f"close the {what} with {close}", opening.place)
                return found
            if word.text == ";":
                self.lexer.take()
            elif word.text in ends:
                return found
            else:
                found += self._statement()

    def _statement(self) -> list[Statement]:
        word = self.lexer.peek()
        if word.text == "elementclass":
            return [self._class_definition()]
        if word.text == "require":
            return self._requirements()
        if word.text == "define":
            return [self._definition()]
        return [self._chain()]

    def _class_definition(self) -> ClassDefinition:
        place = self.lexer.take().place
        name = self._name("a class name")
        if self.lexer.peek().text == "{":
            return ClassDefinition(name.text, self._compound(), place)
        return ClassDefinition(name.text, self._name("{ or the name of another class").text, place)

    def _requirements(self) -> list[Statement]:
        place = self.lexer.take().place
        found: list[Statement] = []
        for argument in split_arguments(self._parenthesised()):
            words = [unquote(word) for word in split_words(argument)]
            if len(words) == 1 and words[0] not in ("package", "library"):
                found.append(Requirement(_package(words[0]), place))
            elif len(words) == 2 and words[0] == "package":
                found.append(Requirement(_package(words[1]), place))
            elif len(words) == 2 and words[0] == "library":
                found.append(Library(tuple(self._library(words[1], place)), place))
            elif words:
                _fail(f"require does not understand {argument!r}", "write require(package NAME) or require(library FILE)", place)
        return found

    def _library(self, name: str, place: Place) -> list[Statement]:
        if self.braces:
            _fail("a library can be required at file scope only", "move this require out of the compound element", place)
        found = self.find_library(name, self.lexer.own_file)
        if found is None:
            _fail(f"the library {name!r} is not found", "a library lies in the folder of the file that requires it, or below", place)
        text, file = found
        if file in self.included:
            return []
        self.included.add(file)
        if len(self.included) > MOST_NESTED:
            _fail(f"more than {MOST_NESTED} libraries", "put them in fewer files", place)
        lexer = Lexer(text, file, self.lexer.tenant)
        return _Parser(lexer, self.find_library, self.included, self.outside + self.depth).statements(None)

    def _definition(self) -> Definition:
        place = self.lexer.take().place
        variables: list[tuple[str, str]] = []
        for argument in split_arguments(self._parenthesised()):
            if not argument:
                continue
            word = split_words(argument)[0]
            if not re.fullmatch(r"\$[A-Za-z0-9_]+", word):
                _fail("define wants variables, such as define($rate 10)", "start each with $NAME", place)
            variables.append((word[1:], argument[len(word) :].strip()))
        return Definition(tuple(variables), place)

    def _parenthesised(self) -> str:
        opening = self.lexer.take()
        if opening.text != "(":
            _unexpected(opening, "(")
        return self.lexer.configuration(opening)

    def _chain(self) -> Chain:
        place = self.lexer.peek().place
        steps = [self._step(first=True)]
        arrows: list[str] = []
        while self.lexer.peek().kind == "arrow":
            arrows.append(self.lexer.take().text)
            steps.append(self._step(first=False))
        word = self.lexer.peek()
        if word.kind not in ("name", "keyword", "end") and word.text not in (";", "{", "}", "[", ")", "||"):
            _unexpected(word, "-> or ;")
        if not arrows:
            steps[0] = _shared_class(steps[0])
        return Chain(tuple(steps), tuple(arrows), place)

    def _step(self, first: bool) -> tuple[Element, ...]:
        """The elements between two arrows."""
        found = [self._element(first, alone=True)]
        while self.lexer.peek().text == ",":
            self.lexer.take()
            found.append(self._element(first, alone=False))
        if not first and self.lexer.peek().kind == "arrow" and any(element.implied for element in found):
            _unexpected(self.lexer.peek(), "an element")
        return tuple(found)

    def _element(self, first: bool, alone: bool) -> Element:
        inputs = self._ports()
        word = self.lexer.peek()
        what: str | Compound | Group
        if word.kind == "name":
            what = self.lexer.take().text
        elif word.text == "{":
            what = self._compound()
        elif word.text == "(":
            what = self._group()
        else:
            return self._implied(first, alone, inputs)
        class_of: str | Compound | None = None
        if self.lexer.peek().text == "::":
            self.lexer.take()
            class_of = self._compound() if self.lexer.peek().text == "{" else self._name("a class name or {").text
        config = self.lexer.configuration(self.lexer.take()) if self.lexer.peek().text == "(" else None
        return Element(what, class_of, config, inputs, self._ports(), word.place)

    def _implied(self, first: bool, alone: bool, ports: Ports | None) -> Element:
        """Inside a compound or a group, a connection without a first element starts at `input`, and one without a last ends at `output`."""
        word = self.lexer.peek()
        if word.kind == "arrow":
            meant = first and (alone or ports is not None)
        elif word.text == ",":
            meant = ports is not None
        else:
            meant = not first and word.text != "::" and (alone or ports is not None)
        if not meant or not self.depth:
            _unexpected(word, "an element")
        if first:
            return Element("input", None, None, None, ports, word.place, implied=True)
        return Element("output", None, None, ports, None, word.place, implied=True)

    def _ports(self) -> Ports | None:
        if self.lexer.peek().text != "[":
            return None
        opening = self.lexer.take()
        numbers: list[int] = []
        dash = False
        while True:
            if self.lexer.peek().text == "]":
                self.lexer.take()
                return Ports(tuple(numbers) or (0,), open=True)
            number = self._port_number()
            new = range(numbers[-1] + 1, number + 1) if dash else (number,)
            self.ports += len(new)
            if self.ports > MOST_PORTS:
                _fail(f"more than {MOST_PORTS} port numbers in one file", "write fewer", opening.place)
            numbers += new
            word = self.lexer.take()
            if word.text == "]":
                return Ports(tuple(numbers))
            if word.text != "," and (word.text != "-" or dash):
                _unexpected(word, f"] to close the [ in column {opening.place.location.column}")
            dash = word.text == "-"

    def _port_number(self) -> int:
        """A number as C writes it: decimal, octal after 0, hexadecimal after 0x."""
        word = self.lexer.take()
        for pattern, base in ((r"0[xX][0-9a-fA-F]+", 16), (r"0[0-7]+", 8), (r"0|[1-9][0-9]*", 10)):
            if re.fullmatch(pattern, word.text):
                number = int(word.text, base) if len(word.text) < 12 else MOST_PORT + 1
                if number > MOST_PORT:
                    _fail(f"port {word.text[:24]} is too large", f"ports go up to {MOST_PORT}", word.place)
                return number
        return _unexpected(word, "a port number")

    def _nested(self, opening: Word) -> None:
        if self.outside + self.depth >= MOST_NESTED:
            _fail(f"more than {MOST_NESTED} compound elements and groups inside one another", "give the inner ones names", opening.place)
        self.depth += 1

    def _group(self) -> Group:
        opening = self.lexer.take()
        self._nested(opening)
        statements = self.statements(opening)
        self.lexer.take()
        self.depth -= 1
        return Group(tuple(statements))

    def _compound(self) -> Compound:
        opening = self.lexer.take()
        self._nested(opening)
        self.braces += 1
        bodies: list[Body] = []
        extends = False
        while True:
            if self.lexer.peek().text == "...":
                dots = self.lexer.take()
                if not bodies or self.lexer.peek().text != "}":
                    _fail("... stands last, after one or more alternatives", "write { … || ... }", dots.place)
                self.lexer.take()
                extends = True
                break
            place = self.lexer.peek().place if bodies else opening.place
            bodies.append(Body(self._parameters(), tuple(self.statements(opening)), place))
            if self.lexer.take().text == "}":
                break
        self.depth -= 1
        self.braces -= 1
        return Compound(tuple(bodies), extends, opening.place)

    def _parameters(self) -> tuple[Parameter, ...]:
        """`$a, KEYWORD $b, __REST__ $rest |`; nothing is taken unless it is there."""
        found: list[Parameter] = []
        seen: set[str] = set()
        first = self.lexer.peek()
        if first.kind != "variable" and first.text != "|" and (first.kind != "name" or self.lexer.peek(1).kind != "variable"):
            return ()
        while self.lexer.peek().text != "|":
            word = self.lexer.take()
            keyword = word.text if word.kind == "name" else None
            name = word if keyword is None else self.lexer.take()
            if name.kind != "variable":
                _unexpected(name, "a parameter such as $x")
            _check_order(found, seen, Parameter(keyword, name.text[1:]), word)
            found.append(Parameter(keyword, name.text[1:]))
            if self.lexer.peek().text == ",":
                self.lexer.take()
                if self.lexer.peek().text == "|":
                    break
            elif self.lexer.peek().text != "|":
                _unexpected(self.lexer.peek(), ", or | after a parameter")
        self.lexer.take()
        return tuple(found)

    def _name(self, wanted: str) -> Word:
        word = self.lexer.take()
        if word.kind != "name":
            _unexpected(word, wanted, "expected element type name")
        return word


def _package(name: str) -> str:
    """A package as `require` takes it: by its name alone, where that is a plain word."""
    return name if re.fullmatch(r"[A-Za-z0-9_]+", name) else f"package {quote(name)}"


def _check_order(before: list[Parameter], seen: set[str], new: Parameter, word: Word) -> None:
    """``seen`` are names and keywords so far, names with their dollar."""
    if f"${new.name}" in seen:
        _fail(f"the parameter ${new.name} is there twice", "give one of them another name", word.place)
    if new.keyword in seen:
        _fail(f"the keyword {new.keyword} is there twice", "give one of them another keyword", word.place)
    if before and (before[-1].keyword == "__REST__" or (new.keyword is None and before[-1].keyword is not None)):
        _fail("these parameters are out of order", "write positional ones first, then keywords, then __REST__", word.place)
    seen.update((f"${new.name}", new.keyword or ""))


def _shared_class(step: tuple[Element, ...]) -> tuple[Element, ...]:
    """`a, b :: Class(…)`, standing alone, declares every name; in a connection only the last."""
    last = step[-1]
    if last.class_of is None or not all(element.is_bare for element in step[:-1]):
        return step
    if any(element.inputs or element.outputs for element in step):
        return step
    return (*(replace(element, class_of=last.class_of, config=last.config) for element in step[:-1]), last)


def _fail(message: str, advice: str, place: Place) -> NoReturn:
    fail(message, advice, place.location, place.line)


def _unexpected(word: Word, wanted: str, known: str = "") -> NoReturn:
    """``known`` is what Click says before its own message."""
    text = word.text if word.kind == "end" else f"{word.text!r}"
    message = f"syntax error: {text} where {wanted} was expected"
    lines = [*([known] if known else []), f"syntax error near '{'' if word.kind == 'end' else word.text}'"]
    click = tuple((word.place.location, line) for line in lines)
    fail(message, "see the Click language manual", word.place.location, word.place.line, click)
