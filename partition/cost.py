"""What an element costs on either side: a model of look-up tables, flip-flops and nanoseconds by operation.

Hardware figures are per bit of each operation of the packet program, as synthesis for six-input look-up tables makes of it; software
figures are per operation on a current server core. They rank placements; they are not measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.definition.element import Element
from elements.program.combine import walk
from elements.program.program import Program
from elements.program.values import Value

LUTS_PER_BIT: Final = {"add": 1.0, "sub": 1.0, "ult": 0.6, "eq": 0.35, "mux": 0.5, "and": 0.4, "or": 0.4, "xor": 0.4, "mul": 8.0}
SHIFT_LUTS: Final = 4.0
LPM_LUTS: Final = 900
LPM_BITS_PER_ENTRY: Final = 60
SOFTWARE_BASE_NS: Final = 2.5
SOFTWARE_NS_PER_OPERATION: Final = 0.12
SOFTWARE_LOOKUP_NS: Final = 6.0
HAND_WRITTEN_NS: Final = 40.0
CROSSING_NS: Final = 120.0
"""Host time for a packet that crosses once: the shim, a copy and the queue."""

QUEUE_BITS: Final = 512 * 64


@dataclass(frozen=True)
class Cost:
    """``luts``, ``ffs`` and ``bram_bits`` in hardware, ``entries`` of tables, ``ns`` of host time a packet in software. ``ffs`` are a
    register for each value that is read from the packet, added or chosen, and for the state."""

    luts: int
    ffs: int
    bram_bits: int
    entries: int
    ns: float


def cost_of(element: Element) -> Cost:
    """The cost of ``element`` on both sides."""
    if not element.has_program:
        bits = QUEUE_BITS if element.hardware_role == "queue" else 0
        return Cost(0, 0, bits, 0, SOFTWARE_BASE_NS if element.hardware_role else HAND_WRITTEN_NS)
    program = element.trace()
    order = walk(program.roots())
    luts = sum(_luts(value) for value in order)
    entries = sum(len(table.entries) for table in program.tables)
    state = sum(access.state.width for access in program.accesses)
    lookups = len(program.tables)
    return Cost(
        luts=round(luts + state + LPM_LUTS * lookups),
        ffs=round(state + sum(value.width for value in order if value.op in ("add", "mux", "load"))),
        bram_bits=entries * LPM_BITS_PER_ENTRY,
        entries=entries,
        ns=SOFTWARE_BASE_NS + SOFTWARE_NS_PER_OPERATION * len(order) + SOFTWARE_LOOKUP_NS * lookups,
    )


def _luts(value: Value) -> float:
    width = max((operand.width for operand in value.operands), default=0)
    if value.op in ("shl", "shr"):
        return SHIFT_LUTS * width
    return LUTS_PER_BIT.get(value.op, 0.0) * (width if value.op in ("eq", "ult") else value.width)


def alike(element: Element) -> tuple[object, ...] | None:
    """What elements must have in common to be one piece of hardware: class and program, whatever their tables hold. None for those without
    one.
    """
    if not element.has_program:
        return None
    program: Program = element.trace()
    return (
        element.node.class_name,
        program.exits,
        program.edits,
        program.annotations,
        program.end,
        tuple((a.state.name, a.when, a.value) for a in program.accesses),
    )
