"""The benchmark of tenants: what is measured of each number of them, and what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlclick.cli import app
from mlclick.software import tenants
from mlclick.software.engines import Engine, RunFails
from mlclick.software.tenants import Crowd, measure_crowds


@pytest.mark.slow
def test_it_times_starts_and_packets_of_each_number_of_tenants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLCLICK_DATA", raising=False)
    done = CliRunner().invoke(app, ["bench-tenants", "--packets", "2000", "--rounds", "2", "--tenants", "1", "--tenants", "3"])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["tenants", "first", "start", "second", "start", "ns/packet", "times", "1"]
    rows = [re.fullmatch(r" +(\d+) +\d+\.\d\d s +\d+\.\d\d s +\d+\.\d +(\d+\.\d\d)", line) for line in lines[1:3]]
    assert [row and row[1] for row in rows] == ["1", "3"]
    assert rows[0] is not None and rows[0][2] == "1.00"
    assert lines[3:] == ["figures: build/bench/tenants.json"]
    found = json.loads((tmp_path / "build/bench/tenants.json").read_text())
    assert (found["packets"], found["rounds"]) == (2000, 2)
    for row, count in zip(found["rows"], (1, 3), strict=True):
        assert row["tenants"] == count
        assert len(row["runs"]) == 2
        assert row["ns_per_packet"] == sum(row["runs"]) / 2 > 0
        assert row["times_first"] == pytest.approx(row["ns_per_packet"] / found["rows"][0]["ns_per_packet"])
        assert min(row["second_start"], row["first_start"]) > 0


def test_a_row_says_the_median_of_its_runs() -> None:
    assert Crowd(1, runs=[3.0, 1.0, 90.0]).time == 3.0


def test_an_engine_that_fails_ends_the_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Engine):
        def run(self, file: Path, limit: int, burst: int, handler: str | None = None) -> str:
            raise RunFails(f"{self.name} ended with 1")

    monkeypatch.setattr(tenants, "ours", lambda: Broken("mlclick", ("false",)))
    with pytest.raises(RunFails, match="mlclick ended with 1"):
        measure_crowds((1,), 10, 1, tmp_path, lambda _: None)
