"""What the composition says of packets at the edge of what there can be."""

from __future__ import annotations

import pytest

from elements.program.substitute import substitute
from elements.program.values import Value, const, make
from hdl.composition import Composition
from mlclick.flow import rates_of, split
from tests.sim.tenant_sets import LIAR, LIARS_POLICY, written

ROOM = {"tag": 12, "address": 8}
"""By what a liar is known by, bytes in front of its packet where it comes back from software: what it stripped, and the tag."""
LEAST = {"tag": 12, "address": 0}
"""Bytes of such a packet without which there is no place for the tag."""


def liars(known_by: str) -> Composition:
    texts = {name: f"define($OTHER {other}, $NUMBER {number});{LIAR}" for name, other, number in (("a", 200, 1), ("b", 100, 0))}
    policy = LIARS_POLICY
    if known_by == "address":
        policy = policy.replace("vlan = 100", 'mac = "02:00:00:00:00:0a"').replace("vlan = 200", 'mac = "02:00:00:00:00:0b"')
    merged = written(policy, texts)
    return split(merged, rates_of(merged, None), {"a/host": False, "b/host": False}).composition


def of_packet(composition: Composition, known: dict[str, int]) -> tuple[list[int | None], int | None]:
    """By which egress a packet leaves, and its length then, of which so much is ``known``, with zeros everywhere else."""

    def leaf(old: Value, operands: tuple[Value, ...]) -> Value:
        if old.op == "meta":
            return const(known.get(str(old.attributes[0]), 0), old.width)
        return const(0, old.width) if not operands and old.op != "const" else make(old.op, old.width, operands, old.attributes)

    found = substitute([*composition.select, composition.length], leaf)
    return [found[way].constant for way in composition.select], found[composition.length].constant


@pytest.mark.parametrize("known_by", list(ROOM))
@pytest.mark.parametrize("tenant", [0, 1])
def test_what_the_host_sends_that_is_shorter_than_the_room_or_has_no_place_for_a_tag_leaves_by_no_way(tenant: int, known_by: str) -> None:
    composition, room = liars(known_by), ROOM[known_by]
    for length in (*range(1, 30), 1_600):
        ways, leaves = of_packet(composition, {"tenant": tenant, "from_host": 1, "edge": 1, "port": 3, "length": length})
        leaves_by = sum(way or 0 for way in ways)
        assert leaves_by == (length >= room + LEAST[known_by])
        assert not leaves_by or leaves == length - room + (4 if known_by == "tag" else 0)
