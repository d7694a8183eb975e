"""Runs the program of a script, a step at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Literal

from elements.definition.host import HandlerError, Host
from elements.definition.octets import as_text, octets
from elements.definition.parsers import nanoseconds
from elements.scripts.errors import Errors
from elements.scripts.instructions import BEGIN, Instruction, find_label
from elements.scripts.numbers import limited, truth, truth_text, words
from graph.configuration import shift_word, unquote
from graph.variables import substitute

MOST_JUMPS: Final = 1000
How = Literal["step", "driver", "jump"]
"""Why a script goes on: a step was asked for or its time has come; the driver was told to stop; it was told to begin somewhere."""
Outcome = Literal["on", "blocked", "over"]
FAILED: Final = -1
"""What `$?` is after a write handler that refused."""


class Run:
    """A script that runs: its program, place and variables. ``name`` is the element's."""

    def __init__(self, program: list[Instruction], name: str, *, is_driver: bool) -> None:
        self.program = program
        self.name = name
        self.is_driver = is_driver
        self.variables: dict[str, str] = {}
        self.arguments = ""
        self.handler = ""
        self.is_write = False
        self.status = 0
        self._place = 0
        self._steps = 0
        self._asked: int | None = None
        """Steps that handlers asked for while the script ran; -1 where none did, None while it does not run."""

    # What the element is called for

    def begin(self, host: Host, errors: Errors) -> None:
        """Set what `init` and `export` say, and get ready: an active script runs as soon as anything does."""
        for each in self.program:
            if each.word in ("init", "export", "initq", "exportq"):
                text = self._expand(host, each.text, errors)
                self.variables[each.name] = unquote(text) if each.word.endswith("q") else text

    def arm(self, host: Host, errors: Errors) -> None:
        """Ask to be run: at once, or when the time of the first instruction has come."""
        first = self.program[0]
        if first.word == "wait_time":
            self._wait(host, first, errors)
        elif first.word == BEGIN:
            first.passed = 1
            if self.is_driver:
                host.stop()
            else:
                host.at(self.name, host.now)

    def step(self, host: Host, errors: Errors, steps: int = 1, how: How = "step") -> None:
        """Make so many steps. Where the script runs already, these are made when it has done what it is at."""
        if self._asked is not None:
            self._asked += steps if how != "jump" else 0
            return
        jumps = 0
        try:
            while steps >= 0:
                self._asked = -1
                jumps = self._go(host, errors, steps, how, jumps)
                steps, how = self._asked, "step"
        finally:
            self._asked = None

    def go_to(self, host: Host, label: str, errors: Errors) -> None:
        """Go on at a label. Errors: ``ValueError``."""
        place = find_label(self.program, label)
        if not 0 <= place < len(self.program):
            raise ValueError("jump to nonexistent label")
        for each in self.program[place:]:
            each.passed = 0 if each.word == "pause" else each.passed
        self._place = place
        self.step(host, errors, 0, "jump")

    def call(self, host: Host, arguments: str, errors: Errors) -> None:
        """Run from the beginning, as a handler that was called with ``arguments``."""
        self.arguments = arguments
        self.restart(host, errors)

    def restart(self, host: Host, errors: Errors) -> None:
        """Run from the beginning, as for a packet."""
        self._place = 0
        self.step(host, errors, 0, "jump")

    @property
    def last(self) -> str:
        """The instruction at which the script stands."""
        if not self._place < len(self.program):
            return ""
        instruction = self.program[self._place]
        return instruction.name if instruction.word == "goto" and instruction.count < 0 else instruction.word

    @property
    def result(self) -> str | None:
        """What the script returned, None where it did not end by returning."""
        return self.variables.get("_", "") if self.last in ("return", "returnq") else None

    # The program

    def _go(self, host: Host, errors: Errors, steps: int, how: How, jumps: int) -> int:
        """Run until so many steps are made, or the script waits for another; how many jumps there were, with those before."""
        limit = self._steps + steps
        while limit >= self._steps and self._place < len(self.program) and jumps < MOST_JUMPS:
            at = self._place
            self._place += 1
            instruction = self.program[at]
            outcome = self._execute(host, instruction, at, limit, how, errors)
            if outcome == "over":
                self._place = at
                return jumps + 1
            if outcome == "blocked":
                break
            jumps += self._place != at + 1
        if jumps >= MOST_JUMPS:
            host.say(f"{self.name} :: {'DriverManager' if self.is_driver else 'Script'}: too many jumps, giving up")
            self._place = len(self.program)
            host.at(self.name, None)
        if how == "driver":
            host.stop(-1)
        return jumps + 1

    def _execute(self, host: Host, instruction: Instruction, at: int, limit: int, how: How, errors: Errors) -> Outcome:
        word = instruction.word
        if word == "pause":
            return self._pause(instruction, at, limit)
        if word == "wait_time":
            if self._steps == limit:
                if self._wait(host, instruction, errors):
                    self._place = at
                return "blocked"
            self._steps += 1
            host.at(self.name, None)
        elif word == BEGIN:
            self._steps += instruction.passed
            instruction.passed = 0
        elif word == "stop":
            self._steps += 1
            if how != "driver":
                host.stop()
            return "over"
        elif word in ("set", "setq", "return", "returnq"):
            text = self._expand(host, instruction.text, errors)
            self.variables[instruction.name] = unquote(text) if word.endswith("q") else text
            if word.startswith("return") and self._place == at + 1:
                self._place = at
                return "blocked"
        elif word == "goto":
            return self._jump(host, instruction, at, errors)
        elif word in ("exit", "end", "error", "errorq"):
            text = self._expand(host, instruction.text, errors)
            if text:
                errors.error(unquote(text) if word == "errorq" else text)
            return "over"
        elif word in _CALLS:
            _CALLS[word](self, host, instruction, errors)
        return "on"

    def _pause(self, instruction: Instruction, at: int, limit: int) -> Outcome:
        made = max(0, min(limit - self._steps, instruction.count - instruction.passed))
        instruction.passed += made
        self._steps += made
        if self._steps == limit and instruction.passed < instruction.count:
            self._place = at
            return "blocked"
        return "on"

    def _wait(self, host: Host, instruction: Instruction, errors: Errors) -> bool:
        """Ask for the time; whether it is one."""
        try:
            time = nanoseconds(self._expand(host, instruction.text, errors))
        except ValueError:
            errors.error("syntax error at 'wait'")
            return False
        host.at(self.name, host.now + time)
        return True

    def _jump(self, host: Host, instruction: Instruction, at: int, errors: Errors) -> Outcome:
        condition = self._expand(host, instruction.text, errors)
        try:
            if condition and not truth(condition):
                return "on"
        except ValueError:
            errors.error(f"bad condition '{condition}'")
            return "on"
        if instruction.count < 0:
            return "over"
        for each in self.program[instruction.count : at]:
            each.passed = 0 if each.word == "pause" else each.passed
        self._place = instruction.count
        return "on"

    def _print(self, host: Host, instruction: Instruction, errors: Errors) -> None:
        """`print` and its kin, `save` and `append`: text, or what a handler says, to standard output or a file."""
        text, word = instruction.text, instruction.word
        if word in ("save", "append"):
            handler, file = shift_word(text)
            text = f"{'>' if word == 'save' else '>>'}{file or '-'} {handler}"
        name, mode = "", ""
        if text.startswith(">"):
            mode = "ab" if text.startswith(">>") else "wb"
            name, text = shift_word(text[len(">>" if mode == "ab" else ">") :])
        before = errors.count
        with ExitStack() as closed:
            try:
                file_to = closed.enter_context(Path(as_text(name)).open(mode)) if name not in ("", "-") else None
            except OSError as error:
                errors.error(f"{name}: {error.strerror}")
                return
            if (text[:1].isascii() and text[:1].isalpha()) or text[:1] in ("@", "_"):
                result = self._read(host, self._expand(host, text, errors), errors, unquoting=word in ("printq", "printnq"))[1]
            else:
                result = unquote(self._expand(host, text, errors, quoting=True))
            if errors.count == before and not result.endswith("\n") and not word.startswith("printn"):
                result += "\n"
            if file_to is None:
                host.write_out(octets(result))
            else:
                file_to.write(octets(result))

    def _show(self, host: Host, instruction: Instruction, errors: Errors) -> None:
        """`read`: a handler's name and what it says, on standard error."""
        name, text = self._read(host, self._expand(host, instruction.text, errors), errors, unquoting=instruction.word == "readq")
        if name:
            host.say(f"{name}:\n{text}")

    def _read(self, host: Host, call: str, errors: Errors, *, unquoting: bool = False) -> tuple[str, str]:
        """Call a read handler; its whole name and what it says, nothing for both where there is none."""
        word, question = shift_word(call)
        question = unquote(question) if unquoting else question
        try:
            name = host.find_read_handler(word, question, self.name)
        except HandlerError as error:
            errors.error(str(error))
            return "", ""
        try:
            return name, host.read_handler(word, question, self.name)
        except HandlerError as error:
            errors.within(f"While calling '{name}{' ' if question else ''}{question}':").error(str(error))
            return name, error.answer or ""

    def _write(self, host: Host, instruction: Instruction, errors: Errors) -> None:
        word, value = shift_word(self._expand(host, instruction.text, errors))
        value = unquote(value) if instruction.word == "writeq" else value
        try:
            name = host.find_write_handler(word, self.name)
        except HandlerError as error:
            errors.error(str(error))
            return
        try:
            host.write_handler(word, value, self.name)
            self.status = 0
        except HandlerError as error:
            self.status = FAILED
            errors.within(f"While calling '{name}{' ' if value else ''}{value}':").error(str(error))

    # Variables

    def _expand(self, host: Host, text: str, errors: Errors, *, quoting: bool = False) -> str:
        def value_of(body: str, bracket: str) -> str | None:
            if bracket != "(":
                return self.value(body)
            word, question = shift_word(body)
            try:
                host.find_read_handler(word, question, self.name)
            except HandlerError as error:
                errors.error(str(error))
                return None
            try:
                return host.read_handler(word, question, self.name)
            except HandlerError as error:
                errors.error(str(error))
                return error.answer or ""

        return substitute(text, value_of, quoting=quoting)

    def value(self, name: str) -> str | None:
        """The value of a variable, also of those that every script has."""
        if name in self.variables:
            return self.variables[name]
        if re.fullmatch("[1-9][0-9]*", name):
            given = words(self.arguments)
            place = limited(name, len(given)) or 0
            return given[place - 1] if place <= len(given) else ""
        always: Mapping[str, Callable[[], str]] = {
            "?": lambda: str(self.status),
            "args": lambda: self.arguments,
            "$": lambda: str(os.getpid()),
            "0": lambda: self.handler,
            "#": lambda: str(len(words(self.arguments))),
            "write": lambda: truth_text(self.is_write),
        }
        return always[name]() if name in always else None


_CALLS: Final[Mapping[str, Callable[[Run, Host, Instruction, Errors], None]]] = {
    **dict.fromkeys(("print", "printq", "printn", "printnq", "save", "append"), Run._print),
    **dict.fromkeys(("read", "readq"), Run._show),
    **dict.fromkeys(("write", "writeq"), Run._write),
}
