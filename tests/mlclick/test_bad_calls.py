"""Commands that are called with names, options, folders or a cache that are none: one clear error, and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.captures.pcap import write_capture
from tests.mlclick.test_bad_input import run, tenants

COMMANDS = ("check", "merge", "plan", "run", "verify", "build", "bench", "proofs")
NAMES = {
    "": "<command line>:1:1: error: no tenant has an empty name: ''\n  write names with commas between them: a,b\n",
    "a,,b": "<command line>:1:1: error: no tenant has an empty name: 'a,,b'\n  write names with commas between them: a,b\n",
    "a,b,a": "<command line>:1:1: error: tenant a is named twice: 'a,b,a'\n  name each tenant once\n",
}


@pytest.mark.parametrize("names", list(NAMES))
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_names_that_are_none(
    command: str, names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run([command, names, *(["--out", "out"] if command == "run" else [])], monkeypatch, capsys)
    assert (code, said.endswith(NAMES[names])) == (2, True), said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_a_folder_without_tenants(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run([command, "a,b", "--tenants", "none", *(["--out", "out"] if command == "run" else [])], monkeypatch, capsys)
    wanted = "none/policy.toml:1:1: error: cannot read the policy: [Errno 2] No such file or directory: 'none/policy.toml'\n"
    assert (code, said.endswith(f"{wanted}  the operator's policy.toml stands beside the tenants\n")) == (2, True), said


POLICY_FILES = {
    "no text": (b"\xff", "cannot read the policy: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte\n"),
    "a folder": (None, "cannot read the policy: [Errno 21] Is a directory: '{folder}/policy.toml'\n"),
    "empty": (b"", "the policy has no tenant 'a'\n"),
}


@pytest.mark.parametrize("kind", list(POLICY_FILES))
def test_a_policy_that_is_none_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content, wanted = POLICY_FILES[kind]
    if content is None:
        (tmp_path / "policy.toml").mkdir()
    else:
        (tmp_path / "policy.toml").write_bytes(content)
    code, said = run(["check", "a", "--tenants", str(tmp_path)], monkeypatch, capsys)
    assert (code, f"{tmp_path}/policy.toml:1:1: error: {wanted.format(folder=tmp_path)}" in said) == (2, True), said


def test_a_tenant_s_file_that_is_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tenants(tmp_path) / "a.click").unlink()
    (tmp_path / "a.click").mkdir()
    code, said = run(["check", "a", "--tenants", str(tmp_path)], monkeypatch, capsys)
    wanted = f"a: {tmp_path}/a.click:1:1: error: cannot read this file: Is a directory\n  check its name and permissions\n"
    assert (code, said.endswith(wanted)) == (2, True), said


@pytest.mark.parametrize(("place", "why"), [("file", "File exists"), ("file/out", "Not a directory")])
def test_a_folder_for_the_captures_that_cannot_be_made_is_named(
    place: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    write_capture(tmp_path / "x.pcap", [(1, bytes(60))])
    arguments = ["run", "a", "--in", f"0={tmp_path}/x.pcap", "--out", f"{tmp_path}/{place}", "--tenants", str(tenants(tmp_path))]
    code, said = run(arguments, monkeypatch, capsys)
    wanted = f"{tmp_path}/{place}:1:1: error: cannot make or write this folder: {why}\n  name another one\n"
    assert (code, said.endswith(wanted)) == (2, True), said


def test_a_port_s_capture_that_is_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_capture(tmp_path / "x.pcap", [(1, bytes(60))])
    (tmp_path / "out" / "port0.pcap").mkdir(parents=True)
    arguments = ["run", "a", "--in", f"0={tmp_path}/x.pcap", "--out", f"{tmp_path}/out", "--tenants", str(tenants(tmp_path))]
    code, said = run(arguments, monkeypatch, capsys)
    wanted = "error: cannot write the capture: Is a directory\n  check the folder and its permissions\n"
    assert (code, said.endswith(f"{tmp_path}/out/port0.pcap:1:1: {wanted}")) == (2, True), said


@pytest.mark.parametrize(
    ("command", "place"),
    [("verify", "build/evidence/versa_ecp5"), ("build", "build/versa_ecp5"), ("bench", "build/bench"), ("proofs", "build/bench")],
)
def test_what_a_command_builds_needs_its_folder(
    command: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tenants(tmp_path))
    (tmp_path / "build").write_text("")
    board = [] if command in ("bench", "proofs") else ["--board", "versa_ecp5"]
    code, said = run([command, "a,b", "--tenants", ".", *board], monkeypatch, capsys)
    wanted = f"{place}:1:1: error: cannot make or write this folder: Not a directory\n"
    assert (code, wanted in said) == (2, True), said


OPTIONS = {
    "--width 100": ("run a --hardware sim --out out --width 100", "--width 100: one of 64, 128, 256, 512, 1024 is wanted"),
    "--width 0": ("run a --hardware none --out out --width 0", "--width 0: one of 64, 128, 256, 512, 1024 is wanted"),
    "--hardware": ("run a --hardware fpga --out out", "--hardware fpga: none, sim or reference is wanted"),
    "--packets": ("bench a,b --packets 0", "Invalid value for '--packets': Input should be greater than or equal to 1"),
    "--pin": ("plan a --pin a/Queue@2", "'a/Queue@2' is not understood: write ELEMENT=hardware or ELEMENT=software"),
    "two sides": ("plan a --pin a/q=hardware --pin a/q=software", "a/q is pinned to both sides"),
    "--handler": ("run a --out out --handler a/x.count", "--handler a/x.count: there is none of that name"),
    "--board": ("verify a --board x", "--board x: one of netfpga_sume, versa_ecp5 is wanted"),
    "--mode": ("verify a --mode fair", "--mode fair: one of shared, strict is wanted"),
    "--only": ("verify a --only prove", "--only prove: one of proof, isolation, attacks, agreement, exercises is wanted"),
    "class": ("elements Foo", "there is no element class Foo"),
    "one tenant": ("bench a", "two tenants or more are wanted"),
    "--width of proofs": ("proofs a --width 65", "--width 65: one of 64, 128, 256, 512, 1024 is wanted"),
    "--copies": ("proofs a --copies 17", "Invalid value for '--copies': Input should be less than or equal to 16"),
    "no --out": ("run a", "Missing option '--out'"),
}


@pytest.mark.parametrize("kind", list(OPTIONS))
def test_an_option_that_is_none_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, wanted = OPTIONS[kind]
    (tmp_path / "tenants").mkdir()
    tenants(tmp_path / "tenants")
    monkeypatch.chdir(tmp_path)
    code, said = run(text.split(), monkeypatch, capsys)
    plain = " ".join(said.replace("│", " ").split())
    assert (code, wanted in plain) == (2, True), said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["verify", "build", "bench", "proofs"])
def test_a_cache_that_is_none_is_named_before_anything_is_built(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tenants(tmp_path))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLCLICK_CACHE", f"{tmp_path}/file/cache")
    code, said = run([command, "a,b", "--tenants", "."], monkeypatch, capsys)
    wanted = f"error: cannot make or write the cache: [Errno 20] Not a directory: '{tmp_path}/file/cache'\n"
    assert (code, said.endswith(f"{wanted}  set MLCLICK_CACHE to a folder that can be written\n")) == (2, True), said
