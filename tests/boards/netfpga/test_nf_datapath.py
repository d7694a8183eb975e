"""The SUME's data path: the pins of the module that it replaces, and the reports that decide a build."""

import re
from pathlib import Path

import pytest

from boards.netfpga.build import DoesNotFit, TimingNotMet, check_fit, read_timing
from boards.netfpga.nf_datapath import NfDatapath
from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.tools.verilog import to_verilog
from hdl.tools.yosys import Resources
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, rates_of, split

POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0, eth1 = 1 }\n"
TEXT = "FromDevice(eth0) -> Queue -> ToDevice(eth1); FromDevice(eth1) -> Queue -> ToDevice(eth0);\n"


def core(folder: Path) -> Core:
    (folder / "policy.toml").write_text(POLICY)
    (folder / "a.click").write_text(TEXT)
    merged = merge_tenants(Source(("a",), folder))
    return build_core(split(merged, rates_of(merged, None), ports=4), DatapathParameters(256, 4, budget=5))


def test_it_has_the_pins_of_the_module_that_it_replaces(tmp_path: Path) -> None:
    top = NfDatapath(core(tmp_path))
    verilog = to_verilog(top, "nf_datapath", top.ports)
    pins = re.findall(r"^  (?:input|output) (?:wire |reg )?(?:\[(\d+):0\] )?(\w+);", verilog, re.MULTILINE)
    found = {name: width for width, name in pins}
    for index in range(5):
        for side in ("s", "m"):
            assert found[f"{side}_axis_{index}_tdata"] == "255"
            assert found[f"{side}_axis_{index}_tkeep"] == "31"
            assert found[f"{side}_axis_{index}_tuser"] == "127"
            assert f"{side}_axis_{index}_tvalid" in found
    for window in ("S0", "S1", "S2"):
        assert found[f"{window}_AXI_AWADDR"] == "31"
        assert f"{window}_AXI_RVALID" in found


def test_a_core_that_is_too_large_is_refused_by_name() -> None:
    used = Resources(lut=500_000, lutram=0, ff=10, bram18=1, uram=0, bram_bits=0, dsp=0, cells={})
    with pytest.raises(DoesNotFit, match="500000 LUTs of 433200"):
        check_fit(used)


@pytest.mark.parametrize(("slack", "met"), [("0.113", True), ("-0.250", False)])
def test_the_timing_report_decides(slack: str, met: bool) -> None:
    report = f"    WNS(ns)      TNS(ns)  TNS Failing\n    -------      -------  -----------\n     {slack}      0.000     0\n"
    if met:
        assert read_timing(report) == float(slack)
        return
    with pytest.raises(TimingNotMet, match=r"0\.250 ns too slow"):
        read_timing(report)
