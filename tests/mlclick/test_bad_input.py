"""Every kind of bad input: one clear error that names tenant, file, line and column, says what to do, and exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from elements.captures.pcap import write_capture
from mlclick import cli

POLICY = """[tenants.a]
vlan = 100
devices = { eth0 = 0, eth1 = 1 }
[tenants.b]
vlan = 200
devices = { eth0 = 0 }
"""
GOOD = "FromDevice(eth0) -> Queue -> ToDevice(eth0);\n"


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["mlclick", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    code = stopped.value.code
    return (code if isinstance(code, int) else 0), capsys.readouterr().err


def tenants(folder: Path, a: str = GOOD, b: str = GOOD, policy: str = POLICY) -> Path:
    (folder / "policy.toml").write_text(policy)
    (folder / "a.click").write_text(a)
    (folder / "b.click").write_text(b)
    return folder


A_ERRORS = {
    "syntax": ("FromDevice(eth0) -> -> Discard;", "1:21: error: syntax error: '->' where an element was expected"),
    "unknown class": ("FromDevice(eth0) -> Foo -> Discard;", "1:21: error: unknown element class 'Foo'"),
    "wrong argument": (
        "FromDevice(eth0) -> s :: Strip(many) -> Discard;",
        "1:21: error: s :: Strip: LENGTH: a whole number from 0 to 127 is wanted, not 'many'",
    ),
    "missing argument": ("FromDevice(eth0) -> s :: Strip -> Discard;", "1:21: error: s :: Strip: LENGTH is missing"),
    "too many": ("FromDevice(eth0) -> n :: Null(1) -> Discard;", "1:21: error: n :: Null: too many arguments: '1' is not expected"),
    "port used twice": (
        "f :: FromDevice(eth0) -> Discard; f -> Discard;",
        "1:35: error: f output 0 is used twice: a push output has one connection",
    ),
    "push meets pull": (
        "FromDevice(eth0) -> ToDevice(eth0);",
        "1:1: error: push and pull meet where FromDevice@1 output 0 is connected to ToDevice@2 input 0: "
        "FromDevice@1 output 0 is push and ToDevice@2 input 0 is pull",
    ),
    "unconnected": (
        "FromDevice(eth0) -> c :: Classifier(12/0800, -); c[1] -> Discard;",
        "1:21: error: c :: Classifier: output 0 is not connected",
    ),
    "too few": ("Idle -> q :: Queue;", "1:9: error: q :: Queue has 0 output(s), 1 required"),
    "another's": ("FromDevice(eth0) -> b/rt;", "1:21: error: undeclared element 'b/rt'"),
    "device": ("FromDevice(eth7) -> Discard;", "1:1: error: the policy maps no device 'eth7' of a"),
    "filter": (
        "FromDevice(eth0) -> i :: IPClassifier(tcp prt 80) -> Discard;",
        "1:21: error: i :: IPClassifier: PATTERN 1: column 5: a number or a name for proto is wanted, not 'prt'",
    ),
    "clause": (
        "FromDevice(eth0) -> c :: Classifier(12/08x0) -> Discard;",
        "1:21: error: c :: Classifier: PATTERN 1: a clause such as 12/0800 or 14/0064%0fff is wanted, not '12/08x0'",
    ),
    "unfinished string": ('FromDevice("eth0) -> Discard;', "1:12: error: this string is never closed"),
    "unfinished configuration": ("FromDevice(eth0 -> Discard;", "1:11: error: this configuration is never closed"),
    "unfinished comment": ("/* FromDevice(eth0) -> Discard;", "1:1: error: this comment is never closed"),
    "unfinished compound": ("elementclass X { input -> output;", "1:16: error: this { is never closed"),
    "redeclared": ("a :: Idle -> Discard; a :: Idle -> Discard;", "1:23: error: redeclaration of element 'a'"),
    "recursion": ("elementclass X { input -> X -> output } Idle -> X -> Discard;", "1:27: error: unknown element class 'X'"),
    "overload": (
        "elementclass X { $a | input -> output } Idle -> X(1, 2) -> Discard;",
        "1:49: error: no meaning of the compound class X fits 2 argument(s), 1 input(s) and 1 output(s)",
    ),
    "compound's port": ("FromDevice(eth0) -> f :: { -> Discard }; f [1] -> Discard;", "1:21: error: f has no output 1"),
    "open compound": ("f :: { -> Discard }; FromDevice(eth0) -> Discard;", "1:1: error: f: input 0 is not connected"),
    "group": ("FromDevice(eth0) -> ( -> Null -> );", "1:21: error: output ports at the end of a connection lead nowhere"),
    "arrow": ("FromDevice(eth0), Idle -> Null, Null;", "1:27: error: many outputs and many inputs meet at ->"),
    "class as name": ("Queue :: Idle; FromDevice(eth0) -> Discard;", "1:1: error: 'Queue' is a class and cannot name an element"),
    "package": (
        "require(compact_config); require(package fast); FromDevice(eth0) -> Discard;",
        "1:26: error: a requires the package fast, which would load code into everybody's machine",
    ),
    "endless ring": (
        "FromDevice(eth0) -> t :: Tee; t[0] -> Paint(1) -> t; t[1] -> Discard;",
        "1:21: error: packets go round for ever: t -> Paint@3 -> t; none of these elements can drop or keep one",
    ),
    "operator's name": (
        "FromDevice(eth0) -> port0_decap :: Counter -> Discard;",
        "1:21: error: the operator makes an element of the name 'port0_decap'",
    ),
    "escape": (
        "define($x ( ) ; b/rt -> Discard ( )); FromDevice(eth0) -> Strip(${x[1]} ${x[2]}) -> Discard;",
        "1:59: error: parentheses or quotes in this configuration do not match once its variables are replaced",
    ),
    "nesting": ("{" * 2000, "1:51: error: more than 50 compound elements and groups inside one another"),
    "define": ("define(x 1); Idle -> Discard;", "1:1: error: define wants variables, such as define($rate 10)"),
}


@pytest.mark.parametrize("kind", list(A_ERRORS))
def test_a_tenant_s_mistake_is_named_with_its_place(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, wanted = A_ERRORS[kind]
    folder = tenants(tmp_path, a=text)
    code, said = run(["check", "a,b", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert wanted in said
    assert f"a: {folder}/a.click:" in said
    assert said.count("a.click:") == 1
    assert len(said.strip().splitlines()) >= 2
    assert "Traceback" not in said


P_ERRORS = {
    "one identity": (
        POLICY.replace("200", "100"),
        "5:1: error: a and b can have the same packets: nothing in their identities tells them apart",
    ),
    "unknown key": (POLICY + "color = 1\n", "7:1: error: unknown key 'color'"),
    "no identity": (POLICY.replace("vlan = 200\n", ""), "4:1: error: nothing says which packets are b's"),
    "number": (POLICY.replace("vlan = 200", "vlan = 5000"), "5:1: error: vlan = 5000 is not a whole number from 1 to 4094"),
    "vni": (POLICY.replace("vlan = 200", "vni = 7"), "5:1: error: tenants cannot be known by a VXLAN network identifier yet"),
    "mac": (POLICY.replace("vlan = 200", 'mac = "x"'), "5:1: error: mac = 'x' is not an Ethernet address"),
    "share": (POLICY + "quota = { cpu_share = 2 }\n", "7:11: error: cpu_share = 2 is not a number from 0 to 1"),
    "limit": (POLICY + "quota = { cpu_limit = 1.5 }\n", "7:11: error: b: cpu_limit = 1.5 is not a number from 0.001 to 1"),
    "no limit at all": (POLICY + "quota = { cpu_limit = 0 }\n", "7:11: error: b: cpu_limit = 0 is not a number from 0.001 to 1"),
    "share of nothing": (
        POLICY + "quota = { cpu_share = 0.5 }\n",
        "7:11: error: b has a cpu_share, and the policy does not say of what",
    ),
    "rates": (POLICY + 'rates = { rt = "x" }\n', "7:11: error: rt = 'x' are no shares"),
    "toml": (POLICY + "x = [\n", "error: not TOML:"),
    "mode": ('[machine]\nmode = "fast"\n' + POLICY, "2:1: error: mode = 'fast' is not there"),
    "name": (POLICY.replace("tenants.b", "tenants.port0_x"), "4:1: error: 'port0_x' is no name for a tenant"),
}


@pytest.mark.parametrize("kind", list(P_ERRORS))
def test_the_operator_s_mistake_is_named_with_its_place(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy, wanted = P_ERRORS[kind]
    folder = tenants(tmp_path, policy=policy)
    code, said = run(["check", "a", "--tenants", str(folder)], monkeypatch, capsys)
    assert (code, wanted in said) == (2, True), said
    assert f"{folder}/policy.toml:" in said


def test_a_quota_that_is_exceeded_says_by_how_much_and_which_elements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    router = "FromDevice(eth0) -> GetIPAddress(30) -> rt :: RadixIPLookup(1.0.0.0/8 0, 2.0.0.0/8 0, 3.0.0.0/8 0) -> Discard;"
    policy = POLICY.replace("vlan = 100\n", "vlan = 100\nquota = { table_entries = 2 }\n")
    code, said = run(["check", "a", "--tenants", str(tenants(tmp_path, a=router, policy=policy))], monkeypatch, capsys)
    assert code == 2
    assert "a has 3 table entries, 1 more than its quota of 2" in said
    assert "a/rt (3)" in said


def test_budgets_that_leave_no_placement_say_what_must_be_hardware(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    router = "FromDevice(eth0) -> c :: Counter -> Queue -> ToDevice(eth0);"
    policy = POLICY.replace("vlan = 100\n", "vlan = 100\nquota = { luts = 10 }\n")
    arguments = ["plan", "a", "--pin", "a/c=hardware", "--tenants", str(tenants(tmp_path, a=router, policy=policy))]
    code, said = run(arguments, monkeypatch, capsys)
    assert code == 2
    assert "no placement keeps the budgets of the policy" in said
    assert "  raise luts, or unpin what must be hardware: a/c (194 LUTs)\n" in said + "\n"
    assert f"{tmp_path}/policy.toml:1:1: error: a has 194 LUTs that must be hardware, 184 more than its quota of 10" in said


def test_a_machine_too_small_for_what_must_be_hardware_says_by_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tenants(tmp_path, policy="[machine]\nbram_bits = 1000\n" + POLICY)
    code, said = run(["plan", "a", "--pin", "a/Queue@2=hardware", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert (
        f"{folder}/policy.toml:1:1: error: the machine has 32768 BRAM bits that must be hardware, 31768 more than its budget of 1000\n"
        in said
    )
    assert "  raise bram_bits, or unpin what must be hardware: a/Queue@2 (32768 BRAM bits)" in said


def test_budgets_that_software_cannot_keep_say_by_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every packet that port 0 brings a crosses to Print and back: one of six that are offered, as each port has half of them and port 0
    has a's, b's and nobody's alike."""
    printing = "FromDevice(eth0) -> Print(a) -> Queue -> ToDevice(eth0); FromDevice(eth1) -> Discard;"
    policy = "[machine]\nhost_ns = 30\n" + POLICY.replace("vlan = 100\n", "vlan = 100\nquota = { cpu_share = 0.5, crossing_share = 0.1 }\n")
    folder = tenants(tmp_path, a=printing, policy=policy)
    code, said = run(["plan", "a,b", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    for line in (
        "1:1: error: the machine needs 46.667 ns of host time a packet offered, 16.667 ns more than its budget of 30",
        "3:1: error: a needs 46.667 ns of host time a packet offered, 31.667 ns more than its cpu_share of 0.5, which is 15 ns",
        "3:1: error: a share of 0.4 of a's packets must cross to the host, 0.3 more than its crossing_share of 0.1",
    ):
        assert f"{folder}/policy.toml:{line}\n" in said


def test_a_bad_route_is_named_by_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.txt").write_text("# routes\n10.0.0.0/8 0\n  10.0.0.0/33 0\n")
    router = 'FromDevice(eth0) -> GetIPAddress(30) -> RadixIPLookup(FILE "r.txt") -> Discard;'
    code, said = run(["check", "a", "--tenants", str(tenants(tmp_path, a=router))], monkeypatch, capsys)
    assert code == 2
    assert f"a: {tmp_path}/r.txt:3:3: error: bad route: an IP prefix such as 10.0.0.0/8 is wanted, not '10.0.0.0/33'" in said


INPUTS = {
    "9=x": "no tenant receives on port 9\n  ports in use: 0\n",
    "zero=x": "--in zero=x is not understood\n  write PORT=FILE or PORT@TENANT=FILE\n",
    "99999=x": "--in 99999=x is not understood\n  write PORT=FILE or PORT@TENANT=FILE\n",
    "0=": "--in 0= is not understood\n  write PORT=FILE or PORT@TENANT=FILE\n",
    "0@z=x": "the policy has no tenant 'z'\n  add [tenants.z], or use one of: a, b\n",
    "0@b=x": "--in 0@b=x: tenant b is not in this run\n  name it with the others: a,b\n",
}


@pytest.mark.parametrize(("text", "wanted"), INPUTS.items())
def test_an_input_that_is_no_input_is_named(
    text: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "a", "--in", text, "--out", str(tmp_path / "out"), "--tenants", str(tenants(tmp_path))]
    code, said = run(arguments, monkeypatch, capsys)
    assert (code, wanted in said) == (2, True), said


def test_a_port_that_the_tenant_does_not_have_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tenants(tmp_path, a="FromDevice(eth1) -> Queue -> ToDevice(eth0);")
    code, said = run(["run", "a,b", "--in", "1@b=x", "--out", str(tmp_path / "out"), "--tenants", str(folder)], monkeypatch, capsys)
    wanted = "<command line>:1:1: error: --in 1@b=x: b has no device on port 1\n  its devices: eth0 = 0\n"
    assert (code, said.endswith(wanted)) == (2, True), said


RUNAWAY = {
    "a ring": (
        "FromDevice(eth0) -> c :: Classifier(0/00, -) -> n :: Null -> c; c[1] -> Queue -> ToDevice(eth0);",
        "a/n output 0: 3 packet(s) dropped, which went round a ring of connections without end or became too many there",
    ),
    "a queue": (
        "FromDevice(eth0) -> q :: Queue -> p :: PaintTee(0) -> d :: Discard; p[1] -> q;",
        "a/d: 3 time(s) packets went round a queue, or timers followed each other, without end, until the next arrival",
    ),
}


@pytest.mark.parametrize("hardware", ["none", "reference"])
@pytest.mark.parametrize("kind", list(RUNAWAY))
def test_packets_that_run_away_are_dropped_and_reported(
    kind: str, hardware: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, wanted = RUNAWAY[kind]
    write_capture(tmp_path / "x.pcap", [(i, bytes(12) + b"\x08\x00" + bytes(46)) for i in range(3)])
    arguments = ["run", "a", "--in", f"0@a={tmp_path}/x.pcap", "--out", str(tmp_path / "out"), "--hardware", hardware]
    code, said = run([*arguments, "--tenants", str(tenants(tmp_path, a=text))], monkeypatch, capsys)
    assert code == 0, said
    assert f"warning: {wanted}\n" in said


FILES = {
    "no policy": ("policy.toml", None, "{folder}/policy.toml:1:1: error: cannot read the policy: [Errno 2] No such file or directory"),
    "no tenant's file": ("a.click", None, "a: {folder}/a.click:1:1: error: cannot read this file: No such file or directory"),
    "not UTF-8": ("a.click", b"Idle(\xe9) -> Discard;", "a: {folder}/a.click:1:1: error: byte 5 is not UTF-8"),
    "no route file": (
        "a.click",
        b'FromDevice(eth0) -> GetIPAddress(30) -> RadixIPLookup(FILE "none.txt") -> Discard;',
        "a: {folder}/none.txt:1:1: error: cannot read the route file: [Errno 2] No such file or directory",
    ),
    "no library": (
        "a.click",
        b"FromDevice(eth0) -> Discard; require(library none.click);",
        "a: {folder}/a.click:1:30: error: the library 'none.click' is not found",
    ),
    "files without a grant": (
        "a.click",
        b"FromDump(x.pcap) -> Discard; FromDevice(eth0) -> Discard;",
        "a: {folder}/a.click:1:1: error: FromDump@1 :: FromDump: a may use no files",
    ),
}


@pytest.mark.parametrize("kind", list(FILES))
def test_a_file_that_cannot_be_read_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, content, wanted = FILES[kind]
    folder = tenants(tmp_path)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    code, said = run(["check", "a", "--tenants", str(folder)], monkeypatch, capsys)
    assert (code, wanted.format(folder=folder) in said) == (2, True), said
    assert len(said.strip().splitlines()) >= 2


def test_a_tenant_that_there_is_not_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(["check", "a,z", "--tenants", str(tenants(tmp_path))], monkeypatch, capsys)
    assert (code, "the policy has no tenant 'z'\n  add [tenants.z], or use one of: a, b\n" in said) == (2, True), said
