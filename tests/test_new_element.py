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
COMMAND = (sys.executable, "-c", "from mlclick.cli import main; main()")
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

ITS_TEST = '''"""TTLFloor raises the time to live, and no other byte but the checksum; all its readings mean the same."""

from collections.abc import Callable

from scapy.layers.inet import IP

from elements.definition.catalogue import class_info
from sim.conformance.cases import random_cases
from sim.conformance.examples import configured
from sim.conformance.suite import Suite
from tests.elements.bench import Bench


def test_it_raises_what_is_lower(bench: Callable[..., Bench]) -> None:
    x = bench("TTLFloor(9)")
    for ttl in (0, 8, 9, 10, 255):
        ((_, after),) = x.out(bytes(IP(ttl=ttl)), network=0)
        assert after == bytes(IP(ttl=max(ttl, 9)))


def test_it_is_agnostic() -> None:
    info = class_info("TTLFloor")
    assert info is not None
    assert (info.port_count, info.processing, info.flow) == ("1/1", "a/a", "x/x")


def test_its_readings_agree() -> None:
    with Suite([configured("TTLFloor", "TTLFloor(9)")]) as made:
        report = made.run("seed 1", random_cases(1, 500))
    assert not report.differences
    assert set(report.compared.values()) == {500}
    assert {reading for _, reading in report.compared} == {"reference", "C", "hardware", "logic"}
'''


def scratch(folder: Path) -> dict[str, str]:
    """A copy of the project in ``folder`` with the new element and its test, nothing else of it changed; the environment to use it."""
    for package in (*PACKAGES, "tests"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "elements" / "ttlfloor.py").write_text(ELEMENT)
    (folder / "tests" / "elements" / "test_ttlfloor.py").write_text(ITS_TEST)
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.mark.slow
def test_a_new_element_passes_its_own_test_and_those_of_all_elements(tmp_path: Path) -> None:
    env = scratch(tmp_path)
    files = [f"tests/elements/test_{name}.py" for name in ("ttlfloor", "manual_pages", "ports", "diagnostics")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    listed = subprocess.run([*COMMAND, "elements", "TTLFloor"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert listed.stdout.startswith("TTLFloor(FLOOR)\n")


@pytest.mark.slow
def test_a_new_element_works_in_software_and_hardware(tmp_path: Path) -> None:
    env = scratch(tmp_path)
    tenants = tmp_path / "tenants"
    tenants.mkdir()
    (tenants / "policy.toml").write_text("[tenants.a]\nvlan = 100\ndevices = { eth0 = 0 }\n")
    (tenants / "a.click").write_text("FromDevice(eth0) -> MarkIPHeader(14) -> TTLFloor(9) -> Queue -> ToDevice(eth0);\n")
    frames = [ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, ipv4(1, 2, 17, bytes(30), ttl=ttl)) for ttl in (0, 3, 9, 200)]
    write_capture(tmp_path / "in.pcap", [(1000 * i, frame) for i, frame in enumerate(frames)])
    outputs = []
    for hardware in ("reference", "none", "sim"):
        out = tmp_path / hardware
        command = [*COMMAND, "run", "a", "--in", "0@a=in.pcap", "--out", str(out), "--hardware", hardware]
        subprocess.run(command, cwd=tmp_path, check=True, env=env)
        outputs.append([data for _, data in read_capture(out / "port0.pcap").packets])
    assert outputs[0] == outputs[1] == outputs[2]
    assert [data[26] for data in outputs[0]] == [9, 9, 9, 200]
