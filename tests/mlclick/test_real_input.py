"""Whole captures through the example tenants, in Python, in C and split with the simulated pipeline: the same captures come out, byte for
byte, and the split run says which packets crossed and why.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from mlclick import cli
from mlclick.design import Source
from mlclick.flow import merge_tenants
from sim.tenant_traffic import random_traffic

TENANTS = Path(__file__).parents[2] / "tenants"
DATA = os.environ.get("MLCLICK_DATA")


def run(hardware: str, inputs: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the run prints behind the lines of its ports; its captures are in ``folder``/``hardware``."""
    options = [argument for text in inputs for argument in ("--in", text)]
    arguments = ["run", "a,b", *options, "--out", str(folder / hardware), "--hardware", hardware, "--tenants", str(TENANTS)]
    monkeypatch.setattr(sys, "argv", ["mlclick", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    assert not stopped.value.code, said.err
    return [line for line in said.out.splitlines() if line and not line.startswith("port ")]


def check_alike(
    inputs: list[str], packets: tuple[int, int], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """Runs all three, with ``packets`` sent by each port; returns what the split one says of its crossings."""
    assert run("reference", inputs, folder, monkeypatch, capsys) == []
    assert run("none", inputs, folder, monkeypatch, capsys) == []
    journeys = run("sim", inputs, folder, monkeypatch, capsys)
    assert tuple(len(read_capture(folder / "reference" / f"port{port}.pcap").packets) for port in (0, 1)) == packets
    for port in (0, 1):
        wanted = (folder / "reference" / f"port{port}.pcap").read_bytes()
        for hardware in ("none", "sim"):
            assert (folder / hardware / f"port{port}.pcap").read_bytes() == wanted, (hardware, port)
    return journeys


@pytest.mark.slow
def test_frames_of_every_kind_come_out_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    traffic = random_traffic(merged.master, merged.policy, 7, 400)
    for port in (0, 1):
        write_capture(tmp_path / f"{port}.pcap", ((packet.time, packet.data) for at, packet in traffic if at == port))
    inputs = [f"{port}={tmp_path}/{port}.pcap" for port in (0, 1)]
    assert check_alike(inputs, (70, 13), tmp_path, monkeypatch, capsys) == [
        "345 of 400 packet(s) took the hardware path alone",
        "1 crossing(s): a/ICMPError@19 is software",
        "10 crossing(s): a/arp0 is software",
        "8 crossing(s): a/arp1 is software",
        "5 crossing(s): a/in0/ARPResponder@2 is software",
        "5 crossing(s): a/in1/ARPResponder@2 is software",
        "10 crossing(s): a/up0/ICMPError@6 is software",
        "4 crossing(s): a/up1/ICMPError@6 is software",
        "21 crossing(s): b/ICMPError@15 is software",
        "6 crossing(s): b/rules is left by the hardware",
    ]


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="MLCLICK_DATA names no folder with captures of real networks")
def test_captures_of_real_networks_come_out_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """b's are given the VLAN of its customer; the one packet of dns_fwdptr is longer than any frame, and left out."""
    captures = Path(DATA or "") / "pcap"
    for name in ("mixed", "mptcp-v0"):
        packets = read_capture(captures / f"{name}.pcap").packets
        write_capture(tmp_path / f"{name}.pcap", ((time, data[:12] + b"\x81\x00\x00\x0a" + data[12:]) for time, data in packets))
    inputs = [f"0@a={captures}/{name}.pcap" for name in ("afs", "dns_fwdptr")]
    inputs += [f"0@b={tmp_path}/{name}.pcap" for name in ("mixed", "mptcp-v0")]
    assert check_alike(inputs, (870, 134), tmp_path, monkeypatch, capsys) == [
        "766 of 1044 packet(s) took the hardware path alone",
        "278 crossing(s): b/ICMPError@15 is software",
    ]
