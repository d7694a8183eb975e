"""Filter expressions of IPClassifier and IPFilter: text to a tree, by the grammar of Click's manual.

    expr: any [? expr : expr]      any: every (or|'||' every)*      every: factor ((and|&&)? factor)*
    factor: (not|!) factor | '(' expr ')' | test

A test is qualifiers, then perhaps a mask (`& MASK`) and a relation, then a value. One without qualifiers has those of the test before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from elements.filters.primitive import A_TEST, read_test
from elements.filters.tree import Choice, Expression, Junction, Not, Test
from elements.filters.words import FACTOR_ENDS, Words
from graph.configuration import unquote

_CONSTANTS: Final = {"true": 1, "any": 1, "all": 1, "-": 1, "false": 0, "none": 0}
_DEEPEST: Final = 100
"""Levels of `not`, parentheses and `? :` within each other: few enough for all that walks a tree by calling itself."""


def parse_expression(text: str) -> Expression:
    """The tree of ``text``, which may be a string. Errors: ``ValueError`` naming the column in it and what was expected."""
    parser = _Parser(Words(unquote(text) if '"' in text or "'" in text else text))
    tree = parser.expression()
    if parser.words.word() is not None:
        parser.words.fail("the end")
    return tree


class _Parser:
    def __init__(self, words: Words) -> None:
        self.words = words
        self.last: Test | None = None
        self.depth = 0

    def expression(self) -> Expression:
        condition = self.any()
        if self.words.word() != "?":
            return condition
        with self.deeper():
            yes = self.expression()
            if not self.words.accept(":"):
                self.words.fail("':'")
            return Choice(condition, yes, self.expression())

    def any(self) -> Expression:
        operands = [self.every()]
        while self.words.accept("or", "||"):
            operands.append(self.every())
        return operands[0] if len(operands) == 1 else Junction(False, tuple(operands))

    def every(self) -> Expression:
        operands = [self.factor()]
        while self.words.accept("and", "&&") or not self.words.ends():
            operands.append(self.factor())
        return operands[0] if len(operands) == 1 else Junction(True, tuple(operands))

    def factor(self) -> Expression:
        if self.words.word() in ("not", "!"):
            with self.deeper():
                return Not(self.factor())
        if self.words.word() != "(":
            return self.test()
        with self.deeper():
            inside = self.expression()
            if not self.words.accept(")"):
                self.words.fail("')'")
            return inside

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Pass the word that what is inside is within."""
        if self.depth == _DEEPEST:
            self.words.refuse(f"parentheses, `not` and `? :` are more than {_DEEPEST} levels deep here: use several patterns")
        self.words.take()
        self.depth += 1
        yield
        self.depth -= 1

    def test(self) -> Expression:
        word = self.words.word()
        if word is None or word in FACTOR_ENDS:
            self.words.fail(A_TEST)
        if word in _CONSTANTS:
            self.words.take()
            return Test("constant", _CONSTANTS[word], _CONSTANTS[word])
        self.last, negated = read_test(self.words, self.last)
        return Not(self.last) if negated else self.last
