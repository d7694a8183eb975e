"""State and lookups that rest on themselves stay in software with a reason; the others are scheduled, and count as they do alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from amaranth.back import rtlil

from elements.definition.element import Element, StateVariable
from elements.program.evaluate import Evaluation
from elements.program.packet import Packet
from elements.program.program import State, Table
from elements.program.values import Value, const, make
from hdl.check_order import check_order
from hdl.composition import Bank, Composition, Engine, StateHome, meta
from hdl.pipeline import Pipeline
from hdl.trace_tenant import NotHardware
from mlclick.design import Merged, Source, Split
from mlclick.flow import merge_tenants, rates_of, split

TABLE = Table("routes", "lpm", 16, 16, ((0, 0, 7),))


class Odd(Element):
    a = StateVariable(16)
    b = StateVariable(16)


class Mutual(Odd):
    def program(self, p: Packet) -> None:
        a, b = p.read(self.a), p.read(self.b)
        p.write(self.a, b)
        p.write(self.b, a)
        p.output(0)


class Indexed(Odd):
    def program(self, p: Packet) -> None:
        index = p.read(self.b)
        p.write(self.b, index + 1)
        p.write(self.a, p.read(self.a, index) + 1, index)
        p.output(0)


class Found(Odd):
    def program(self, p: Packet) -> None:
        p.write(self.a, p.lookup(TABLE, p.read(self.a))[1])
        p.output(0)


class Twice(Odd):
    def program(self, p: Packet) -> None:
        p.annotate("dst_ip", p.lookup(TABLE, p.lookup(TABLE, p.length)[1])[1])
        p.output(0)


class Last(Odd):
    """Passes packets that are longer than the last, whose length is kept: what is stored does not rest on what was."""

    def program(self, p: Packet) -> None:
        before = p.read(self.a)
        p.write(self.a, p.length)
        with p.when(p.length <= before):
            p.drop()
        p.output(0)


class Few(Odd):
    """Passes everything and counts to five: whether anything is stored rests on what was."""

    def program(self, p: Packet) -> None:
        count = p.read(self.a)
        with p.when(count < 5):
            p.write(self.a, count + 1)
        p.output(0)


def cut(folder: Path, **classes: type[Element]) -> Split:
    """A tenant whose packets pass x or y, by a bit, then z, which are of ``classes`` or Null."""
    (folder / "policy.toml").write_text("[tenants.a]\nvlan = 100\ndevices = { eth0 = 0 }\n")
    (folder / "a.click").write_text(
        "FromDevice(eth0) -> c :: Classifier(14/00, -) -> x :: Null -> z :: Null -> Queue -> ToDevice(eth0); c[1] -> y :: Null -> z;"
    )
    merged: Merged = merge_tenants(Source(("a",), folder))
    made = {f"a/{name}": kind(merged.master.graph.node(f"a/{name}"), 1, 1) for name, kind in classes.items()}
    merged = replace(merged, elements={**merged.elements, **made})
    return split(merged, rates_of(merged, None), dict.fromkeys(made, True))


REASONS: dict[type[Element], str] = {
    Mutual: "a and b rest on each other, and hardware takes one after the other",
    Indexed: "where it keeps its state depends on the packet",
    Found: "a and routes rest on each other, and hardware takes one after the other",
    Twice: "it looks up more than one key in routes",
}


@pytest.mark.parametrize("kind", list(REASONS))
def test_what_rests_on_itself_is_software(kind: type[Element], tmp_path: Path) -> None:
    found = cut(tmp_path, z=kind)
    assert "a/z" not in found.plan.hardware
    assert found.question.software["a/z"] == REASONS[kind]


def through(composition: Composition, packets: list[bytes]) -> tuple[list[int], dict[str, int]]:
    """Which packets, each a tagged frame of port 0, leave by a port; and what each element's variable holds at the end."""
    values = Evaluation(composition.roots())
    places = Evaluation([bank.slot for bank in composition.banks])
    memory: dict[tuple[int, int], int] = {}
    passed = []
    for number, packet in enumerate(packets):
        leaves = _Leaves(packet, {})
        slots = places.run(leaves)
        leaves = _Leaves(packet, {bank.number: memory.get((bank.number, slots[bank.slot]), 0) for bank in composition.banks})
        found = values.run(leaves)
        for bank in composition.banks:
            if found[bank.when]:
                memory[bank.number, found[bank.slot]] = found[bank.value]
        if found[composition.select[0]]:
            passed.append(number)
    homes = {(b.number, place): home.element for b in composition.banks for (_, place), home in b.homes.items()}
    return passed, {homes[at]: value for at, value in memory.items()}


class _Leaves:
    def __init__(self, packet: bytes, held: Mapping[int, int]) -> None:
        self.packet = packet
        self.held = held

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        if value.op == "load":
            at = int(value.attributes[1])
            return self.packet[at] if at < len(self.packet) else 0
        if value.op == "meta":
            return {"length": len(self.packet)}.get(str(value.attributes[0]), 0)
        return self.held[int(value.attributes[0])]


def frames(*shapes: tuple[int, int]) -> list[bytes]:
    """Frames of (side, length), tagged as tenant a's."""
    return [bytes(12) + b"\x81\x00\x00\x64" + bytes(2) + bytes((side,)) + bytes(length - 19) for side, length in shapes]


def test_what_is_stored_need_not_rest_on_what_was(tmp_path: Path) -> None:
    found = cut(tmp_path, z=Last)
    assert "a/z" in found.plan.hardware
    pipeline = Pipeline(found.composition, 1, 8)
    assert "state" in str(rtlil.convert(pipeline, name="pipeline", emit_src=False))
    passed, kept = through(found.composition, frames((0, 60), (0, 60), (1, 70), (0, 64), (0, 65)))
    assert passed == [0, 2, 4]
    assert kept["a/z"] == 61


def test_variables_that_decide_over_themselves_share_a_memory(tmp_path: Path) -> None:
    found = cut(tmp_path, x=Few, y=Few)
    homes = [{home.element for home in bank.homes.values()} for bank in found.composition.banks]
    assert any({"a/x", "a/y"} <= names for names in homes)
    pipeline = Pipeline(found.composition, 1, 8)
    assert "state" in str(rtlil.convert(pipeline, name="pipeline", emit_src=False))
    _, kept = through(found.composition, frames(*[(0, 60)] * 3, *[(1, 60)] * 9, *[(0, 60)]))
    assert (kept["a/x"], kept["a/y"]) == (4, 5)


def composed(slot: Value, when: Value, key: Value) -> Composition:
    """A memory of two places and an engine."""
    homes = {(0, place): StateHome("a", f"a/{name}", State("count", 16), False) for place, name in enumerate("xy")}
    bank = Bank(3, 16, homes, when, slot, meta("length"))
    engine = Engine(4, "lpm", 16, 16, {0: TABLE}, {0: "a/rt"}, key)
    nothing = const(0, 1)
    return Composition((nothing,), const(0, 16), {}, (0,), const(0, 4), meta("length"), {}, (bank,), (engine,), {0: 0}, 0)


def test_a_composition_that_rests_on_itself_is_refused_by_name() -> None:
    held, found = make("old", 16, (), (3,)), make("found", 16, (), (4,))
    small = make("ult", 1, (held, const(5, 16)), ())
    fine = composed(const(0, 1), small, held)
    assert check_order(fine) is fine
    why = "what is kept or looked up in {} rests on itself, and hardware takes one after the other"
    for slot, when, key, element, names in (
        (small, small, const(0, 16), "a/x", "a/x, a/y"),
        (const(0, 1), make("eq", 1, (found, const(0, 16)), ()), held, "a/x", "a/x, a/y, a/rt"),
        (const(0, 1), small, found, "a/rt", "a/rt"),
    ):
        with pytest.raises(NotHardware) as error:
            check_order(composed(slot, when, key))
        assert (error.value.element, str(error.value)) == (element, f"{element}: {why.format(names)}")
