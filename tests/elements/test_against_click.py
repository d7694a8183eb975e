"""The same packets through these elements and through those of a stock Click, which CLICK names: the same bytes come out."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from graph.load import load_text
from sim.packets import ethernet, ip_packet
from swclick.live import Clock, Live

CLICK = os.environ.get("CLICK")
pytestmark = pytest.mark.skipif(not CLICK, reason="CLICK names no stock Click")

ADDRESSES = (0x0A000001, 0x0A010203, 0x01020304, 0xC0A80001, 0xE0000001, 0xFFFFFFFF)
IP = "Strip(14) -> CheckIPHeader -> {}"
LOOSE = "Strip(14) -> MarkIPHeader -> {}"
CONFIGURATIONS = [
    *(IP.format(x) for x in ("CheckTCPHeader", "CheckUDPHeader", "CheckICMPHeader", "SetUDPChecksum", "SetTCPChecksum(true)")),
    *(IP.format(x) for x in ("MarkIPCE", "MarkIPCE(true)", "SetIPDSCP(46)", "SetIPECN(ECT(0))", "IPMirror", "IPMirror(false)")),
    *(IP.format(x) for x in ("StoreIPAddress(1.0.0.4, dst)", "StoreIPAddress(src)", "StoreIPAddress(9.9.9.9, 3)", "SetIPChecksum")),
    LOOSE.format("SetIPChecksum"),
    *(f"Strip(30) -> {x}" for x in ("UDPIPEncap(1.0.0.1, 7, 2.0.0.2, 9, true)", "UDPIPEncap(1.0.0.1, 7, 2.0.0.2, 9, false)")),
    *(f"Strip(30) -> {x}" for x in ("ICMPPingEncap(1.0.0.1, 2.0.0.2, IDENTIFIER 3)", "ICMPIPEncap(1.0.0.1, 2.0.0.2, timestamp)")),
    "Strip(30) -> ICMPIPEncap(1.0.0.1, 2.0.0.2, unreachable, port)",
    "EtherMirror",
    "StripEtherVLANHeader(-1) -> EtherVLANEncap(0x86dd, 1:1:1:1:1:1, 2:2:2:2:2:2, ANNO)",
    "HostEtherFilter(2:2:2:2:2:2, true)",
    "HostEtherFilter(4:4:4:4:4:4, false, false)",
]


def packets(seed: int) -> list[tuple[int, bytes]]:
    """Frames of IP packets, some of whose checksums are right, and tagged and damaged ones."""
    rng = random.Random(seed)
    found = []
    for number in range(200):
        body = ip_packet(rng, ADDRESSES, ADDRESSES, (53, 80, 9))
        body = body + rng.randbytes(max(0, 40 - len(body)))
        tags = (0x2064,) if rng.randrange(4) == 0 else ()
        found.append((number * 1_000_000, ethernet(b"\2" * 6, rng.choice((b"\2", b"\4")) * 6, 0x0800, body, tags)))
    return found


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_bytes_are_those_of_click(tmp_path: Path, configuration: str) -> None:
    assert CLICK is not None
    write_capture(tmp_path / "in.pcap", packets(1))
    outputs = " x[1] -> ToDump({folder}/1.pcap);" if configuration.split("(")[0].split()[-1].startswith(("Check", "Host", "SetUDP")) else ""
    *before, last = configuration.split(" -> ")
    chain = "".join(f"{each} -> " for each in before)
    text = f"FromDump({tmp_path}/in.pcap, STOP true) -> {chain}x :: {last} -> ToDump({{folder}}/0.pcap);{outputs}"
    folders = [tmp_path / "click", tmp_path / "here"]
    for folder in folders:
        folder.mkdir()
    subprocess.run([CLICK, "-e", text.format(folder=folders[0])], check=True, capture_output=True, timeout=60)
    live = Live(load_text(text.format(folder=folders[1]), "t"), Clock(1))
    live.drive()
    live.close()
    for name in ("0.pcap", "1.pcap"):
        if (folders[0] / name).exists():
            theirs, ours = ([data for _, data in read_capture(folder / name).packets] for folder in folders)
            assert ours == theirs, name
