"""Two hosts in networks of their own talk through tenant a of a merged machine, and go on while tenant b is flooded."""

from pathlib import Path

import pytest

from tests.swclick.network import why_not
from tests.swclick.two_hosts import measure


def test_hosts_talk_through_a_beside_the_flood_of_b(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    figures = measure(tmp_path, 3_000_000)
    with capsys.disabled():
        print(f"\na: {figures['alone'] / 1e6:.0f} Mb/s alone, {figures['flooded'] / 1e6:.0f} beside {figures['b'] / 1e6:.0f} Mb/s of b")  # noqa: T201
    assert figures["ping"] and figures["flooded ping"]
    assert (figures["names"], figures["flooded names"]) == (20, 20)
    # Five times as much of b is offered as its policy grants it, which is 20 Mb/s; what it saved before is in a short time, too.
    assert 0 < figures["b"] < 40e6
