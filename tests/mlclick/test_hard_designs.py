"""Designs that are legal Click and hard to place: each is placed, or refused with its tenant's name and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from amaranth.hdl import Fragment

from elements.captures.pcap import write_capture
from hdl.composition import Composition
from hdl.trace_tenant import NotHardware
from mlclick import build, flow
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split
from sim import split_machine
from swclick.machine import Machine
from tests.mlclick.test_bad_input import run, tenants

BOTH_PORTS = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0, eth1 = 1 }\n"
Patch = pytest.MonkeyPatch
Capture = pytest.CaptureFixture[str]

NEVER_TAKEN = {
    "all of it": "Idle -> Queue -> ToDevice(eth0);",
    "into a queue": "Idle -> q :: Queue -> ToDevice(eth0); FromDevice(eth0) -> q;",
    "first into an element that punts": "Idle -> f :: IPFilter(allow tcp dst port 80); FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> f;"
    "f -> Unstrip(14) -> Queue -> ToDevice(eth0);",
    "out of a classifier": "FromDevice(eth0) -> c :: Classifier(-, 12/0800); c[0] -> Counter -> Queue -> ToDevice(eth0);"
    "c[1] -> Print(x) -> Discard;",
    "inside one half": "FromDevice(eth0) -> Print(y) -> c :: Classifier(-, 12/0800); c[0] -> Counter -> q :: Queue -> ToDevice(eth0);"
    "c[1] -> q;",
    "into a scheduler": "FromDevice(eth0) -> Queue -> r :: RoundRobinSched -> ToDevice(eth0); Idle -> Queue -> [1] r;",
    "into a scheduler behind a counter": "FromDevice(eth0) -> Queue -> Counter -> r :: RoundRobinSched -> ToDevice(eth0);"
    "Idle -> Queue -> [1] r;",
}


@pytest.mark.parametrize("kind", list(NEVER_TAKEN))
def test_edges_that_no_packet_takes_are_not_crossed(kind: str, tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    folder = tenants(tmp_path, a=NEVER_TAKEN[kind], policy=BOTH_PORTS)
    code, said = run(["plan", "a", "--tenants", str(folder)], monkeypatch, capsys)
    assert (code, "error" in said) == (0, False), said
    merged = merge_tenants(Source(("a",), folder))
    found = split(merged, rates_of(merged, None))
    ends = [node for node in found.software.nodes if node.name.startswith("no_packet_")]
    # Their ports in the software half are still in use.
    assert {node.class_name for node in ends} <= {"Idle", "Discard"}
    assert ends or kind == "inside one half"
    Machine(found.software).close()


def test_a_tenant_may_call_its_elements_as_the_split_calls_its_own(tmp_path: Path) -> None:
    text = (
        "FromDevice(eth0) -> from_crossing_a_1 :: Print(x) -> to_crossing_a_1 :: Counter -> no_packet_1 :: Queue -> ToDevice(eth0);"
        "elementclass from_crossing { input -> a_1 :: Print(y) -> output }; FromDevice(eth1) -> from_crossing -> Discard;"
        "Idle -> no_packet_2 :: Print(z) -> Discard;"
    )
    merged = merge_tenants(Source(("a",), tenants(tmp_path, a=text, policy=BOTH_PORTS)))
    found = split(merged, rates_of(merged, None))
    assert len({node.name for node in found.software.nodes}) == len(found.software.nodes)
    assert found.crossings
    Machine(found.software).close()


def test_an_element_behind_an_edge_that_no_packet_takes_still_punts(tmp_path: Path) -> None:
    folder = tenants(tmp_path, a=NEVER_TAKEN["first into an element that punts"], policy=BOTH_PORTS)
    merged = merge_tenants(Source(("a",), folder))
    found = split(merged, rates_of(merged, None))
    assert "a/f" in found.placement.hardware
    assert found.question.software == {"a/Idle@1": "no packet reaches it"}
    assert {(c.edge.target, c.punt) for c in found.crossings if c.to_software} == {("a/f", True)}
    assert all(c.edge.source != "a/Idle@1" for c in found.crossings if not c.to_software)


def test_copies_that_leave_by_one_port_are_made_in_software(tmp_path: Path) -> None:
    text = "FromDevice(eth0) -> t :: Tee; t[0] -> Queue -> ToDevice(eth0); t[1] -> Queue -> ToDevice(eth0);"
    merged = merge_tenants(Source(("a",), tenants(tmp_path, a=text)))
    found = split(merged, rates_of(merged, None))
    assert found.pinned == {"a/t": "a/t: its copies meet at port0_mux; hardware sends a packet to a port once"}


JOINED = (
    "q :: Queue -> ToDevice(eth1); FromDevice(eth1) -> Discard; FromDevice(eth0) -> c :: Classifier(12/0800, -); c[1] -> q;"
    "c[0] -> t :: Tee; t[0] -> q; t[1] -> EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2) -> Print(x) -> Discard;"
)


def test_a_copy_stays_one_where_other_packets_join_it(tmp_path: Path) -> None:
    merged = merge_tenants(Source(("a",), tenants(tmp_path, a=JOINED, policy=BOTH_PORTS)))
    found = split(merged, rates_of(merged, None))
    assert found.pinned == {"a/t": "a/t: its copies leave with different headers, and hardware edits a packet once"}


def test_packets_whose_headers_may_be_anywhere_leave_by_their_port(tmp_path: Path) -> None:
    """Where too many places meet, all from there on is software, up to the port."""
    patterns = ", ".join(f"14/{number:02x}" for number in range(40))
    ways = "".join(f"c [{number}] -> Strip({number}) -> q;" for number in range(40))
    many = f"FromDevice(eth0) -> c :: Classifier({patterns}); q :: Queue -> Print(x) -> ToDevice(eth0); {ways}"
    merged = merge_tenants(Source(("a",), tenants(tmp_path, a=many)))
    found = split(merged, rates_of(merged, None))
    assert {"a/q", "a/port0_encap"} & found.placement.hardware == set()
    assert found.question.software["a/port0_encap"] == "where headers are is not known at compile time"
    [crossing] = [c for c in found.crossings if not c.to_software]
    assert (crossing.edge.target, crossing.headroom, crossing.network) == ("port0_mux", 0, None)
    Fragment.get(build.board_core("versa_ecp5", found, flow.quiet), None)


def test_copies_that_join_a_packet_that_is_none_are_still_copies(tmp_path: Path) -> None:
    text = (
        "FromDevice(eth0) -> c :: Classifier(12/0800, -); q :: Queue -> ToDevice(eth0); c[0] -> q;"
        "c[1] -> t :: Tee; t[0] -> q; t[1] -> EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2) -> q;"
    )
    merged = merge_tenants(Source(("a",), tenants(tmp_path, a=text)))
    found = split(merged, rates_of(merged, None))
    assert found.pinned["a/q"] == "a/q: two copies of one packet meet here; hardware sends a packet to a queue once"
    assert "a/t" not in found.plan.hardware


@pytest.mark.parametrize("text", ["", "// nothing\n", "InfiniteSource(LIMIT 1) -> Discard;"])
def test_tenants_without_devices_have_nothing_for_hardware(text: str, tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    folder = tenants(tmp_path, a=text)
    code, said = run(["plan", "a", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert (
        f"a: {folder}/a.click:1:1: error: a: no device is read or sent to, so that there is nothing for hardware\n"
        "  give a tenant a FromDevice or a ToDevice\n"
    ) in said


def test_what_can_be_neither_is_refused_with_its_tenant(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    def refuse(*_: object) -> Composition:
        error = NotHardware("port0_mux", "it has a reason")
        error.tenant = "b"
        raise error

    monkeypatch.setattr(flow, "compose", refuse)
    folder = tenants(tmp_path)
    code, said = run(["plan", "a,b", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert f"b: {folder}/b.click:1:1: error: b has no placement: port0_mux: it has a reason\n" in said
    assert "  pin elements of b in front of it to software, with --pin NAME=software\n" in said


def test_what_is_refused_again_in_software_is_named(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    def refuse(*_: object) -> Composition:
        raise NotHardware("a/c", "it has a reason")

    monkeypatch.setattr(flow, "compose", refuse)
    folder = tenants(tmp_path, a="FromDevice(eth0) -> c :: Counter -> Queue -> ToDevice(eth0);")
    code, said = run(["plan", "a", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert f"a: {folder}/a.click:1:1: error: a has no placement: a/c: it has a reason\n" in said


@pytest.mark.slow
def test_a_packet_that_goes_round_between_the_halves_is_refused(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.setattr(split_machine, "MOST_CHUNKS", 6)
    ring = "FromDevice(eth0) -> c :: Classifier(20/00, -); c[0] -> Print(again) -> c; c[1] -> Queue -> ToDevice(eth0);"
    folder = tenants(tmp_path, a=ring)
    write_capture(tmp_path / "x.pcap", [(0, bytes(12) + b"\x08\x00" + bytes(46))])
    arguments = ["run", "a", "--in", f"0@a={tmp_path}/x.pcap", "--out", str(tmp_path / "out"), "--hardware", "sim"]
    code, said = run([*arguments, "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert (
        f"a: {folder}/a.click:1:{ring.index('Print') + 1}: error: a packet comes to a/Print@3 again and again: "
        "the configuration sends it round between hardware and software\n"
        f"    {ring}\n    {' ' * ring.index('Print')}^\n"
        "  let every ring of connections have a way out that each packet takes in the end\n"
    ) in said


@pytest.mark.parametrize("command", ["verify", "build"])
def test_registers_beyond_the_bus_are_refused_with_the_tenant_that_has_the_most(
    command: str, tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(build.BUS_BITS, "versa_ecp5", 13)
    b = "FromDevice(eth0) -> Counter -> Counter -> Queue -> ToDevice(eth0);"
    folder = tenants(tmp_path, b=b)
    code, said = run([command, "a,b", "--board", "versa_ecp5", "--tenants", str(folder)], monkeypatch, capsys)
    assert code == 2
    assert (
        f"{folder}/policy.toml:4:1: error: b has 14 registers, the most of all; with a window as large for each of 2 tenant(s) and the "
        "operator they take 14 address bits, and the bus of versa_ecp5 has 13\n"
        "  pin counters and other elements with state of b to software, or build fewer tenants\n"
    ) in said


def test_129_counters_of_one_tenant_leave_room_for_another(tmp_path: Path) -> None:
    patterns = ", ".join(f"12/{0x900 + number:04x}" for number in range(129))
    ways = "".join(f"c [{number}] -> Counter -> q;" for number in range(129))
    many = f"FromDevice(eth0) -> c :: Classifier({patterns}); q :: Queue -> ToDevice(eth0); {ways}"
    merged = merge_tenants(Source(("a", "b"), tenants(tmp_path, a=many)))
    found = split(merged, rates_of(merged, None))
    core = build.board_core("versa_ecp5", found, flow.quiet)
    Fragment.get(core, None)
    assert core.window_bits == 13
    assert len(core.axi.araddr) == 15
    names = {(register.window, register.name) for register in core.registers}
    assert {(1, "a/Counter@131.packets"), (2, "b/port0_in.packets")} <= names
