"""Evidence as files and as lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mlclick.junit import write_junit
from mlclick.page import percent, write_page
from sim.coverage import Coverage
from sim.evidence import Evidence, write_evidence


def write_files(folder: Path, evidence: Evidence) -> dict[str, Path]:
    """Write `evidence.json`, `report.html` and `junit.xml` in ``folder``; their paths by what they are."""
    return {
        "evidence": write_evidence(folder, evidence),
        "report": write_page(folder, evidence),
        "junit": write_junit(folder, evidence),
    }


def evidence_lines(evidence: Evidence) -> Iterator[str]:
    """A line for each finding, and below one that fails where to look."""
    for finding in evidence.findings:
        yield f"{'holds' if finding.holds else 'FAILS'}  by {finding.how:12}  {finding.name}: {finding.detail}"
        if finding.counterexample is not None:
            yield f"       {finding.counterexample.where}; waveform: {finding.counterexample.waveform}"
    if evidence.only:
        yield f"incomplete: only the step {evidence.only} was asked for"


def coverage_lines(coverage: Coverage | None) -> Iterator[str]:
    """Figures, then each hole; those of toggles by module and reason: they are many, and all in the report."""
    if coverage is None:
        return
    for name, (figure, possible) in coverage.figures().items():
        rest = "" if possible == figure else f"; {percent(possible)} of the {possible[1]} without a reason not to be"
        yield f"coverage: {figure[0]} of {figure[1]} {name} ({percent(figure)}{rest})"
    toggles: Counter[tuple[str, str]] = Counter()
    for hole in coverage.holes:
        if hole.kind == "toggle":
            toggles[hole.module, hole.reason] += hole.points
            continue
        place = f"{hole.module} line {hole.verilog}, from {hole.source}: " if hole.kind == "line" else ""
        yield f"hole: {place}{hole.what}{_because(hole.reason)}"
    for (module, reason), points in sorted(toggles.items()):
        yield f"hole: {points} toggles of {module}{_because(reason)}"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
