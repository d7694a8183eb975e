"""Every rule of packet programs has a program that breaks it, and says how; the programs of all elements are legal."""

from dataclasses import replace
from typing import cast

import pytest

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.program import Access, Edit, Exit, Network, Program, State, Table
from elements.program.rules import ATTRIBUTES, RULES, SHAPES, WIDTHS, IllegalProgram, check_program
from elements.program.values import FALSE, OPERATIONS, TRUE, Value, const, make
from graph.diagnostics import Location
from graph.model import Node
from sim.conformance.examples import Example, catalogue_examples

BYTE = make("load", 8, (), ("data", 0))
WORD = make("annotation", 32, (), ("dst_ip",))
LENGTH = make("length", 16, (), ("data",))
HAS = make("has", 1, (), ("data", 1))
COUNT = State("count", 8)
ZERO = const(0, 1)
LEGAL = Program((Exit(0, TRUE, 0, "keep"),), (), (), LENGTH, (), ())
LPM = Table("routes", "lpm", 32, 4, ((0, 0, 1),))


def paint(value: Value) -> Program:
    """A program that has ``value`` in it (as the annotation, if it is 8 bits wide)."""
    return replace(LEGAL, annotations=(("paint", value),))


def with_exits(*exits: Exit) -> Program:
    return replace(LEGAL, exits=exits)


def with_edits(*edits: Edit) -> Program:
    return replace(LEGAL, edits=edits)


def with_access(*accesses: Access) -> Program:
    return replace(LEGAL, accesses=accesses)


def old(index: Value, name: str = "count") -> Value:
    return make("old", 8, (index,), (name,))


def unknown_operation() -> Value:
    return Value("rotate", 8, (BYTE,), ())


def eq_of(a: Value, b: Value) -> Value:
    return make("eq", 1, (a, b))


def looked_up(table: Table, op: str, width: int, key: Value, name: str = "routes") -> Program:
    return replace(paint(make("zext", 8, (make(op, width, (key,), (name,)),))), tables=(table,))


BROKEN: list[tuple[Program, str]] = [
    (paint(unknown_operation()), "operations: there is no operation rotate"),
    (paint(make("meta", 8, (), ("tenant",))), "operations: meta is what hardware knows of a packet; no element can ask for it"),
    (paint(make("sub", 8, (BYTE,))), "shapes: sub has 1 operand(s), not 2"),
    (paint(make("cat", 8, (BYTE,))), "shapes: cat has 1 operand(s), not two or more"),
    (paint(make("load", 8, (), ("data",))), "attributes: load has the attributes ('data',); it takes str, int"),
    (paint(make("not", 8, (BYTE,), (1,))), "attributes: not has the attributes (1,); it takes none"),
    (
        paint(make("add", 8, (BYTE, BYTE))),
        "widths: add of 8 bits on operands of [8, 8] bits: a sum is one bit wider than its wider operand",
    ),
    (
        paint(make("sub", 8, (WORD, BYTE))),
        "widths: sub of 8 bits on operands of [32, 8] bits: a difference is as wide as its wider operand",
    ),
    (
        paint(make("mul", 8, (BYTE, BYTE))),
        "widths: mul of 8 bits on operands of [8, 8] bits: a product is as wide as both operands together",
    ),
    (paint(make("and", 8, (BYTE, WORD))), "widths: and of 8 bits on operands of [8, 32] bits: they are as wide as the result"),
    (paint(make("not", 8, (WORD,))), "widths: not of 8 bits on operands of [32] bits: they are as wide as the result"),
    (with_exits(Exit(0, eq_of(BYTE, WORD), 0, "keep")), "widths: eq of 1 bits on operands of [8, 32] bits: both sides are equally wide"),
    (paint(make("ult", 8, (BYTE, BYTE))), "widths: ult of 8 bits on operands of [8, 8] bits: a comparison has 1 bit"),
    (paint(make("mux", 8, (BYTE, BYTE, BYTE))), "widths: mux of 8 bits on operands of [8, 8, 8] bits: the condition has 1 bit"),
    (
        paint(make("mux", 8, (HAS, WORD, BYTE))),
        "widths: mux of 8 bits on operands of [1, 32, 8] bits: both choices are as wide as the result",
    ),
    (paint(make("cat", 8, (BYTE, BYTE))), "widths: cat of 8 bits on operands of [8, 8] bits: a concatenation is as wide as its parts"),
    (paint(make("slice", 8, (BYTE,), (1,))), "widths: slice of 8 bits on operands of [8] bits: a slice lies within its operand"),
    (paint(make("zext", 8, (BYTE,))), "widths: zext of 8 bits on operands of [8] bits: an extension is wider than its operand"),
    (paint(make("shr", 8, (WORD, BYTE))), "widths: shr of 8 bits on operands of [32, 8] bits: a right shift is as wide as what is shifted"),
    (paint(make("const", 8, (), (256,))), "widths: const of 8 bits on operands of [] bits: the number does not fit"),
    (paint(make("load", 9, (), ("data", 0))), "widths: load of 9 bits on operands of [] bits: a byte has 8 bits"),
    (with_exits(Exit(0, make("has", 2, (), ("data", 1)), 0, "keep")), "widths: has of 2 bits on operands of [] bits: an answer has 1 bit"),
    (replace(LEGAL, end=make("length", 17, (), ("data",))), "widths: length of 17 bits on operands of [] bits: a length has 16 bits"),
    (paint(make("now", 8)), "widths: now of 8 bits on operands of [] bits: a time has 48 bits"),
    (paint(make("load", 8, (), ("session", 0))), "layers: there is no layer session"),
    (paint(make("load", 8, (), ("data", 16385))), "layers: load at data[16385] is farther than 16384 bytes from the layer's start"),
    (with_exits(Exit(0, make("has", 1, (), ("data", -1)), 0, "keep")), "layers: has of -1 bytes: a packet has a number of bytes"),
    (replace(LEGAL, end=make("length", 16, (), ("link",))), "layers: there is no layer link"),
    (with_edits(Edit("data", -16385, BYTE)), "layers: edit at data[-16385] is farther than 16384 bytes from the layer's start"),
    (with_edits(Edit("data", 1, BYTE), Edit("data", 1, BYTE)), "edits: data[1] is written twice"),
    (with_edits(Edit("network", 2, WORD)), "edits: network[2] is written with 32 bits"),
    (
        with_edits(Edit("data", 1, BYTE), Edit("network", 1, BYTE)),
        "edits: bytes are written through two layers, whose distance is not known",
    ),
    (paint(make("annotation", 8, (), ("colour",))), "annotations: there is no annotation colour"),
    (paint(make("annotation", 8, (), ("dst_ip",))), "annotations: dst_ip has 32 bits and is read with 8"),
    (replace(LEGAL, annotations=(("colour", BYTE),)), "annotations: there is no annotation colour"),
    (paint(WORD), "annotations: paint has 8 bits and is set to 32"),
    (replace(LEGAL, annotations=(("paint", BYTE), ("paint", BYTE))), "annotations: paint is set twice"),
    (
        with_access(Access(COUNT, ZERO, TRUE, BYTE), Access(COUNT, ZERO, FALSE, BYTE)),
        "state: count is accessed twice; one read-modify-write is all that a program has",
    ),
    (with_access(Access(State("count", 8, 0), ZERO, TRUE, BYTE)), "state: count has 0 word(s) of 8 bits, initially 0"),
    (with_access(Access(State("count", 8, 1, 256), ZERO, TRUE, BYTE)), "state: count has 1 word(s) of 8 bits, initially 256"),
    (with_access(Access(COUNT, ZERO, TRUE, WORD)), "state: count has 8 bits and is set to 32"),
    (with_access(Access(COUNT, ZERO, BYTE, BYTE)), "state: the condition under which count is set has 8 bits"),
    (paint(old(ZERO)), "state: count is read and is no state variable of the program"),
    (with_access(Access(COUNT, ZERO, TRUE, old(BYTE))), "state: count is read at one index and written at another"),
    (with_access(Access(State("count", 9), ZERO, TRUE, make("zext", 9, (old(ZERO),)))), "state: count has 9 bits and is read with 8"),
    (replace(LEGAL, tables=(LPM, LPM)), "tables: two tables have one name"),
    (
        replace(LEGAL, tables=(replace(LPM, entries=((0, 33, 1),)),)),
        "tables: routes has the entry (0x0, 0x21, 0x1), which does not fit",
    ),
    (looked_up(LPM, "found", 4, WORD, "rules"), "tables: rules is looked up and is no table of the program"),
    (looked_up(LPM, "found", 4, BYTE), "tables: keys of routes have 32 bits, not 8"),
    (looked_up(LPM, "found", 5, WORD), "tables: found of routes has 5 bits"),
    (looked_up(LPM, "hit", 2, WORD), "tables: hit of routes has 2 bits"),
    (with_exits(Exit(-1, TRUE, 0, "keep")), "exits: there is no output -1"),
    (with_exits(Exit(0, BYTE, 0, "keep")), "exits: the condition of output 0 has 8 bits"),
    (with_exits(Exit(0, TRUE, 16385, "keep")), "exits: output 0 moves headers by more than 16384 bytes"),
    (with_exits(Exit(0, TRUE, 0, cast(Network, "gone"))), "exits: output 0 has the network header at gone"),
    (
        with_exits(Exit(0, TRUE, 0, "keep"), Exit(0, FALSE, 0, "keep")),
        "exits: output 0 is listed twice with the same place of headers",
    ),
    (replace(LEGAL, end=BYTE), "exits: the packet's end has 8 bits, not 16"),
    (
        with_exits(Exit(0, HAS, 0, "keep"), Exit(1, TRUE, 0, "keep")),
        "exclusive: a packet can leave by output 0 and by output 1 at once, and the program does not say that it makes copies",
    ),
    (
        replace(with_exits(Exit(0, TRUE, 0, "keep"), Exit(1, TRUE, 4, "keep")), exclusive=False),
        "exclusive: a program that makes copies moves no headers",
    ),
]


@pytest.mark.parametrize(("program", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_broken_rule_is_named(program: Program, message: str) -> None:
    with pytest.raises(IllegalProgram) as caught:
        check_program(program)
    assert str(caught.value) == message


def test_every_rule_has_a_program_that_breaks_it() -> None:
    assert {message.partition(":")[0] for _, message in BROKEN} == set(RULES)


def test_every_operation_has_its_shape_and_width() -> None:
    assert set(SHAPES) == set(WIDTHS) == set(OPERATIONS)
    assert set(ATTRIBUTES) < set(OPERATIONS)


def test_exits_that_exclude_each_other_only_taken_together_are_legal() -> None:
    a, b = (make("has", 1, (), ("data", count)) for count in (1, 2))
    ways = (a & b, a & ~b, ~a & b, ~(a | b))
    assert check_program(with_exits(*(Exit(port, when, 0, "keep") for port, when in enumerate(ways))))


@pytest.mark.parametrize("example", catalogue_examples(), ids=lambda example: example.text)
def test_the_programs_of_elements_are_legal(example: Example) -> None:
    assert check_program(example.program) == example.program


def test_what_an_element_traces_to_is_checked() -> None:
    class Careless(Element):
        ports = Ports("1/2", "a/a")

        def program(self, p: Packet) -> None:
            p.output(0)
            p.output(1)
            p._exits[1, 0, "keep"] = TRUE

    node = Node("x", "Careless", "", Location(None, "x.click", 1, 1))
    with pytest.raises(IllegalProgram, match=r"exclusive: a packet can leave by output 0 and by output 1 at once"):
        Careless(node, 1, 2).trace()
