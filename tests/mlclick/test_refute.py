"""What is against a proof is told in words, with what a simulation makes of it, and with the waveform where that shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from hdl.pipeline import Pipeline
from mlclick.mutants.bench import small_design
from mlclick.mutants.mutant import planted
from mlclick.prove_turns import nothing_is_seen
from mlclick.refute import Refute
from sim.evidence import Counterexample
from sim.proof.against import Against, Start
from sim.proof.pipeline import prove_pipeline
from sim.proof.replay_pipeline import replay_of_pipeline
from sim.proof.replayed import Differs, Replayed
from sim.shim import Probe
from sim.verilator import VerilatorError
from tests.sim.proof.small_datapath import COUNTED_TOGETHER, by_name, small_datapath
from tests.sim.waveform import waveform

FAILURES = ("looked[0+1] does not follow",)
KEPT, LOOKED = Differs("kept", (0, 3), 0), Differs("looked", (0, 1))
TOLD = (
    "replayed in simulation for looked[0+1]: two states that differ in a's kept (0x0 and 0x3) "
    "differ a cycle later in what is b's: looked (0x0 and 0x1)"
)


class Played:
    """Has found one thing against everything."""

    def __init__(self, seen: Sequence[Differs]) -> None:
        self.found = Against("looked[0+1]", (Start({}, {}), Start({}, {})), ("kept",), 0)
        self.replayed = Replayed("looked[0+1]", 1, (KEPT,), tuple(seen), "a cycle later", True)

    def first(self, victim: int, failures: Sequence[str]) -> tuple[Against, Replayed] | None:
        return None if "condition" in failures[0] else (self.found, self.replayed)

    def record(self, against: Against, path: Path) -> tuple[int, int]:
        assert against is self.found
        path.write_text("$end")
        return 12, 25


def refuted(
    folder: Path | None = None, seen: Sequence[Differs] = (LOOKED,), failures: Sequence[str] = FAILURES
) -> tuple[str, Counterexample | None]:
    def make(probe: Probe) -> Played:
        assert probe == ("none" if folder is None else "trace")
        return Played(seen)

    return Refute(make, "ab", folder, "proof")(1, failures)


def test_what_a_simulation_shows_is_told() -> None:
    told, against = refuted()
    assert told == f"looked[0+1] does not follow; {TOLD}"
    assert against == Counterexample(TOLD, None, None, "none: no folder for it was given")


def test_its_waveform_is_kept_and_the_cycles_to_look_at_are_said(tmp_path: Path) -> None:
    _, against = refuted(tmp_path)
    assert against == Counterexample(f"{TOLD}; the waveform has the two steps in its cycles 12 and 25", None, None, "proof-b.vcd")
    assert (tmp_path / "proof-b.vcd").read_text() == "$end"


def test_where_a_simulation_shows_nothing_there_is_no_counterexample() -> None:
    told, against = refuted(seen=())
    assert told == (
        "looked[0+1] does not follow; not replayed: from the solver's states for looked[0+1], both copies do the same in simulation"
    )
    assert against is None


def test_what_is_of_nothing_that_can_be_seen_is_said_to_be_so() -> None:
    told, against = refuted(failures=["condition 2 does not follow"])
    assert told == (
        "condition 2 does not follow; not replayed: what fails is not that two copies do the same, or cannot be seen in simulation, "
        "or no states were found that break it"
    )
    assert against is None


def test_where_a_simulation_cannot_be_made_it_is_said_and_the_failure_is_still_told() -> None:
    def broken(probe: Probe) -> Played:
        raise VerilatorError("no C++ compiler found")

    assert Refute(broken, "ab", None, "proof")(1, FAILURES) == (
        "looked[0+1] does not follow; not replayed: no C++ compiler found",
        None,
    )


@pytest.mark.heavy
@pytest.mark.slow
def test_a_state_that_is_everybodys_leaves_a_waveform_too(tmp_path: Path) -> None:
    """In the pipeline, where what a packet of any tenant updates is every tenant's; the next test is the short form."""
    with planted(by_name("state updated for every tenant")):
        design = small_design()
        pipeline = Pipeline(design.composition, len(design.merged.master.tenants), 8)
        results = prove_pipeline(pipeline)
        refute = Refute(lambda probe: replay_of_pipeline(pipeline, results, probe), "ab", tmp_path, "pipeline")
        told, against = refute(0, results[0].failures)
    differs = r"; replayed in simulation for (state\S+): two states that differ in .* differ a cycle later in what is a's: \1 \("
    assert re.search(differs, told), told
    assert against is not None
    assert (tmp_path / "pipeline-a.vcd").stat().st_size > 1_000


@pytest.mark.slow
def test_a_shared_counter_leaves_a_waveform_in_which_it_counts_in_the_one_copy_alone(tmp_path: Path) -> None:
    with planted(COUNTED_TOGETHER):
        findings = list(nothing_is_seen(small_datapath(shifts=(0,)), "ab", tmp_path))
    mine = next(finding for finding in findings if finding.victim == "b")
    against = mine.counterexample
    assert not mine.holds
    assert against is not None
    assert against.where.startswith("replayed in simulation for output egress0, the victim's packets sent: ")
    assert mine.detail == f"{mine.detail.split(';')[0]}; {against.where.split('; the waveform')[0]}"
    assert against.waveform == "proof-b.vcd"
    one, two = (int(cycle) for cycle in against.where.rpartition(" in its cycles ")[2].split(" and "))
    seen = waveform(tmp_path / against.waveform)
    assert {seen.at("counts0_sent", 10 * cycle) for cycle in (one, two)} == {0, 1}
