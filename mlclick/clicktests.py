"""Click's own test suite, run by Click's own runner with `swclick` in the place of `click`."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Annotated, Final, Literal

import typer
from rich.progress import track

import swclick
from elements.definition.catalogue import class_names
from graph.diagnostics import Location, fail
from mlclick.prepare import prepare

Outcome = Literal["passed", "failed", "skipped"]
LONGEST: Final = 120
"""Seconds that a test may take."""
_SUMMARY: Final = re.compile(r"(\d+) success(?:es)?, (\d+) failures?, (\d+) skipped")


@dataclass(frozen=True)
class Found:
    """What became of a test of Click's; ``why`` is what its runner said first, where it did not pass."""

    test: str
    outcome: Outcome
    why: str


def clicktests(
    tree: Annotated[
        Path,
        typer.Argument(help="Folder with Click's source, as `make all share/click/elementmap.xml` there leaves it."),
    ],
    only: Annotated[str, typer.Option("--only", help="Tests whose path below test/ is like this: 'ip/*'.")] = "*",
) -> None:
    """Run Click's own tests with swclick in the place of click; writes JSON in build/bench/."""
    runner = tree / "test" / "testie"
    if not runner.is_file():
        fail(
            "this is no source of Click: there is no test/testie in it",
            "name the folder of a built kohler/click",
            Location(None, str(tree), 1, 1),
        )
    tests = sorted(str(path.relative_to(tree / "test")) for path in (tree / "test").rglob("*.clicktest"))
    chosen = [test for test in tests if fnmatch(test, only)]
    if not chosen:
        fail(f"no test is like {only!r}", f"the first are {', '.join(tests[:3])}", Location(None, str(tree / "test"), 1, 1))
    out = Path("build") / "bench"
    prepare(out)
    with TemporaryDirectory() as folder:
        programs = Path(folder)
        _stand_in(programs, tree)
        found = [_run(runner, programs, test) for test in track(chosen, "Click's tests", disable=not sys.stderr.isatty())]
    for each in found:
        if each.outcome != "passed":
            typer.echo(f"{each.outcome:>8}  {each.test:<48} {each.why}")
    counts = Counter(each.outcome for each in found)
    (out / "clicktests.json").write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")
    typer.echo(
        f"{counts['passed']} of {len(found)} pass, {counts['failed']} fail, {counts['skipped']} are skipped; {out / 'clicktests.json'}"
    )


def _stand_in(programs: Path, tree: Path) -> None:
    """A folder of programs in which `click` is ours, with what says which elements it has; the others are those of the tree."""
    for tool in sorted((tree / "bin").glob("click-*")):
        (programs / tool.name).symlink_to(tool.resolve())
    # As `make check` there has it: some tests run tests.
    for name in ("clicktest", "testie"):
        if (tree / "test" / name).is_file():
            (programs / name).symlink_to((tree / "test" / name).resolve())
    where = str(Path(swclick.__file__).parents[1])
    ours = f"import sys; sys.path.insert(0, {where!r}); from swclick.command import main; main()"
    _program(programs / "click", f'exec {shlex.quote(sys.executable)} -c {shlex.quote(ours)} "$@"')
    cases = f'case " {" ".join(class_names())} " in *" $name "*) ;; *) exit 1 ;; esac'
    _program(programs / "click-buildtool", f'[ "$1" = provides ] || exit 1\nshift\nfor name; do {cases}; done')


def _program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def _said(command: list[str], folder: Path) -> tuple[str, bool]:
    """What a command says, and whether it ends by itself; else it is killed with all that it started."""
    with TemporaryFile() as output:
        try:
            process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        except FileNotFoundError:
            fail("perl is not there, which Click's test runner is written in", "install perl")
        try:
            process.wait(LONGEST)
            has_ended = True
        except subprocess.TimeoutExpired:
            has_ended = False
        finally:
            # What a test left behind goes, too.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        return output.read().decode("utf-8", "replace"), has_ended


def _run(runner: Path, programs: Path, test: str) -> Found:
    # The tree's own programs find the list of its elements as they do in its `make check`.
    command = ["perl", str(runner.resolve()), "-p", str(programs), f"CLICKPATH={runner.parents[1].resolve()}:", test]
    said, has_ended = _said(command, runner.parent)
    if not has_ended:
        return Found(test, "failed", f"it did not end within {LONGEST} s, and said {said.strip() or 'nothing'}")
    summary = _SUMMARY.search(said)
    if summary is None:
        return Found(test, "failed", said.strip().split("\n")[0])
    passed, failed, skipped = map(int, summary.groups())
    if passed and not failed and not skipped:
        return Found(test, "passed", "")
    why = next((line.removeprefix(f"{test}:") for line in said.split("\n") if line.startswith(test) and not line.endswith("CONFIG'")), "")
    return Found(test, "failed" if failed else "skipped", why.strip() or said.strip().split("\n")[0])
