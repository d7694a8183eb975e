"""The SUME's data path: the pins of the module that it replaces, and the reports that decide a build."""

import re
from pathlib import Path

import pytest

from boards.netfpga.build import DoesNotFit, TimingNotMet, check_fit, read_timing
from boards.netfpga.nf_datapath import PORTS, NfDatapath
from boards.netfpga.page_register import ADDRESS_BITS
from hdl.axi_lite import OKAY, SLVERR
from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.register_map import Register
from hdl.tools.verilog import to_verilog
from hdl.tools.yosys import Resources
from hdl.watch import Watched
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from sim.verilated import Verilated

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


class Shell:
    """What stands around the module: frames on its five ports, every other cycle without readiness, and the host's register bus."""

    def __init__(self, top: NfDatapath) -> None:
        self.model = Verilated.from_verilog(to_verilog(Watched(top), "nf_datapath", top.ports), "nf_datapath", "axis_aclk")
        self.received: list[list[tuple[bytes, int]]] = [[] for _ in range(PORTS)]
        self.parts = [b""] * PORTS
        self.tusers: list[int] = [0] * PORTS
        self.model.step(3)
        self.model.set("axis_resetn", 1)
        # Nothing is valid in the first cycle after reset.
        self.model.step()

    def step(self) -> None:
        """A cycle; what leaves is kept with the tuser of its first beat, and tuser must be 0 on the others."""
        for port in range(PORTS):
            ready = (self.model.cycles + port) % 3 != 0
            self.model.set(f"m_axis_{port}_tready", int(ready))
            if ready and self.model.get(f"m_axis_{port}_tvalid"):
                self.take(port)
        self.model.step()

    def take(self, port: int) -> None:
        keep, tuser = self.model.get(f"m_axis_{port}_tkeep"), self.model.get(f"m_axis_{port}_tuser")
        assert self.parts[port] == b"" or tuser == 0
        self.tusers[port] = self.tusers[port] or tuser
        self.parts[port] += self.model.get(f"m_axis_{port}_tdata").to_bytes(32, "little")[: keep.bit_count()]
        if self.model.get(f"m_axis_{port}_tlast"):
            self.received[port].append((self.parts[port], self.tusers[port]))
            self.parts[port], self.tusers[port] = b"", 0

    def send(self, port: int, frame: bytes) -> None:
        for start in range(0, len(frame), 32):
            part = frame[start : start + 32]
            values = {"tdata": int.from_bytes(part, "little"), "tkeep": (1 << len(part)) - 1, "tlast": int(start + 32 >= len(frame))}
            values |= {"tvalid": 1, "tuser": 0 if start else len(frame) | 1 << 16 + 2 * port}
            for name, value in values.items():
                self.model.set(f"s_axis_{port}_{name}", value)
            while not self.model.get(f"s_axis_{port}_tready"):
                self.step()
            self.step()
        self.model.set(f"s_axis_{port}_tvalid", 0)

    def access(self, window: str, address: int, data: int | None = None) -> tuple[int, int]:
        """(data, response) of a read; of a write where there is ``data``."""
        read = data is None
        request = {"ARADDR": address, "ARVALID": 1} if read else {"AWADDR": address, "AWVALID": 1, "WDATA": data, "WSTRB": 15, "WVALID": 1}
        for name, value in {**request, "RREADY": 1, "BREADY": 1}.items():
            self.model.set(f"{window}_AXI_{name}", value or 0)
        self.step()
        for name in ("ARVALID", "AWVALID", "WVALID"):
            self.model.set(f"{window}_AXI_{name}", 0)
        for _ in range(8):
            if self.model.get(f"{window}_AXI_{'RVALID' if read else 'BVALID'}"):
                found = self.model.get(f"{window}_AXI_RDATA"), self.model.get(f"{window}_AXI_{'RRESP' if read else 'BRESP'}")
                self.step()
                return found
            self.step()
        raise AssertionError(f"{window} does not answer")

    def register(self, register: Register) -> int:
        """A register as a driver reads it: the page first."""
        assert self.access("S0", 0, register.address >> ADDRESS_BITS)[1] == OKAY
        words = [self.access("S1", (register.address & (1 << ADDRESS_BITS) - 1) + offset) for offset in (0, 4)]
        assert all(response == OKAY for _, response in words)
        return words[1][0] << 32 | words[0][0]


@pytest.mark.slow
def test_frames_pass_with_the_shell_s_metadata_and_every_register_is_reached_in_its_page(tmp_path: Path) -> None:
    made = core(tmp_path)
    shell = Shell(NfDatapath(made))
    frames = [bytes(12) + b"\x81\x00\x00\x64\x08\x00" + bytes([length]) * length for length in (46, 47, 77, 110, 200)]
    for port in (0, 1):
        for frame in frames:
            shell.send(port, frame)
    for _ in range(400):
        shell.step()
    for port in (0, 1):
        assert shell.received[port] == [(frame, len(frame) | 1 << 24 + 2 * port) for frame in frames]
    assert shell.received[2:] == [[], [], []]
    values = {register.name: shell.register(register) for register in made.registers}
    assert {register.address >> ADDRESS_BITS for register in made.registers} == {0, 1}
    assert values["port0/accepted"] == values["port1/accepted"] == values["port0/sent"] == values["port1/sent"] == len(frames)
    assert values["port0/sent_bytes"] == sum(map(len, frames))
    for window, address in (("S0", 4), ("S2", 0), ("S1", 0xFF8)):
        assert shell.access(window, address) == (0, SLVERR)
    assert shell.access("S2", 0, 1)[1] == SLVERR


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
