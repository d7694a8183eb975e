"""The C file of a graph: the same from the same graph, warning-free, one set of functions for each element."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from elements.definition.catalogue import class_info, class_names
from elements.program.substitute import assume
from elements.program.values import Value
from elements.reference.machine import instantiate
from elements.reference.packet import HEADROOM, LONGEST
from graph.check import check
from graph.diagnostics import ClickError
from graph.load import load_text
from mlclick.software.configurations import Configuration, configurations
from sim.conformance.examples import class_examples
from swclick import lower_ways
from swclick.compiler import compiler
from swclick.generate import generate

SMALL = """
s :: FromCrossing(t:0) -> Strip(14) -> CheckIPHeader -> c :: IPClassifier(tcp dst port 80, -);
c [0] -> DecIPTTL -> r :: StaticIPLookup(10.0.0.0/8 0, 10.1.0.0/16 1);
r [0] -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> Queue(4) -> ToCrossing(t:0);
r [1] -> t :: Tee; t [0] -> Discard; t [1] -> Counter -> Queue -> Paint(2) -> ToCrossing(t:1);
c [1] -> ICMPError(10.0.0.1, unreachable, net) -> ToCrossing(t:2);
"""
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-variable", "-Wno-sign-compare")


def text_of(text: str) -> str:
    graph = load_text(text, "t")
    return generate(check(graph, class_info), instantiate(graph))


def test_the_same_graph_gives_the_same_text_in_any_process() -> None:
    script = f"from tests.swclick.test_generate import *\nprint(text_of({SMALL!r}), end='')"
    texts = [
        subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert texts == [text_of(SMALL)] * 2


ROUTERS = [each for each in configurations(10) if each.name in ("router-radix-10", "router-direct-10", "lean-10", "nat-1k", "queue-32")]


@pytest.mark.parametrize("router", ROUTERS, ids=[each.name for each in ROUTERS])
def test_what_is_pushed_to_in_a_router_is_copied_where_it_says_that_it_is_short(router: Configuration) -> None:
    graph = load_text(router.timed(Path()), "t", None, {"limit": "1", "burst": "1"})
    elements = instantiate(graph)
    sources = {name: element.c_source() for name, element in elements.items() if not element.has_program}
    text = generate(check(graph, class_info), elements)
    assert {elements[name].node.class_name for name, source in sources.items() if source.is_short} <= {
        "Queue", "PaintTee", "IPRewriter"
    }  # fmt: skip
    for number, node in enumerate(graph.nodes):
        is_copied = f"e{number}_take(m, port, p);\n}}" in text
        assert is_copied == (node.name in sources and sources[node.name].is_short and f"e{number}_pushv(" in text), node.name
        assert f"e{number}_push(m, port, p);\n}}" not in text or not is_copied


SHORT = """
AdjustTimestamp AggregatePaint AverageCounter Bypass Clipboard EtherSwitch FromDevice FrontDropQueue FullNoteQueue GetIP6Address Hub
ICMPIPEncap ICMPPingEncap ICMPPingResponder ICMPPingRewriter IPAddrPairRewriter IPAddrRewriter IPMirror IPRewriter InputSwitch
LookupIP6Route MixedQueue NotifierDebug NotifierQueue Pad PaintTee Print Queue QuickNoteQueue RED Resize Script SetIP6Address
SetIPChecksum SetRandIPAddress SetTCPChecksum SetTimestamp SetTimestampDelta SetUDPChecksum SimpleQueue StoreIPAddress StoreTimestamp
StrideSwitch StripToNetworkHeader Suppressor Switch TCPRewriter ThreadSafeQueue TimeFilter TimeRange TimestampAccum ToDump Truncate
UDPIPEncap UDPRewriter UnstripIPHeader
"""
"""Whose `push` is a few statements, at least as the first example of the manual page has it."""


def test_which_elements_say_that_they_are_short() -> None:
    found = set()
    for name in class_names():
        for inputs, outputs in itertools.product((1, 2), (1, 2, 0)):
            ins = "".join(f"FromCrossing(t:{port}) -> [{port}] x; " for port in range(inputs))
            outs = "".join(f"x [{port}] -> ToCrossing(t:{port}); " for port in range(outputs))
            try:
                element = instantiate(load_text(f"x :: {(class_examples(name) or [name])[0]}; {ins}{outs}", "t"))["x"]
                is_short = not element.has_program and element.c_source().is_short
            except (ClickError, NotImplementedError):
                continue
            found |= {name} if is_short else set()
            break
    assert found - {"FromCrossing", "ToCrossing"} == set(SHORT.split())


def test_only_tasks_that_keep_nothing_rest_as_soon_as_nothing_is_left_to_pull() -> None:
    """Any other one may hold packets back, or has a timer to set."""
    found = set()
    for name in class_names():
        source = Path(__file__).parents[2] / "elements" / f"{name.lower()}.py"
        found |= {name} if source.exists() and "rests=True" in source.read_text() else set()
    assert found == {"Discard", "Unqueue"}


def test_nothing_of_the_runtime_is_there_for_nobody() -> None:
    """Each function that it defines is called from another one, from generated code or by an element; a layer's name ends some."""
    root = Path(__file__).parents[2]
    kinds = (".h", ".c", ".py")
    texts = {path: path.read_text() for path in [*root.glob("swclick/*"), *root.glob("elements/**/*.py")] if path.suffix in kinds}
    everything = "\n".join(texts.values())
    own = "\n".join(text for path, text in texts.items() if path.suffix in (".h", ".c"))
    inline = re.findall(r"^(?:static|ALWAYS)\b[^;(={]*?\b(\w+)\(", own, re.M)
    declared = re.findall(r"^(?!static|ALWAYS)(?:__attribute__\(\(.*?\)\) )?\w[\w *]*?\b(\w+)\([^{}]*?\);$", own, re.M)
    assert len(inline) > 50
    assert len(declared) > 15
    counts = {
        name: len(re.findall(rf"\b{name}\b|\b{re.sub('(data|network|transport)$', '', name)}\{{", everything)) for name in inline + declared
    }
    assert [name for name in inline if counts[name] < 2] == []
    assert [name for name in declared if counts[name] < 3] == []


def test_every_element_has_its_functions_once() -> None:
    text = text_of(SMALL)
    nodes = load_text(SMALL, "t").nodes
    for number, node in enumerate(nodes):
        assert text.count(f"/* {node.name} :: {node.class_name} */") == 1
        for function in ("push", "pull", "task", "initialize", "finish"):
            assert (
                len(
                    re.findall(
                        rf"^static (?:inline )?(?:__attribute__\(\([a-z_, ]*\)\))?[^;(]*\be{number}_{function}\([^;]*?\)(?: {{.*)?$",
                        text,
                        re.M,
                    )
                )
                == 1
            ), f"{node.name}: {function}"
        assert f"    e{number}_finish(m);" in text
        assert f"    e{number}_initialize(m);" in text
    assert f"e{len(nodes)}_" not in text


def test_limits_are_those_of_the_reference() -> None:
    text = text_of("FromCrossing(t:0) -> Null -> ToCrossing(t:0);")
    assert text.startswith(f"#define HEADROOM {HEADROOM}\n#define LONGEST {LONGEST}\n")


@pytest.mark.parametrize("text", [SMALL, "s :: FromCrossing(t:0) -> Classifier(0/" + "5a" * 40 + ") -> ToCrossing(t:0);"])
def test_the_compiler_has_nothing_to_warn_of(text: str) -> None:
    command = [*compiler(), "-std=gnu11", "-fsyntax-only", *WARNINGS, "-x", "c", "-"]
    done = subprocess.run(command, input=text_of(text), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def switched(text: str, outputs: int) -> tuple[str, int]:
    """The C of element x with so many outputs, all to one Counter, and its number."""
    ways = "".join(f"x [{output}] -> c; " for output in range(outputs))
    source = f"FromCrossing(t:0) -> x :: {text}; c :: Counter -> ToCrossing(t:0); {ways}"
    return text_of(source), [node.name for node in load_text(source, "t").nodes].index("x")


def test_a_program_hands_on_by_outputs_that_its_text_names() -> None:
    """A choice among all outputs at each place that names one would be as much to compile as outputs squared."""
    outputs = 40
    for program in ("Tee", "RoundRobinSwitch"):
        text, number = switched(program, outputs)
        assert re.findall(rf"e{number}_outv?\(.*", text) == [
            f"e{number}_out(m, k, q)",
            f"e{number}_outv(m, k, p, v); return; }} while (0)",
        ]
        for output in range(outputs):
            assert len(re.findall(rf"\be{number}_outv?_{output}\(m,", text)) <= 5


def test_exits_by_one_output_lead_to_one_place() -> None:
    """What follows becomes a part of each place that leads there: a chain of such elements would double with each."""
    text, number = switched("VLANDecap", 1)
    assert f"    case 0: case 1: e{number}_outv_0(m, p, v); return;\n" in text
    assert text.count(f"e{number}_outv_0(m, p, v);") == 1


def test_no_way_asks_for_the_conditions_of_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(roots: list[Value], facts: Mapping[Value, Value]) -> dict[Value, Value]:
        asked.append(len(set(roots)))
        return assume(roots, facts)

    monkeypatch.setattr(lower_ways, "assume", counted)
    switched("RoundRobinSwitch", 40)
    assert len(asked) > 40
    assert max(asked) < 10
