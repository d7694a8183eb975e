"""All example tenants in one machine: sound, merged, and within the budgets of their policy; and c, e, f, g and h cut in two and run beside
each other do what they do alone in software (in the suite, c and h).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest

from elements.definition.catalogue import class_info
from elements.reference.packet import Packet
from graph.check import check
from graph.load import load_text
from graph.print_click import print_graph
from hdl.core import Core
from hdl.datapath import DatapathParameters
from mlclick import cli
from mlclick.design import Merged, Source, Split
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.run import Outcome, run_software, run_split
from sim.tenant_traffic import random_traffic
from tests.tenants import test_c, test_e, test_f, test_g, test_h
from tests.tenants.wires import MILLISECOND, TENANTS, arrivals, seen_of, through

ALL = ("a", "b", "c", "e", "f", "g", "h")
FRAMES = {"c": test_c.frames, "e": test_e.frames, "f": test_f.frames, "g": test_g.frames, "h": test_h.frames}
SOFTWARE: Mapping[str, set[str]] = {
    "c": {"ARPResponder", "ICMPPingResponder", "ICMPError"},
    "e": {"EtherSwitch"},
    "f": {"ARPResponder", "ICMPError", "IPFragmenter"},
    "g": {"BandwidthMeter", "Print"},
    "h": {"Print", "Tee"},
}
"""Classes of each tenant that cannot be hardware, or are better not."""


@pytest.mark.parametrize("names", [*((name,) for name in FRAMES), ALL], ids=",".join)
def test_they_are_placed_within_their_budgets(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("check", "plan"):
        monkeypatch.setattr(sys, "argv", ["mlclick", command, ",".join(names), "--tenants", str(TENANTS)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert not stopped.value.code
    assert "proven optimal" in capsys.readouterr().out


def test_merged_they_are_one_sound_graph() -> None:
    graph = merge_tenants(Source(ALL, TENANTS)).master.graph
    again = load_text(print_graph(graph), "merged")
    assert [(node.name, node.class_name, node.config) for node in again.nodes] == [(n.name, n.class_name, n.config) for n in graph.nodes]
    check(again, class_info)


@pytest.mark.parametrize("name", list(FRAMES))
def test_of_each_only_what_has_to_be_is_software(name: str) -> None:
    merged = merge_tenants(Source((name,), TENANTS))
    found = split(merged, rates_of(merged, None))
    hard = {node.class_name for node in merged.master.graph.nodes if node.name in found.plan.hardware}
    soft = {node.class_name for node in merged.master.graph.nodes if node.name not in found.plan.hardware}
    assert SOFTWARE[name] <= soft - hard
    # Where nothing is gained, what only follows software, or no packet is expected to reach, may be on either side.
    assert soft - SOFTWARE[name] <= {"Counter", "Discard", "CheckLength"}


def agreed(merged: Merged, design: Split, core: Core, packets: list[tuple[int, Packet]]) -> Outcome:
    """What the split machine does with ``packets``, which is what the reference does, to the last counter and line of the log."""
    joined = run_split(design, packets, core)
    reference = run_software(merged, packets, reference=True)
    assert joined.emitted == reference.emitted
    assert joined.log == reference.log
    shared = joined.handlers.keys() & reference.handlers.keys()
    assert {name: joined.handlers[name] for name in shared} == {name: reference.handlers[name] for name in shared}
    assert joined.journeys is not None
    assert 0 < joined.journeys.crossed < joined.journeys.offered
    return joined


@pytest.mark.slow
@pytest.mark.parametrize("names", [("c", "e", "g"), pytest.param(tuple(FRAMES), marks=pytest.mark.heavy)], ids=",".join)
def test_cut_in_two_and_side_by_side_each_does_what_it_does_alone(names: tuple[str, ...]) -> None:
    merged = merge_tenants(Source(names, TENANTS))
    design = split(merged, rates_of(merged, None))
    core = build_core(design, DatapathParameters(64, port_count(merged)))
    offered = {name: make() for name, make in FRAMES.items()}
    every = [arrival for name in names for arrival in arrivals(merged, name, offered[name])]
    joined = agreed(merged, design, core, sorted(every, key=lambda arrival: arrival[1].time))
    for name in names:
        tag = b"\x81\x00" + (merged.policy.tenant(name).vlan or 0).to_bytes(2, "big")
        own = replace(joined, emitted=tuple(each for each in joined.emitted if each[2][12:16] == tag))
        assert seen_of(merged.policy.tenant(name), own, len(offered[name]), MILLISECOND).sent == through(name, offered[name]).sent
    found = agreed(merged, design, core, random_traffic(merged.master, merged.policy, 1, 600))
    assert len(found.emitted) > 200
