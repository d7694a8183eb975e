"""Which Counters an egress stands for: those with nothing but schedulers between them and their port."""

import pytest

from elements.placement.departures import departure_port
from elements.reference.machine import instantiate
from graph.load import load_text

BEFORE = "FromDevice(0) -> q :: Queue -> x :: "
CASES = {
    "the port itself": ("Counter -> ToDevice(3);", 3),
    "the port's scheduler": ("Counter -> DRRSched -> ToDevice(2);", 2),
    "two schedulers": ("Counter -> DRRSched -> RoundRobinSched -> ToDevice(1);", 1),
    "another element first": ("Counter -> Null -> ToDevice(3);", None),
    "another element behind a scheduler": ("Counter -> RoundRobinSched -> VLANEncap(VLAN_ID 100) -> ToDevice(3);", None),
    "a ring of schedulers": ("Counter -> a :: RoundRobinSched -> b :: RoundRobinSched -> [1] a;", None),
    "no port": ("Counter -> Discard;", None),
    "no Counter": ("Null -> ToDevice(3);", None),
}


@pytest.mark.parametrize("name", list(CASES))
def test_the_port_whose_egress_counts(name: str) -> None:
    text, port = CASES[name]
    graph = load_text(BEFORE + text, "t.click")
    assert departure_port(graph, instantiate(graph), "x") == port
