"""The README's commands run as they are written. Those that build for minutes are run by their own tests and targets."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from sim.packets import ethernet, ipv4

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"^    mlclick (.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
LONG = ("verify", "build")


def test_every_command_has_an_example() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"check", "merge", "plan", "run", *LONG}


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.split()[0] not in LONG])
def test_the_example_runs(command: str, tmp_path: Path) -> None:
    (tmp_path / "tenants").symlink_to(ROOT / "tenants")
    frame = ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, ipv4(0x08080808, 0x01020304, 17, bytes(30)))
    write_capture(tmp_path / "in.pcap", [(1000, frame)])
    call = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); from mlclick.cli import main; main()"]
    done = subprocess.run([*call, *command.split()], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout
    if command.startswith("run"):
        assert len(read_capture(tmp_path / "out" / "port0.pcap").packets) == 1
    if command.startswith("plan"):
        assert "proven optimal" in done.stdout
