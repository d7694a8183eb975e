"""Who has the processor next (swclick/share.c): durations are told, and the C does what the reference does, and what share.h says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.swclick.shares import LONGEST, NEVER, Grant, Reference, Shares

NS = st.integers(0, 50_000)
LONG = st.one_of(NS, st.integers(0, 10**9), st.integers(0, 2**63))
PAUSE = st.one_of(NS, st.integers(0, 2 * LONGEST))
WEIGHTS = st.lists(st.integers(1, 1000), min_size=2, max_size=6)
ROUNDING = 1000
"""ns: a pass is a whole number of 64ths of a ns of weight 1, and no weight here is above 1000."""


@contextmanager
def shares(grants: Sequence[Grant], burst: int = 0, depth: int = 0) -> Iterator[Shares]:
    made = Shares(grants, burst, depth)
    try:
        yield made
    finally:
        made.close()


def grants_of(weights: Sequence[int]) -> list[Grant]:
    return [Grant(weight) for weight in weights]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_the_compiled_one_does_what_the_reference_does(data: st.DataObject) -> None:
    limits = st.one_of(st.just(0), st.integers(1000, 1_000_000))
    grants = data.draw(st.lists(st.builds(Grant, st.integers(1, 5000), limits), min_size=1, max_size=6))
    burst, depth = data.draw(NS), data.draw(NS)
    steps = st.tuples(st.sampled_from(("want", "turn", "charge", "rest")), st.integers(0, len(grants) - 1), LONG, st.booleans(), PAUSE)
    reference, now = Reference(grants, burst, depth), 0
    with shares(grants, burst, depth) as compiled:
        both: tuple[Reference | Shares, ...] = (reference, compiled)
        for what, who, took, more, passed in data.draw(st.lists(steps, max_size=60)):
            now += passed
            for each in both:
                if what == "want":
                    each.want(who, now)
                elif what == "rest":
                    each.rest()
                elif what == "charge":
                    each.charge(who, now, took, more)
            if what == "turn":
                next_one = reference.next(now)
                assert compiled.next(now) == next_one
                if next_one >= 0:
                    now += min(took, 2 * LONGEST)
                    reference.charge(next_one, now, took, more)
                    compiled.charge(next_one, now, took, more)
            assert compiled.until() == reference.until()
            assert [compiled.level(i) for i in range(len(grants))] == [reference.level(i) for i in range(len(grants))]


def test_what_a_limit_is_owed_and_paid_back_is_exact_however_much_it_is() -> None:
    """More than an hour of a limit of one in a thousand, and then years of nothing."""
    grants = [Grant(1, 1000)]
    reference, now = Reference(grants, 0, 0), 0
    with shares(grants) as compiled:
        for each in (reference, compiled):
            each.want(0, 0)
            each.next(0)
            each.charge(0, 0, 3 * LONGEST, more=True)
        # 18 minutes at once are as much as is counted.
        assert compiled.until() == reference.until() == 1000 * LONGEST
        now = 3 * LONGEST
        for each in (reference, compiled):
            each.charge(0, now, 0, more=True)
        assert compiled.until() == reference.until() == 1000 * LONGEST
        for _ in range(8):
            now += LONGEST
            for each in (reference, compiled):
                each.charge(0, now, LONGEST, more=True)
            assert compiled.until() == reference.until()
        # The last of them were not added any more.
        assert compiled.until() < 8000 * LONGEST
        for each in (reference, compiled):
            assert each.next(now) == -1
            assert each.next(compiled.until()) == 0


def most_missed(got: Sequence[int], passed: Sequence[int], share: Fraction) -> Fraction:
    """Of all windows, the most that was missing of ``share`` of what passed; both are sums that begin with 0."""
    ahead, most = Fraction(0), Fraction(0)
    for mine, all_of_it in zip(got, passed, strict=True):
        surplus = mine - share * all_of_it
        ahead = max(ahead, surplus)
        most = max(most, ahead - surplus)
    return most


@given(WEIGHTS, st.integers(0, 100_000), st.data())
@settings(max_examples=100, deadline=None)
def test_who_always_has_something_to_do_gets_its_share_of_any_time_whatever_others_do(
    weights: list[int], burst: int, data: st.DataObject
) -> None:
    # How long each run is, and whether whoever had it sleeps then; the first never does.
    runs = data.draw(st.lists(st.tuples(NS, st.booleans(), st.integers(0, len(weights) - 1)), min_size=1, max_size=150))
    longest = [0] * len(weights)
    got, passed = [0], [0]
    with shares(grants_of(weights), burst) as compiled:
        for i in range(len(weights)):
            compiled.want(i, 0)
        for took, sleeps, wakes in runs:
            who = compiled.next(passed[-1])
            passed.append(passed[-1] + took)
            got.append(got[-1] + took * (who == 0))
            longest[who] = max(longest[who], took)
            compiled.charge(who, passed[-1], took, who == 0 or not sleeps)
            compiled.want(wakes, passed[-1])
    share = Fraction(weights[0], sum(weights))
    assert most_missed(got, passed, share) <= longest[0] + share * sum(longest) + (len(weights) - 1) * share * burst + ROUNDING


@given(WEIGHTS, st.lists(NS, min_size=1, max_size=200))
@settings(max_examples=100, deadline=None)
def test_two_that_always_have_something_to_do_are_apart_by_a_run_at_most(weights: list[int], runs: list[int]) -> None:
    took_all, longest = [0] * len(weights), [0] * len(weights)
    with shares(grants_of(weights)) as compiled:
        for i in range(len(weights)):
            compiled.want(i, 0)
        for took in runs:
            who = compiled.next(0)
            compiled.charge(who, 0, took, more=True)
            took_all[who] += took
            longest[who] = max(longest[who], took)
            turns = [Fraction(each, weight) for each, weight in zip(took_all, weights, strict=True)]
            run = max(Fraction(each, weight) for each, weight in zip(longest, weights, strict=True))
            assert max(turns) - min(turns) <= run + 1


@given(st.integers(1000, 1_000_000), NS, st.lists(st.tuples(NS, st.booleans(), NS), min_size=1, max_size=200))
@settings(max_examples=100, deadline=None)
def test_nobody_takes_more_than_its_limit_and_one_run(limit: int, depth: int, runs: list[tuple[int, bool, int]]) -> None:
    """And what it does not take, the other has."""
    got, now, longest = [0], [0], 0
    with shares([Grant(1, limit), Grant(1)], depth=depth) as compiled:
        for took, other_wakes, pause in runs:
            compiled.want(0, now[-1])
            if other_wakes:
                compiled.want(1, now[-1])
            who = compiled.next(now[-1])
            if who < 0:
                # Only who is over its limit waits.
                now.append(compiled.until())
                got.append(got[-1])
                assert now[-2] < now[-1] < NEVER
                continue
            now.append(now[-1] + took)
            got.append(got[-1] + took * (who == 0))
            longest = max(longest, took * (who == 0))
            compiled.charge(who, now[-1], took, more=who == 0)
            now.append(now[-1] + pause * (took % 2))
            got.append(got[-1])
    share = Fraction(limit, 1_000_000)
    over, least = Fraction(0), Fraction(0)
    for mine, time in zip(got, now, strict=True):
        surplus = mine - share * time
        over, least = max(over, surplus - least), min(least, surplus)
    assert over <= depth + longest


@given(st.integers(1000, 900_000), st.integers(1, 50), st.integers(2, 20_000))
@settings(max_examples=50, deadline=None)
def test_one_alone_gets_all_that_its_limit_lets_it(limit: int, depth_in_runs: int, took: int) -> None:
    now = total = 0
    with shares([Grant(7, limit)], depth=depth_in_runs * took) as compiled:
        compiled.want(0, 0)
        for _ in range(200):
            while compiled.next(now) < 0:
                now = compiled.until()
            now += took
            total += took
            compiled.charge(0, now, took, more=True)
    assert total >= Fraction(limit, 1_000_000) * now - took


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 10**6), st.lists(st.integers(1000, 50_000), min_size=1, max_size=50), NS)
@settings(max_examples=50, deadline=None)
def test_who_took_too_much_pays_back(mine: int, others: int, overrun: int, runs: list[int], sleep: int) -> None:
    """Until then it has no turn, whether it sleeps meanwhile or not; the other loses nothing of its share by it."""
    paid, longest = 0, max(runs)
    with shares(grants_of([mine, others])) as compiled:
        compiled.want(0, 0)
        assert compiled.next(0) == 0
        compiled.want(1, 0)
        compiled.charge(0, overrun, overrun, more=sleep % 2 == 0)
        assert compiled.level(0) <= -overrun + ROUNDING
        compiled.want(0, 0)
        for took in cycle(runs):
            if compiled.next(0) == 0:
                break
            # The last run of the other may be what is too much.
            assert compiled.level(0) < 0 or paid * mine >= (overrun - ROUNDING) * others - longest * mine
            paid += took
            compiled.charge(1, 0, took, more=True)
    assert (overrun - ROUNDING) * others <= (paid + ROUNDING) * mine
    assert paid * mine <= (overrun + ROUNDING) * others + longest * mine


@given(WEIGHTS, NS, st.lists(NS, min_size=1, max_size=60), st.lists(NS, min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_who_was_idle_saves_no_more_than_the_burst(weights: list[int], burst: int, before: list[int], behind: list[int]) -> None:
    mine, other = weights[0], weights[1]
    taken = longest = 0
    with shares(grants_of(weights[:2]), burst) as compiled:
        compiled.want(1, 0)
        for took in before:
            assert compiled.next(0) == 1
            compiled.charge(1, 0, took, more=True)
        assert compiled.level(0) <= burst
        compiled.want(0, 0)
        for took in behind:
            if compiled.next(0) == 1:
                break
            taken += took
            longest = max(longest, took)
            compiled.charge(0, 0, took, more=True)
    assert taken <= burst + Fraction(mine * max(before), other) + longest + ROUNDING


def test_a_level_is_exact_however_far_one_is_behind() -> None:
    grants = [Grant(1000, 1), Grant(1)]
    reference = Reference(grants, 0, 0)
    with shares(grants) as compiled:
        for each in (reference, compiled):
            each.want(0, 0)
            each.next(0)
            each.charge(0, 10**9, 10**9, more=True)
            each.want(1, 10**9)
            for _ in range(1000):
                each.next(10**9)
                each.charge(1, 10**9, 1 << 40, more=True)
        assert compiled.level(0) == reference.level(0) > 2**59


def test_nobody_is_owed_anything_when_nobody_had_anything_to_do() -> None:
    with shares(grants_of([1, 1])) as compiled:
        compiled.want(0, 0)
        compiled.next(0)
        compiled.charge(0, 1_000_000, 1_000_000, more=False)
        compiled.rest()
        assert compiled.level(0) == 0
        compiled.want(1, 2_000_000)
        compiled.want(0, 2_000_000)
        assert compiled.next(2_000_000) == 1
        compiled.charge(1, 2_000_010, 10, more=True)
        assert compiled.next(2_000_010) == 0
