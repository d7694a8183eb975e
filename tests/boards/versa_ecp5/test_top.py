"""The whole board in simulation, its ports driven by independent models of RGMII."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from amaranth.hdl import Signal

from boards.versa_ecp5.top import VersaParameters, VersaTop
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from sim.cocotb_run import run_bench
from tests.boards.versa_ecp5.loopback import Loopback

BENCH = Path(__file__).parent / "bench_top.py"


# What was refused is never elaborated, which Amaranth warns of when it is collected.
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_a_core_with_three_ports_is_refused() -> None:
    with pytest.raises(ValueError, match="a core has at most two ports"):
        VersaTop(Loopback(ports=3))
    gc.collect()


@pytest.mark.slow
def test_the_board_against_models_of_rgmii(tmp_path: Path) -> None:
    top = VersaTop(Loopback(stall=True, ports=2), VersaParameters(primitives=False, millisecond=10))
    # What the bench delays the sent clocks by: inputs that the board does not have.
    delayed = [Signal(name=f"eth{index}_txc_delayed") for index in range(2)]
    verilog = to_verilog(Watched(top), "versa", [*top.ports, *delayed])
    results = run_bench(verilog, "versa", BENCH, tmp_path)
    assert len(results.passed) == 8
