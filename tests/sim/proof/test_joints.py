"""That the parts of a core are joined as their proofs take them is read off its netlist, and is not so where ways are crossed."""

from __future__ import annotations

import pytest

from hdl.core import Core
from hdl.tools.verilog import to_verilog
from mlclick.mutants.mutant import planted
from sim.proof.claims import NoSuchNet
from sim.proof.joints import prove_joints
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result
from tests.sim.proof.small_datapath import defect, small_datapath


def joined(*, strict: bool, width: int = 64) -> Result:
    """Of a small core, as the generator makes it now."""
    core = Core(small_datapath(width, strict=strict))
    return prove_joints(core.datapath, read_netlist(to_verilog(core, "core"), "core"))


@pytest.mark.parametrize(("strict", "width", "joints"), [(False, 64, 41), (True, 64, 42), (False, 256, 40)])
def test_parts_are_joined_as_they_are_proved(strict: bool, width: int, joints: int) -> None:
    found = joined(strict=strict, width=width)
    assert (found.failures, found.obligations) == ([], joints)


def test_ways_in_that_are_crossed_are_refused() -> None:
    crossed = 'getattr(arbiter, f"store{self.egresses - 1 - port}")'
    with planted(defect("datapath", "Datapath", 'getattr(arbiter, f"store{port}")', crossed)):
        assert "datapath.ingress0.read__note is not the same net as datapath.arbiter.store0__note" in joined(strict=False).failures


def test_a_netlist_of_another_design_is_an_error() -> None:
    with pytest.raises(NoSuchNet, match=r"the net datapath\.ingress0\.store\.read__"):
        prove_joints(small_datapath(), Netlist({}, (), {}))
