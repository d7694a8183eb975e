"""A planted defect leaves a report with the waveform and the packets, and evidence that is not complete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hdl.datapath import DatapathParameters
from mlclick.compare_pairs import Thorough
from mlclick.evidence_files import write_files
from mlclick.flow import build_core, port_count
from mlclick.mutants.bench import small_design
from mlclick.mutants.mutant import planted
from mlclick.mutants.run import MUTANTS
from mlclick.verify import verify
from sim.evidence import Evidence, Finding


def checked(only: str, folder: Path, mutant: str) -> tuple[Evidence, Finding]:
    """Evidence of a design that is made with this defect, and what fails first."""
    with planted(next(each for each in MUTANTS if each.name == mutant)):
        design = small_design()
        core = build_core(design, DatapathParameters(64, port_count(design.merged), egress_depth=256, egress_packets=16))
        evidence = verify(design, core, lambda line: None, Thorough(seeds=(1,), count=20, only=only, folder=folder))
    return evidence, next(finding for finding in evidence.findings if not finding.holds)


def times_of(waveform: Path) -> list[int]:
    return [int(line[1:]) for line in waveform.read_text().splitlines() if line.startswith("#")]


@pytest.mark.slow
def test_a_frame_that_leaves_too_short_is_shown_beside_the_one_that_should(tmp_path: Path) -> None:
    evidence, failed = checked("agreement", tmp_path, "frame one byte short")
    against = failed.counterexample
    assert against is not None
    assert against.waveform == "agreement-seed1.vcd"
    assert against.expected is not None
    assert against.seen is not None
    # The defect takes the last byte; what is sent is as long as a frame on a wire has to be.
    assert bytes.fromhex(against.expected).startswith(bytes.fromhex(against.seen)[:-1])
    assert len(times_of(tmp_path / against.waveform)) > 100
    paths = write_files(tmp_path, evidence)
    page = paths["report"].read_text()
    assert f'href="{against.waveform}"' in page
    assert page.count('class="first"') + page.count('class="gap first"') == 2
    assert against.waveform in paths["junit"].read_text()
    assert json.loads(paths["evidence"].read_text())["complete"] is False
