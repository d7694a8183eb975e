"""Evidence says of the whole data path only what is proved of it, and on which conditions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from mlclick import prove_turns
from mlclick import verify as module
from mlclick.parts import Parts
from sim.evidence import Finding
from sim.proof.datapath import PRESUMED
from sim.proof.noninterference import Result
from tests.sim.proof.small_datapath import small_datapath


class Named:
    """As much of a split and of a core as the proofs look at."""

    def __init__(self, strict: bool) -> None:
        self.merged = self.master = self
        self.tenants = ("a", "b")
        self.datapath = small_datapath(strict=strict)


def refuted(make: object, tenants: object, folder: Path, name: str) -> Callable[[int, list[str]], tuple[str, None]]:
    return lambda victim, failures: (f"{victim} in {folder} as {name}: {failures[0]}", None)


def findings(monkeypatch: pytest.MonkeyPatch, strict: bool, results: dict[int, Result]) -> list[tuple[str, bool, str]]:
    sound = {0: Result(7), 1: Result(7)}
    monkeypatch.setattr(module, "prove_pipeline", lambda pipeline: sound)
    monkeypatch.setattr(prove_turns, "prove_datapath", lambda datapath: results)
    monkeypatch.setattr(prove_turns, "Refute", refuted)
    monkeypatch.setattr(Parts, "netlist", None)
    monkeypatch.setattr(module, "prove_parts", lambda parts, progress: None)
    for none in ("packets_are_kept", "links_of"):
        monkeypatch.setattr(module, none, lambda parts: iter(()))
    for one in ("rules_are_kept", "frames_are_counted"):
        monkeypatch.setattr(module, one, lambda parts: Finding("", "proof", True, ""))
    monkeypatch.setattr(module, "bounds_hold", lambda datapath, tenants, links: iter(()))
    monkeypatch.setattr(module, "put_together", lambda links, strict: Finding("", "proof", True, ""))
    monkeypatch.setattr(module, "ways_are_shared", lambda core, netlist: Finding("", "construction", True, ""))
    monkeypatch.setattr(module, "by_construction", lambda core, results: iter(()))
    made = Named(strict)
    found = module._proofs(cast("Any", made), cast("Any", made), lambda line: None, Path("kept"))
    return [(each.name, each.holds, each.detail) for each in found if "data path" in each.name]


def test_in_turns_of_time_the_data_path_is_proved_with_what_is_presumed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(monkeypatch, True, {0: Result(9), 1: Result(9, ["looked[0+1] does not follow"])})
    assert [name for name, _, _ in found] == [f"in the data path no other tenant influences what {name} sees, nor when" for name in "ab"]
    assert found[0][1:] == (True, f"9 questions; presumed: {'; '.join(PRESUMED)}")
    assert found[1][1:] == (False, "1 in kept as proof: looked[0+1] does not follow")


def test_in_turns_of_shares_nothing_is_claimed_of_the_data_path(monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(monkeypatch, False, {}) == []
