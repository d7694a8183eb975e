"""The report page has every fact of the evidence, marks the byte where packets part, and needs nothing from outside; so does JUnit XML."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from junitparser import JUnitXml

from mlclick.evidence_files import coverage_lines, evidence_lines, write_files
from mlclick.hexdump import as_text, first_difference, side_by_side
from mlclick.histograms import draw, in_words
from mlclick.page import percent, render
from sim.coverage import CONSTANT, Coverage, Hole
from sim.evidence import UNBOUNDED, Counterexample, Evidence, Finding, Latencies, Work, read_evidence, write_evidence

FRAME, OTHER = bytes(range(40)), bytes(range(20)) + b"\xff" + bytes(range(21, 36))
LATENCIES = Latencies("shared", 30, ((50, 9), (61, 3)), ((50, 8), (61, 2), (80, 2)), 19)
PROVED = Finding("nothing of b reaches a", "proof", True, "9 obligations", "a", "", Work("bitwuzla 0.1", UNBOUNDED), seconds=1.25)
BUILT = Finding("the latency is constant", "construction", True, "23 cycles")
RAN = Finding(
    "a sees nothing of b",
    "simulation",
    True,
    "2 seeds",
    "a",
    "b",
    Work("", "6000 cycles", (1, 2), 12_345, 678, 97.25, 81.5),
    None,
    (LATENCIES,),
)
FLOODED = replace(LATENCIES, beside=((50, 9), (61, 1), (75, 2)), most=14, attack="a flood")
AGAINST = Counterexample("with seed 1: tx0, frame 3", FRAME.hex(), OTHER.hex(), "b beside a.vcd")
FAILED = replace(RAN, holds=False, detail="tx0: <3> frames", victim="b", attacker="a", counterexample=AGAINST, latencies=(), seconds=2.0)
HOLES = (
    Hole("function", "", "a: a frame of 1024 and more bytes comes in"),
    Hole("line", "core.x", "if (never) begin", "hdl/x.py:7", 11),
    Hole("toggle", "core.x", "count[47:30] stays", "hdl/x.py:9", 12, 36, CONSTANT),
)
COVERAGE = Coverage((99, 100), (200, 236), (3, 4), {"core.x": (9, 10, 20, 56), "core.y": (90, 90, 180, 180)}, HOLES)
SHOWN = Evidence(
    "n" * 64, "m" * 40, ("a", "b"), (PROVED, BUILT, RAN), {"verilator": "5.48"}, ("a: 3 elements in hardware",), COVERAGE, seconds=98.75
)
UNSHOWN = replace(SHOWN, findings=(PROVED, BUILT, FAILED))


class Page(HTMLParser):
    """The cells and list items of a page as text, and all that it would load or refer to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.marked: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe", "img", "object")
        named = dict(attributes)
        self.links += [value or "" for name, value in attributes if name.rpartition(":")[2] in ("href", "src")]
        if tag in ("td", "th", "li"):
            self.inside = True
            self.cells.append("")
        self.open.append(named.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "li"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data
            if "first" in self.open[-1].split():
                self.marked.append(data)


def rows_of(page: Page, first: str) -> list[str]:
    at = next(number for number, cell in enumerate(page.cells) if cell.startswith(first))
    return page.cells[at : at + 13]


def test_a_property_s_row_has_all_that_was_counted() -> None:
    page = Page(render(SHOWN))
    assert rows_of(page, RAN.name) == [
        *("a sees nothing of b2 seeds", "a", "b", "simulation", "–", "6000 cycles", "1, 2"),
        *("12,345", "678", "97.2 %", "81.5 %", "0.0", "holds"),
    ]
    assert rows_of(page, PROVED.name)[1:] == ["a", "all", "proof", "bitwuzla 0.1", "unbounded", *"–––––", "1.2", "holds"]
    for fact in (SHOWN.netlist, SHOWN.machine, "5.48", "98.8", *SHOWN.plan):
        assert fact in page.cells


def test_the_page_says_whether_the_evidence_is_complete() -> None:
    assert "every property below was shown" in render(SHOWN)
    assert "1 of 3 properties failed" in render(UNSHOWN)
    assert "only the step <code>proof</code> was asked for" in render(replace(SHOWN, only="proof"))


def test_a_failure_shows_the_waveform_and_both_packets_with_the_first_byte_that_differs() -> None:
    text = render(UNSHOWN)
    page = Page(text)
    assert page.marked == ["14", "ff"]
    assert "b%20beside%20a.vcd" in page.links
    assert "tx0: &lt;3&gt; frames" in text
    at = page.cells.index("0010 ")
    assert page.cells[at + 1 : at + 6] == ["10", "11", "12", "13", "14"]
    assert page.cells[at + 17 : at + 22] == ["10", "11", "12", "13", "ff"]
    missing = replace(FAILED, counterexample=replace(AGAINST, seen=None, waveform="none: no compiler"))
    text = render(replace(UNSHOWN, findings=(missing,)))
    assert "seen: no packet" in text
    assert "none: no compiler" in text
    assert Page(text).links == []


def test_the_page_needs_no_network() -> None:
    text = render(UNSHOWN) + render(SHOWN)
    assert all("/" not in link and ":" not in link for link in Page(text).links if not link.startswith("#"))
    assert set(re.findall(r"https?://[^\"' <]*", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"@import|url\((?!#)", text)


def test_histograms_have_all_runs_their_mode_and_their_bound() -> None:
    svg = draw([LATENCIES], "a", "b")
    assert svg == draw([LATENCIES], "a", "b")
    assert svg.startswith("<svg")
    assert "a alone" in svg
    assert "a beside b" in svg
    bound = "bound on the delay by others"
    nearest = "of 12 frames the one that comes nearest to the bound of its output on the delay by others is"
    assert in_words([LATENCIES]) == f"mode shared; {nearest} 19 cycles late, of 30"
    assert in_words([replace(LATENCIES, most=0)]).endswith(" is as alone, of 30")
    assert in_words([replace(LATENCIES, bound=None)]).startswith(f"mode shared, {bound}: not computed; ")
    assert in_words([replace(LATENCIES, mode="strict", bound=None)]).startswith(f"mode strict, {bound}: 0 cycles; ")
    assert "nearest to its output's bound: 19 cycles late, of 30" in svg
    assert "bound" not in draw([replace(LATENCIES, bound=None)], "a", "b")
    assert "a alone" in render(SHOWN)


def test_each_attack_has_a_histogram_of_its_own_below_the_victim_alone() -> None:
    attacks = [FLOODED, replace(FLOODED, attack="bursts", most=-3)]
    svg = draw(attacks, "a", "b")
    assert [svg.count(title) for title in ("a alone", "a beside b: a flood", "a beside b: bursts")] == [1, 1, 1]
    assert in_words(attacks).endswith(" is 14 cycles late, of 30 beside a flood, 3 cycles early, of 30 beside bursts")
    exact = [replace(each, mode="strict", bound=None, most=0) for each in attacks]
    assert in_words(exact).endswith(": 0 cycles; of 12 frames none changes by more than 0 cycles beside a flood, 0 cycles beside bursts")
    page = render(replace(SHOWN, findings=(PROVED, BUILT, RAN, replace(RAN, latencies=tuple(attacks)))))
    assert page.count("<svg") == 2
    assert "a beside b: bursts" in page


def test_holes_are_on_the_page_and_on_the_terminal() -> None:
    page = Page(render(SHOWN))
    assert [hole.what for hole in HOLES if hole.what in page.cells] == [hole.what for hole in HOLES]
    assert "none is known" in page.cells
    assert "84.7 %" in page.cells
    assert list(coverage_lines(COVERAGE)) == [
        "coverage: 99 of 100 lines and branches (99.0 %)",
        "coverage: 200 of 236 toggles (84.7 %; 100.0 % of the 200 without a reason not to be)",
        "coverage: 3 of 4 things that should happen (75.0 %)",
        "hole: a: a frame of 1024 and more bytes comes in",
        "hole: core.x line 11, from hdl/x.py:7: if (never) begin",
        f"hole: 36 toggles of core.x ({CONSTANT})",
    ]
    assert percent((9_999, 10_000)) == "99.9 %"
    assert "were not counted" in render(replace(SHOWN, coverage=Coverage(None, None, (3, 4), {}, HOLES[:1])))


def test_a_failure_on_the_terminal_says_where_to_look() -> None:
    lines = list(evidence_lines(replace(UNSHOWN, only="isolation")))
    assert lines[2:] == [
        "FAILS  by simulation    a sees nothing of b: tx0: <3> frames",
        "       with seed 1: tx0, frame 3; waveform: b beside a.vcd",
        "incomplete: only the step isolation was asked for",
    ]


def test_junit_has_a_case_for_each_finding_and_the_failure_in_words(tmp_path: Path) -> None:
    write_files(tmp_path, UNSHOWN)
    [suite] = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (suite.tests, suite.failures) == (3, 1)
    assert [(case.name, case.classname, case.time) for case in suite] == [
        (finding.name, f"mlclick.{finding.how}", finding.seconds) for finding in UNSHOWN.findings
    ]
    [failure] = [result for case in suite for result in case.result]
    assert failure.message == "tx0: <3> frames"
    assert "waveform: b beside a.vcd" in failure.text
    assert "[14]" in failure.text
    assert "[ff]" in failure.text
    write_files(tmp_path, replace(SHOWN, only="proof"))
    [suite] = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert [case.name for case in suite if case.result] == ["complete"]


@pytest.mark.parametrize(
    ("left", "right", "at"), [(b"", b"", None), (b"ab", b"ab", None), (b"ab", b"ac", 1), (b"ab", b"a", 1), (b"", b"a", 0)]
)
def test_the_first_byte_that_differs(left: bytes, right: bytes, at: int | None) -> None:
    assert first_difference(left, right) == at
    marks = [cell.mark for row in side_by_side(left, right) for cell in row.left]
    assert [number for number, mark in enumerate(marks) if mark == "first"] == ([] if at is None else [at])


def test_packets_side_by_side_as_text() -> None:
    assert as_text(side_by_side(b"\x01\x02", b"\x01\x03\x04")).split() == ["0000", "01", "[02]", "|", "01", "[03]", "04"]


@pytest.mark.parametrize(
    "evidence",
    [SHOWN, UNSHOWN, replace(SHOWN, findings=(replace(RAN, latencies=(LATENCIES, FLOODED)),)), replace(SHOWN, coverage=None, only="proof")],
)
def test_evidence_is_read_back_as_it_was_written(evidence: Evidence, tmp_path: Path) -> None:
    write_evidence(tmp_path, evidence)
    found = read_evidence(tmp_path)
    assert found == evidence
    assert found.seconds == evidence.seconds
    assert [f.seconds for f in found.findings] == [f.seconds for f in evidence.findings]


def test_times_are_apart_from_what_is_hashed(tmp_path: Path) -> None:
    write_evidence(tmp_path, SHOWN)
    first = (tmp_path / "evidence.json").read_text()
    write_evidence(tmp_path, replace(SHOWN, findings=tuple(replace(f, seconds=9.0) for f in SHOWN.findings), seconds=99.0))
    second = (tmp_path / "evidence.json").read_text()
    assert first != second
    digests = [re.findall(r'"digest": "([0-9a-f]{64})"', text) for text in (first, second)]
    assert digests[0] == digests[1] != []
    write_evidence(tmp_path, UNSHOWN)
    assert digests[0] != re.findall(r'"digest": "([0-9a-f]{64})"', (tmp_path / "evidence.json").read_text())


def test_evidence_that_was_changed_is_no_evidence(tmp_path: Path) -> None:
    write_evidence(tmp_path, UNSHOWN)
    path = tmp_path / "evidence.json"
    path.write_text(path.read_text().replace('"holds": false', '"holds": true'))
    assert read_evidence(tmp_path) is None
