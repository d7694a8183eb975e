"""That the arbiter and the ways out send packets as their notes say is proved of the netlists, and not of ones in which that is not so."""

from __future__ import annotations

import pytest

from hdl.datapath import Datapath
from hdl.meta import Meta
from hdl.segment_store import SegmentStore
from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.claims import NoSuchNet
from sim.proof.duties import unmet
from sim.proof.netlist import Netlist
from sim.proof.noninterference import Result
from sim.proof.noted import _of_arbiter, _prove, noted_by_arbiter, noted_by_egress, prove_noted
from sim.proof.stores import prove_store
from tests.in_short import in_short
from tests.sim.proof.small_datapath import LONGEST, by_name, defect, small_datapath


def found(where: str, *, strict: bool, width: int = 64) -> Result:
    """Of a block of a small data path, as the generator makes it now."""
    datapath = small_datapath(width, strict=strict)
    if where == "arbiter":
        return noted_by_arbiter(datapath.arbiter)
    return noted_by_egress(datapath.egress_ports[int(where.removeprefix("egress "))])


def store_of(datapath: Datapath, where: str, longest: int) -> Result:
    """Of a store with few places, whose notes are those of the block's and say no more than ``longest`` bytes."""
    bits = Meta().size if where == "arbiter" else datapath.egress_ports[0].note.size
    at = Meta()["length"].offset if where == "arbiter" else 0
    return prove_store(SegmentStore(64, len(datapath.weights), 8, 2, bits), at, longest, late=not datapath.parameters.strict)


@pytest.mark.parametrize(
    ("width", "tenants", "strict"), in_short([(64, 3, False), (64, 1, False), (256, 2, False), (256, 2, True), (64, 3, True)])
)
def test_packets_are_sent_as_their_notes_say(width: int, tenants: int, strict: bool) -> None:
    datapath = small_datapath(width, tenants, strict=strict)
    results = prove_noted(datapath)
    assert list(results) == ["arbiter", "egress 0", "egress 1"]
    assert [result.failures for result in results.values()] == [[]] * 3
    longest = datapath.egress_ports[0].longest
    assert results["egress 1"].kept == (duties.LEFT.said(), duties.TOGETHER.said(longest))


@pytest.mark.parametrize(("where", "longest"), [("arbiter", LONGEST), ("egress 0", LONGEST + 8)])
def test_all_that_it_rests_on_is_shown_of_a_store_and_not_of_one_of_longer_packets(where: str, longest: int) -> None:
    sent, datapath = found(where, strict=True), small_datapath()
    assert sent.presumed == (duties.KNOWN.said(longest),)
    assert unmet([sent], [store_of(datapath, where, longest)]) == []
    assert unmet([sent], [store_of(datapath, where, longest + 1)]) == [duties.KNOWN.said(longest)]


def of_arbiter(old: str, new: str, method: str = "_send") -> Mutant:
    return defect("arbiter", "TenantArbiter", old, new, method)


def of_egress(old: str, new: str, method: str = "_send") -> Mutant:
    return defect("egress", "EgressPort", old, new, method)


SHOWN = "grant 0 has the note that the store showed"
WAITED, PACKET = "what is granted was looked at, and waited", "what has left and what is left are the packet"
BOTH = [
    (of_arbiter("Mux(last, (1 << left_now", "Mux(1, (1 << left_now"), "arbiter", "R3"),
    (of_arbiter("(1 << left_now[: self.lanes.bit_length()]) - 1", "(1 << left_now[: self.lanes.bit_length()])"), "arbiter", "R4"),
    (of_arbiter("Mux(last, (1 << left_now", "Mux(0, (1 << left_now"), "arbiter", "R5"),
    (of_arbiter("m.If(inside.start)", "m.If(get)"), "arbiter", "R7: what is said of a packet stays"),
    (of_arbiter("held.eq(inside.meta),", "held.eq(inside.meta.as_value() ^ 1),"), "arbiter", "R7: what is said of a packet is what"),
    (of_arbiter("inside.meta.length, left", "inside.meta.length + 1, left"), "arbiter", PACKET),
    (of_arbiter("Mux(left_now > lane,", "Mux(1,"), "arbiter", "R9"),
    (of_arbiter("valid = Signal(attrs=sending)", "valid = Signal(attrs=sending, init=1)"), "arbiter", "R10"),
    (of_egress("Mux(last, (1 << left_now", "Mux(0, (1 << left_now"), "egress 0", "R5"),
    (of_egress("m.If(start)", "m.If(go)"), "egress 0", "R7: what is said of a packet stays"),
    (by_name("a frame's shim is the next one's"), "egress 1", "R7: what is said of a packet stays"),
    (of_egress("held_shim.eq(note.shim)", "held_shim.eq(note.shim[1:])"), "egress 1", "R7: what is said of a packet is what"),
    (of_egress("left.eq(remaining - lanes)", "left.eq(remaining - lanes + 1)"), "egress 0", "what is still to be asked for is behind"),
    (of_egress("(1 << left_now[: lanes.bit_length()]) - 1", "(1 << left_now[: lanes.bit_length() - 1]) - 1"), "egress 0", "R8"),
    (of_egress("Mux(left_now > lane,", "Mux(left_now >= lane,"), "egress 0", "R9"),
]
OF_SHARES = [
    (of_egress("read.look_tenant.eq(turns.chosen)", "read.look_tenant.eq(0)", "_share"), "egress 0", WAITED),
    (of_egress("grants.w_data.eq(Cat(turns.granted_tenant, read.note))", "grants.w_data.eq(read.note)", "_share"), "egress 0", SHOWN),
    (of_arbiter("ahead_port.eq(ahead)", "ahead_port.eq(0)", "_share"), "arbiter", WAITED),
    (of_arbiter("note.tenant.eq(number)", "note.tenant.eq(number), note.port.eq(0)", "_note"), "arbiter", SHOWN),
    (of_arbiter("note.tenant.eq(number)", "note.tenant.eq(number), note.length[:3].eq(0)", "_note"), "arbiter", SHOWN),
    (of_egress("turns.granted_tenant, read.note", "turns.granted_tenant, read.note ^ (5 << 40)", "_share"), "egress 1", SHOWN),
]
OF_SLOTS = [
    (
        of_arbiter("note.tenant.eq(number)", "note.tenant.eq(number), note.port.eq(0)", "_note"),
        "arbiter",
        "R7: what is said of a packet is what",
    ),
    (of_arbiter("note.tenant.eq(number)", "note.tenant.eq(number), note.length[:3].eq(0)", "_note"), "arbiter", PACKET),
    (of_arbiter("turns.cost.eq(self._beats(inside.meta))", "turns.cost.eq(0)", "_slots"), "arbiter", "what is still to be asked for fits"),
    (of_egress("read.look_tenant.eq(turns.owner)", "read.look_tenant.eq(0)", "_slots"), "egress 0", "what was looked at waited"),
    (
        defect("time_slots", "TimeSlots", "(self.waiting >> owner)[0] & ~looked", "self.waiting.any() & ~looked"),
        "egress 0",
        "what was looked at waited",
    ),
    (of_arbiter("m.If(turns.look)", "m.If(turns.waiting.any())", "_slots"), "arbiter", "what was looked at waited"),
]


@pytest.mark.parametrize(
    ("mutant", "where", "what", "strict"),
    in_short([*((*each, False) for each in [*BOTH, *OF_SHARES]), *((*each, True) for each in [*BOTH, *OF_SLOTS])]),
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_defect_is_refused_by_what_it_breaks(mutant: Mutant, where: str, what: str, strict: bool) -> None:
    with planted(mutant):
        result = found(where, strict=strict)
    assert any(failure.startswith(what) for failure in result.failures), result.failures
    assert result.kept == ()


def test_a_netlist_of_another_block_is_an_error() -> None:
    with pytest.raises(NoSuchNet, match="the net rst, which the netlist does not have"):
        _prove(Netlist({}, (), {}), _of_arbiter(small_datapath().arbiter))
