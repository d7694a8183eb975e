"""Tenants with files and with elements that are software alone, through every command; and what they may not name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from mlclick import cli
from sim.packets import ethernet, ipv4

POLICY = """[tenants.a]
vlan = 100
devices = { eth0 = 0 }
files = "a.files"
[tenants.b]
vlan = 200
devices = { eth0 = 0 }
"""
PLAIN = "FromDevice(eth0) -> Queue -> ToDevice(eth0);\n"
EVERYTHING = """
source :: InfiniteSource(\\<020000000001 020000000002 88b6>, 2, LENGTH 60) -> out :: Queue -> ToDevice(eth0);
trace :: FromDump(in.pcap) -> out;
FromDevice(eth0) -> MarkIPHeader(14) -> Print(seen, 4) -> options :: IPGWOptions(10.0.0.1) -> count :: Counter
  -> dump :: ToDump(out.pcap) -> out;
options[1] -> Discard;
"""
FRAME = ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, ipv4(0x01020304, 0x05060708, 17, bytes(30), options=bytes.fromhex("0707040000000000")))
TRACED = ethernet(b"\x02" * 6, b"\x04" * 6, 0x88B5, bytes(46))


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["mlclick", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    code = stopped.value.code
    captured = capsys.readouterr()
    return (code if isinstance(code, int) else 0), captured.out, captured.err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants" / "a.files").mkdir(parents=True)
    (tmp_path / "tenants" / "policy.toml").write_text(POLICY)
    (tmp_path / "tenants" / "a.click").write_text(EVERYTHING)
    (tmp_path / "tenants" / "b.click").write_text(PLAIN)
    write_capture(tmp_path / "tenants" / "a.files" / "in.pcap", [(1, TRACED), (2, TRACED)])
    write_capture(tmp_path / "x.pcap", [(10_000, FRAME), (20_000, FRAME)])
    return tmp_path / "tenants"


def ran(hardware: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[list[bytes], str]:
    arguments = ["run", "a,b", "--in", "0@a=x.pcap", "--out", hardware, "--hardware", hardware]
    code, _, said = run(arguments, monkeypatch, capsys)
    assert code == 0, said
    return [data for _, data in read_capture(Path(hardware) / "port0.pcap").packets], said


def check_run(frames: list[bytes], said: str, folder: Path) -> None:
    filled = FRAME[:14] + ipv4(0x01020304, 0x05060708, 17, bytes(30), options=bytes.fromhex("0707080a00000100"))
    tag = bytes.fromhex("81000064")
    made = bytes.fromhex("020000000001 020000000002 88b6") * 5
    expected = [filled, made[:60], TRACED, made[:60], TRACED, filled]
    assert frames == [frame[:12] + tag + frame[12:] for frame in expected]
    assert [data for _, data in read_capture(folder / "a.files" / "out.pcap").packets] == [filled, filled]
    assert said.count("seen:   72 | 02020202\n") == 2


@pytest.mark.parametrize("hardware", ["reference", "none"])
def test_every_software_element_runs(
    hardware: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check_run(*ran(hardware, monkeypatch, capsys), folder)


@pytest.mark.slow
def test_every_software_element_runs_beside_the_hardware(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frames, said = ran("sim", monkeypatch, capsys)
    check_run(frames, said, folder)


def test_they_are_checked_merged_and_planned_as_software(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "a,b"], monkeypatch, capsys)[0] == 0
    code, merged, _ = run(["merge", "a,b"], monkeypatch, capsys)
    assert code == 0
    assert f'a/dump :: ToDump("{folder.resolve()}/a.files/out.pcap")' in merged
    code, plan, _ = run(["plan", "a,b"], monkeypatch, capsys)
    assert code == 0
    for kind in ("InfiniteSource", "FromDump", "ToDump", "Print", "IPGWOptions"):
        assert f"{kind} is written for software only" in plan
    assert not (folder / "a.files" / "out.pcap").exists()


def test_a_profile_leaves_files_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "a,b", "--profile", "0@a=x.pcap"], monkeypatch, capsys)[0] == 0
    assert not (folder / "a.files" / "out.pcap").exists()
    (folder / "a.files" / "out.pcap").write_bytes(b"from an earlier run")
    code, plan, _ = run(["plan", "a,b", "--profile", "0@a=x.pcap"], monkeypatch, capsys)
    assert code == 0
    # Two packets were offered, and both were counted on their way through the element that writes.
    assert any("a/dump" in line and " 1.000 " in line for line in plan.splitlines())
    assert (folder / "a.files" / "out.pcap").read_bytes() == b"from an earlier run"


@pytest.mark.parametrize("pinned", ["b/port0_in", "b/port0_in b/port0_decap b/Queue@2 b/port0_encap b/port0_out"])
def test_a_tenant_may_be_software_from_the_first_element_to_the_last(
    pinned: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pins = [argument for name in pinned.split() for argument in ("--pin", f"{name}=software")]
    code, plan, said = run(["plan", "a,b", *pins], monkeypatch, capsys)
    assert code == 0, said
    assert plan.count("pinned") == len(pinned.split())


SOURCES = (
    "InfiniteSource(\\<020000000001 020000000002 88b6>, 2, LENGTH 60) -> out :: Queue -> ToDevice(eth0);"
    "FromDump(in.pcap) -> out; FromDevice(eth0) -> Discard;"
)


def made_alone(hardware: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[bytes]:
    (folder / "a.click").write_text(SOURCES)
    code, _, said = run(["run", "a,b", "--out", hardware, "--hardware", hardware], monkeypatch, capsys)
    assert code == 0, said
    return [data for _, data in read_capture(Path(hardware) / "port0.pcap").packets]


def check_alone(frames: list[bytes]) -> None:
    made = (bytes.fromhex("020000000001 020000000002 88b6") * 5)[:60]
    assert frames == [frame[:12] + bytes.fromhex("81000064") + frame[12:] for frame in (made, TRACED, made, TRACED)]


@pytest.mark.parametrize("hardware", ["reference", "none"])
def test_sources_run_where_nothing_arrives(
    hardware: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check_alone(made_alone(hardware, folder, monkeypatch, capsys))


@pytest.mark.slow
def test_sources_run_beside_the_hardware_where_nothing_arrives(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check_alone(made_alone("sim", folder, monkeypatch, capsys))


def test_a_run_in_which_nothing_could_be_sent_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = run(["run", "b", "--out", "out"], monkeypatch, capsys)
    assert code == 2
    assert said.endswith(
        "error: there is nothing to send: no --in is given, and no tenant has a source of its own\n  give --in PORT=FILE\n"
    )


TENANT = {
    "no grant": ("b", "FromDevice(eth0) -> t :: ToDump(x.pcap);", "t :: ToDump: b may use no files\n"),
    "parent": ("a", "FromDevice(eth0) -> t :: ToDump(../x.pcap);", "t :: ToDump: the file name '../x.pcap' leaves its folder by '..'\n"),
    "absolute": ("a", 'FromDevice(eth0) -> t :: ToDump("/tmp/x");', "t :: ToDump: the file name '/tmp/x' is absolute\n"),
    "link": ("a", "FromDevice(eth0) -> t :: ToDump(link/x);", "t :: ToDump: the file name 'link/x' leaves its folder\n"),
    "no name": ("a", "FromDevice(eth0) -> t :: ToDump(.);", "t :: ToDump: '.' names no file\n"),
    "twice": (
        "a",
        "FromDevice(eth0) -> s :: ToDump(x) -> t :: ToDump(FILENAME ./x);",
        "t :: ToDump: s writes './x', too\n",
    ),
    "routes outside": (
        "a",
        'FromDevice(eth0) -> GetIPAddress(30) -> t :: StaticIPLookup(FILE "../x") -> Discard;',
        "t :: StaticIPLookup: FILE: the file name '../x' leaves its folder by '..'\n",
    ),
    "routes elsewhere by a line directive": (
        "a",
        '# 1 "/etc/x.click"\nFromDevice(eth0) -> GetIPAddress(30) -> t :: StaticIPLookup(FILE "passwd") -> Discard;',
        "cannot read the route file: [Errno 2] No such file or directory: 'tenants/passwd'\n",
    ),
    "no capture": ("a", "t :: FromDump(none.pcap) -> Discard;", "a.files/none.pcap:1:1: error: cannot read the capture: No such file"),
}


@pytest.mark.parametrize("kind", list(TENANT))
def test_a_tenant_names_no_file_but_its_own(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant, text, wanted = TENANT[kind]
    (folder / "a.files" / "link").symlink_to("/tmp")
    (folder / f"{tenant}.click").write_text(text)
    code, _, said = run(["check", "a,b"], monkeypatch, capsys)
    assert (code, wanted in said) == (2, True), said
    if "ToDump" in text:
        assert f"{tenant}: tenants/{tenant}.click:1:" in said


OPERATOR = {
    "no folder": ('files = "none"', 'files = "none"', "error: there is no folder tenants/none"),
    "no name": ("files = 3", 'files = "b.files"', "error: files = 3 is no folder"),
    "another's": ('files = "a.files"', 'files = "a.files/inner"', "error: the files of b are in those of a"),
    "the policy's": ('files = "."', 'files = "a.files"', "error: a could name the policy or a tenant's Click file"),
}


@pytest.mark.parametrize("kind", list(OPERATOR))
def test_the_operator_grants_folders_that_are_apart(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b, wanted = OPERATOR[kind]
    (folder / "a.files" / "inner").mkdir()
    (folder / "policy.toml").write_text(POLICY.replace('files = "a.files"', a) + (b if kind != "the policy's" else "") + "\n")
    code, _, said = run(["check", "a"], monkeypatch, capsys)
    assert (code, wanted in said) == (2, True), said
    assert "tenants/policy.toml:" in said
