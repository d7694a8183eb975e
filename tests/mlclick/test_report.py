"""What `mlclick plan` prints of the policy's budgets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlclick import cli

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
