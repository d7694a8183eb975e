"""Evidence for machines that gather test results: JUnit XML, a case for each finding."""

from __future__ import annotations

from pathlib import Path

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from mlclick.hexdump import as_text, side_by_side
from sim.evidence import Evidence, Finding


def write_junit(folder: Path, evidence: Evidence) -> Path:
    """Write `junit.xml` in ``folder``; returns its path. Evidence of one step alone has the failing case `complete`."""
    suite = TestSuite(f"mlclick verify {','.join(evidence.tenants)}")
    suite.add_property("netlist", evidence.netlist)
    for finding in evidence.findings:
        suite.add_testcase(_case(finding))
    if evidence.only:
        case = TestCase("complete", "mlclick.evidence", 0.0)
        case.result = [Failure(f"only the step {evidence.only} was asked for")]
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    path = folder / "junit.xml"
    xml.write(str(path), pretty=True)
    return path


def _case(finding: Finding) -> TestCase:
    case = TestCase(finding.name, f"mlclick.{finding.how}", finding.seconds)
    if not finding.holds:
        failure = Failure(finding.detail)
        failure.text = _why(finding)
        case.result = [failure]
    return case


def _why(finding: Finding) -> str:
    against = finding.counterexample
    if against is None:
        return finding.detail
    lines = [finding.detail, against.where, f"waveform: {against.waveform}"]
    if against.expected is not None or against.seen is not None:
        expected, seen = (bytes.fromhex(text or "") for text in (against.expected, against.seen))
        lines += ["expected | seen", as_text(side_by_side(expected, seen))]
    return "\n".join(lines)
