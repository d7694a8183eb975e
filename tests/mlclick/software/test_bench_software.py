"""The benchmark of the software engine: its configurations, what it is fed, how it compares, and what it says."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from elements.reference.machine import Machine as Reference
from graph.diagnostics import ClickError
from graph.load import load_text
from mlclick import cli
from mlclick.cli import app
from mlclick.software import frames, inputs
from mlclick.software.clock import make_clock
from mlclick.software.command import lines_of
from mlclick.software.compare import difference, read_outputs, settled
from mlclick.software.configurations import Configuration, configurations, crowd
from mlclick.software.measure import Row
from swclick.machine import Machine as Compiled

Capture = pytest.CaptureFixture[str]
LARGE = 60
SENT = 150


@pytest.fixture(autouse=True)
def generated(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MLCLICK_DATA", "CLICK", "FASTCLICK"):
        monkeypatch.delenv(variable, raising=False)


def all_in_one(chosen: list[Configuration], folder: Path, into: Path) -> str:
    """Each configuration a compound of its own, whose sinks write to a folder of its own."""
    lines = []
    for number, each in enumerate(chosen):
        (into / each.name).mkdir(parents=True)
        lines.append(f"k{number} :: {{ {each.compared(folder, into / each.name, driven=False)} }};")
    return "\n".join(lines)


COMPILED = ("floor", "null10", "classifier8", "router-radix-10", "lean-60", "filter20", "nat-1k", "queue-1")


def test_configurations_send_the_same_by_the_reference_and_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each family: a graph of all takes long to compile."""
    # Relative names are the same text each time, which is compiled once.
    monkeypatch.chdir(tmp_path)
    chosen = [each for each in configurations(LARGE) if each.name in COMPILED]
    assert {each.name for each in chosen} == {*COMPILED}
    for each in chosen:
        assert each.missing() == []
        each.write_captures(Path())
    texts = {side: all_in_one(chosen, Path(), Path(side)) for side in ("reference", "compiled")}
    graphs = {side: load_text(text, side, None, {"limit": str(SENT), "burst": "1"}) for side, text in texts.items()}
    reference, compiled = Reference(graphs["reference"]), Compiled(graphs["compiled"])
    for now in range(1, 4):
        reference.settle(now)
        compiled.settle(now)
    compiled.close()
    for each in chosen:
        found = {side: read_outputs(Path(side) / each.name) for side in texts}
        assert difference(found["compiled"], found["reference"]) == "", each.name
        # Of rules half deny; of the odd frames some are dropped.
        assert sum(map(len, found["reference"].values())) >= SENT // 3, each.name


def test_what_a_configuration_needs_and_is_not_there_is_known() -> None:
    one = next(configurations(LARGE))
    assert one.missing() == []
    assert replace(one, body="src -> Nonesuch -> a :: Another -> PUSH(out);").missing() == ["Another", "Nonesuch"]


def test_captures_and_routes_are_the_same_each_time() -> None:
    made = {each.capture: each.make for each in configurations(LARGE) if not each.capture.startswith("crowd")}
    sums = {name: zlib.crc32(b"".join(make())) for name, make in made.items()}
    assert sums == SUMS
    assert len(set(inputs.many_prefixes(3000))) == 3000
    assert inputs.many_prefixes(3000)[:100] == inputs.many_prefixes(100)


SUMS = {
    "filtered": 3229746442,
    "flows1k": 1559020411,
    "flows50k": 1487773684,
    "mixed": 2853050947,
    "routed10": 2367649258,
    "routed60": 1575654558,
}


def test_a_crowd_of_tenants_comes_in_runs_and_each_has_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlclick.software.configurations.CROWD", 640)
    made = crowd(10, 32)
    owners = [int.from_bytes(frame[14:16], "big") for frame in made]
    assert owners[:100] == [vlan for vlan in range(1, 11) for _ in range(frames.NEXT_HOPS)]
    assert all(len(set(owners[at : at + 32])) == 1 for at in range(100, 740, 32))
    assert len(set(owners[100:])) > 3
    assert len({*map(len, crowd(2, 1)[20:])}) == 1


def test_checksums_of_what_is_made_are_right() -> None:
    for frame in (frames.udp_frame(1, 2, (3, 4)), frames.tcp_frame(1 << 31, 2, (3, 4)), *frames.routed(random.Random(1), [(0, 8)], 3)):
        assert frames.checksum(frame[14:34]) == 0
        pseudo = frame[26:34] + bytes((0, frame[23])) + (len(frame) - 34).to_bytes(2, "big")
        assert frames.checksum(pseudo + frame[34:]) == 0
        assert len(frame) == 60


def test_real_tables_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fib").mkdir()
    (tmp_path / "acl").mkdir()
    (tmp_path / "fib" / "x_rtr_route.txt").write_text(
        "Prefix Next Interface\n0.0.0.0/0 1.2.3.4 a\n171.64.0.0/14 drop\n10.1.0.0/16 1.2.3.4 a\n171.66.1.0/24 1.2.3.4 b\n"
    )
    (tmp_path / "acl" / "acl1_1k").write_text(
        "@1.2.3.4/32\t5.6.7.0/24\t0 : 65535\t1550 : 1550\t0x06/0xFF\t0x0000/0x0200\t\n"
        "@1.2.3.4/32\t5.6.7.0/24\t0 : 65535\t0 : 65535\t0x01/0xFF\t0x0000/0x0000\t\n"
        "@1.2.0.0/16\t5.6.7.8/32\t0 : 65535\t10 : 20\t0x11/0xFF\t0x0000/0x0000\t\n"
    )
    monkeypatch.setenv("MLCLICK_DATA", str(tmp_path))
    found = inputs.many_prefixes(50)
    assert found[:2] == [(frames.address("171.64.0.0"), 14), (frames.address("171.66.1.0"), 24)]
    assert sum(frames.address("171.64.0.0") <= network < frames.address("171.68.0.0") for network, _ in found) > 10
    assert inputs.routes_of(found)[:3] == ["10.0.0.1/32 0", "171.64.0.0/14 172.16.0.0 1", "171.66.1.0/24 172.16.0.1 2"]
    assert [rule.text() for rule in inputs.rules(20)] == [
        "src net 1.2.3.4/32 and dst net 5.6.7.0/24 and tcp and dst port 1550",
        "src net 1.2.0.0/16 and dst net 5.6.7.8/32 and udp and dst port >= 10 and dst port <= 20",
    ]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            None,
            "acl1_1k:1:1: error: the rules of MLCLICK_DATA cannot be read: No such file or directory\n  set MLCLICK_DATA to a folder with",
        ),
        (b"\xff", "acl1_1k:1:1: error: the rules of MLCLICK_DATA cannot be read: it is not UTF-8\n  set MLCLICK_DATA to a"),
        (
            b"@1.2.3.4/32\t5.6.7.0/24\t0 : 65535\t1 : 1\t0x06/0xFF\t0/0\nrule\n",
            "acl1_1k:2:1: error: this is no rule\n  six columns with tabs between them are wanted, as ClassBench has them",
        ),
    ],
)
def test_data_without_rules_is_said(rules: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acl").mkdir()
    if rules is not None:
        (tmp_path / "acl" / "acl1_1k").write_bytes(rules)
    monkeypatch.setenv("MLCLICK_DATA", str(tmp_path))
    done = CliRunner().invoke(app, ["bench-software", "--only", "filter20"])
    assert isinstance(done.exception, ClickError)
    assert str(done.exception).startswith(f"{tmp_path}/acl/{said}")


def test_a_folder_of_data_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCLICK_DATA", str(tmp_path / "x"))
    done = CliRunner().invoke(app, ["bench-software", "--only", "filter20"])
    assert str(done.exception) == (
        f"error: MLCLICK_DATA names the folder {tmp_path}/x, which is not there\n  set MLCLICK_DATA to a folder with acl/acl1_1k and "
        "fib/*_route.txt, or unset it: inputs are made from a seed then"
    )


def test_only_identifications_of_icmp_errors_may_differ() -> None:
    def error(identification: int, kind: int = 11, ttl: int = 64) -> bytes:
        return frames.ip_frame(1, 2, bytes((kind, 0)) + bytes(30), protocol=frames.ICMP, identification=identification, ttl=ttl)

    assert settled(error(1)) == settled(error(2)) == settled(error(1)[14:])[:0] + settled(error(7))
    assert settled(error(1)[14:]) == settled(error(2)[14:])
    assert settled(error(1)) != settled(error(1, ttl=63))
    for frame in (error(1, kind=0), frames.udp_frame(1, 2, (3, 4), 9), b"", bytes(14), error(1)[:30]):
        assert settled(frame) == frame


def test_a_difference_is_told_with_its_place() -> None:
    assert difference({"a": [b"x"], "b": []}, {"a": [b"x"], "b": []}) == ""
    assert difference({"a": [b"x", b"yz"]}, {"a": [b"x", b"yy"]}) == "packet 1 of a differs at byte 1 (2 and 2 bytes)"
    assert difference({"a": [b"x"]}, {"a": [b"xy"]}) == "packet 0 of a differs at byte 1 (1 and 2 bytes)"
    assert difference({"a": [b"x"], "b": [b"y"]}, {"a": [b"x"]}) == "b has 1 and 0 packets"


def called(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["mlclick", "bench-software", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_the_engine_alone_is_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, _ = called(["--packets", "2000", "--rounds", "1", "--only", "floor"], monkeypatch, capsys)
    assert code == 0, said
    lines = said.splitlines()
    assert re.fullmatch(r"floor +\d+\.\d", lines[2])
    assert lines[3:] == ["figures: build/bench/software.json", "plot: build/bench/software.svg"]
    [found] = json.loads((tmp_path / "build/bench/software.json").read_text())["configurations"]
    assert found["configuration"] == "floor"
    assert found["ns_per_packet"]["mlclick"] > 0
    assert "floor" in (tmp_path / "build/bench/software.svg").read_text()


def test_a_click_is_timed_beside_it_with_either_clock_and_must_send_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLICK", program(tmp_path / "click", 'echo "$LD_PRELOAD" >> seen; [ -n "$LD_PRELOAD" ] && echo 40000 || echo 80000'))
    code, said, _ = called(["--packets", "2000", "--rounds", "1", "--only", "floor"], monkeypatch, capsys)
    assert code == 1
    assert re.match(r"a question for the time: as shipped \d+\.\d ns, the kernel's coarse one \d+\.\d ns, every 256th \d+\.\d ns; ", said)
    assert re.search(r"^floor +\d+\.\d +40\.0 +\d+\.\dx +20\.0 +\d+\.\dx$", said, re.MULTILINE), said
    assert "    OUTPUTS DIFFER from click's: out has 1000 and 0 packets\n" in said
    [found] = json.loads((tmp_path / "build/bench/software.json").read_text())["configurations"]
    assert {name: found["ns_per_packet"][name] for name in ("click", "click coarse")} == {"click": 40.0, "click coarse": 20.0}


def test_programs_that_cannot_be_measured_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLICK", "no-such-click")
    how = "build it with MemSource: swclick/bench/README.md says how"
    code, _, said = called(["--only", "floor"], monkeypatch, capsys)
    assert (code, said) == (
        2,
        f"CLICK:1:1: error: CLICK names the program 'no-such-click', which is not there\n  unset CLICK, or {how}\n",
    )
    monkeypatch.setenv("CLICK", program(tmp_path / "old", "echo \"config:1: unknown element class 'MemSource'\" >&2; exit 1"))
    code, _, said = called(["--only", "floor"], monkeypatch, capsys)
    assert (code, said) == (2, f"CLICK:1:1: error: CLICK names {tmp_path}/old, which has no MemSource\n  {how}\n")
    monkeypatch.delenv("CLICK")
    code, _, said = called(["--only", "nothing*"], monkeypatch, capsys)
    assert code == 2
    assert "nothing*: there is no such configuration" in said


def test_what_fails_or_is_not_there_is_told_in_its_line() -> None:
    assert lines_of(Row("queue-1", notes=["left out: there is no Unqueue yet"]), ["mlclick", "click"]) == [
        "queue-1                   left out: there is no Unqueue yet"
    ]
    row = Row("floor", {"mlclick": [2.0, 4.0, 3.0], "click": [9.0, 12.0, 9.0]}, {"click": ""}, {"mlclick": 50.4}, ["x"])
    assert lines_of(row, ["mlclick", "click", "fastclick"]) == [
        "floor                        3.0       9.0    3.0x                 -",
        "    instructions/packet: mlclick 50",
        "    outputs as click",
        "    x",
    ]


def test_the_coarse_clock_answers_many_questions_with_one_reading(tmp_path: Path) -> None:
    clock = make_clock(tmp_path)
    text = "import time; print(len({time.time_ns() for _ in range(20000)}), time.thread_time_ns() > 0, abs(time.time() - %r) < 60)"
    asked = [sys.executable, "-c", text % time.time()]
    done = subprocess.run(asked, env=clock.environment | {"COARSE_CALLS": "256"}, capture_output=True, text=True, check=True)
    different, *rest = done.stdout.split()
    assert 2 <= int(different) <= 20000 // 256 + 2
    assert rest == ["True", "True"]
    assert set(clock.costs) == {"as shipped", "the kernel's coarse one", "every 256th"}
