"""What tenants may not do to each other by what they write in their configurations (T39 to T42)."""

from __future__ import annotations

from itertools import permutations
from typing import Final

import pytest

from elements.reference.packet import Packet
from graph.diagnostics import ClickError
from mlclick.design import Source
from mlclick.flow import merge_tenants
from mlclick.run import run_software
from sim.isolation import Scene
from sim.tenant_traffic import random_traffic
from tests.sim.attacks import GAP, duel, frame_of, in_the_gaps, spoken, tag
from tests.sim.tenant_sets import (
    BOTH,
    METERED_POLICY,
    OWN,
    PARTIES,
    SEEDS,
    TENANTS,
    VLAN,
    Lie,
    each_way,
    example_tenants,
    in_each_mode,
    liars,
    written,
)

PASS: Final = "FromDevice(eth1) -> Queue -> ToDevice(eth0);"
NASTY: Final = {
    "names of elements and ports": "q :: Queue; c :: Counter; FromDevice(eth0) -> c -> q -> ToDevice(eth1);" + PASS,
    "an element class with the name of a stock element": "elementclass Counter { input -> Strip(4) -> Unstrip(4) -> output; }"
    "FromDevice(eth0) -> c :: Counter -> q :: Queue -> ToDevice(eth1);" + PASS,
    "a variable": "define($N 7); FromDevice(eth0) -> c :: Paint($N) -> q :: Queue -> ToDevice(eth1);" + PASS,
    "a compound element with ports": "elementclass Way { $N | input [0] -> c :: Paint($N) -> [0] output; }"
    "FromDevice(eth0) -> Way(9) -> q :: Queue -> ToDevice(eth1);" + PASS,
    "a requirement": "require(compact_config); FromDevice(eth0) -> c :: Counter -> q :: Queue -> ToDevice(eth1);" + PASS,
}
VICTIM: Final = "define($N 3); elementclass Way { input -> c :: Counter -> output; }" + (
    "FromDevice(eth0) -> c :: Way -> p :: Paint($N) -> q :: Queue -> ToDevice(eth1);" + PASS
)


def packets(count: int = 20) -> list[tuple[int, Packet]]:
    frames = [frame_of(tag(VLAN["ab"[i % 3 == 0]]) + b"\x08\x05", i.to_bytes(2, "big") + bytes(44)) for i in range(count)]
    return [(i % 2, Packet.of(frame, time=1_000 * i, device=i % 2)) for i, frame in enumerate(frames)]


def seen_by(tenant: str, texts: dict[str, str]) -> tuple[list[tuple[int, bytes]], dict[str, str], list[tuple[str, str, str]]]:
    """The tenant's frames, its handlers, and its part of the merged graph."""
    merged = written(METERED_POLICY, texts)
    outcome = run_software(merged, packets(), reference=True)
    frames = [(port, frame) for _, port, frame in outcome.emitted if PARTIES[tenant].owns(f"tx{port}", frame)]
    handlers = {name: text for name, text in outcome.handlers.items() if name.startswith(f"{tenant}/")}
    nodes = sorted((n.name, n.class_name, n.config) for n in merged.master.graph.nodes if merged.master.owner[n.name] == tenant)
    return frames, handlers, nodes


@pytest.mark.parametrize("nasty", list(NASTY))
@pytest.mark.parametrize(("victim", "attacker"), list(permutations(PARTIES, 2)))
def test_t39_names_of_one_tenant_mean_nothing_to_another(victim: str, attacker: str, nasty: str) -> None:
    """Elements, element classes, variables, ports of compounds and requirements of one tenant leave another's frames, handlers and part of
    the merged graph as they are alone, where the two have every name in common."""
    alone, beside = seen_by(victim, {victim: VICTIM}), seen_by(victim, dict(sorted({victim: VICTIM, attacker: NASTY[nasty]}.items())))
    assert alone == beside
    assert alone[0]
    assert any(text not in ("", "0") for text in alone[1].values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FromDevice(eth0) -> q :: Queue -> ToDevice(eth1); Script(write a/c.reset);", "Script"),
        ("AddressInfo(host 10.0.0.1); FromDevice(eth0) -> Queue -> ToDevice(eth1);", "AddressInfo"),
        ("ControlSocket(tcp, 7777); FromDevice(eth0) -> Queue -> ToDevice(eth1);", "ControlSocket"),
        ("require(package evil); FromDevice(eth0) -> Queue -> ToDevice(eth1);", "package evil"),
        ("FromDevice(eth7) -> Queue -> ToDevice(eth1);", "eth7"),
        ("port0_in :: Counter; FromDevice(eth0) -> port0_in -> Queue -> ToDevice(eth1);", "port0_in"),
    ],
)
def test_t40_what_would_reach_into_all_of_the_machine_is_refused(text: str, said: str) -> None:
    """Elements that would set names or handlers for everybody are not there for a tenant, packages are not
    loaded, and devices and names that are not the tenant's own are refused: at its own line, and the others are read all the same."""
    with pytest.raises(ClickError, match=said) as raised:
        written(METERED_POLICY, {"a": VICTIM, "b": text})
    assert all(each.location is not None and each.location.tenant == "b" for each in raised.value.diagnostics)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("tenant", ["a", "b"])
def test_t41_the_merged_graph_is_each_tenant_alone(tenant: str, seed: int) -> None:
    """What the merged graph sends and counts of each tenant, with traffic of all, is what a graph of that tenant alone does."""
    merged = example_tenants()
    traffic = random_traffic(merged.master, merged.policy, seed, 400)
    found = []
    for names in (tuple(PARTIES), (tenant,)):
        outcome = run_software(merge_tenants(Source(names, TENANTS)), traffic, reference=True)
        frames = [each for each in outcome.emitted if PARTIES[tenant].owns(f"tx{each[1]}", each[2])]
        found.append((frames, {name: text for name, text in outcome.handlers.items() if name.startswith(f"{tenant}/")}))
    assert found[0] == found[1]
    assert len(found[0][0]) > 20


@pytest.mark.slow
@in_each_mode
@each_way
def test_t42_a_crossing_keeps_order_and_annotations(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A tenant's packets come to the host in the order in which they came by each wire, each with its own paint, device and bytes, whoever
    else crosses at the time. The way back and all annotations are `tests/sim/test_equivalence.py`'s: a cut through the middle of
    everything changes nothing."""
    kinds = (Lie.TO_HOST, Lie.PAINTED)
    mine = spoken(victim, seed, 60, GAP, kinds=kinds)
    crossing = spoken(attacker, seed + 9, 200, 60, kinds=kinds)
    theirs = {p: list(in_the_gaps(f for _, f in each)) for p, each in crossing.items()}
    runs = duel(liars(mode), victim, attacker, Scene(mine, cycles=34_000), Scene(theirs))
    came = PARTIES[victim].frames(runs.beside)["tx_host"]
    assert len(came) == 60
    for port in (OWN[victim], BOTH):
        sent = [frame for _, frame in mine[port]]
        here = [frame for frame in came if frame[6] & 15 == port]
        # Behind the shim stands the room that the crossing leaves for a tag.
        assert [frame[20:] for frame in here] == [untagged(frame) for frame in sent]
        paints = [PARTIES[attacker].number if frame[16:18] == b"\x08\x04" else 0 for frame in sent]
        assert [frame[7] for frame in here] == paints


def untagged(frame: bytes) -> bytes:
    return frame[:12] + frame[16:]
