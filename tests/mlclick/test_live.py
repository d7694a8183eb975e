"""`mlclick live` and `mlclick bench-sharing`: what they print, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mlclick.software import sharing
from mlclick.software.gaps import idle_bins
from tests.mlclick.test_commands import Capture, Patch, run

ENDLESS = "InfiniteSource -> c :: Counter -> Discard;"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: Patch) -> Path:
    """The folder that the commands are called in, with tenants that read no device."""
    folder = tmp_path / "tenants"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.click").write_text(ENDLESS)
    (folder / "policy.toml").write_text("[tenants.a]\nvlan = 1\n[tenants.b]\nvlan = 2\nquota = { cpu_limit = 0.5 }\n")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize(("tenants", "limited"), [("a,b", "0.5"), ("b", "0.5")])
def test_tenants_run_by_themselves_and_are_asked_at_the_end(
    sources: Path, tenants: str, limited: str, monkeypatch: Patch, capsys: Capture
) -> None:
    handlers = [word for name in ("b.limit", "b.time", "b/c.count") for word in ("-h", name)]
    code, said = run(["live", tenants, "--seconds", "0.05", *handlers], monkeypatch, capsys)
    assert code == 0
    told = dict(block.split(":\n") for block in said.strip().split("\n\n"))
    assert told["b.limit"] == limited
    assert int(told["b.time"]) > 0
    assert int(told["b/c.count"]) > 0


def test_what_was_compiled_before_is_not_written_again(sources: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.setenv("MLCLICK_CACHE", str(sources / "cache"))
    command = ["live", "a,b", "--seconds", "0.01", "-h", "a/c.count"]
    assert run(command, monkeypatch, capsys)[0] == 0
    monkeypatch.setattr("swclick.generate.generate", lambda *_, **__: pytest.fail("it is written again"))
    assert run(command, monkeypatch, capsys)[0] == 0


def test_a_pattern_is_of_tenants_too(sources: Path, monkeypatch: Patch, capsys: Capture) -> None:
    code, said = run(["live", "a,b", "--seconds", "0.01", "-h", "?.name"], monkeypatch, capsys)
    assert (code, said) == (0, "a.name:\na\n\nb.name:\nb\n\n")


def test_one_tenant_without_a_limit_has_no_time_of_its_own(sources: Path, monkeypatch: Patch, capsys: Capture) -> None:
    code, said = run(["live", "a", "--seconds", "0.01", "-h", "a/c.count", "-h", "a.time"], monkeypatch, capsys)
    assert code == 1
    assert "no element 'a'" in said


def test_the_bound_and_what_was_split_are_printed(sources: Path, monkeypatch: Patch, capsys: Capture) -> None:
    (sources / "a.click").write_text("s :: InfiniteSource(BURST 4096) -> Paint(1) -> c :: Counter -> Discard;")
    code, said = run(["live", "a,b", "--seconds", "0.5", "--bound", "1", "--verbose"], monkeypatch, capsys)
    assert code == 0
    assert "no run is to take longer than 1 us\n" in said
    assert re.search(r"^a/s :: InfiniteSource: at most \d+ packets? in a run, not 4096: \d+ packets? took [\d.]+ us$", said, re.M)
    assert re.search("^b: ", said, re.M)


def test_one_tenant_alone_has_nothing_split(sources: Path, monkeypatch: Patch, capsys: Capture) -> None:
    _, said = run(["live", "a", "--seconds", "0.01", "-v"], monkeypatch, capsys)
    assert "nothing is split: one tenant without a limit has the processor for itself\n" in said


def test_a_device_that_is_not_there_is_named(sources: Path, monkeypatch: Patch, capsys: Capture) -> None:
    (sources / "a.click").write_text("FromDevice(eth0) -> Discard;")
    (sources / "policy.toml").write_text("[tenants.a]\nvlan = 1\ndevices = { eth0 = 15 }\n[tenants.b]\nvlan = 2\n")
    code, said = run(["live", "a,b"], monkeypatch, capsys)
    assert code == 2
    assert "port15_in :: FromDevice" in said


def test_sharing_is_measured_tenant_by_tenant(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sharing, "WARM", 0.02)
    found = [("two", [sharing.LIMITED, sharing.GREEDY]), ("both", [sharing.GREEDY, sharing.HOG])]
    monkeypatch.setattr(sharing, "scenes", lambda: found)
    code, said = run(["bench-sharing", "--seconds", "0.1"], monkeypatch, capsys)
    assert code == 0
    rows = [line.split()[:2] for line in said.splitlines() if line.startswith(("two ", "both "))]
    assert rows == [["two", "t0"], ["two", "t1"], ["both", "t0"], ["both", "t1"]]
    assert re.search(
        r"^two: rates are within [\d.]+ % \(0.5 % is wanted\); p99.9 gap .* us \(60 us\), .* system took; of an idle loop .* us and .* us;",
        said,
        re.M,
    )
    assert re.search(r"^both: nobody has more than -?[\d.]+ % over its share \(0.5 %\); [\d.]+ % of the thread's time", said, re.M)
    figures = json.loads(Path("build/bench/sharing.json").read_text())
    two, both = figures["runs"]
    assert [row["tenant"] for row in two["rows"]] == ["t0", "t1"]
    assert all(sum(row["share"] for row in scene["rows"]) == pytest.approx(1) for scene in (two, both))
    assert all(row["rate"] > 0 for scene in (two, both) for row in scene["rows"])
    assert two["share_over"] is None and both["rate_off"] is None
    assert both["charged"] > 0


def test_what_was_before_counting_began_is_in_no_figure(tmp_path: Path, monkeypatch: Patch) -> None:
    """Long gaps and long turns of a tenant that has nothing more to do by then."""
    monkeypatch.setattr(sharing, "WARM", 1.0)
    early = "TimedSource(10ms, LIMIT 5) -> c :: Counter -> sink :: Discard;"
    scene = sharing.measure("early", [sharing.GREEDY, early], 0.05, tmp_path)
    greedy, none = scene.rows
    assert (none.rate, none.longest_us, none.gap_us, none.own_gap_us) == (0, 0, 0, 0)
    assert greedy.rate > 0


def test_a_loop_that_has_nothing_to_do_sees_all_packets_that_are_due() -> None:
    assert [sum(bins) for bins in idle_bins(100_000, 0.01)] == [1000, 1000]
