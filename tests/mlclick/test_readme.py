"""The README's commands run as they are written, in a folder with its tenants; those that verify and build with smaller ones of the same
names, since `make bitstream` and `make verify` are for the others.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from elements.captures.pcap import read_capture
from mlclick.build import board_core, ports_of
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.verify import core_hash, machine_hash
from sim.evidence import Evidence, Finding, How, write_evidence

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"^    mlclick (.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
HOWS: tuple[How, ...] = ("proof", "simulation", "construction")
LONG = ("verify", "build", "bench", "proofs")


def mlclick(command: str, folder: Path, first: str = "") -> subprocess.CompletedProcess[str]:
    """What the command does in ``folder`` on a machine without Vivado: folders that have one are taken from the path. ``first`` is Python
    that its process begins with."""
    call = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {first}\nfrom mlclick.cli import main; main()"]
    path = os.pathsep.join(place for place in os.environ["PATH"].split(os.pathsep) if shutil.which("vivado", path=place) is None)
    return subprocess.run([*call, *shlex.split(command)], cwd=folder, capture_output=True, text=True, env={**os.environ, "PATH": path})


def test_the_commands_do_not_see_a_vivado_that_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "vivado").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "vivado").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    assert shutil.which("vivado") == f"{tmp_path}/bin/vivado"
    done = mlclick("build z", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("board: versa_ecp5 (Vivado is not on PATH)\n")


def test_every_command_has_an_example() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"check", "elements", "merge", "plan", "run", *LONG}


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.split()[0] not in LONG])
def test_the_example_runs(command: str, tmp_path: Path) -> None:
    (tmp_path / "tenants").symlink_to(ROOT / "tenants")
    done = mlclick(command, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    if command.startswith("run"):
        assert [len(read_capture(tmp_path / "out" / f"port{port}.pcap").packets) for port in (0, 1)] == [7, 2]
    if command == "elements":
        assert re.search(r"^IPFilter +\S", done.stdout, re.MULTILINE)
    if command == "elements IPFilter":
        assert done.stdout.startswith("IPFilter(")
    if command.startswith("plan"):
        assert "proven optimal" in done.stdout
    if "--handler" in command:
        assert re.search(r"^a/port0_in.count: 6$", done.stdout, re.MULTILINE)


POLICY = "".join(f"[tenants.{name}]\nvlan = {vlan}\ndevices = {{ eth0 = 0, eth1 = 1 }}\n" for name, vlan in (("a", 100), ("b", 200)))
A = "FromDevice(eth0) -> Counter -> Queue -> ToDevice(eth1); FromDevice(eth1) -> Queue -> ToDevice(eth0);"
B = "FromDevice(eth0) -> Queue -> ToDevice(eth1); FromDevice(eth1) -> Print(b) -> Counter -> Queue -> ToDevice(eth0);"


def small_tenants(folder: Path) -> Path:
    """A folder with two small tenants of the README's names; b has a part that is software."""
    return _written(folder, POLICY, A, B)


def tenants_of_one_port(folder: Path) -> Path:
    """As `small_tenants`, smaller still: placing and routing takes a minute for each port. `make bitstream` places two of them."""
    a = "FromDevice(eth0) -> Counter -> Queue -> ToDevice(eth0);"
    return _written(folder, POLICY.replace(", eth1 = 1", ""), a, a.replace("Counter", "Print(b) -> Counter"))


def _written(folder: Path, policy: str, a: str, b: str) -> Path:
    (folder / "tenants").mkdir()
    for name, text in (("policy.toml", policy), ("a.click", a), ("b.click", b)):
        (folder / "tenants" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_one_step_of_verify_is_not_evidence_and_another_mode_s_has_a_folder_of_its_own(tmp_path: Path) -> None:
    done = mlclick("verify a,b --only agreement --mode strict", small_tenants(tmp_path))
    assert done.returncode == 1, done.stderr
    assert "FAILS" not in done.stdout
    assert "incomplete: only the step agreement was asked for" in done.stdout.splitlines()
    evidence = json.loads((tmp_path / "build" / "evidence" / "versa_ecp5-strict" / "evidence.json").read_text())
    assert (evidence["only"], evidence["complete"]) == ("agreement", False)
    assert "mode: strict, by the weights a 1, b 1" in evidence["plan"]
    assert {finding["how"] for finding in evidence["findings"]} == {"simulation"}


@pytest.mark.slow
def test_the_proofs_example_proves_every_tenant_of_its_set(tmp_path: Path) -> None:
    [command] = [c for c in COMMANDS if c.startswith("proofs")]
    done = mlclick(command, small_tenants(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT PROVED" not in done.stdout
    [found] = json.loads((tmp_path / "build" / "bench" / "proofs.json").read_text())
    assert (found["tenants"], found["width"], found["failures"]) == (["a", "b"], 64, [])
    assert all(found[step]["asked"] >= 3 and found[step]["seconds"] > 0 for step in ("pipeline", "datapath", "construction"))


def compared(done: subprocess.CompletedProcess[str], folder: Path, names: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `bench` wrote of the cores without the last tenant and with it."""
    assert done.returncode == 0, done.stderr
    without, beside = json.loads((folder / "build" / "bench" / "sizes.json").read_text())
    assert (without["tenants"], beside["tenants"]) == (names[:-1], names)
    speeds = json.loads((folder / "build" / "bench" / "speeds.json").read_text())
    assert [speed["reading"] for speed in speeds] == ["reference", "compiled"]
    assert re.search(rf"^{names[-1]} costs \d+\.\d % more LUTs$", done.stdout, re.MULTILINE)
    return without, beside


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.heavy
def test_the_bench_example_says_that_a_second_copy_of_a_router_costs_less_than_a_tenth(tmp_path: Path) -> None:
    """As Yosys maps the core to a 7-series device; a2 is a's router once more."""
    [command] = [c for c in COMMANDS if c.startswith("bench")]
    (tmp_path / "tenants").symlink_to(ROOT / "tenants")
    without, beside = compared(mlclick(command, tmp_path), tmp_path, ["a", "b", "a2"])
    assert without["luts"] < beside["luts"] < 1.1 * without["luts"]
    assert without["latency"] == beside["latency"]


@pytest.mark.slow
def test_bench_says_what_another_tenant_costs(tmp_path: Path) -> None:
    """The short form of the test before, with smaller tenants."""
    folder = tenants_of_one_port(tmp_path)
    without, beside = compared(mlclick("bench a,b", folder), folder, ["a", "b"])
    assert 0 < without["luts"] < beside["luts"]


def verified_and_built(folder: Path, first: str = "") -> None:
    """The README's commands that verify and that build for the ECP5 board, one after the other; ``first`` is what the build begins with."""
    [verify] = [c for c in COMMANDS if c.startswith("verify")]
    [build] = [c for c in COMMANDS if c.endswith("versa_ecp5")]
    left_evidence(mlclick(verify, folder), folder / "build" / "evidence" / "versa_ecp5")
    done = mlclick(build, folder, first)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("board: versa_ecp5\n")
    # It is of this netlist, and so nothing is verified again.
    assert "evidence: that of this machine is there" in done.stderr
    assert (folder / "build" / "versa_ecp5" / "versa.bit").stat().st_size > 10_000
    assert (folder / "build" / "versa_ecp5" / "versa.unpacked.config").read_text().startswith(".device LFE5UM5G-45F\n")
    assert "evidence: 12 by proof, 9 by simulation, 4 by construction\n" in done.stdout
    assert sorted(re.findall(r" MHz of ([\d.]+)$", done.stdout, re.MULTILINE)) == ["125", "125", "125", "62.5"]
    assert re.search(r"^LUT \d+/43848, FF \d+/43848, BRAM \d+/108, DSP \d+/72$", done.stdout, re.MULTILINE)
    assert (folder / "build" / "versa_ecp5" / "registers.h").exists()


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.long
def test_the_verify_example_leaves_evidence_and_the_build_example_for_the_ecp5_board_ends_in_a_bitstream(tmp_path: Path) -> None:
    """All of it; the core takes most of the time of synthesis, and of place and route."""
    verified_and_built(tenants_of_one_port(tmp_path))


FOUR_MINUTES_LESS_FOR_THE_ECP5 = (
    "import mlclick.build as of; from boards.versa_ecp5.top import VersaTop; from tests.boards.versa_ecp5.loopback import Loopback; "
    "of.VersaTop = lambda core: VersaTop(Loopback())"
)
"""The board's top is placed with a core that sends back what it receives; all before that, and the evidence, is of the tenants' core."""


@pytest.mark.slow
@pytest.mark.long
def test_the_build_example_for_the_ecp5_board_takes_the_evidence_and_ends_in_a_bitstream_of_a_smaller_core(tmp_path: Path) -> None:
    """The short form of the test before: the evidence is the tenants', the bitstream the board's with a core that is not theirs."""
    verified_and_built(tenants_of_one_port(tmp_path), FOUR_MINUTES_LESS_FOR_THE_ECP5)


def left_evidence(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    """``done`` was to verify two tenants, all of it."""
    assert done.returncode == 0, done.stderr
    assert "FAILS" not in done.stdout
    evidence = json.loads((folder / "evidence.json").read_text())
    assert evidence["complete"]
    assert {finding["how"] for finding in evidence["findings"]} == {"proof", "simulation", "construction"}
    [suite] = JUnitXml.fromfile(str(folder / "junit.xml"))
    assert (suite.tests, suite.failures) == (len(evidence["findings"]), 0)
    page = (folder / "report.html").read_text()
    assert "every property below was shown" in page
    # Of each pair its own traffic, and the attacks.
    assert page.count("<svg") == 4


def left_the_project(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    """``done`` was to build for the card without Vivado."""
    assert done.returncode == 3, done.stderr
    assert "the project is ready in build/netfpga_sume, but vivado is not on PATH: source its settings64.sh," in done.stderr
    for name in ("nf_datapath.v", "mlclick.xdc", "build.tcl", "registers.h", "registers.md"):
        assert (folder / "build" / "netfpga_sume" / name).stat().st_size > 100, name


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.long
def test_the_build_example_for_the_sume_verifies_and_without_vivado_leaves_the_project(tmp_path: Path) -> None:
    """Evidence of a card with four ports of 256 bit takes minutes."""
    [command] = [c for c in COMMANDS if c.endswith("netfpga_sume")]
    folder = tenants_of_one_port(tmp_path)
    left_evidence(mlclick("verify a,b --board netfpga_sume", folder), folder / "build" / "evidence" / "netfpga_sume")
    left_the_project(mlclick(command, folder), folder)


FOUR_MINUTES_LESS = "from hdl.tools.yosys import _SYNTHESIS as of; of['xc7'] = of['xc7'].replace('-noiopad', '-noiopad -run :prepare')"
"""Yosys reads the card's Verilog and puts its modules together; it does not map them to LUTs, which `mlclick bench` has it do to a core."""


@pytest.mark.slow
def test_the_build_example_for_the_sume_takes_evidence_of_the_same_machine_and_leaves_the_project(tmp_path: Path) -> None:
    """The short form of the test before: what the evidence says is made up, what it is of is not, and synthesis ends before it maps."""
    [command] = [c for c in COMMANDS if c.endswith("netfpga_sume")]
    folder = tenants_of_one_port(tmp_path)
    merged = merge_tenants(Source(("a", "b"), folder / "tenants"))
    design = split(merged, rates_of(merged, None), ports=ports_of("netfpga_sume"))
    netlist = core_hash(board_core("netfpga_sume", design, lambda line: None))
    shown = [Finding("shown", how, True, "") for how in HOWS]
    write_evidence(folder / "build" / "evidence" / "netfpga_sume", Evidence(netlist, machine_hash(design), ("a", "b"), tuple(shown)))
    done = mlclick(command, folder, FOUR_MINUTES_LESS)
    assert "evidence: that of this machine is there" in done.stderr
    assert "] fits: LUTs 0/433200, flip-flops 0/866400, RAMB18 0/2940, DSPs 0/3600\n" in done.stderr
    left_the_project(done, folder)
