import re

from hdl.tools.verilog import to_verilog
from tests.sim.designs import WideAdder


def test_the_same_design_gives_the_same_bytes() -> None:
    assert to_verilog(WideAdder(), "adder") == to_verilog(WideAdder(), "adder")


def test_the_top_has_its_name_and_ports_and_no_source_paths() -> None:
    text = to_verilog(WideAdder(), "adder")
    top = re.search(r"module adder\((.*?)\);", text)
    assert top is not None
    assert sorted(top[1].split(", ")) == ["a__left", "b", "clk", "last", "low", "mid", "rst", "sum"]
    assert ".py" not in text
