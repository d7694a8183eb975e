"""Evidence: which properties were shown of which netlist, and how. A board is built only of a netlist that has all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from graph.diagnostics import ClickError
from hdl.tools.yosys import YosysError
from sim.coverage import Coverage, Hole
from sim.verilator import VerilatorError

_OWN_WORDS: Final = (ClickError, YosysError, VerilatorError)
BREAKS: Final = (RuntimeError, ValueError, KeyError, *_OWN_WORDS)
"""What ends a check before it is carried out: a packet that goes round, a tool that fails, a design that cannot be run."""
UNBOUNDED: Final = "unbounded"

How = Literal["proof", "simulation", "construction"]
Mode = Literal["shared", "strict"]


@dataclass(frozen=True)
class Work:
    """What was done for a finding, as it was counted: the ``solver``; how deep, `UNBOUNDED` or cycles; ``seeds`` of random traffic;
    simulated ``cycles``; ``packets`` sent into the design; and which share of the lines and of the toggles of the core the runs reached, in
    percent (None where that was not measured)."""

    solver: str = ""
    depth: str = ""
    seeds: tuple[int, ...] = ()
    cycles: int = 0
    packets: int = 0
    lines: float | None = None
    toggles: float | None = None


@dataclass(frozen=True)
class Counterexample:
    """What was seen where a simulated property fails. ``where``: the output and the frame; the packet that was ``expected``, as it is alone
    or by the reference, and the one that was ``seen``, as hexadecimal digits, None for one that there is not; ``waveform``: its file, from
    the folder of the evidence, or why there is none."""

    where: str
    expected: str | None
    seen: str | None
    waveform: str = ""


@dataclass(frozen=True)
class Latencies:
    """How long a victim's frames took, in cycles from their first beat in to their last beat out: (latency, frames) in the order of
    latency. ``bound``: by how much others may delay the frame that comes nearest to that, by its output; None where it is not computed,
    as in turns of time."""

    mode: Mode
    bound: int | None
    alone: tuple[tuple[int, int], ...]
    beside: tuple[tuple[int, int], ...]
    most: int
    """By how much that frame was later beside the attacker than alone; without a bound, the most by which one was later, or earlier."""
    attack: str = ""
    """What the attacker did, where it was not just its own traffic."""


@dataclass(frozen=True)
class Finding:
    """A property, how it was shown, whether it holds, and a figure or the first thing against it; of which ``victim`` and ``attacker``,
    where it is not of all tenants; the ``work`` that it took; where it fails, the ``counterexample``; how long
    frames took, for each thing that the attacker did. ``seconds`` are the one thing in which two runs may differ."""

    name: str
    how: How
    holds: bool
    detail: str
    victim: str = ""
    attacker: str = ""
    work: Work = Work()
    counterexample: Counterexample | None = None
    latencies: tuple[Latencies, ...] = ()
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Evidence:
    """Findings about the machine of ``tenants`` whose core has the hash ``netlist``. ``machine`` is the hash of the rest that they rest on:
    both graphs, and the checks themselves. ``tools``: versions; ``plan``: the cut in short, and what each tenant is sure of; ``coverage``:
    of all runs together; ``only``: the one step that was asked for, where not all were; ``seconds`` that all of it took, by the clock:
    less than those of the findings, some of which are made beside others."""

    netlist: str
    machine: str
    tenants: tuple[str, ...]
    findings: tuple[Finding, ...]
    tools: Mapping[str, str] = field(default_factory=dict)
    plan: tuple[str, ...] = ()
    coverage: Coverage | None = None
    only: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def complete(self) -> bool:
        """Whether every step was taken, there are findings of each kind, and all hold."""
        kinds = {finding.how for finding in self.findings}
        return not self.only and kinds == {"proof", "simulation", "construction"} and all(finding.holds for finding in self.findings)

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
    """Write `evidence.json` in ``folder``, all at once; returns its path. Its ``digest`` is of all of it but ``seconds``, which are those
    of all together and of the findings in their order: the same machine has the same digest whenever and wherever it is checked with the
    same tools."""
    folder.mkdir(parents=True, exist_ok=True)
    path, draft = folder / "evidence.json", folder / "evidence.draft"
    said = _said(evidence)
    took = {"all": evidence.seconds, "findings": [finding.seconds for finding in evidence.findings]}
    text = json.dumps({**said, "digest": _digest(said), "seconds": took}, indent=1, sort_keys=True)
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def _said(evidence: Evidence) -> dict[str, Any]:
    """All of ``evidence`` but times, as JSON has it."""
    raw = {**asdict(evidence), "complete": evidence.complete}
    for each in (raw, *raw["findings"]):
        del each["seconds"]
    return dict(json.loads(json.dumps(raw)))


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def read_evidence(folder: Path) -> Evidence | None:
    """The evidence in ``folder``, None where there is none, it cannot be read, or it is not what was written."""
    try:
        raw = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
        seconds = raw.pop("seconds")
        if raw.pop("digest") != _digest(raw):
            return None
        findings = tuple(replace(_finding(f), seconds=took) for f, took in zip(raw["findings"], seconds["findings"], strict=True))
        evidence = Evidence(
            raw["netlist"],
            raw["machine"],
            tuple(raw["tenants"]),
            findings,
            raw["tools"],
            tuple(raw["plan"]),
            _coverage(raw["coverage"]),
            raw["only"],
            seconds["all"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return evidence


def _finding(raw: dict[str, Any]) -> Finding:
    work, against = raw["work"], raw["counterexample"]
    return Finding(
        **{
            **raw,
            "work": Work(**{**work, "seeds": tuple(work["seeds"])}),
            "counterexample": None if against is None else Counterexample(**against),
            "latencies": tuple(map(_latencies, raw["latencies"])),
        }
    )


def _latencies(raw: dict[str, Any]) -> Latencies:
    return Latencies(**{**raw, **{name: tuple((int(a), int(b)) for a, b in raw[name]) for name in ("alone", "beside")}})


def _coverage(raw: dict[str, Any] | None) -> Coverage | None:
    if raw is None:
        return None
    holes = tuple(Hole(**hole) for hole in raw["holes"])
    figures = {name: None if raw[name] is None else tuple(raw[name]) for name in ("lines", "toggles", "functions")}
    counts = {name: tuple(figure) for name, figure in raw["modules"].items()}
    return Coverage(**{**raw, **figures, "holes": holes, "modules": counts})
