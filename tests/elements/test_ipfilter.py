"""IPFilter does what the first rule that fits says."""

import random
from collections.abc import Callable

import pytest

from sim.packets import ipv4
from tests.elements.bench import Bench
from tests.elements.test_ipclassifier import Fields, expression, packets


def test_actions(bench: Callable[..., Bench]) -> None:
    x = bench("IPFilter(deny ip ttl 1, 1 udp, allow tcp, drop icmp, 0 ip proto 50)", outputs=2)
    kinds = ((17, 1), (17, 9), (6, 9), (1, 9), (50, 9), (51, 9))
    expected = [[], [1], [0], [], [0], []]
    assert [[o for o, _ in x.out(ipv4(1, 2, protocol, bytes(20), ttl=ttl), network=0)] for protocol, ttl in kinds] == expected


def test_an_action_ends_where_its_word_does(bench: Callable[..., Bench]) -> None:
    x = bench('IPFilter(deny(udp && ip ttl 1), 0x1\n\tudp, "allow\ttcp", drop !ip proto 50, 00)', outputs=2)
    kinds = ((17, 1), (17, 9), (6, 9), (1, 9), (50, 9))
    assert [[o for o, _ in x.out(ipv4(1, 2, protocol, bytes(20), ttl=ttl), network=0)] for protocol, ttl in kinds] == [
        [],
        [1],
        [0],
        [],
        [0],
    ]


@pytest.mark.parametrize("seed", [11, 12])
def test_the_first_rule_that_fits_decides(bench: Callable[..., Bench], seed: int) -> None:
    rng = random.Random(seed)
    rules = [(rng.choice(("allow", "deny", "drop", "0", "1", "2")), *expression(rng, 2)) for _ in range(30)]
    x = bench(f"IPFilter({', '.join(f'{action} {text}' for action, text, _ in rules)})", outputs=3)
    outputs = {"allow": [0], "deny": [], "drop": [], "0": [0], "1": [1], "2": [2]}
    for data in packets(rng, 80):
        action = next((action for action, _, meaning in rules if meaning(Fields(data))), "deny")
        assert [o for o, _ in x.out(data, network=0)] == outputs[action], f"seed {seed}, {data.hex()}"
