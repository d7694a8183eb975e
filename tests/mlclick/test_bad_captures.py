"""Captures that are none, or that break off: what was read is run and counted, and the command ends in exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from mlclick import cli
from tests.mlclick.test_bad_input import POLICY, run, tenants

CAPTURES = {
    "no file": (None, "cannot read the capture: No such file or directory"),
    "no capture": (b"hello, this is text", "this is not a pcap capture"),
    "pcapng": (b"\x0a\x0d\x0d\x0a" + bytes(40), "this is a pcapng capture"),
    "link type": (bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000"), "this capture is of link type 101, not Ethernet"),
}


@pytest.mark.parametrize("kind", list(CAPTURES))
def test_an_unreadable_capture_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content, wanted = CAPTURES[kind]
    capture = tmp_path / "x.pcap"
    if content is not None:
        capture.write_bytes(content)
    arguments = ["run", "a", "--in", f"0={capture}", "--out", str(tmp_path / "out"), "--tenants", str(tenants(tmp_path))]
    code, said = run(arguments, monkeypatch, capsys)
    assert (code, wanted in said) == (2, True), said


def cut_short(capture: Path, *, by: int = 5) -> Path:
    """A capture of three packets of 60 bytes that ends ``by`` bytes too early."""
    write_capture(capture, [(i, bytes(12) + b"\x08\x00" + bytes(46)) for i in range(3)])
    capture.write_bytes(capture.read_bytes()[:-by])
    return capture


BREAKS = {
    "inside a packet": (5, 2, "the file ends inside a packet at byte 176; the 2 packet(s) before it are whole", 176),
    "inside a header": (66, 2, "the file ends inside a packet's header at byte 176; the 2 packet(s) before it are whole", 176),
    "in the first": (222, 0, "the file ends inside a packet's header at byte 24; the 0 packet(s) before it are whole", 24),
}


@pytest.mark.parametrize("hardware", ["none", "reference"])
@pytest.mark.parametrize("kind", list(BREAKS))
def test_of_a_truncated_capture_what_was_read_is_kept_and_counted(
    kind: str, hardware: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    by, count, wanted, at = BREAKS[kind]
    capture, out = cut_short(tmp_path / "x.pcap", by=by), tmp_path / "out"
    arguments = ["run", "a", "--in", f"0@a={capture}", "--out", str(out), "--tenants", str(tenants(tmp_path)), "--hardware", hardware]
    monkeypatch.setattr(sys, "argv", ["mlclick", *arguments, "--handler", "a/port0_in.count"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.err.endswith(f"{capture}:1:1: error: {wanted}\n  capture it again, or keep what is whole: head -c {at} FILE\n")
    assert f"port 0: {count} packet(s) to {out}/port0.pcap\n" in said.out
    assert said.out.endswith(f"a/port0_in.count: {count}\n")
    assert len(read_capture(out / "port0.pcap").packets) == count


def test_a_packet_that_cannot_be_so_long_ends_a_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capture, out = cut_short(tmp_path / "x.pcap", by=76), tmp_path / "out"
    capture.write_bytes(capture.read_bytes() + bytes(8) + b"\xff" * 8)
    code, said = run(["run", "a", "--in", f"0@a={capture}", "--out", str(out), "--tenants", str(tenants(tmp_path))], monkeypatch, capsys)
    wanted = "a packet claims to have 4294967295 bytes at byte 176; the 2 packet(s) before it are whole\n"
    assert (code, said.endswith(f"{capture}:1:1: error: {wanted}  capture it again, or keep what is whole: head -c 176 FILE\n")) == (
        2,
        True,
    )
    assert len(read_capture(out / "port0.pcap").packets) == 2


def test_a_capture_that_cannot_be_read_is_named_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capture, out = tmp_path / "x.pcap", tmp_path / "out"
    write_capture(capture, [(1, bytes(12) + b"\x08\x00" + bytes(46))])
    arguments = ["run", "a", "--in", f"0@a={tmp_path}/none.pcap", "--in", f"0@a={capture}", "--out", str(out)]
    code, said = run([*arguments, "--tenants", str(tenants(tmp_path))], monkeypatch, capsys)
    assert code == 2
    assert said.endswith(
        f"{tmp_path}/none.pcap:1:1: error: cannot read the capture: No such file or directory\n  check its name and permissions\n"
    )
    assert not (out / "port0.pcap").exists()


def test_captures_that_break_off_are_named_beside_those_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    short = cut_short(tmp_path / "x.pcap")
    arguments = ["run", "a", "--in", f"0@a={short}", "--in", f"0@a={tmp_path}/none.pcap", "--out", str(tmp_path / "out")]
    code, said = run([*arguments, "--tenants", str(tenants(tmp_path))], monkeypatch, capsys)
    assert code == 2
    assert f"{tmp_path}/none.pcap:1:1: error: cannot read the capture: No such file or directory\n" in said
    assert f"{short}:1:1: error: the file ends inside a packet at byte " in said


def test_a_profile_of_a_truncated_capture_is_planned_with_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capture = cut_short(tmp_path / "x.pcap")
    monkeypatch.setattr(sys, "argv", ["mlclick", "plan", "a", "--profile", f"0@a={capture}", "--tenants", str(tenants(tmp_path))])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert "proven optimal" in said.out
    assert f"{capture}:1:1: error: the file ends inside a packet at byte 176; the 2 packet(s) before it are whole\n" in said.err


def test_a_capture_that_is_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "a", "--in", f"0={tmp_path}", "--out", str(tmp_path / "out"), "--tenants", str(tenants(tmp_path))]
    code, said = run(arguments, monkeypatch, capsys)
    assert code == 2
    assert f"{tmp_path}:1:1: error: cannot read the capture: Is a directory\n  check its name and permissions\n" in said


def test_a_truncated_capture_of_a_tenant_s_own_is_kept_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.files").mkdir()
    capture = cut_short(tmp_path / "a.files" / "x.pcap")
    policy = POLICY.replace("vlan = 100\n", 'vlan = 100\nfiles = "a.files"\n')
    folder = tenants(tmp_path, a="FromDump(x.pcap) -> Queue -> ToDevice(eth0); FromDevice(eth0) -> Discard;", policy=policy)
    code, said = run(["run", "a", "--out", str(tmp_path / "out"), "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2, said
    why = "the file ends inside a packet at byte 176; the 2 packet(s) before it are used"
    assert f"a/FromDump@1 :: FromDump: {capture}: {why}\n" in said
    assert said.endswith(
        f"a: {capture}:1:1: error: the file ends inside a packet at byte 176; the 2 packet(s) before it are whole\n"
        "  capture it again, or keep what is whole: head -c 176 FILE\n"
    )
    assert len(read_capture(tmp_path / "out" / "port0.pcap").packets) == 2


@pytest.mark.parametrize("options", ["ACTIVE false", "END_AFTER 0"])
def test_a_source_that_does_not_come_to_the_break_is_no_mistake(
    options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.files").mkdir()
    cut_short(tmp_path / "a.files" / "x.pcap")
    policy = POLICY.replace("vlan = 100\n", 'vlan = 100\nfiles = "a.files"\n')
    text = f"FromDump(x.pcap, {options}) -> Queue -> ToDevice(eth0); FromDevice(eth0) -> Discard;"
    code, said = run(
        ["run", "a", "--out", str(tmp_path / "out"), "--tenants", str(tenants(tmp_path, a=text, policy=policy))], monkeypatch, capsys
    )
    assert code == 0, said
