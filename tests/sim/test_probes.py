"""Models with a probe: what lines and toggles they have seen, and waveforms of the cycles that are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hdl.tools.verilog import to_located_verilog, to_verilog
from sim.constant_bits import constant_bits
from sim.coverage import CONSTANT, Hole, Ledger, block_targets, collect, percent_of
from sim.shim import Probe
from sim.verilated import Verilated
from sim.verilator import named_alone
from tests.sim.designs import Counter, WideAdder


def counter(probe: Probe) -> Verilated:
    return Verilated.from_verilog(to_verilog(Counter(limit=200), "counter"), "counter", probe=probe)


def counted(cycles: int) -> Ledger:
    """A counter of eight bits that has counted so far."""
    ledger = Ledger()
    with counter("coverage") as model:
        model.reset()
        model.set("en", 1)
        model.step(cycles)
        ledger.take(model)
    return ledger


def holes(ledger: Ledger, constants: frozenset[tuple[str, int]] = frozenset()) -> list[Hole]:
    verilog, places = to_located_verilog(Counter(limit=200), "counter")
    return [hole for hole in collect(ledger, verilog, places, {}, constants).holes if hole.kind == "toggle"]


def test_what_a_model_has_not_reached_is_named_with_its_bits_and_its_source_line() -> None:
    found = holes(counted(5))
    # It has been at 5: bit 2 has risen and not fallen, and those above have not moved.
    assert [(hole.module, hole.what, hole.points) for hole in found] == [
        ("counter", "count[2] never falls", 1),
        ("counter", "count[7:3] stays", 10),
        ("counter", "en never falls", 1),
        ("counter", "next_count[2] never falls", 1),
        ("counter", "next_count[7:3] stays", 10),
    ]
    count = found[0]
    source = Path(count.source.partition(":")[0])
    assert source == Path("tests/sim/designs.py")
    line = (Path(__file__).parents[2] / source).read_text().splitlines()[int(count.source.partition(":")[2]) - 1]
    assert "count" in line


def test_runs_add_up_and_what_is_taken_is_not_taken_again() -> None:
    ledger = Ledger()
    with counter("coverage") as model:
        model.reset()
        model.set("en", 1)
        model.step(5)
        lines, toggles = ledger.take(model)
        assert ledger.take(model)[1] == 0
        model.step(100)
        more = ledger.take(model)[1]
        model.set("en", 0)
        model.step(2)
        ledger.take(model)
    assert 0 < toggles < more < 100 == lines
    bits = ("[6] never falls", "[7] stays")
    assert [hole.what for hole in holes(ledger)] == [f"{name}{bit}" for name in ("count", "next_count") for bit in bits]
    (reached, of_lines), (risen, of_toggles) = ledger.figures()
    assert reached == of_lines > 0
    assert of_toggles - risen == 6


def test_a_model_of_another_design_is_not_added() -> None:
    ledger = counted(1)
    with (
        Verilated.from_verilog(to_verilog(WideAdder(), "adder"), "adder", probe="coverage") as other,
        pytest.raises(ValueError, match=r"^the model is of another design than those before$"),
    ):
        ledger.take(other)


CONSTANT_BITS = """
module top(input clk, input [3:0] a, output [3:0] b, output reg [1:0] c);
  wire [3:0] half = a & 4'h3;
  assign b = half;
  always @(posedge clk) c <= half[3:2];
  always @(posedge clk) assert (a != 4'hf);
endmodule
"""


def test_bits_that_the_netlist_makes_constant_are_holes_with_that_reason() -> None:
    found = constant_bits(CONSTANT_BITS, "top")
    assert {bit for bit in found if bit[0] == "top.half"} == {("top.half", 2), ("top.half", 3)}
    high = frozenset({("counter.count", place) for place in (7, 6)})
    assert [(hole.what, hole.reason) for hole in holes(counted(5), high)][:3] == [
        ("count[2] never falls", ""),
        ("count[5:3] stays", ""),
        ("count[7:6] stays", CONSTANT),
    ]


def test_a_line_of_a_block_is_told_by_the_signal_and_the_source_of_what_the_block_makes() -> None:
    verilog, places = to_located_verilog(Counter(limit=200), "counter")
    lines = verilog.split("\n")
    found = block_targets(lines, places)
    [at] = [number for number, line in enumerate(lines, 1) if line.strip() == "if (en) begin"]
    # The block makes what the register takes next, which has no name.
    assert found[at][0] == "count"
    assert found[at][1].startswith("tests/sim/designs.py:")
    assert not any(number in found for number, line in enumerate(lines, 1) if line.startswith("  assign"))


def test_the_holes_of_runs_that_reach_nothing_are_all_that_there_is() -> None:
    ledger = counted(5)
    assert ledger.untouched().figures() == ((0, ledger.figures()[0][1]), (0, ledger.figures()[1][1]))
    assert "count[7:0] stays" in [hole.what for hole in holes(ledger.untouched())]
    assert ledger.figures()[0][0] > 0


CHOICES = """
module top(input clk, input a, input b, output reg c, output d);
  always @(posedge clk)
    if (a) c <= b;
  assign d = a ? b : c;
endmodule
"""


@pytest.mark.parametrize(
    ("a", "said"),
    [
        (0, ["assign d = a ? b : c; (never the first)", "if (a) c <= b;"]),
        (1, ["assign d = a ? b : c; (never the second)", "if (a) c <= b; (never otherwise)"]),
    ],
)
def test_a_branch_that_was_never_taken_is_told_from_the_other(a: int, said: list[str]) -> None:
    ledger = Ledger()
    with Verilated.from_verilog(CHOICES, "top", probe="coverage") as model:
        model.set("a", a)
        model.step(3)
        ledger.take(model)
    assert sorted({hole.what for hole in collect(ledger, CHOICES, {}, {}).holes if hole.kind == "line"}) == said


def test_what_another_ledger_has_is_added_whichever_has_taken_something() -> None:
    five, hundred = counted(5), counted(100)
    together = Ledger()
    together.add(Ledger())
    assert together.points == ()
    for each in (five, Ledger(), hundred):
        together.add(each)
    assert (together.counts == five.counts + hundred.counts).all()
    assert together.figures() == hundred.figures()
    assert holes(together) == holes(hundred)
    # The others are as they were.
    assert holes(five) == holes(counted(5))


def test_what_a_model_of_another_design_has_is_not_added() -> None:
    other = Ledger()
    with Verilated.from_verilog(CHOICES, "top", probe="coverage") as model:
        other.take(model)
    with pytest.raises(ValueError, match=r"^the model is of another design than those before$"):
        other.add(counted(5))


def test_percentages_are_rounded_down() -> None:
    assert percent_of(np.array([1] * 29_999 + [0], dtype=np.uint64)) == 99.99
    assert percent_of(np.array([1, 1, 0], dtype=np.uint64)) == 66.66
    assert percent_of(np.ones(7, dtype=np.uint64)) == percent_of(np.ones(0, dtype=np.uint64)) == 100


def test_nets_without_a_name_and_memories_have_no_probe_and_lines_stay() -> None:
    text = (
        "    if (\\$auto$verilog_backend.cc:1:dump_module$1 ) begin end\n  wire [3:0] \\$12 ;\n  reg [3:0] \\$auto$1  = 0;\n"
        "  reg [7:0] words [15:0];\n  wire [3:0] named;\n  reg \\named$3 = 0;\n"
    )
    lines = named_alone(text, "coverage").split("\n")
    off = ["/*verilator coverage_off*/" in line for line in lines]
    assert off == [True, True, True, True, False, False, False]
    assert [line.replace("/*verilator coverage_off*/", "").replace("/*verilator coverage_on*/", "") for line in lines] == text.split("\n")


def test_a_waveform_has_the_cycles_that_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "count.vcd"
    with counter("trace") as model:
        model.reset()
        model.set("en", 1)
        with model.traced(path, 3, 5):
            model.step(20)
        assert model.get("count") == 20
    text = path.read_text()
    assert [int(line[1:]) for line in text.splitlines() if line.startswith("#")] == [30, 35, 40, 45, 50, 55]
    [name] = {line.split()[3] for line in text.splitlines() if " count [7:0] " in line}
    assert [line.split()[0] for line in text.splitlines() if line.endswith(f" {name}") and line.startswith("b")] == [
        f"b{value:08b}" for value in (3, 4, 5, 6)
    ]


def test_the_located_text_is_the_same_text() -> None:
    located, places = to_located_verilog(Counter(limit=200), "counter")
    assert located == to_verilog(Counter(limit=200), "counter")
    assert places
    assert "tests/sim/designs.py:16" in places.values()
    # Wherever the project and its libraries lie.
    assert not any(place.startswith("/") for place in places.values())
