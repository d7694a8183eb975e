"""The whole board in simulation, its ports driven by independent models of RGMII."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from amaranth.hdl import Signal

from boards.versa_ecp5.top import VersaParameters, VersaTop
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from sim.cocotb_run import run_bench
from tests.boards.versa_ecp5.loopback import Loopback
from tests.in_short import in_short

BENCH = Path(__file__).parent / "bench_top.py"


# What was refused is never elaborated, which Amaranth warns of when it is collected.
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_a_core_with_three_ports_is_refused() -> None:
    with pytest.raises(ValueError, match="a core has at most two ports"):
        VersaTop(Loopback(ports=3))
    gc.collect()


BENCHES = [
    [
        "bad_frames_are_dropped_and_counted",
        "the_link_refuses_other_ethertypes",
        "registers_are_read_and_written_over_the_link",
        "port_one_stands_at_the_hosts_end_of_the_link",
    ],
    [
        "all_sizes_come_back",
        "short_frames_back_to_back_leave_twelve_bytes_apart_and_none_is_lost",
        "the_link_takes_addresses_off_and_puts_its_own_on",
        "both_ports_and_registers_at_once",
    ],
]
"""What of the bench is in the suite, and what in `make heavy`: its frames are the most bytes, and the suite has them at a MAC alone."""


def test_each_bench_is_run() -> None:
    there = re.findall(r"^@cocotb\.test\(\)\nasync def (\w+)", BENCH.read_text(), re.MULTILINE)
    assert sorted(name for names in BENCHES for name in names) == sorted(there)


@pytest.mark.slow
@pytest.mark.parametrize("names", in_short(BENCHES), ids=["short", "long"])
def test_the_board_against_models_of_rgmii(names: list[str], tmp_path: Path) -> None:
    top = VersaTop(Loopback(stall=True, ports=2), VersaParameters(primitives=False, millisecond=10))
    # What the bench delays the sent clocks by: inputs that the board does not have.
    delayed = [Signal(name=f"eth{index}_txc_delayed") for index in range(2)]
    verilog = to_verilog(Watched(top), "versa", [*top.ports, *delayed])
    results = run_bench(verilog, "versa", BENCH, tmp_path, env={"COCOTB_TEST_FILTER": f"({'|'.join(names)})$"})
    assert list(results.passed) == names
