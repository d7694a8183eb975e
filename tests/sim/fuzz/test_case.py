"""Cases as files: what is written is read again; what is none is a diagnostic."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture
from graph.diagnostics import ClickError
from sim.fuzz.case import FILE, Case, read_case, write_case
from sim.fuzz.scenario import Arrival, Volley

WHOLE = Case(
    {"t1": "FromDevice(eth0) -> Discard;\n", "t0": "Idle -> Discard;\n"},
    "[tenants.t0]\nvlan = 1\n",
    frozenset({"t1/x", "port0_in"}),
    256,
    7,
    (
        Volley(
            1_000, (Arrival(0, b"a" * 20), Arrival(0, b"b" * 14, "hole"), Arrival(3, b"", "endless"), Arrival(3, b"c" * 1_700)), 0.2, 1.0
        ),
        Volley(5_000_000_001, (Arrival(3, b"d" * 60, "empty"),)),
    ),
    ("t0", "t1"),
)


def test_a_case_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_case(tmp_path, WHOLE)
    again = read_case(tmp_path)
    assert again == WHOLE
    assert list(again.tenants) == list(WHOLE.tenants)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == [
        "case.json",
        "in-0.pcap",
        "in-3.pcap",
        "tenants/policy.toml",
        "tenants/t0.click",
        "tenants/t1.click",
    ]
    assert read_capture(tmp_path / "in-3.pcap").packets == ((1_000, b""), (1_000, b"c" * 1_700), (5_000_000_001, b"d" * 60))


def test_captures_of_a_larger_case_do_not_stay(tmp_path: Path) -> None:
    write_case(tmp_path, WHOLE)
    small = Case(WHOLE.tenants, WHOLE.policy, WHOLE.hardware, 64, 7, (Volley(9, (Arrival(1, b"e" * 20),)),))
    write_case(tmp_path, small)
    assert read_case(tmp_path) == small


def test_a_folder_that_is_no_case_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(ClickError) as found:
        read_case(tmp_path)
    assert str(found.value) == (
        f"{tmp_path}/case.json:1:1: error: this is no case of fuzzing: [Errno 2] No such file or directory: '{tmp_path}/case.json'\n"
        "  name a folder that mlclick fuzz wrote, build/fuzz/SEED"
    )


DAMAGED = {
    "no tenants": ({"tenants": []}, "there are no tenants"),
    "seed": ({"seed": -1}, "the seed -1 is below 0"),
    "a name that leads elsewhere": ({"tenants": ["t0", "../t1"]}, "'../t1' is no name of a tenant"),
    "one time twice": (
        {"volleys": [{"time": time, "pace": 0.5, "patience": 0.5} for time in (1_000, 1_000, 5_000_000_001)]},
        "the times of the volleys do not grow from 0",
    ),
    "width": ({"width": 7}, "the width 7 is none of 0, 64, 128, 256, 512, 1024"),
    "faults as a list": ({"broken": []}, "'list' object has no attribute 'get'"),
    "fault": ({"broken": {"0": {"0": "bent"}}}, "port 0 has no fault 'bent'"),
    "apart from itself": ({"apart": ["t0", "t0"]}, "apart = t0, t0 are not two of the tenants, on a data path that has a width"),
    "apart without hardware": (
        {"apart": ["t0", "t1"], "width": 0},
        "apart = t0, t1 are not two of the tenants, on a data path that has a width",
    ),
    "pace": (
        {"volleys": [{"time": 1_000, "pace": 0, "patience": 1.0}, {"time": 5_000_000_001, "pace": 0.5, "patience": 0.5}]},
        "the volley at 1000 ns has a pace or patience that is no share above 0",
    ),
}


@pytest.mark.parametrize(("change", "why"), DAMAGED.values(), ids=DAMAGED)
def test_a_case_that_is_damaged_is_a_diagnostic(change: dict[str, object], why: str, tmp_path: Path) -> None:
    write_case(tmp_path, WHOLE)
    told = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**told, **change}))
    with pytest.raises(ClickError) as found:
        read_case(tmp_path)
    assert str(found.value) == (
        f"{tmp_path}/case.json:1:1: error: this is no case of fuzzing: {why}\n  name a folder that mlclick fuzz wrote, build/fuzz/SEED"
    )
