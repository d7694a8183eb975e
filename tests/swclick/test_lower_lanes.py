"""Long lists of rules, of which several are compared at once, send each packet where the reference does."""

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
from swclick.find_first_match import FEWEST
from swclick.generate import generate
from swclick.machine import Machine as Compiled
from tests.swclick.test_lower_program import whole

ROUTER = "s :: FromCrossing(t:0) -> MarkIPHeader(0) -> f :: IPFilter({}); " + " ".join(f"f[{n}] -> ToCrossing(t:{n});" for n in range(3))
ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.255.255", "192.168.1.1", "255.255.255.255", "0.0.0.0")
PORTS = (0, 1, 53, 80, 443, 1023, 1024, 65535)


def clause(rng: random.Random) -> str:
    """A test of any kind: of a number, of some of its bits, with limits, turned around, or none at all."""
    side, port = rng.choice(("src ", "dst ", "")), rng.choice(PORTS)
    return rng.choice(
        (
            f"{side}host {rng.choice(ADDRESSES)}",
            f"{side}net {rng.choice(ADDRESSES)}/{rng.choice((0, 1, 8, 16, 24, 31, 32))}",
            f"{side}net {rng.choice(ADDRESSES)}/{rng.choice((8, 24))}",
            f"not {side}host {rng.choice(ADDRESSES)}",
            f"{side}port {port}",
            f"{side}port {rng.choice(('>', '<', '>=', '<=', '!='))} {port}",
            f"{rng.choice(('tcp', 'udp'))} {side}port {port}",
            rng.choice(("tcp", "udp", "icmp", "ip proto 50", "not tcp", "ip frag", "ip unfrag", "tcp opt syn", "icmp type echo")),
            f"ip[{rng.choice((1, 8, 12))}] {rng.choice(('=', '>', '<'))} {rng.choice((0, 1, 127, 128, 255))}",
            f"ip[12:4] > {rng.choice((0, 1, 0x7FFFFFFF, 0x80000000))}",
            rng.choice(("true", "false")),
        )
    )


def rules(rng: random.Random, count: int) -> list[str]:
    words = []
    for _ in range(count):
        text = clause(rng)
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            text = f"{rng.choice(('', '', '', '!'))}({text}) {rng.choice(('and', 'and', 'and', 'or'))} ({clause(rng)})"
        words.append(f"{rng.choice(('allow', 'deny', '1', '2'))} {text}")
    return words


def packet(rng: random.Random) -> Packet:
    """Mostly what rules ask for; some are short, have options, are fragments or no IP."""
    ends = b"".join(bytes(map(int, rng.choice(ADDRESSES).split("."))) for _ in range(2))
    ports = b"".join(rng.choice(PORTS).to_bytes(2, "big") for _ in range(2))
    head = rng.choice((0x45, 0x45, 0x45, 0x46, 0x4F, 0x44, 0x60))
    fragment = rng.choice((0, 0, 0, 0x2000, 1, 0x1FFF))
    protocol = rng.choice((6, 17, 1, 50))
    text = bytes((head, rng.choice((0, 1, 255)))) + bytes(4) + fragment.to_bytes(2, "big") + bytes((64, protocol, 0, 0)) + ends
    text += bytes(4 * max(0, (head & 15) - 5)) + ports + rng.randbytes(20)
    return Packet.of(text if rng.random() < 0.8 else text[: rng.randrange(len(text))])


@pytest.mark.parametrize(("seed", "count"), [(1, FEWEST + 1), (2, 20), (3, 33), (4, 70)])
def test_each_packet_goes_where_the_first_rule_that_it_meets_says(seed: int, count: int) -> None:
    rng = random.Random(seed)
    graph = load_text(ROUTER.format(", ".join([*rules(rng, count), "2 all"])), "t")
    reference, compiled = Reference(graph, elements=dict(instantiate(graph))), Compiled(graph, instantiate(graph))
    for number in range(400):
        offered = packet(rng)
        reference.emitted.clear()
        compiled.clear()
        reference.inject("s", offered.copy())
        compiled.inject("s", offered.copy())
        seen = [(n, whole(p)) for n, p in compiled.emitted]
        assert seen == [(n, whole(p)) for n, p in reference.emitted], f"seed {seed}, packet {number}: {offered.data.hex()}"


def test_a_long_list_is_compared_in_lanes_and_one_that_is_short_is_not() -> None:
    def compared(count: int) -> int:
        rules = [f"allow src host 10.0.0.{number} and tcp dst port {number}" for number in range(1, count + 1)]
        graph = load_text(ROUTER.format(", ".join([*rules, "1 udp", "2 all"])), "t")
        return len(re.findall(r"= all_lanes\(", generate(check(graph, class_info), instantiate(graph))))

    assert [compared(count) for count in (FEWEST - 2, FEWEST, 40)] == [0, 1, 2]
