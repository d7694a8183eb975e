"""There is no registry: a file dropped into `elements/` is an element, in software and in hardware."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from sim.packets import ethernet, ipv4

ROOT = Path(__file__).parents[1]
PACKAGES = ("graph", "elements", "hdl", "swclick", "partition", "sim", "boards", "mlclick")
ELEMENT = '''"""TTLFloor(FLOOR)

Raises the IP time to live to at least FLOOR.

Arguments:
    FLOOR: the least time to live.

Examples:
    TTLFloor(9)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import byte
from elements.definition.ports import Ports
from elements.program.headers import checksum_update
from elements.program.packet import Packet
from elements.program.values import cat, const, mux


class TTLFloor(Element):
    ports = Ports("1/1", "a/a")
    floor = Argument("FLOOR", byte)

    def program(self, p: Packet) -> None:
        old = cat(p.ip.ttl, p.ip.protocol)
        p.ip.ttl = mux(p.ip.ttl < self.floor, const(self.floor, 8), p.ip.ttl)
        p.ip.checksum = checksum_update(p.ip.checksum, old, cat(p.ip.ttl, p.ip.protocol))
        p.output(0)
'''


@pytest.mark.slow
def test_a_new_element_works_in_software_and_hardware(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "elements" / "ttlfloor.py").write_text(ELEMENT)
    tenants = tmp_path / "tenants"
    tenants.mkdir()
    (tenants / "policy.toml").write_text("[tenants.a]\nvlan = 100\ndevices = { eth0 = 0 }\n")
    (tenants / "a.click").write_text("FromDevice(eth0) -> MarkIPHeader(14) -> TTLFloor(9) -> Queue -> ToDevice(eth0);\n")
    frames = [ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, ipv4(1, 2, 17, bytes(30), ttl=ttl)) for ttl in (0, 3, 9, 200)]
    write_capture(tmp_path / "in.pcap", [(1000 * i, frame) for i, frame in enumerate(frames)])
    outputs = []
    for hardware in ("reference", "none", "sim"):
        out = tmp_path / hardware
        command = [sys.executable, "-c", "from mlclick.cli import main; main()", "run", "a", "--in", "0@a=in.pcap", "--out", str(out)]
        subprocess.run([*command, "--hardware", hardware], cwd=tmp_path, check=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})
        outputs.append([data for _, data in read_capture(out / "port0.pcap").packets])
    assert outputs[0] == outputs[1] == outputs[2]
    assert [data[26] for data in outputs[0]] == [9, 9, 9, 200]
