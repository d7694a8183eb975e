import json
from pathlib import Path

import pytest

from hdl.tools.verilog import to_verilog
from hdl.tools.yosys import APART, Family, YosysError, count_resources, run_yosys, synthesise_stat
from tests.sim.designs import WideAdder

MEMORY = """
module memory(input clk, input we, input [8:0] wa, ra, input [35:0] d, output reg [35:0] q);
  reg [35:0] cells [0:511];
  always @(posedge clk) begin if (we) cells[wa] <= d; q <= cells[ra]; end
endmodule
"""


@pytest.mark.parametrize("family", ["xc7", "xcup", "ecp5"])
def test_an_adder_takes_its_luts_and_flip_flops(family: Family) -> None:
    found = synthesise_stat(to_verilog(WideAdder(), "adder"), "adder", family)
    assert found.ff == 101
    assert 100 <= found.lut <= 102
    assert (found.lutram, found.bram18, found.uram, found.dsp) == (0, 0, 0, 0)


@pytest.mark.parametrize("family", ["xc7", "ecp5"])
def test_a_memory_takes_block_ram(family: Family) -> None:
    found = synthesise_stat(MEMORY, "memory", family)
    assert (found.bram18, found.bram_bits) == (1, 18432)


@pytest.mark.parametrize(
    ("style", "told"), [("", True), ('(* ram_style = "distributed" *) ', False), ('(* ram_style = "registers" *) ', False)]
)
def test_that_reads_and_writes_do_not_meet_is_said_of_block_memories_alone(style: str, told: bool) -> None:
    verilog = MEMORY.replace("reg [35:0] cells", f"{style}reg [35:0] cells")
    left = json.loads(run_yosys(f"read_verilog x.v; {APART}; proc; write_json x.json", {"x.v": verilog}, ["x.json"])["x.json"])
    assert ("no_rw_check" in left["modules"]["memory"]["memories"]["cells"]["attributes"]) == told


def test_resources_count_every_primitive_by_what_it_takes() -> None:
    found = count_resources({"RAMB36E1": 2, "RAMB18E1": 1, "URAM288": 1, "RAM64M": 3, "SRL16E": 2, "LUT6": 5, "CARRY4": 9, "DSP48E1": 4})
    assert (found.bram18, found.uram, found.lutram, found.lut, found.dsp) == (5, 1, 14, 5, 4)
    assert found.bram_bits == 5 * 18432 + 294912
    assert found.total_lut == 19


def test_an_error_is_told_in_yosys_words() -> None:
    with pytest.raises(YosysError, match=r"(?s)status 1.*syntax error"):
        run_yosys("read_verilog x.v", {"x.v": "module ;"}, [])


def test_an_output_that_was_not_written_is_an_error() -> None:
    with pytest.raises(YosysError, match=r"yosys did not write y\.json"):
        run_yosys("read_verilog x.v", {"x.v": "module m; endmodule"}, ["y.json"])


def test_the_cached_answer_is_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "read_verilog x.v; write_verilog -noattr y.v"
    files = {"x.v": "module m(input a, output b); assign b = ~a; endmodule"}
    first = run_yosys(script, files, ["y.v"])
    assert "module m" in first["y.v"]
    # Without an interpreter only the cache can answer.
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    assert run_yosys(script, files, ["y.v"]) == first
