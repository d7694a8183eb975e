"""That the ports' counters count what the ways in say is proved of the core's netlist, and not of one in which they do not."""

from __future__ import annotations

import pytest

from hdl.core import Core
from hdl.tools.verilog import to_verilog
from mlclick.mutants.mutant import Mutant, planted
from sim.proof.claims import NoSuchNet
from sim.proof.counted import prove_counted
from sim.proof.netlist import read_netlist
from tests.sim.proof.small_datapath import by_name, small_datapath


def failures() -> dict[str, list[str]]:
    """Of a small core, as the generator makes it now."""
    core = Core(small_datapath())
    results = prove_counted(core, read_netlist(to_verilog(core, "core"), "core"))
    assert all(result.obligations > 10 and not result.presumed for result in results.values())
    return {name: result.failures for name, result in results.items()}


def test_the_counters_of_each_port_count_what_is_said_there_of_frames() -> None:
    assert failures() == {"rx0": [], "rx_host": []}


def in_core(method: str, old: str, new: str, module: str = "core", owner: str = "Core") -> Mutant:
    return Mutant(f"{old} becomes {new}", "", f"hdl.{module}", owner, method, old, new)


@pytest.mark.parametrize(
    ("mutant", "where", "what"),
    [
        (by_name("in the cycle in which port 0 stores a frame no other is counted"), "rx_host", "host_unknown counts every one"),
        (in_core("elaborate", "+= datapath.strip.short", "|= datapath.strip.short"), "rx_host", "host_malformed counts every one"),
        (
            in_core("elaborate", "host.shim.eq(strip.shim)", "host.shim.eq(strip.shim[8:])", "datapath", "Datapath"),
            "rx_host",
            "the shim comes with its frame",
        ),
    ],
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, where: str, what: str) -> None:
    with planted(mutant):
        assert f"{what} does not follow" in failures()[where]


def test_a_netlist_of_another_design_is_refused() -> None:
    core = Core(small_datapath())
    other = read_netlist(to_verilog(small_datapath(), "core"), "core")
    with pytest.raises(NoSuchNet, match="the net rx0__valid, which the netlist does not have"):
        prove_counted(core, other)
