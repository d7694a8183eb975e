import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What the makefile itself calls before it looks for anything.
BASICS = ("bash", "sh", "make", "awk", "cut", "cksum", "mkdir")


def make(*arguments: str, path: str | None = None, folder: Path = ROOT, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": path or os.environ["PATH"], "HOME": str(home) if home else os.environ.get("HOME", "/")}
    command = [shutil.which("make") or "make", "-f", str(ROOT / "Makefile"), *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return str(folder)


def test_make_alone_lists_the_targets(bare_path: str) -> None:
    done = make(path=bare_path)
    assert done.returncode == 0
    for target in (
        "test",
        "bitstream",
        "check",
        "merge",
        "plan",
        "run",
        "verify",
        "coverage",
        "isolation",
        "mutants",
        "fuzz",
        "proofs",
        "bench",
        "bench-software",
        "bench-tenants",
        "clean",
    ):
        assert f"  make {target} " in done.stdout


def test_every_target_says_what_it_does_in_one_line(bare_path: str) -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = dict(re.findall(r"^  make ([a-z-]+) +(\S.*)$", make(path=bare_path).stdout, re.MULTILINE))
    assert listed.keys() == set(phony[0].split()) - {"preflight"}
    assert [target for target, text in listed.items() if len(f"  make {target:14} {text}") > 110] == []


def test_what_is_missing_is_named_in_one_line(bare_path: str) -> None:
    done = make("preflight", path=bare_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "missing: python3>=3.11 git g++; install it with your system's packages (or name an interpreter: make PYTHON=/path/to/python3.11)"
    )


@pytest.mark.parametrize("target", ["check", "merge", "plan", "run", "verify", "coverage", "bitstream"])
def test_a_target_for_tenants_asks_for_them(target: str) -> None:
    done = make(target)
    assert done.returncode == 2
    assert f"TENANTS is not set: say which tenants, as in `make {target} TENANTS=a,b`" in done.stderr


def test_the_cache_falls_back_to_the_checkout(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    shown = make("show", "--eval", "show: ; @echo $(MLCLICK_CACHE)", folder=tmp_path, home=home)
    assert shown.stdout.strip() == f"{tmp_path}/build/cache"


def test_tests_are_chosen_with_their_options_as_they_are_written() -> None:
    """The README leaves the slow tests out so."""
    chosen = "-m 'not slow and not heavy'"
    assert f'make unit T="{chosen}"' in (ROOT / "README.md").read_text()
    done = make("--dry-run", "unit", f"T={chosen}")
    assert done.returncode == 0, done.stderr
    assert f"pytest -n 2 --dist worksteal -q --junitxml=build/junit.xml {chosen} < /dev/null" in done.stdout


def test_the_catalogue_of_isolation_is_whole() -> None:
    assert '-m "" --junitxml=build/isolation.xml tests/sim/isolation' in make("--dry-run", "isolation").stdout


def test_heavy_runs_what_the_suite_leaves_out() -> None:
    assert "pytest -n 2 --dist worksteal -q -m heavy  < /dev/null" in make("--dry-run", "heavy").stdout


def test_coverage_is_of_all_that_is_simulated_or_of_one_step() -> None:
    shown = make("--dry-run", "coverage", "TENANTS=c,h", "ONLY=exercises")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"mlclick verify c,h --tenants tenants --coverage +--only exercises$", shown.stdout, re.MULTILINE)


WORKFLOW = (ROOT / ".github" / "workflows" / "check.yml").read_text()


def test_what_a_hosted_ci_runs_is_there_and_leaves_what_it_uploads() -> None:
    assert re.findall(r"^ +- run: (.*)$", WORKFLOW, re.MULTILINE) == ["make test", "make verify TENANTS=a,b COVERAGE=yes", "make heavy"]
    shown = make("--dry-run", "verify", "TENANTS=a,b", "COVERAGE=yes")
    assert "mlclick verify a,b --tenants tenants  --coverage" in shown.stdout
    kept = re.findall(r"build/\S+", WORKFLOW)
    assert kept == [
        "build/junit.xml",
        *(f"build/evidence/versa_ecp5/{name}" for name in ("evidence.json", "report.html", "junit.xml", "*.vcd")),
    ]
    assert "--junitxml=build/junit.xml" in make("--dry-run", "unit").stdout


def test_the_workflow_names_no_host() -> None:
    assert "://" not in WORKFLOW
    assert not re.search(r"\b[a-z0-9-]+\.(?:org|com|io|net|dev)\b", WORKFLOW)


def test_a_mode_is_asked_for_by_its_name() -> None:
    shown = make("--dry-run", "verify", "TENANTS=a,b", "MODE=strict").stdout
    assert re.search(r"mlclick verify a,b --tenants tenants +--mode strict$", shown, re.MULTILINE)


def test_one_step_is_asked_for_by_its_name() -> None:
    assert (
        "mlclick verify a --tenants tenants --board netfpga_sume  --only proof"
        in make("--dry-run", "verify", "TENANTS=a", "ONLY=proof", "BOARD=netfpga_sume").stdout
    )
