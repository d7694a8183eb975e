"""Ways out that differ in the numbers of the same bytes are looked up in a table, and lead to where the reference leads."""

from __future__ import annotations

import random
import re

import pytest

from elements.definition.catalogue import class_info
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.check import check
from graph.load import load_text
from swclick.generate import generate
from swclick.lower_switch import LEAST, MOST
from swclick.machine import Machine as Compiled


def choosing(patterns: list[str]) -> str:
    """A classifier whose outputs each lead to a place of their own."""
    outs = " ".join(f"c[{port}] -> o{port} :: ToCrossing(t:{port});" for port in range(len(patterns)))
    return f"s :: FromCrossing(t:0) -> c :: Classifier({', '.join(patterns)}); {outs}"


def tables(text: str) -> list[int]:
    """How many places the tables of ways have in the C of a configuration."""
    graph = load_text(text, "t")
    return [
        int(found) for found in re.findall(r"static const uint16_t ways\[(\d+)\]", generate(check(graph, class_info), instantiate(graph)))
    ]


def vlan(number: int) -> str:
    return f"12/8100 14/{number:04x}%0fff"


SETS = {
    "one byte": [vlan(number) for number in range(1, 21)],
    "two bytes": [vlan(number) for number in (1, 250, 255, 256, 257, 300, 511, 512, 513, 600, 700, 1000)],
    "gaps and the same twice": [vlan(number) for number in (3, 9, 9, 4, 3, 40, 17, 99, 100, 101)],
    "others before, between and behind": [
        "12/8100 14/0005%0fff 0/ff", *(vlan(number) for number in range(1, 10)), "12/0800", "-",
        *(vlan(number) for number in range(10, 20)),
    ],
    "a whole field": [f"12/08{number:02x}" for number in range(9)] + ["-"],
    "turned round": [*(vlan(number) for number in range(1, 10)), "!12/8100", *(f"!14/{number:02x}" for number in range(3))],
}  # fmt: skip


@pytest.mark.parametrize("patterns", SETS.values(), ids=SETS)
def test_packets_go_where_the_reference_sends_them(patterns: list[str]) -> None:
    text = choosing(patterns)
    assert tables(text)
    graph = load_text(text, "t")
    machines: list[Reference | Compiled] = [Reference(graph), Compiled(graph)]
    rng = random.Random(1)
    named = [int(number, 16) for number in re.findall(r"14/(\w{4})%", " ".join(patterns))] or [0]
    for _ in range(1500):
        kind = rng.choice((b"\x81\x00", b"\x81\x00", b"\x81\x00", b"\x08" + bytes([rng.randrange(12)]), rng.randbytes(2)))
        tag = (
            rng.getrandbits(4) << 12 | rng.choice((rng.choice(named), rng.choice(named), rng.randrange(1100), rng.getrandbits(12)))
        ).to_bytes(2, "big")
        frame = (rng.choice((bytes(12), b"\xff" * 12)) + kind + tag + bytes(46))[: rng.choice((62, 62, 62, 16, 15, 14, 13, 0))]
        for machine in machines:
            machine.inject("s", Packet.of(frame))
    seen = [[(name, packet.data) for name, packet in machine.emitted] for machine in machines]
    assert seen[0] == seen[1]
    assert len({name for name, _ in seen[0]}) > len(patterns) // 2


def test_few_ways_are_asked_for_one_after_the_other() -> None:
    assert tables(choosing([vlan(number) for number in range(1, LEAST)])) == []
    assert tables(choosing([vlan(number) for number in range(1, LEAST + 1)])) == [LEAST]


def test_numbers_that_are_far_apart_have_no_table() -> None:
    assert tables(choosing([f"26/{number * 0x01010101:08x}" for number in range(1, 20)])) == []
    wide = [vlan(number) for number in range(0, 4096, 37)]
    assert all(places <= MOST for places in tables(choosing(wide)))
