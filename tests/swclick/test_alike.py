"""Tenants that are alike share their code and nothing else: what differs is data, and each has its own."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from elements.definition.catalogue import class_info
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from graph.check import check
from graph.load import load_text
from mlclick.software.configurations import Configuration, configurations
from swclick.compiler import compiler
from swclick.generate import generate
from swclick.machine import Machine as Compiled
from tests.in_short import in_short
from tests.swclick.alike_tenants import GIVEN, OTHER, frames, random_tenants, seen, tenant, together, told, write_some
from tests.swclick.test_generate import WARNINGS


def text_of(tenants: Sequence[str], *, share: bool = True) -> str:
    graph = load_text(together(tenants), "t")
    return generate(check(graph, class_info), instantiate(graph), share=share)


def copies(text: str) -> int:
    """How often the text has the functions of a tenant, of which each has one table of routes."""
    return len(re.findall(r"^/\* \S+ :: RadixIPLookup", text, re.M))


def agree(machines: Sequence[Reference | Compiled], count: int, seed: int) -> None:
    """They send the same in the same order, and say the same of themselves, before and after handlers were written."""
    tenants = machines[0].graph.output_count("v") - 1
    offered = frames(random.Random(seed), count, tenants)
    for half in (offered[: count // 2], offered[count // 2 :]):
        for machine in machines:
            for packet in half:
                machine.inject("s", packet.copy())
        assert len(machines[0].emitted) > count // 10
        for machine in machines[1:]:
            assert seen(machine) == seen(machines[0])
            assert told(machine) == told(machines[0])
        for machine in machines:
            write_some(machine, tenants)


def test_tenants_that_differ_in_one_thing_behave_as_the_reference() -> None:
    """In a literal, in a table, in one element, or in nothing."""
    others = [tenant(**{what: other}) for what in sorted(OTHER) for other in OTHER[what]]
    graph = load_text(together([tenant(), *others, tenant()]), "t")
    agree([Reference(graph), Compiled(graph)], 1200, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", in_short(range(3)))
def test_random_tenants_behave_as_the_reference_with_code_that_is_shared_and_without(seed: int) -> None:
    graph = load_text(together(random_tenants(random.Random(seed), 4)), "t")
    agree([Reference(graph), Compiled(graph), Compiled(graph, share=False)], 600, seed)


def test_code_is_there_once_where_literals_and_tables_differ() -> None:
    differing = ("ip", "eth", "capacity", "paint", "routes", "port")
    assert set(differing) < set(GIVEN)
    for what in differing:
        text = text_of([tenant(), tenant(**{what: OTHER[what][0]}), tenant()])
        assert (what, copies(text)) == (what, 1)
    assert copies(text_of([tenant(), tenant(), tenant()], share=False)) == 3


def test_code_is_there_twice_where_an_element_differs() -> None:
    other = tenant(kind="in :: SetIPDSCP(4)")
    text = text_of([tenant(), other, tenant(), other])
    assert "struct s1 {" in text
    assert "struct s2 {" not in text


def test_no_code_of_a_tenant_names_what_another_has() -> None:
    """What a region has of its own is named by who calls it, by the machine and by what makes it ready, and in no function of a region."""
    text = text_of([tenant(), tenant(ip="10.0.0.2"), tenant(paint="9")])
    functions = re.findall(r"^static[^;{]*\bs\d+_\w+\(struct machine \*m, struct s\d+ \*region[^;{]*\n?\{.*?^\}", text, re.M | re.S)
    assert len(functions) > 100
    assert [each for each in functions if re.search(r"\bm->[re]\d", each)] == []


def test_each_tenant_is_given_what_is_its_own() -> None:
    """One place each for what is called from outside: what the demultiplexer sends to a tenant, its task and its state."""
    text = text_of([tenant(), tenant(), tenant()])
    machine = text[text.index("struct machine *machine_new(") :]
    for number in range(3):
        assert f"m->r{number}.of = s0_given[{number}];" in machine
        assert f"case {number}: return s0_word(m, &m->r{number}, " in machine
        assert len(re.findall(rf"_push\(m, &m->r{number}, 0, p\)", text)) == 1
        assert len(re.findall(rf"_pull\(m, &m->r{number}, 0\)", text)) == 1


def test_what_is_alone_or_small_is_as_it_was() -> None:
    small = "Strip(4) -> Counter -> Queue"
    for tenants in ([tenant()], [tenant(), tenant(kind="Null")], [f"input -> {small} -> output;"] * 3):
        assert text_of(tenants) == text_of(tenants, share=False)


@pytest.mark.parametrize("each", [each for each in configurations(10) if not each.name.startswith("tenants-")], ids=lambda each: each.name)
def test_the_benchmarks_of_one_tenant_have_the_code_that_they_had(each: Configuration) -> None:
    graph = load_text(each.timed(Path()), "t", None, {"limit": "1", "burst": "1"})
    checked, elements = check(graph, class_info), instantiate(graph)
    assert generate(checked, elements) == generate(checked, elements, share=False)


def test_functions_that_keep_something_are_not_shared() -> None:
    """A static variable would tell one tenant what another had printed."""
    kept = "input -> VLANDecap -> Strip(14) -> Counter -> Counter -> Counter -> Counter -> IP6Print(x) -> Counter -> Queue -> output;"
    assert text_of([kept, kept]) == text_of([kept, kept], share=False)
    text = text_of([kept.replace("IP6Print(x)", "Null")] * 2)
    assert text != text_of([kept.replace("IP6Print(x)", "Null")] * 2, share=False)


def test_what_users_write_is_never_taken_for_code() -> None:
    """Neither what is printed, in a tenant or outside, nor a name."""
    label = "eR1_x eR3_p(m, z) struct e1 e6_push(m, abc) m->e7 end"
    shared, alone = (text_of([tenant(kind=f"e5_timer :: Print({label!r})".replace("'", '"'))] * 2, share=share) for share in (True, False))
    assert (shared.count(f'"{label}"'), alone.count(f'"{label}"')) == (2, 4)
    assert "void e5_timer(struct machine *m) {" not in shared
    outside = together([tenant()] * 2).replace("-> out ::", f'-> Print("{label}") -> out ::')
    graph = load_text(outside, "t")
    assert f'"{label}"' in generate(check(graph, class_info), instantiate(graph))


def test_the_same_tenants_give_the_same_text_in_any_process() -> None:
    script = "from tests.swclick.test_alike import *\nprint(text_of(random_tenants(random.Random(7), 5)), end='')"
    texts = [
        subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert texts == [text_of(random_tenants(random.Random(7), 5))] * 2


def test_the_compiler_has_nothing_to_warn_of() -> None:
    command = [*compiler(), "-std=gnu11", "-fsyntax-only", *WARNINGS, "-Wno-unused-parameter", "-x", "c", "-"]
    text = text_of([tenant(), tenant(eth="6:6:6:6:6:6", capacity="9", port="443")])
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
