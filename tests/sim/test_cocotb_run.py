from pathlib import Path

import pytest

from hdl.tools.verilog import to_verilog
from sim.cocotb_run import BenchFailed, run_bench
from sim.verilator import VerilatorError
from tests.sim.designs import Counter

BENCH = Path(__file__).parent / "bench_counter.py"


@pytest.fixture(scope="module")
def verilog() -> str:
    return to_verilog(Counter(), "counter")


def test_a_bench_that_passes_is_named(verilog: str, tmp_path: Path) -> None:
    results = run_bench(verilog, "counter", BENCH, tmp_path, env={"EXPECT": "10"})
    assert results.passed == ("counts",)
    assert results.skipped == ()
    assert "counts" in results.log.read_text()


def test_a_bench_that_fails_names_its_test(verilog: str, tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match=r"bench_counter\.py: 1 failed: counts"):
        run_bench(verilog, "counter", BENCH, tmp_path, env={"EXPECT": "11"})


def test_a_bench_without_tests_fails(verilog: str, tmp_path: Path) -> None:
    empty = tmp_path / "bench_empty.py"
    empty.write_text("")
    with pytest.raises(BenchFailed, match=r"bench_empty\.py: "):
        run_bench(verilog, "counter", empty, tmp_path / "out")


def test_a_design_that_does_not_build_is_told_from_a_bench_that_fails(tmp_path: Path) -> None:
    with pytest.raises(VerilatorError, match="did not build"):
        run_bench("module broken(input clk; endmodule", "broken", BENCH, tmp_path)
