"""Click's own tests are run with our program in the place of click, and what became of each is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.diagnostics import ClickError
from mlclick import clicktests
from mlclick.cli import app

RUNNER = r"""
my ($option, $programs, $path, $test) = @ARGV;
($ENV{CLICKPATH}) = $path =~ /^CLICKPATH=(.*)$/ or die;
open(my $file, "<", $test) or die;
my $script = join("", <$file>);
if ($script =~ /^require/) { print "testie: 0 successes, 0 failures, 1 skipped\n"; exit 0; }
$ENV{PATH} = "$programs:$ENV{PATH}";
my $said = `sh -c '$script' 2>&1`;
if ($?) { print "$test:3: it said: $said"; print "testie: 0 successes, 1 failure, 0 skipped\n"; exit 1; }
print "testie: 1 success, 0 failures, 0 skipped\n";
"""

TESTS = {
    "a/good.clicktest": 'click -e "InfiniteSource(LIMIT 3, STOP true) -> c :: Counter -> Discard" -h c.count | grep -x 3',
    "a/tool.clicktest": "click-tool | grep -x theirs",
    "a/wrong.clicktest": "click --no-such-option",
    "b/other.clicktest": "require something",
    "b/of-tests.clicktest": "which testie && test -f ${CLICKPATH%:}/test/testie",
    "b/provided.clicktest": "click-buildtool provides Counter Queue && ! click-buildtool provides Counter VectorTest",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if shutil.which("perl") is None:
        pytest.skip("perl is not there, which Click's test runner is written in")
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "click"
    for name, text in {
        "test/testie": RUNNER,
        "bin/click-tool": "#!/bin/sh\necho theirs\n",
        **{f"test/{n}": t for n, t in TESTS.items()},
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    for program in ("bin/click-tool", "test/testie"):
        (made / program).chmod(0o755)
    return made


def test_each_test_passes_fails_or_is_skipped(tree: Path) -> None:
    done = CliRunner().invoke(app, ["clicktests", str(tree)])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[-1] == "4 of 6 pass, 1 fail, 1 are skipped; build/bench/clicktests.json"
    assert [line.split()[:2] for line in lines[:-1]] == [["failed", "a/wrong.clicktest"], ["skipped", "b/other.clicktest"]]
    found = {each["test"]: each["outcome"] for each in json.loads(Path("build/bench/clicktests.json").read_text(encoding="utf-8"))}
    assert found == dict(zip(sorted(TESTS), ("passed", "passed", "failed", "passed", "skipped", "passed"), strict=True))


def test_some_can_be_chosen(tree: Path) -> None:
    done = CliRunner().invoke(app, ["clicktests", str(tree), "--only", "a/tool*"])
    assert done.output == "1 of 1 pass, 0 fail, 0 are skipped; build/bench/clicktests.json\n"


def test_one_that_hangs_is_killed_with_all_that_it_started_and_what_it_said_is_kept(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clicktests, "LONGEST", 5)
    pids = tree.parent / "pids"
    (tree / "test/a/wrong.clicktest").write_text(f"trap : TERM; sleep 1000 & echo $$ $! > {pids}; echo it began >&2; sleep 1001; true")
    # A runner that says what its test says at once.
    (tree / "test/testie").write_text(r'exec "sh", $ARGV[3];')
    done = CliRunner().invoke(app, ["clicktests", str(tree), "--only", "a/wrong*"])
    assert done.exit_code == 0, done.output
    [found] = json.loads(Path("build/bench/clicktests.json").read_text(encoding="utf-8"))
    assert (found["outcome"], found["why"]) == ("failed", "it did not end within 5 s, and said it began")
    for pid in pids.read_text().split():
        place = Path("/proc", pid, "stat")
        # Who has ended may still be there for a parent that does not ask for it.
        assert not place.exists() or place.read_text().rpartition(")")[2].split()[0] == "Z"


def refused(*words: str) -> str:
    done = CliRunner().invoke(app, ["clicktests", *words])
    assert isinstance(done.exception, ClickError)
    return str(done.exception)


def test_a_folder_without_tests_is_refused(tmp_path: Path) -> None:
    assert refused(str(tmp_path)) == (
        f"{tmp_path}:1:1: error: this is no source of Click: there is no test/testie in it\n  name the folder of a built kohler/click"
    )


def test_a_pattern_like_no_test_is_refused(tree: Path) -> None:
    assert refused(str(tree), "--only", "z*") == (
        f"{tree}/test:1:1: error: no test is like 'z*'\n  the first are a/good.clicktest, a/tool.clicktest, a/wrong.clicktest"
    )
