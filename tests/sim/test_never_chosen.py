"""What no packet can bring about has that reason in the coverage, and what one can has none."""

from __future__ import annotations

import pytest

from elements.program.program import State
from elements.program.values import Value, bit_and, bit_not, const, make, mux, ult
from hdl.composition import Bank, Composition, StateHome, meta
from hdl.pipeline import Pipeline
from hdl.tools.verilog import to_verilog
from sim.coverage import Hole
from sim.never_chosen import NEVER, never_chosen

FIRST, SECOND = (make("load", 8, (), ("data", n)) for n in range(2))
NO_PACKET = bit_and(ult(FIRST, const(5, 8)), bit_not(ult(FIRST, const(7, 8))))
EVERY_PACKET = make("or", 1, (bit_not(ult(FIRST, const(5, 8))), ult(FIRST, const(7, 8))))
SOME = ult(FIRST, SECOND)


def pipeline(choice: Value) -> Pipeline:
    """Two tenants; byte 0 is edited by a ``choice``, and a bank of the first tenant has a slot for each way that it can go."""
    home = StateHome("a", "a/c", State("count", 8), False)
    slot = mux(choice, const(1, 1), const(0, 1))
    design = Composition(
        select=(const(1, 1), const(0, 1), const(0, 1)),
        edge=const(0, 16),
        edits={0: mux(choice, SECOND, FIRST)},
        shifts=(0,),
        shift_index=const(0, 4),
        length=meta("length"),
        annotations={name: meta(name) for name in ("paint", "dst_ip", "vlan_tci", "device", "fix_ip_src", "packet_type")},
        banks=(Bank(4, 8, {(0, 0): home, (0, 1): home}, const(1, 1), slot, FIRST),),
        engines=(),
        growth={0: 0, 1: 0},
        header_bytes=2,
    )
    unit = Pipeline(design, 2, 8)
    to_verilog(unit, "pipeline")
    return unit


def holes(unit: Pipeline) -> list[Hole]:
    """Both ways of the choice of a byte, and both places of the bank."""
    [name] = [name for name, value in unit.names.items() if value.op == "mux" and value.width == 8]
    ways = [f"assign {name} = v1_and ? v2_load : v3_load; (never the {way})" for way in ("first", "second")]
    places = [f"at_written: 9'h{place:03x}:" for place in (0, 1)]
    return [
        *(Hole("line", "core.datapath.pipeline", what) for what in ways),
        *(Hole("line", "core.datapath.pipeline.state4", what) for what in places),
    ]


@pytest.mark.parametrize(
    ("choice", "reasons"),
    [(NO_PACKET, [NEVER, "", "", NEVER]), (EVERY_PACKET, ["", NEVER, NEVER, ""]), (SOME, ["", "", "", ""])],
)
def test_what_no_packet_brings_about_is_told_from_what_some_do(choice: Value, reasons: list[str]) -> None:
    unit = pipeline(choice)
    assert [hole.reason for hole in never_chosen(holes(unit), unit)] == reasons


def test_a_tenant_or_a_port_that_there_is_not_asks_for_nothing() -> None:
    for number, never in ((1, False), (2, True)):
        unit = pipeline(make("eq", 1, (meta("tenant"), const(number, 8)), ()))
        first, *_ = never_chosen(holes(unit), unit)
        assert (first.reason == NEVER) == never


def test_other_holes_and_those_that_have_a_reason_stay() -> None:
    unit = pipeline(NO_PACKET)
    others = [
        Hole("toggle", "core.datapath.pipeline", "v1_mux[3] stays"),
        Hole("function", "", "a: x"),
        Hole("line", "core.registers", "assign v1_mux = a ? b : c; (never the first)".replace("v1", "v99999")),
        Hole("line", "core.datapath.pipeline", "if (valid) begin (never otherwise)"),
        *(Hole("line", hole.module, hole.what, reason="it is off") for hole in holes(unit)),
    ]
    assert list(never_chosen(others, unit)) == others
