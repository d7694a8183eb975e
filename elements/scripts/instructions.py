"""The instructions of a script: configuration arguments become a program that always has a beginning and an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from elements.scripts.numbers import whole
from graph.configuration import shift_word

BEGIN: Final = "(begin)"
"""What stands first unless a script begins by waiting: it is passed once, in a step of its own."""
ENDS: Final = ("exit", "end", "stop", "error", "errorq")
"""Instructions that end a script, and labels of the same meaning."""
_TEXTS: Final = ("write", "writeq", "read", "readq", "print", "printq", "printn", "printnq", "save", "append", "goto", "wait_time")
_VARIABLES: Final = ("set", "setq", "init", "initq", "export", "exportq")
_OTHER_NAMES: Final = {"wait_for": "wait_time", "wait_step": "pause", "wait_stop": "pause"}


@dataclass
class Instruction:
    """``word`` says what is done with ``text``. ``name`` is the variable that is set, or the label; ``count`` how many steps a pause lasts,
    or where a goto goes: a place, or -1 where its label is one of `ENDS`, which is ``name`` then."""

    word: str
    text: str = ""
    name: str = ""
    count: int = 0
    passed: int = 0
    """Steps of a pause that were made."""


def program_of(arguments: Sequence[str], *, is_driver: bool) -> list[Instruction]:
    """The program; that of a ``is_driver`` script ends by stopping. Errors: ``ValueError``, a line for each mistake."""
    program: list[Instruction] = []
    mistakes: list[str] = []
    for argument in arguments:
        word, text = shift_word(argument)
        if not word:
            continue
        instruction = _instruction(word, text)
        if instruction is None:
            mistakes.append(f"syntax error at '{word}'")
        else:
            program.append(instruction)
    if program and program[0].word not in ("pause", "wait_time"):
        program.insert(0, Instruction(BEGIN))
    if not program:
        program.append(Instruction("pause", count=1) if is_driver else Instruction(BEGIN))
    program.append(Instruction("stop" if is_driver else "end"))
    for instruction in program:
        if instruction.word == "goto" and instruction.text:
            instruction.name, instruction.text = shift_word(instruction.text)
            instruction.count = find_label(program, instruction.name)
            if instruction.count >= len(program):
                mistakes.append(f"no such label '{instruction.name}'")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return program


def find_label(program: Sequence[Instruction], label: str) -> int:
    """The place of a label, -1 of one of `ENDS`; beyond the program where there is none."""
    for place, instruction in enumerate(program):
        if instruction.word == "label" and instruction.name == label:
            return place
    if label in ENDS:
        return -1
    return 0 if label in ("begin", "loop") else len(program)


def _instruction(word: str, text: str) -> Instruction | None:
    """One instruction, None where it is wrong."""
    word = _OTHER_NAMES.get(word, word)
    if word == "wait":
        word = "wait_time" if text else "pause"
    if word == "pause":
        count = whole(text) if text else 1
        return None if count is None or not 0 <= count < 1 << 32 else Instruction("pause", count=count)
    if word in _TEXTS:
        return Instruction(word, text)
    if word in ("return", "returnq"):
        return Instruction(word, text, "_")
    if word in _VARIABLES:
        name, value = shift_word(text)
        is_wrong = not name or (word in ("set", "setq") and not value)
        return None if is_wrong else Instruction(word, value, name)
    if word == "label":
        name, rest = shift_word(text)
        return None if not name or rest else Instruction(word, name=name)
    if word == "loop":
        return None if text else Instruction("goto")
    if word in ENDS:
        return None if text and not word.startswith("error") else Instruction(word, text)
    return None
