"""That the editor's packets are as is said of them is proved of its netlist, and not of one in which that is not so."""

from __future__ import annotations

import pytest

from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.edited import prove_edited
from sim.proof.noninterference import Result
from tests.sim.proof.small_datapath import by_name, defect, small_datapath


def edited(width: int = 64, *, strict: bool = True) -> Result:
    """Of the editor of a small data path, as the generator makes it now."""
    return prove_edited(small_datapath(width, strict=strict))


@pytest.mark.parametrize(("width", "strict"), [(64, False), (256, True)])
def test_packets_leave_the_editor_as_is_said_of_them(width: int, strict: bool) -> None:
    result = edited(width, strict=strict)
    assert result.failures == []
    assert result.presumed == (duties.ALONE.said(),)


def of_editor(old: str, new: str, method: str = "elaborate") -> Mutant:
    return defect("editor", "Editor", old, new, method)


@pytest.mark.parametrize(
    ("mutant", "what"),
    [
        (of_editor("active.eq(emit & ~last)", "active.eq(emit)"), "a packet still leaves where its last beat has not"),
        (of_editor("Mux(last, (1 << left", "Mux(1, (1 << left"), "R3: every beat but the last is full"),
        (of_editor("bit_length()]) - 1", "bit_length()])"), "R4: the last beat is filled from its first byte on"),
        (by_name("what is said of a packet is the next one's behind its first beat"), "its length is kept"),
        (of_editor("self.out.p.length.eq(verdict.length)", "self.out.p.length.eq(left)"), "R7: what is said of a packet stays as it is"),
        (of_editor("left_next.eq(left - self.lanes)", "left_next.eq(left - 1)"), "what has left and what is left are the packet"),
        (
            of_editor("Mux(last, (1 << left", "Mux(0, (1 << left"),
            "R8: a packet has the bytes that are said",
        ),
        (of_editor("Mux(left > lane, signal, 0)", "Mux(left >= lane, signal, 0)", "_aligned"), "R9: lanes past the end are zero"),
    ],
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_defect_is_refused_by_what_it_breaks(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        failures = edited().failures
    assert f"{what} does not follow" in failures, failures
