"""Of the names of a net a relation keeps one by which it can be seen from outside, if there is one."""

from __future__ import annotations

from typing import Any, cast

import pytest
from amaranth.hdl import Module, Signal

from hdl.tools.verilog import to_verilog
from sim.proof.design import Design
from sim.proof.netlist import read_netlist
from sim.proof.relate.vocabulary import Relation


@pytest.mark.parametrize("asked", [("within", "outside"), ("outside", "within")])
def test_a_port_is_kept_before_another_net_of_the_same_value(asked: tuple[str, str]) -> None:
    m, one, two = Module(), Signal(4, name="one"), Signal(4, name="two")
    within, kept, outside = Signal(4, name="within"), Signal(4, name="kept"), Signal(4, name="outside")
    m.d.comb += [within.eq(one & two), outside.eq(within)]
    m.d.sync += kept.eq(within)
    design = Design(read_netlist(to_verilog(m, "top", [one, two, outside, kept]), "top"))
    # Nothing here is asked of a data path.
    relation = Relation(cast("Any", None), design)
    values = {relation.net(name) for name in asked}
    assert [relation.nets[value] for value in values] == ["outside"]
