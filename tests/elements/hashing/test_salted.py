"""Keys that somebody chose to be alike are spread over the buckets, whatever the salt is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from elements.arp.table import BUCKET_BITS, ARPTable
from elements.hashing.salted import SALT, bucket_of
from elements.ip6ndsolicitor import BUCKETS, IP6NDSolicitor
from graph.load import load_text
from swclick.machine import Machine as Compiled
from tests.elements.bench import Bench

ALIKE = {
    "in their first and last byte": [[0x3FFE_0000, 0, number, 0x1234_5601] for number in range(1024)],
    "in their low bits": [[number << 20, 0, 0, number << 22 & 0xFFFF_FFFF] for number in range(1024)],
    "in what a product with Knuth's factor has above": [
        [1, 2, 3, number * pow(2654435761, -1, 1 << 32) & 0xFFFF_FFFF] for number in range(1024)
    ],
}


@pytest.mark.parametrize("how", list(ALIKE))
@pytest.mark.parametrize("seed", range(5))
def test_few_of_the_keys_that_are_alike_are_in_one_bucket(how: str, seed: int) -> None:
    rng = random.Random(seed)
    salt = [rng.getrandbits(64) for _ in range(5)]
    found = Counter(bucket_of(salt, key, 10) for key in ALIKE[how])
    assert max(found.values()) <= 16


def longest_chain(x: Bench, buckets: int) -> int:
    """In the table of element `x`, which has ``buckets``."""
    element = x.machine.elements["x"]
    assert isinstance(element, ARPTable | IP6NDSolicitor)
    state = x.machine.words("x") if isinstance(x.machine, Compiled) else x.machine.stores["x"]
    lengths = []
    for bucket in range(buckets):
        place, length = state.get(element.buckets, bucket), 0
        while place:
            place, length = state.get(element.chain, place - 1), length + 1
        lengths.append(length)
    assert sum(lengths) == 200
    return max(lengths)


def test_chains_of_neighbours_stay_short(bench: Callable[..., Bench]) -> None:
    x = bench("IP6NDSolicitor(3ffe::1, 1:2:3:4:5:6)", inputs=2, outputs=2)
    for number in range(200):
        assert x.out(b"x", dst_ip6=0x3FFE << 112 | number << 8 | 1)
    assert longest_chain(x, BUCKETS) <= 16
    assert x.read("table").splitlines()[:2] == ["3ffe::1 0 00-00-00-00-00-00", "3ffe::101 0 00-00-00-00-00-00"]


def test_chains_of_arp_stay_short(bench: Callable[..., Bench]) -> None:
    x = bench("ARPQuerier(10.0.0.1/1, 1:2:3:4:5:6)", inputs=2, outputs=2)
    back = pow(2654435761, -1, 1 << 32)
    chosen = [each for number in range(1, 900) if (each := number * back & 0xFFFF_FFFF) < 0x7000_0000][:200]
    for each in chosen:
        assert x.out(b"x", dst_ip=each, now=1_000_000_000)
    assert longest_chain(x, 1 << BUCKET_BITS) <= 16


def test_every_compiled_machine_draws_its_own_salt() -> None:
    """The reference has a fixed one."""
    found = set()
    for _ in range(2):
        machine = Compiled(load_text("Idle -> x :: IP6NDSolicitor(3ffe::1, 1:2:3:4:5:6) -> Discard; Idle -> [1] x;", "t"))
        element = machine.elements["x"]
        assert isinstance(element, IP6NDSolicitor)
        found.add(tuple(machine.words("x").get(element.salt, place) for place in range(5)))
    assert len(found) == 2
    assert (SALT,) * 5 not in found
