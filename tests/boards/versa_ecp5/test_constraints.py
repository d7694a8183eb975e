"""The preference file fits the top, pin by pin."""

from __future__ import annotations

import re

from boards.versa_ecp5.constraints import lpf, pins, port_clocks
from boards.versa_ecp5.top import VersaTop
from hdl.tools.verilog import to_verilog
from tests.boards.versa_ecp5.loopback import Loopback


def test_every_pin_of_the_top_has_a_place_of_its_own() -> None:
    top = VersaTop(Loopback())
    verilog = to_verilog(top, "versa", top.ports)
    body = verilog[verilog.index("\nmodule versa(") :]
    wanted = []
    for high, name in re.findall(r"^  (?:input|output|inout) (?:\[(\d+):0\] )?(\w+);$", body[: body.index("\nendmodule")], re.MULTILINE):
        wanted += [f"{name}[{bit}]" for bit in range(int(high) + 1)] if high else [name]
    placed = pins()
    assert sorted(placed) == sorted(wanted)
    sites = [pin.site for pin in placed.values()]
    assert len(set(sites)) == len(sites)


def test_the_file_says_place_standard_and_frequency() -> None:
    text = lpf()
    assert text.count("LOCATE COMP") == text.count("IOBUF PORT") == len(pins())
    assert 'LOCATE COMP "eth0_rxc" SITE "L20";\nIOBUF PORT "eth0_rxc" IO_TYPE=LVCMOS25;\n' in text
    assert 'IOBUF PORT "eth1_txd[3]" IO_TYPE=LVCMOS25 SLEWRATE=FAST;' in text
    assert 'IOBUF PORT "clk100" IO_TYPE=LVDS;' in text
    for name, megahertz in (("clk100", 100), ("eth0_rxc", 125), ("eth1_rxc", 125)):
        assert f'FREQUENCY PORT "{name}" {megahertz} MHZ;' in text
    assert set(port_clocks()) < set(pins())
