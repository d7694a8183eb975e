"""The SUME's data path in the shell: its module, frames by all its ways, registers, and the reports that decide a build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from boards.netfpga import nf_datapath
from boards.netfpga.build import DoesNotFit, TimingNotMet, check_fit, read_timing
from boards.netfpga.nf_datapath import HOST, NfDatapath
from boards.netfpga.page_register import ADDRESS_BITS
from boards.netfpga.shell_module import DATAPATH, shell_module, sume_verilog
from hdl.axi_lite import OKAY, SLVERR
from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.meta import SHIM_BYTES, SHIM_ETHERTYPE, SHIM_VERSION
from hdl.tools.verilog import to_verilog
from hdl.tools.yosys import Resources, YosysError, run_yosys
from mlclick.design import Source, Split
from mlclick.flow import build_core, merge_tenants, rates_of, split
from sim.verilator import VerilatorError, build_library
from tests.boards.netfpga.shell import Shell, instance, source_bit, summary

POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0, eth1 = 1, eth2 = 2, eth3 = 3 }\n"
# From port 0 to 1 and from 1 to 0 in hardware, from 2 to 3 by the host.
TEXT = """
FromDevice(eth0) -> Queue -> ToDevice(eth1);
FromDevice(eth1) -> Queue -> ToDevice(eth0);
FromDevice(eth2) -> Print -> Queue -> ToDevice(eth3);
"""


def small_split(folder: Path) -> Split:
    (folder / "policy.toml").write_text(POLICY)
    (folder / "a.click").write_text(TEXT)
    merged = merge_tenants(Source(("a",), folder))
    return split(merged, rates_of(merged, None), ports=HOST)


def core(design: Split) -> Core:
    return build_core(design, DatapathParameters(256, HOST, budget=5))


def elaborate(verilog: str) -> None:
    run_yosys("read_verilog top.v; hierarchy -check -top top", {"top.v": verilog}, [])


def empty_datapath(top: NfDatapath) -> str:
    """A module of the data path's name and pins, with nothing inside, and the shell's module around it."""
    pins = ", ".join(f"{'output' if p.leaves else 'input'} [{len(p.signal) - 1}:0] {p.signal.name}" for p in top.pins)
    return f"{shell_module(top.pins)}module {DATAPATH}({pins}); endmodule\n"


@contextmanager
def refused(name: str) -> Iterator[None]:
    """Elaboration ends with the name of a module that there is not."""
    with pytest.raises((YosysError, VerilatorError), match=rf"[mM]odule.*mlclick_{name}\b"):
        yield


def test_the_shell_s_instance_elaborates(tmp_path: Path) -> None:
    elaborate(sume_verilog(NfDatapath(core(small_split(tmp_path)))) + instance())


def test_parameters_that_the_data_path_is_not_made_for_end_elaboration_by_name(tmp_path: Path) -> None:
    verilog = empty_datapath(NfDatapath(core(small_split(tmp_path))))
    for width in (12, 16, 32):
        elaborate(verilog + instance(C_S_AXI_ADDR_WIDTH=width, C_S_AXI_DATA_WIDTH=32, C_BASEADDR=0x44010000))
    for name, required, wrong in (
        ("C_M_AXIS_DATA_WIDTH", 256, 512),
        ("C_S_AXIS_DATA_WIDTH", 256, 64),
        ("C_M_AXIS_TUSER_WIDTH", 128, 64),
        ("C_S_AXIS_TUSER_WIDTH", 128, 256),
        ("C_S_AXI_DATA_WIDTH", 32, 64),
        ("NUM_QUEUES", 5, 4),
    ):
        with refused(f"{name}_must_be_{required}"):
            elaborate(verilog + instance(**{name: wrong}))
    with refused("C_S_AXI_ADDR_WIDTH_must_be_12_or_more"):
        elaborate(verilog + instance(C_S_AXI_ADDR_WIDTH=8))
    with refused("NUM_QUEUES_must_be_5"):
        build_library(verilog + instance(NUM_QUEUES=8), "top", "axis_aclk")


def frames_of(port: int) -> list[bytes]:
    """Frames of the tenant, none like those of another port."""
    head = bytes((2, 0, 0, 0, 9, port, 2, 0, 0, 0, 8, port)) + b"\x81\x00\x00\x64\x08\x00"
    return [head + bytes([16 * port + number]) * length for number, length in enumerate((46, 47, 77, 110, 200 + port))]


@pytest.mark.slow
def test_frames_pass_with_the_shell_s_metadata_and_every_register_is_reached_in_its_page(tmp_path: Path) -> None:
    design = small_split(tmp_path)
    made = core(design)
    shell = Shell(NfDatapath(made))
    frames = [frames_of(port) for port in range(3)]
    for port, mine in enumerate(frames):
        for each in mine:
            shell.send(port, each)
    shell.run(400)

    def out(port: int, sent: list[bytes]) -> list[tuple[bytes, int]]:
        return [(frame, len(frame) | source_bit(port) << 24) for frame in sent]

    assert shell.received[0] == out(0, frames[1])
    assert shell.received[1] == out(1, frames[0])
    assert shell.received[2:HOST] == [[], []]
    # What goes to software leaves by the DMA with the shim in front, and comes back by it.
    crossed = [frame for frame, _ in shell.received[HOST]]
    assert shell.received[HOST] == out(HOST, crossed)
    ways = {crossing.number: crossing for crossing in design.crossings}
    [back] = [crossing for crossing in design.crossings if not crossing.to_software]
    for frame, original in zip(crossed, frames[2], strict=True):
        assert (int.from_bytes(frame[:2], "big"), frame[2], frame[3]) == (SHIM_ETHERTYPE, SHIM_VERSION, 0)
        way = ways[int.from_bytes(frame[4:6], "big")]
        assert way.to_software
        assert frame[SHIM_BYTES + way.headroom :] == original[:12] + original[16:]
        assert int.from_bytes(frame[14:16], "big") == len(frame) - SHIM_BYTES
        # Software that changes nothing: the tag's room in front of the frame is what hardware expects back.
        assert back.headroom == way.headroom == 4
        shell.send(HOST, frame[:4] + back.number.to_bytes(2, "big") + frame[6:])
    shell.run(400)
    assert shell.received[3] == out(3, frames[2])
    assert [len(each) for each in shell.received] == [5, 5, 0, 5, 5]

    values = {register.name: shell.register(register) for register in made.registers}
    assert {register.address >> ADDRESS_BITS for register in made.registers} == {0, 1}
    assert shell.overtaken
    assert shell.bridge.orders == {"AW", "W", "AW and W"}
    assert {response for _, response in shell.bridge.answers["B"]} == {OKAY}
    for name, left in (("port0", frames[1]), ("port1", frames[0]), ("port3", frames[2]), ("host", crossed)):
        assert (values[f"{name}/sent"], values[f"{name}/dropped"]) == (len(left), 0), name
    assert [values[f"{name}/accepted"] for name in ("port0", "port1", "port2", "port3", "host")] == [5, 5, 5, 0, 5]
    assert values["port0/sent_bytes"] == sum(map(len, frames[1])) != sum(map(len, frames[0])) == values["port1/sent_bytes"]

    # There are two pages, and nothing else to write or read.
    assert shell.write("S0", 0, 1) == OKAY
    for page in (2, 3, 1 << 31 | 1):
        assert shell.write("S0", 0, page) == SLVERR
        assert shell.read("S0", 0) == (1, OKAY)
    for window, address in (("S0", 4), ("S2", 0), ("S1", 0xFF8)):
        assert shell.read(window, address) == (0, SLVERR)
    assert shell.write("S2", 0, 1) == SLVERR


@pytest.mark.parametrize("mode", ["shared", "strict"])
def test_t18_what_the_shell_says_of_a_frame_s_length_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """A wrong length in the metadata, or garbage in it behind the first beat, can change nothing: no part of the module reads it. Frames
    are measured where they come in, and what leaves says what was measured."""
    monkeypatch.setitem(globals(), "POLICY", f'[machine]\nmode = "{mode}"\n{POLICY}')
    verilog = to_verilog(top := NfDatapath(core(small_split(tmp_path))), DATAPATH, top.ports)
    # Behind the list of ports is what reads them.
    top_body = verilog[verilog.index(");", verilog.index(f"module {DATAPATH}(")) :].splitlines()
    for port in range(HOST + 1):
        used = [line.strip() for line in top_body if re.search(rf"\bs_axis_{port}_tuser\b", line)]
        assert used == [f"input [127:0] s_axis_{port}_tuser;", f"wire [127:0] s_axis_{port}_tuser;"]
        assert sum(f"s_axis_{port}_tkeep" in line for line in top_body) > 2


def test_a_core_with_more_registers_than_pages_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = core(small_split(tmp_path))
    assert len(made.axi.araddr) == 13
    monkeypatch.setattr(nf_datapath, "BUS_BITS", 12)
    with pytest.raises(ValueError, match=r"^the core's registers take 13 address bits, and the SUME's pages have 12$"):
        NfDatapath(made)


def test_a_core_that_is_too_large_is_refused_by_name() -> None:
    used = Resources(lut=500_000, lutram=0, ff=10, bram18=1, uram=0, bram_bits=0, dsp=0, cells={})
    with pytest.raises(DoesNotFit, match="500000 LUTs of 433200"):
        check_fit(used)


def test_the_timing_report_decides() -> None:
    assert read_timing(summary("0.113", "0.021")) == {"setup": 0.113, "hold": 0.021}
    assert read_timing(summary("0.000", "0.000")) == {"setup": 0.0, "hold": 0.0}


@pytest.mark.parametrize(
    ("setup", "hold", "lacks"),
    [
        ("-0.250", "0.021", "0.250 ns of setup"),
        ("0.113", "-0.004", "0.004 ns of hold"),
        ("-1.500", "-0.004", "1.500 ns of setup and 0.004 ns of hold"),
    ],
)
def test_a_negative_slack_of_either_kind_is_refused(setup: str, hold: str, lacks: str) -> None:
    with pytest.raises(TimingNotMet, match=rf"^timing is not met: the design lacks {lacks}$"):
        read_timing(summary(setup, hold))


@pytest.mark.parametrize("report", ["", "WNS(ns)", summary("NA", "NA"), summary("0.113", "NA"), "    WNS(ns)\n    -------\n    0.113\n"])
def test_a_timing_report_without_both_slacks_tells_nothing(report: str) -> None:
    assert read_timing(report) is None
