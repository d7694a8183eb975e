"""Every element has its manual page in the fixed form, and the page says what the class says."""

import re

import pytest

from elements.definition.arguments import declared
from elements.definition.catalogue import class_info, class_names, find, manual_page
from elements.definition.handlers import handlers_of
from elements.reference.machine import instantiate
from graph.check import port_limits
from graph.load import load_text
from graph.model import Graph

SECTIONS = ("Arguments", "Handlers", "Examples")
TWO_WAYS = ("IPRewriter", "TCPRewriter", "UDPRewriter", "IPAddrRewriter", "IPAddrPairRewriter", "ICMPPingRewriter")
"""Classes whose examples have two inputs and two outputs, where any number is possible."""
ALONE = ("ControlSocket", "DriverManager", "Message", "QuitWatcher", "Script")
"""Classes whose examples have no ports, where any number is possible."""


def section(page: str, title: str) -> list[str]:
    found = re.search(rf"\n{title}:\n((?:    .*\n|\n)+)", page)
    return [line[4:] for line in found.group(1).splitlines() if line.strip()] if found else []


def entries(page: str, title: str) -> list[str]:
    return [line for line in section(page, title) if not line.startswith(" ")]


NEEDED = {
    "FTPPortMapper": "Idle -> control :: TCPRewriter(drop) -> Idle; Idle -> data :: IPAddrRewriter(drop) -> Idle;\n",
    "ICMPRewriter": "Idle -> rw :: IPRewriter(drop) -> Idle; Idle -> ping :: ICMPPingRewriter(drop) -> Idle;\n",
}


def example_graph(class_name: str, example: str) -> Graph:
    info = class_info(class_name)
    assert info is not None
    ins, _, outs = info.port_count.partition("/")
    least_in, _ = port_limits(ins, 0)
    least_out, most_out = port_limits(outs or ins, least_in)
    outputs = max(least_out, most_out if most_out is not None else 1)
    if class_name in ALONE:
        outputs = 0
    if class_name in TWO_WAYS:
        least_in = outputs = 2
    if class_name == "Suppressor":
        least_in = outputs = 1
    text = (
        f"x :: {example};\n{NEEDED.get(class_name, '')}"
        + "".join(f"Idle -> [{i}] x;\n" for i in range(least_in))
        + "".join(f"x [{o}] -> Discard;\n" for o in range(outputs))
    )
    return load_text(text, "t")


@pytest.mark.parametrize("class_name", class_names())
def test_the_page_has_the_fixed_form(class_name: str) -> None:
    page = manual_page(class_name) + "\n"
    lines = page.splitlines()
    assert re.match(rf"{class_name}\(.*\)$", lines[0])
    assert lines[1] == ""
    assert lines[2].endswith((".", ":")) or lines[3]
    places = [page.index(f"\n{title}:\n") for title in SECTIONS if f"\n{title}:\n" in page]
    assert places == sorted(places)
    assert entries(page, "Examples")


@pytest.mark.parametrize("class_name", class_names())
def test_every_argument_and_handler_is_documented_and_none_besides(class_name: str) -> None:
    page = manual_page(class_name) + "\n"
    found = find(class_name)
    assert found is not None
    assert [line.partition(":")[0] for line in entries(page, "Arguments")] == [argument.name for argument in declared(found)]
    node = example_graph(class_name, entries(page, "Examples")[0])
    element = instantiate(node)["x"]
    wanted = {f"{name} ({kind})" for kind in ("read", "write") for name in handlers_of(element, kind)}
    # Those of one port are described once for all ports.
    described = {line.partition(":")[0] for line in entries(page, "Handlers")}
    assert described == {re.sub(r"\d+ ", "# ", each) for each in wanted}


@pytest.mark.parametrize("class_name", class_names())
def test_every_example_configures(class_name: str) -> None:
    for example in entries(manual_page(class_name) + "\n", "Examples"):
        graph = example_graph(class_name, example)
        assert type(instantiate(graph)["x"]).__name__ == class_name
