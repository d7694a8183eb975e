"""What each tenant is sure of, in turns of shares and of time."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from hdl.bounds import AHEAD, bytes_to, services
from hdl.share_turns import QUANTUM
from hdl.turns import Turns

weights = st.lists(st.integers(1, 9), min_size=2, max_size=6).map(tuple)


def beats(length: int) -> int:
    return -(-length // 8)


def charge(length: int) -> int:
    return 8 * beats(length)


def test_one_other_tenant_of_the_same_weight_gets_two_gains_and_four_longest_packets() -> None:
    assert bytes_to((1, 1), 0, 1, 1600) == 2 * QUANTUM + 4 * 1600


def test_a_heavy_tenant_waits_for_less_than_a_light_one() -> None:
    assert bytes_to((1, 4), 1, 0, 1600) < bytes_to((1, 4), 0, 1, 1600)


def test_a_tenant_alone_waits_for_what_was_granted_before_and_has_all_of_the_place() -> None:
    (alone,) = services(Turns((1,)), 1600, 1600, beats, charge)
    assert alone.rate == 8
    assert alone.wait == AHEAD * 200


@given(weights)
def test_shares_are_the_weights_and_leave_nothing(each: tuple[int, ...]) -> None:
    found = services(Turns(each), 1600, 1600, beats, charge)
    assert sum(service.rate for service in found) == 8
    assert [service.rate / found[0].rate for service in found] == [Fraction(weight, each[0]) for weight in each]


@given(weights)
def test_one_more_tenant_makes_nobody_s_wait_shorter(each: tuple[int, ...]) -> None:
    few, many = services(Turns(each), 1600, 64, beats, charge), services(Turns((*each, 1)), 1600, 64, beats, charge)
    assert all(a.wait < b.wait and a.rate > b.rate for a, b in zip(few, many, strict=False))


def test_in_slots_one_waits_for_everybody_s_slot_and_for_what_did_not_fit() -> None:
    a, b = services(Turns((1, 1), slot=202), 1600, 64, beats, charge)
    assert a == b
    assert a.wait == 2 * 202 + 200 + 2
    assert a.rate == Fraction(1600, 404)


def test_in_slots_a_weight_of_three_has_three_slots_of_four() -> None:
    light, heavy = services(Turns((1, 3), slot=602), 1600, 64, beats, charge)
    assert heavy.rate == 3 * light.rate == Fraction(3 * 3 * 1600, 4 * 602)
    assert light.wait == 4 * 602 + 202
    assert heavy.wait < light.wait
