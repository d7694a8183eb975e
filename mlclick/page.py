"""Evidence for people: one page that needs nothing beside itself but the waveforms that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mlclick.hexdump import Row, side_by_side
from mlclick.histograms import draw, in_words
from sim.coverage import Hole
from sim.evidence import Evidence, Finding

_TEMPLATE: Final = "report.html.j2"


@dataclass(frozen=True)
class Picture:
    """Latencies of a pair of tenants, in words and drawn."""

    title: str
    words: str
    svg: Markup


@dataclass(frozen=True)
class Contrast:
    """A finding that failed, with its packets side by side: no rows where there are no two."""

    finding: Finding
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Module:
    """A module's share of lines and toggles, with what is unreached in it."""

    name: str
    figures: tuple[int, int, int, int]
    holes: tuple[Hole, ...]


def render(evidence: Evidence) -> str:
    """The page as HTML. The same evidence is the same page, but for seconds."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["percent"] = percent
    # SVG is made here and not by a tenant: it has no text of theirs but names, which the language keeps to letters and digits.
    pictures = [
        Picture(f"{f.victim} beside {f.attacker}", in_words(f.latencies), Markup(draw(f.latencies, f.victim, f.attacker)))
        for f in evidence.findings
        if f.latencies
    ]
    return environment.get_template(_TEMPLATE).render(
        evidence=evidence, contrasts=_contrasts(evidence.findings), pictures=pictures, modules=_modules(evidence)
    )


def percent(figure: tuple[int, int]) -> str:
    """So many of so many, in percent, rounded down: what is not all is not 100."""
    reached, of = figure
    return f"{1000 * reached // of / 10:.1f} %" if of else "–"


def write_page(folder: Path, evidence: Evidence) -> Path:
    """Write `report.html` in ``folder``; returns its path."""
    path = folder / "report.html"
    path.write_text(render(evidence), encoding="utf-8")
    return path


def _contrasts(findings: Iterable[Finding]) -> list[Contrast]:
    found = []
    for finding in findings:
        against = finding.counterexample
        if against is None:
            continue
        none = against.expected is None and against.seen is None
        packets = (bytes.fromhex(text or "") for text in (against.expected, against.seen))
        found.append(Contrast(finding, () if none else side_by_side(*packets)))
    return found


def _modules(evidence: Evidence) -> list[Module]:
    if evidence.coverage is None:
        return []
    holes = evidence.coverage.holes
    return [Module(name, figures, tuple(h for h in holes if h.module == name)) for name, figures in evidence.coverage.modules.items()]
