"""What is said to exclude each other does: against every packet, where there are few."""

from __future__ import annotations

import itertools
import random

import pytest

from elements.program.combine import all_of, any_of
from elements.program.evaluate import Evaluation
from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, make
from hdl.exclusion import Exclusion

BITS = [make("hit", 1, (), (n,)) for n in range(3)]
NUMBER = make("found", 2, (), (9,))


class _Packet:
    def __init__(self, bits: tuple[int, ...], number: int) -> None:
        self.known = dict(zip([*BITS, NUMBER], [*bits, number], strict=True))

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        return self.known[value]


PACKETS = [_Packet(bits, number) for bits in itertools.product((0, 1), repeat=3) for number in range(4)]


def condition(chance: random.Random, depth: int = 3) -> Value:
    """Some condition on the bits and the number, with the shapes that paths have."""
    kind = chance.randrange(6 if depth else 2)
    if kind == 0:
        return chance.choice(BITS)
    if kind == 1:
        return eq(NUMBER, const(chance.randrange(4), 2))
    parts = [condition(chance, depth - 1) for _ in range(chance.randint(1, 3))]
    return bit_not(any_of(*parts)) if kind == 2 else any_of(*parts) if kind == 3 else all_of(*parts)


@pytest.mark.parametrize("seed", range(12))
def test_exclusive_conditions_are_those_that_no_packet_fulfils_together(seed: int) -> None:
    chance = random.Random(seed)
    conditions = [condition(chance) for _ in range(24)]
    judge = Exclusion(conditions)
    values = Evaluation(conditions)
    holds = [values.run(packet) for packet in PACKETS]
    for a, b in itertools.product(conditions, repeat=2):
        possible = any(found[a] for found in holds) and any(found[b] for found in holds)
        together = any(found[a] and found[b] for found in holds)
        if judge.exclusive(a, b):
            assert not together
        else:
            assert together or not possible


def test_ways_of_a_classifier_need_no_solver() -> None:
    ways: list[Value] = []
    earlier: list[Value] = []
    for number in range(40):
        test = eq(make("load", 8, (), ("data", 12)), const(number, 8))
        ways.append(all_of(*(bit_not(each) for each in earlier), test))
        earlier.append(test)
    ways.append(bit_not(any_of(*earlier)))
    judge = Exclusion(ways)
    assert all(judge.exclusive(a, b) == (a is not b) for a, b in itertools.product(ways, repeat=2))
    assert judge.solved == 0


def test_a_pair_is_decided_once() -> None:
    a, b = make("ult", 1, (NUMBER, const(2, 2))), make("ult", 1, (const(2, 2), NUMBER))
    judge = Exclusion([a, b])
    assert judge.exclusive(a, b)
    assert judge.exclusive(b, a)
    assert judge.solved == 1


def test_what_never_holds_excludes_everything() -> None:
    judge = Exclusion([FALSE, TRUE])
    assert judge.exclusive(FALSE, TRUE)
    assert judge.exclusive(FALSE, FALSE)
    assert not judge.exclusive(TRUE, TRUE)
    assert judge.solved == 0
