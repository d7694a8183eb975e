"""The examples of the manual pages, as elements that packets can be put through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from elements.definition.catalogue import class_info, class_names, find, manual_page
from elements.definition.element import Element
from elements.program.program import Program
from elements.reference.machine import instantiate
from graph.check import check, port_limits
from graph.diagnostics import ClickError
from graph.load import load_text
from graph.model import Graph

MOST_OUTPUTS: Final = 4
"""Outputs that are connected, where an element can have any number."""


@dataclass(frozen=True)
class Example:
    """An example of a manual page: its element's class, its text, and the traced program of the element as it is configured."""

    class_name: str
    text: str
    outputs: int
    program: Program


def class_examples(class_name: str) -> list[str]:
    """The examples of a class's manual page, one a line."""
    page = manual_page(class_name).partition("\nExamples:\n")[2]
    return [line.strip() for line in page.splitlines() if line.strip()]


def catalogue_examples() -> list[Example]:
    """Every example of every element that has a packet program as it is configured there, in the order of the classes' names."""
    found = []
    for class_name in class_names():
        element = find(class_name)
        if element is not None and element.program is not Element.program:
            found += [configured(class_name, text) for text in class_examples(class_name) if _has_program(class_name, text)]
    return found


def graph_of(examples: Sequence[Example]) -> Graph:
    """A graph of all ``examples``: example n is the element ``xn``, with something at each of its ports."""
    return load_text("\n".join(_lines(number, e.class_name, e.text, e.outputs) for number, e in enumerate(examples)), "conformance")


def configured(class_name: str, text: str) -> Example:
    """The example with as many outputs in use as it takes, up to `MOST_OUTPUTS`."""
    info = class_info(class_name)
    if info is None:
        raise KeyError(class_name)
    _, _, outs = info.port_count.rpartition("/")
    least, most = port_limits(outs, 1)
    for outputs in range(min(MOST_OUTPUTS, MOST_OUTPUTS if most is None else most), least - 1, -1):
        try:
            graph = load_text(_lines(0, class_name, text, outputs), "conformance")
            check(graph, class_info)
            return Example(class_name, text, outputs, instantiate(graph)["x0"].trace())
        except ClickError as error:
            mistake = error
    raise mistake


def _has_program(class_name: str, text: str) -> bool:
    return instantiate(load_text(_lines(0, class_name, text, 1), "conformance"))["x0"].has_program


def _lines(number: int, class_name: str, text: str, outputs: int) -> str:
    ways = [f"x{number} [{output}] -> ToCrossing(t:{output});" for output in range(outputs)]
    info = class_info(class_name)
    store = "Queue -> " if info is not None and info.processing.startswith("l") else ""
    return "\n".join([f"FromCrossing(t:{number}) -> {store}x{number} :: {text};", *ways])
