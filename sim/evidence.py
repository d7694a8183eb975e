"""Evidence: which properties were shown of which netlist, and how. A board is built only of a netlist that has all of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from graph.diagnostics import ClickError
from hdl.tools.yosys import YosysError
from sim.verilator import VerilatorError

_OWN_WORDS: Final = (ClickError, YosysError, VerilatorError)
BREAKS: Final = (RuntimeError, ValueError, KeyError, *_OWN_WORDS)
"""What ends a check before it is carried out: a packet that goes round, a tool that fails, a design that cannot be run."""

How = Literal["proof", "simulation", "construction"]


@dataclass(frozen=True)
class Finding:
    """A property, how it was shown, whether it holds, and a figure or the first thing against it."""

    name: str
    how: How
    holds: bool
    detail: str


@dataclass(frozen=True)
class Evidence:
    """Findings about the machine of ``tenants`` whose core has the hash ``netlist``. ``machine`` is the hash of the rest that they rest on:
    both graphs, and the checks themselves."""

    netlist: str
    machine: str
    tenants: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def complete(self) -> bool:
        """Whether there are findings of each kind and all hold."""
        kinds = {finding.how for finding in self.findings}
        return kinds == {"proof", "simulation", "construction"} and all(finding.holds for finding in self.findings)

    def count(self, how: How) -> int:
        """How many findings were made in this way."""
        return sum(1 for finding in self.findings if finding.how == how)


def why_broken(error: Exception) -> str:
    """What one of `BREAKS` says: its own words where it is made to be read, else with its name in front."""
    return str(error) if isinstance(error, _OWN_WORDS) else f"{type(error).__name__}: {error}"


def netlist_hash(verilog: str) -> str:
    """The hash by which evidence is tied to a netlist."""
    return hashlib.sha256(verilog.encode()).hexdigest()


def write_evidence(folder: Path, evidence: Evidence) -> Path:
    """Write `evidence.json` in ``folder``, all at once; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path, draft = folder / "evidence.json", folder / "evidence.draft"
    draft.write_text(json.dumps({**asdict(evidence), "complete": evidence.complete}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def read_evidence(folder: Path) -> Evidence | None:
    """The evidence in ``folder``, None where there is none or it cannot be read."""
    try:
        raw = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
        findings = tuple(Finding(f["name"], f["how"], f["holds"], f["detail"]) for f in raw["findings"])
        return Evidence(raw["netlist"], raw["machine"], tuple(raw["tenants"]), findings)
    except (OSError, ValueError, KeyError, TypeError):
        return None
