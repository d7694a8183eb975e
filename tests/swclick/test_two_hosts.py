"""Two hosts in networks of their own talk through tenant a of a merged machine, and go on while tenant b is flooded."""

import json
from pathlib import Path

import pytest

from tests.swclick.network import why_not
from tests.swclick.two_hosts import measure, write_figures


def test_hosts_talk_through_a_beside_the_flood_of_b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    figures = measure(tmp_path, 3_000_000)
    monkeypatch.chdir(tmp_path)
    write_figures(figures)
    assert json.loads(Path("build/bench/hosts.json").read_text()) == figures
    assert figures["ping"] and figures["flooded ping"]
    assert (figures["names"], figures["flooded names"]) == (20, 20)
    # Five times as much of b is offered as its policy grants it, which is 20 Mb/s; what it saved before is in a short time, too.
    assert 0 < figures["b"] < 40e6
