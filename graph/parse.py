"""Click text to a syntax tree."""

from __future__ import annotations

from typing import NoReturn

from graph.configuration import split_arguments, split_words
from graph.diagnostics import fail
from graph.lexer import Lexer, Word
from graph.syntax import (
    Body,
    Chain,
    ClassDefinition,
    Compound,
    Definition,
    Endpoint,
    Item,
    Parameter,
    Place,
    Requirement,
    Statement,
    Tree,
)


def parse(text: str, file: str, tenant: str | None = None) -> Tree:
    """The syntax tree of ``text``. Errors: `ClickError` with the place of the first mistake."""
    parser = _Parser(Lexer(text, file, tenant))
    return Tree(parser.statements(closing=None))


class _Parser:
    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer

    def statements(self, closing: Word | None) -> tuple[Statement, ...]:
        """Statements up to the end of the file, or of the compound that ``closing`` opened (its end is left to the caller)."""
        found: list[Statement] = []
        while True:
            word = self.lexer.peek()
            if word.kind == "end":
                if closing is not None:
                    fail(
                        "this { is never closed",
                        "close the compound element with }",
                        closing.place.location,
                        closing.place.line,
                    )
                return tuple(found)
            if word.text == ";":
                self.lexer.take()
            elif closing is not None and word.text in ("}", "||"):
                return tuple(found)
            else:
                found.append(self._statement())

    def _statement(self) -> Statement:
        word = self.lexer.peek()
        if word.text == "elementclass":
            return self._class_definition()
        if word.text in ("require", "provide"):
            return self._requirement()
        if word.text == "define":
            return self._definition()
        return self._chain()

    def _class_definition(self) -> ClassDefinition:
        place = self.lexer.take().place
        name = self._name("a class name")
        if self.lexer.peek().text == "{":
            return ClassDefinition(name.text, self._compound(), None, place)
        other = self._name("{ or the name of another class")
        return ClassDefinition(name.text, None, other.text, place)

    def _requirement(self) -> Requirement:
        place = self.lexer.take().place
        return Requirement(self._parenthesised(), place)

    def _definition(self) -> Definition:
        place = self.lexer.take().place
        variables: list[tuple[str, str]] = []
        for argument in split_arguments(self._parenthesised()):
            words = split_words(argument)
            if not words or not words[0].startswith("$"):
                fail(
                    "define wants variables, such as define($rate 10)",
                    "start each with $NAME",
                    place.location,
                    place.line,
                )
            variables.append((words[0][1:].strip("{}"), argument[len(words[0]) :].strip()))
        return Definition(tuple(variables), place)

    def _parenthesised(self) -> str:
        opening = self.lexer.take()
        if opening.text != "(":
            self._unexpected(opening, "(")
        return self.lexer.configuration(opening)

    def _chain(self) -> Chain:
        place = self.lexer.peek().place
        implied = self.lexer.peek().kind == "arrow"
        endpoints = [self._implied("input", place)] if implied else [self._endpoint()]
        arrows: list[str] = []
        while self.lexer.peek().kind == "arrow":
            arrows.append(self.lexer.take().text)
            ends = self.lexer.peek().text in (";", "}", "||") or self.lexer.peek().kind == "end"
            endpoints.append(self._implied("output", self.lexer.peek().place) if ends else self._endpoint())
        word = self.lexer.peek()
        if word.text not in (";", "}", "||") and word.kind != "end" and word.text not in _STATEMENTS:
            self._unexpected(word, "-> or ;")
        return Chain(tuple(endpoints), tuple(arrows), place)

    @staticmethod
    def _implied(name: str, place: Place) -> Endpoint:
        """A chain that starts or ends with an arrow starts at `input` or ends at `output`."""
        return Endpoint(Item((name,), None, None, None, place), None, None)

    def _endpoint(self) -> Endpoint:
        inputs = self._ports()
        item = self._item()
        return Endpoint(item, inputs, self._ports())

    def _ports(self) -> tuple[int, ...] | None:
        if self.lexer.peek().text != "[":
            return None
        opening = self.lexer.take()
        ports: list[int] = []
        while True:
            word = self.lexer.take()
            if not word.text.isdigit():
                self._unexpected(word, "a port number")
            ports.append(int(word.text))
            word = self.lexer.take()
            if word.text == "]":
                return tuple(ports)
            if word.text != ",":
                self._unexpected(word, f"] to close the [ in column {opening.place.location.column}")

    def _item(self) -> Item:
        word = self.lexer.peek()
        if word.text == "{":
            compound = self._compound()
            return Item((), None, compound, self._config(), word.place)
        names = [self._name("an element")]
        while self.lexer.peek().text == ",":
            self.lexer.take()
            names.append(self._name("another element name"))
        if self.lexer.peek().text == "::":
            self.lexer.take()
            return self._declared(tuple(n.text for n in names), word.place)
        if len(names) > 1:
            self._unexpected(self.lexer.peek(), ":: after several names")
        config = self._config()
        if config is None:
            return Item((word.text,), None, None, None, word.place)
        return Item((), word.text, None, config, word.place)

    def _declared(self, names: tuple[str, ...], place: Place) -> Item:
        if self.lexer.peek().text == "{":
            compound = self._compound()
            return Item(names, None, compound, self._config(), place)
        class_name = self._name("a class name or {").text
        return Item(names, class_name, None, self._config(), place)

    def _config(self) -> str | None:
        if self.lexer.peek().text != "(":
            return None
        return self.lexer.configuration(self.lexer.take())

    def _compound(self) -> Compound:
        opening = self.lexer.take()
        bodies: list[Body] = []
        while True:
            if self.lexer.peek().text == "...":
                self.lexer.take()
                closing = self.lexer.take()
                if closing.text != "}":
                    self._unexpected(closing, "} after ...")
                return Compound(tuple(bodies), extends=True)
            bodies.append(Body(self._parameters(), self.statements(opening)))
            if self.lexer.take().text == "}":
                return self._more(bodies)

    def _more(self, bodies: list[Body]) -> Compound:
        """Alternatives may also be written `{…} || {…}`."""
        if self.lexer.peek().text != "||" or self.lexer.peek(1).text not in ("{", "..."):
            return Compound(tuple(bodies), extends=False)
        self.lexer.take()
        if self.lexer.peek().text == "...":
            self.lexer.take()
            return Compound(tuple(bodies), extends=True)
        rest = self._compound()
        return Compound((*bodies, *rest.alternatives), rest.extends)

    def _parameters(self) -> tuple[Parameter, ...]:
        """`$a, KEYWORD $b, __REST__ $rest |`; nothing is taken unless it is there."""
        if not self._at_parameters():
            return ()
        found: list[Parameter] = []
        while self.lexer.peek().text != "|":
            word = self._name("a parameter such as $x")
            keyword = None if word.text.startswith("$") else word.text
            name = word if keyword is None else self._name("a parameter such as $x")
            found.append(Parameter(keyword, name.text.strip("${}")))
            if self.lexer.peek().text == ",":
                self.lexer.take()
            elif self.lexer.peek().text != "|":
                self._unexpected(self.lexer.peek(), ", or | after a parameter")
        self.lexer.take()
        return tuple(found)

    def _at_parameters(self) -> bool:
        first = self.lexer.peek()
        if first.text == "|":
            return True
        if first.kind != "name":
            return False
        second = self.lexer.peek(1)
        if first.text.startswith("$"):
            return second.text in (",", "|")
        return second.kind == "name" and second.text.startswith("$")

    def _name(self, wanted: str) -> Word:
        word = self.lexer.take()
        if word.kind != "name":
            self._unexpected(word, wanted)
        return word

    def _unexpected(self, word: Word, wanted: str) -> NoReturn:
        text = word.text if word.kind == "end" else f"{word.text!r}"
        fail(
            f"syntax error: {text} where {wanted} was expected",
            "see the Click language manual",
            word.place.location,
            word.place.line,
        )


_STATEMENTS = frozenset(("elementclass", "require", "define", "provide"))
