"""The law of packet programs: every rule has a name and is checked after tracing and after every rewriting.

What a reading does not have to ask, it is told here: a program that passes has operands of the widths that its operations want, reads and
writes within its packet's layers, leaves by one exit, and touches each of its state variables once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from elements.program.combine import walk
from elements.program.program import ANNOTATIONS, LAYERS, TIME_WIDTH, Program
from elements.program.values import OPERATIONS, Value

FARTHEST: Final = 1 << 14
"""Bytes from a layer's start within which a program reads, writes and moves."""
HARDWARE_ONLY: Final = ("meta",)
"""Operations of composed pipelines, which no element can say."""


class IllegalProgram(Exception):
    """A program breaks a rule. The message is the rule's name and how it is broken."""


@lru_cache(maxsize=4096)
def check_program(program: Program) -> Program:
    """``program`` as it is, if it is legal. Errors: `IllegalProgram` for the first rule that it breaks, in the order of `RULES`."""
    for name, rule in RULES.items():
        broken = next(rule(program), None)
        if broken is not None:
            raise IllegalProgram(f"{name}: {broken}")
    return program


def _operations(program: Program) -> Iterator[str]:
    for value in walk(program.roots()):
        if value.op not in OPERATIONS:
            yield f"there is no operation {value.op}"
        if value.op in HARDWARE_ONLY:
            yield f"{value.op} is what hardware knows of a packet; no element can ask for it"


def _shapes(program: Program) -> Iterator[str]:
    for value in walk(program.roots()):
        shape = SHAPES[value.op]
        if len(value.operands) != len(shape) and shape != ANY:
            yield f"{value.op} has {len(value.operands)} operand(s), not {len(shape)}"
        if shape == ANY and len(value.operands) < 2:
            yield f"{value.op} has {len(value.operands)} operand(s), not two or more"


def _attributes(program: Program) -> Iterator[str]:
    for value in walk(program.roots()):
        wanted = ATTRIBUTES.get(value.op, ())
        if len(value.attributes) != len(wanted) or any(not isinstance(a, kind) for a, kind in zip(value.attributes, wanted, strict=True)):
            names = ", ".join(kind.__name__ for kind in wanted) or "none"
            yield f"{value.op} has the attributes {value.attributes}; it takes {names}"


def _widths(program: Program) -> Iterator[str]:
    for value in walk(program.roots()):
        wanted = WIDTHS[value.op](value)
        if wanted is not None:
            yield f"{value.op} of {value.width} bits on operands of {[o.width for o in value.operands]} bits: {wanted}"


def _layers(program: Program) -> Iterator[str]:
    places = [(v.op, v.attributes[0], int(v.attributes[1])) for v in walk(program.roots()) if v.op in ("load", "has")]
    places += [("length", v.attributes[0], 0) for v in walk(program.roots()) if v.op == "length"]
    places += [("edit", edit.layer, edit.offset) for edit in program.edits]
    for what, layer, offset in places:
        if layer not in LAYERS:
            yield f"there is no layer {layer}"
        elif abs(offset) > FARTHEST:
            yield f"{what} at {layer}[{offset}] is farther than {FARTHEST} bytes from the layer's start"
        elif offset < 0 and what == "has":
            yield f"has of {offset} bytes: a packet has a number of bytes"


def _edits(program: Program) -> Iterator[str]:
    seen: set[tuple[str, int]] = set()
    for edit in program.edits:
        place = (edit.layer, edit.offset)
        if place in seen:
            yield f"{edit.layer}[{edit.offset}] is written twice"
        seen.add(place)
        if edit.value.width != 8:
            yield f"{edit.layer}[{edit.offset}] is written with {edit.value.width} bits"
    if len({edit.layer for edit in program.edits}) > 1:
        yield "bytes are written through two layers, whose distance is not known"


def _annotations(program: Program) -> Iterator[str]:
    for value in walk(program.roots()):
        if value.op != "annotation":
            continue
        if value.attributes[0] not in ANNOTATIONS:
            yield f"there is no annotation {value.attributes[0]}"
        elif value.width != ANNOTATIONS[str(value.attributes[0])]:
            yield f"{value.attributes[0]} has {ANNOTATIONS[str(value.attributes[0])]} bits and is read with {value.width}"
    seen: set[str] = set()
    for name, value in program.annotations:
        if name not in ANNOTATIONS:
            yield f"there is no annotation {name}"
        elif value.width != ANNOTATIONS[name]:
            yield f"{name} has {ANNOTATIONS[name]} bits and is set to {value.width}"
        if name in seen:
            yield f"{name} is set twice"
        seen.add(name)


def _state(program: Program) -> Iterator[str]:
    accesses = {}
    for access in program.accesses:
        state = access.state
        if state.name in accesses:
            yield f"{state.name} is accessed twice; one read-modify-write is all that a program has"
        accesses[state.name] = access
        if state.width < 1 or state.depth < 1 or state.initial < 0 or state.initial >> state.width:
            yield f"{state.name} has {state.depth} word(s) of {state.width} bits, initially {state.initial}"
        if access.value.width != state.width:
            yield f"{state.name} has {state.width} bits and is set to {access.value.width}"
        if access.when.width != 1:
            yield f"the condition under which {state.name} is set has {access.when.width} bits"
    for value in walk(program.roots()):
        if value.op != "old":
            continue
        known = accesses.get(str(value.attributes[0]))
        if known is None:
            yield f"{value.attributes[0]} is read and is no state variable of the program"
        elif value.operands[0] is not known.index:
            yield f"{value.attributes[0]} is read at one index and written at another"
        elif value.width != known.state.width:
            yield f"{value.attributes[0]} has {known.state.width} bits and is read with {value.width}"


def _tables(program: Program) -> Iterator[str]:
    tables = {table.name: table for table in program.tables}
    if len(tables) < len(program.tables):
        yield "two tables have one name"
    for table in program.tables:
        for key, mask, found in table.entries:
            longest = table.key_width if table.kind == "lpm" else (1 << table.key_width) - 1
            if key >> table.key_width or found >> table.value_width or not 0 <= mask <= longest:
                yield f"{table.name} has the entry ({key:#x}, {mask:#x}, {found:#x}), which does not fit"
    for value in walk(program.roots()):
        if value.op not in ("hit", "found"):
            continue
        known = tables.get(str(value.attributes[0]))
        if known is None:
            yield f"{value.attributes[0]} is looked up and is no table of the program"
        elif value.operands[0].width != known.key_width:
            yield f"keys of {known.name} have {known.key_width} bits, not {value.operands[0].width}"
        elif value.width != (known.value_width if value.op == "found" else 1):
            yield f"{value.op} of {known.name} has {value.width} bits"


def _exits(program: Program) -> Iterator[str]:
    seen: set[tuple[int, int, int | str]] = set()
    for way in program.exits:
        if way.port < 0:
            yield f"there is no output {way.port}"
        if way.when.width != 1:
            yield f"the condition of output {way.port} has {way.when.width} bits"
        if abs(way.shift) > FARTHEST or (isinstance(way.network, int) and abs(way.network) > FARTHEST):
            yield f"output {way.port} moves headers by more than {FARTHEST} bytes"
        if isinstance(way.network, str) and way.network not in ("keep", "none"):
            yield f"output {way.port} has the network header at {way.network}"
        if (way.port, way.shift, way.network) in seen:
            yield f"output {way.port} is listed twice with the same place of headers"
        seen.add((way.port, way.shift, way.network))
    if program.end.width != 16:
        yield f"the packet's end has {program.end.width} bits, not 16"


def _exclusive(program: Program) -> Iterator[str]:
    if not program.exclusive:
        if any(way.shift or way.network != "keep" for way in program.exits):
            yield "a program that makes copies moves no headers"
        return
    # The solver takes longer to load than a machine that was compiled before takes to start.
    from elements.program.exclusive import both_hold

    pair = both_hold([way.when for way in program.exits])
    if pair is not None:
        a, b = (program.exits[number] for number in pair)
        yield f"a packet can leave by output {a.port} and by output {b.port} at once, and the program does not say that it makes copies"


ANY: Final = ("any",)
SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("const", "load", "has", "length", "annotation", "now", "meta"), ()),
    "old": ("index",),
    "hit": ("key",),
    "found": ("key",),
    **dict.fromkeys(("add", "sub", "mul", "and", "or", "xor", "eq", "ult"), ("a", "b")),
    "not": ("a",),
    "mux": ("condition", "a", "b"),
    "cat": ANY,
    "slice": ("a",),
    "zext": ("a",),
    **dict.fromkeys(("shl", "shr"), ("a", "amount")),
}
"""The operands of every operation; `ANY` for two or more."""

ATTRIBUTES: Final[Mapping[str, tuple[type, ...]]] = {
    "const": (int,),
    "load": (str, int),
    "has": (str, int),
    **dict.fromkeys(("length", "annotation", "meta", "old", "hit", "found"), (str,)),
    "slice": (int,),
}
"""The attributes of every operation that has some."""


def _same(value: Value) -> str | None:
    return None if {o.width for o in value.operands} == {value.width} else "they are as wide as the result"


def _compared(value: Value) -> str | None:
    if value.width != 1:
        return "a comparison has 1 bit"
    return None if value.operands[0].width == value.operands[1].width else "both sides are equally wide"


def _exactly(width: Callable[[Value], int], words: str) -> Callable[[Value], str | None]:
    return lambda value: None if value.width == width(value) else words


def _mux(value: Value) -> str | None:
    if value.operands[0].width != 1:
        return "the condition has 1 bit"
    return None if {o.width for o in value.operands[1:]} == {value.width} else "both choices are as wide as the result"


def _slice(value: Value) -> str | None:
    low = int(value.attributes[0])
    return None if 0 <= low <= low + value.width <= value.operands[0].width else "a slice lies within its operand"


def _const(value: Value) -> str | None:
    return None if 0 <= int(value.attributes[0]) < 1 << value.width else "the number does not fit"


def _free(value: Value) -> str | None:
    """Some rule of its own asks after the width."""
    return None


WIDTHS: Final[Mapping[str, Callable[[Value], str | None]]] = {
    "const": _const,
    "load": _exactly(lambda v: 8, "a byte has 8 bits"),
    "has": _exactly(lambda v: 1, "an answer has 1 bit"),
    "length": _exactly(lambda v: 16, "a length has 16 bits"),
    "now": _exactly(lambda v: TIME_WIDTH, f"a time has {TIME_WIDTH} bits"),
    **dict.fromkeys(("annotation", "meta", "old", "hit", "found"), _free),
    "add": _exactly(lambda v: max(o.width for o in v.operands) + 1, "a sum is one bit wider than its wider operand"),
    "sub": _exactly(lambda v: max(o.width for o in v.operands), "a difference is as wide as its wider operand"),
    "mul": _exactly(lambda v: sum(o.width for o in v.operands), "a product is as wide as both operands together"),
    **dict.fromkeys(("and", "or", "xor", "not"), _same),
    **dict.fromkeys(("eq", "ult"), _compared),
    "mux": _mux,
    "cat": _exactly(lambda v: sum(o.width for o in v.operands), "a concatenation is as wide as its parts"),
    "slice": _slice,
    "zext": lambda v: None if v.width > v.operands[0].width else "an extension is wider than its operand",
    "shl": _free,
    "shr": _exactly(lambda v: v.operands[0].width, "a right shift is as wide as what is shifted"),
}
"""What is wrong with the width of a value, if anything, by operation."""

RULES: Final[Mapping[str, Callable[[Program], Iterator[str]]]] = {
    "operations": _operations,
    "shapes": _shapes,
    "attributes": _attributes,
    "widths": _widths,
    "layers": _layers,
    "edits": _edits,
    "annotations": _annotations,
    "state": _state,
    "tables": _tables,
    "exits": _exits,
    "exclusive": _exclusive,
}
"""Every rule by its name, in the order in which they are checked: later ones rest on earlier ones."""
