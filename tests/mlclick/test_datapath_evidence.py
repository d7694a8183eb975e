"""Evidence says of the whole data path only what is proved of it, and on which conditions."""

from __future__ import annotations

from typing import Any, cast

import pytest

from mlclick import prove_turns
from mlclick import verify as module
from sim.proof.datapath import PRESUMED
from sim.proof.noninterference import Result
from sim.proof.replayed import Differs, Replayed
from sim.verilator import VerilatorError
from tests.sim.proof.small_datapath import small_datapath


class Named:
    """As much of a split and of a core as the proofs look at."""

    def __init__(self, strict: bool) -> None:
        self.merged = self.master = self
        self.tenants = ("a", "b")
        self.datapath = small_datapath(strict=strict)


REPLAYED = Replayed("looked[0+1]", (Differs("stored_t0", (0, 3)),), (Differs("looked", (0, 1)),), "a cycle later")


def findings(
    monkeypatch: pytest.MonkeyPatch, strict: bool, results: dict[int, Result], replayed: Replayed | None = None
) -> list[tuple[str, bool, str]]:
    sound = {0: Result(7), 1: Result(7)}
    monkeypatch.setattr(module, "prove_pipeline", lambda pipeline: sound)
    monkeypatch.setattr(prove_turns, "prove_datapath", lambda datapath: results)
    monkeypatch.setattr(prove_turns, "replay_datapath", lambda datapath, victim, failures: replayed)
    monkeypatch.setattr(module, "reading", lambda datapath: {})
    monkeypatch.setattr(module, "packets_are_kept", lambda datapath, readers: iter(()))
    monkeypatch.setattr(module, "by_construction", lambda core, results: iter(()))
    monkeypatch.setattr(module, "_of_netlist", lambda core, readers, progress: iter(()))
    made = Named(strict)
    found = module._proofs(cast("Any", made), cast("Any", made), lambda line: None)
    return [(each.name, each.holds, each.detail) for each in found if "data path" in each.name]


def test_in_turns_of_time_the_data_path_is_proved_with_what_is_presumed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(monkeypatch, True, {0: Result(9), 1: Result(9, ["looked[0+1] does not follow"])})
    assert [name for name, _, _ in found] == [f"in the data path no other tenant influences what {name} sees, nor when" for name in "ab"]
    assert found[0][1:] == (True, f"9 questions; presumed: {'; '.join(PRESUMED)}")
    assert found[1][1:] == (False, "looked[0+1] does not follow")


def test_what_the_solver_has_against_it_is_told_with_what_simulation_makes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(monkeypatch, True, {0: Result(9), 1: Result(9, ["looked[0+1] does not follow"])}, REPLAYED)
    assert found[1][2] == (
        "looked[0+1] does not follow; replayed in simulation: from two states that differ in stored_t0 (0x0 and 0x3), "
        "looked (0x0 and 0x1) differs a cycle later"
    )


def test_where_a_simulation_cannot_be_made_it_is_said_and_the_failure_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise VerilatorError("no C++ compiler found")

    monkeypatch.setattr(prove_turns, "prove_datapath", lambda datapath: {0: Result(9, ["looked[0+1] does not follow"])})
    monkeypatch.setattr(prove_turns, "replay_datapath", broken)
    (finding,) = prove_turns.nothing_is_seen(small_datapath(), ["a"])
    assert finding.detail == "looked[0+1] does not follow; not replayed: no C++ compiler found"


def test_in_turns_of_shares_nothing_is_claimed_of_the_data_path(monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(monkeypatch, False, {}) == []
