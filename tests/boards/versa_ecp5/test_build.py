"""Real bitstreams by the real tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from boards.versa_ecp5 import build as module
from boards.versa_ecp5.build import ATTEMPTS, BuildError, Placed, Progress, build, place
from boards.versa_ecp5.report import PlaceReport, TimingError, Usage
from boards.versa_ecp5.top import VersaTop
from hdl.tools.yosys import YosysError
from tests.boards.versa_ecp5.loopback import Loopback
from tests.boards.versa_ecp5.test_report import report

# Four multiplications in a row, at 100 MHz.
SLOW = """
module versa(input clk100, input rst_n, output reg [7:0] led);
  reg [15:0] a; reg [63:0] b;
  always @(posedge clk100) begin
    a <= {a[14:0], rst_n};
    b <= (((a * a + 3) * a + 5) * a + b) * (a + 7);
    led <= b[63:56] ^ b[7:0];
  end
endmodule
"""


@pytest.mark.heavy
@pytest.mark.slow
def test_the_board_with_a_loopback_becomes_a_bitstream_with_all_clocks_met(tmp_path: Path) -> None:
    """That it is met is shown in the suite by the short form of the README's example of this board, which has this core; that the bytes
    are the same again, here."""
    lines: list[str] = []
    result = build(VersaTop(Loopback()), tmp_path, lines.append)
    assert lines[:-1] == [
        "Verilog",
        "synthesis (Yosys)",
        "place and route (nextpnr)",
        "placed and routed, all clocks met",
        "bitstream (ecppack), read back (ecpunpack)",
    ]
    assert sorted(clock.constraint for clock in result.place.clocks) == [62.5, 125, 125, 125]
    assert all(clock.met for clock in result.place.clocks)
    assert 0 < result.place.lut.used < 7000
    assert 0 < result.place.bram.used < 16
    assert result.bitstream == tmp_path / "versa.bit"
    assert b"LFE5UM5G-45F" in result.bitstream.read_bytes()[:200]
    unpacked = result.unpacked.read_text()
    assert unpacked.startswith(".device LFE5UM5G-45F\n")
    assert "EHXPLL" in unpacked
    again = build(VersaTop(Loopback()), tmp_path / "again", lines.append)
    assert again.bitstream.read_bytes() == result.bitstream.read_bytes()


@pytest.mark.slow
def test_a_clock_that_is_too_slow_leaves_a_report_and_no_bitstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Placed once, where `build` would place it `ATTEMPTS` times, as tests below say with a placer's stand-in."""
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    (tmp_path / "versa.bit").write_text("of an earlier build")
    lines: list[str] = []
    with pytest.raises(TimingError, match=r"^timing is not met: \S*clk100\S* reaches \d+\.\d\d MHz of 100 MHz\. "):
        build(SLOW, tmp_path, lines.append)
    assert lines == ["synthesis (Yosys)", "place and route (nextpnr)"]
    assert not (tmp_path / "versa.bit").exists()
    assert json.loads((tmp_path / "report.json").read_text())["fmax"]


def test_a_placement_that_is_too_slow_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    lines: list[str] = []

    def fast_with_the_third(netlist: str, out: Path, progress: Progress, seed: int) -> Placed:
        seeds.append(seed)
        if seed < 3:
            raise TimingError("too slow")
        return Placed(netlist, PlaceReport((), *[Usage(0, 1)] * 4))

    monkeypatch.setattr(module, "_placed", fast_with_the_third)
    assert place("netlist", tmp_path, lines.append).configuration == "netlist"
    assert seeds == [1, 2, 3]
    assert lines == ["with seed 1 too slow; placing again", "with seed 2 too slow; placing again"]


MET = {"core": (80.0, 62.5), "rx0": (130.0, 125.0), "rx1": (140.0, 125.0), "tx": (126.0, 125.0)}


class Tool:
    """A placer that fails, for want of speed or for something else, with its report."""

    def __init__(self, clocks: dict[str, tuple[float, float]]) -> None:
        self.text = report(**clocks)
        self.runs = 0

    def __call__(self, tool: str, arguments: Sequence[str], folder: Path) -> None:
        self.runs += 1
        (folder / "report.json").write_text(self.text)
        (folder / "place.log").write_text("the end")
        raise BuildError(f"{tool} ended with status 1")


def test_what_was_placed_too_slow_is_not_placed_in_vain_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "_run", slow := Tool(MET | {"core": (60.0, 62.5)}))
    for folder in ("once", "again"):
        lines: list[str] = []
        (tmp_path / folder).mkdir()
        with pytest.raises(TimingError, match=r"^timing is not met: core reaches 60\.00 MHz of 62\.5 MHz\. "):
            place("netlist", tmp_path / folder, lines.append)
        assert [line[:30] for line in lines if line != "place and route (nextpnr)"] == [
            "with seed 1 timing is not met:",
            "with seed 2 timing is not met:",
        ]
        assert (tmp_path / folder / "place.log").read_text() == "the end"
    assert slow.runs == ATTEMPTS


def test_a_placer_that_fails_with_all_clocks_met_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "_run", Tool(MET))
    with pytest.raises(BuildError, match=r"^run_nextpnr_ecp5 ended with status 1$"):
        place("netlist", tmp_path, lambda line: None)
    assert json.loads((tmp_path / "report.json").read_text())["fmax"]


def test_tools_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(YosysError, match="syntax error"):
        build("module versa(; endmodule", tmp_path, lambda line: None)
    unplaced = "module versa(input clk100, output nowhere); assign nowhere = clk100; endmodule"
    with pytest.raises(BuildError, match=r"nextpnr_ecp5 ended with status \d+:\n(.|\n)*nowhere"):
        build(unplaced, tmp_path, lambda line: None)
