"""The estimate of a channel's capacity, on channels of which it is known."""

from random import Random

import pytest

from sim.channel import Told, bits_per_second, information, told


def test_what_shows_all_of_a_bit_has_a_bit_and_what_shows_nothing_has_none() -> None:
    secret = [0, 1] * 200
    assert information(secret, ["no" if bit else "yes" for bit in secret]) == pytest.approx(1)
    assert information(secret, [7] * 400) == 0
    assert information(secret, [0, 0, 1, 1] * 100) == pytest.approx(0)


def test_a_noisy_bit_has_what_shannon_says() -> None:
    rng = Random(1)
    secret = [rng.randrange(2) for _ in range(20_000)]
    seen = [bit ^ (rng.random() < 0.11) for bit in secret]
    assert bits_per_second(secret, seen, 20_000) == pytest.approx(0.5, abs=0.02)


def test_observations_that_have_nothing_to_do_with_the_secret_have_next_to_nothing_however_many_kinds_there_are() -> None:
    rng = Random(2)
    secret = [rng.randrange(2) for _ in range(300)]
    seen = [rng.randrange(100) for _ in secret]
    assert information(secret, seen) > 0.2
    assert bits_per_second(secret, seen, 300) < 0.02


def test_the_rate_is_by_the_second() -> None:
    secret = [0, 1] * 500
    assert bits_per_second(secret, secret, 0.001) == pytest.approx(1_000_000, rel=0.01)


@pytest.mark.parametrize(("secret", "seen"), [([], []), ([0], []), ([0], [1, 2])])
def test_secrets_without_observations_are_refused(secret: list[int], seen: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^there are \d secrets and \d observations$"):
        information(secret, seen)


def test_numbers_of_which_none_is_seen_twice_tell_what_they_tell() -> None:
    rng = Random(3)
    secret = [rng.randrange(2) for _ in range(120)]
    late = [rng.randrange(1, 400) if bit else 0 for bit in secret]
    unique = [(1 if bit else -1) * (1 + index) for index, bit in enumerate(secret)]
    seldom = [value if rng.random() < 0.3 else 0 for value in late]
    assert told([secret], [late], 1).rate > 0.95
    assert told([secret], [unique], 1).rate > 0.95
    few = told([secret], [seldom], 1)
    assert few.chance < 0.1 < few.rate < 0.3


@pytest.mark.parametrize("late", [0, 1, 3])
def test_noise_that_has_nothing_to_do_with_the_secret_tells_about_nothing(late: int) -> None:
    """However many gaps are chosen from: what is measured is chance, and is below what is said of it as often as that says."""
    rng, found = Random(4), []
    for trial in range(24):
        secrets = [[rng.randrange(2) for _ in range(60)] for _ in range(2)]
        seen = [[rng.randrange((2, 5, 50, 1_000)[trial % 4]) for _ in each] for each in secrets]
        found.append(told(secrets, seen, 1, late, trial))
    assert sum(each.rate for each in found) / len(found) < 0.015
    assert sum(each.rate > each.chance for each in found) <= 4
    assert max(each.chance for each in found) < 0.06


def test_numbers_that_are_all_the_same_tell_nothing_and_not_by_chance_either() -> None:
    assert told([[0, 1] * 30] * 2, [[0] * 60] * 2, 1, 3) == Told(0, 0)


def test_a_secret_that_shows_a_gap_later_is_found_where_it_may_show_there() -> None:
    rng = Random(6)
    secrets = [[rng.randrange(2) for _ in range(60)] for _ in range(2)]
    seen = [[0, *(900 * bit for bit in each[:-1])] for each in secrets]
    assert told(secrets, seen, 0.001, late=1).rate == pytest.approx(1_000, rel=0.05)
    assert told(secrets, seen, 0.001).rate < 60


@pytest.mark.parametrize(("secrets", "late"), [([], 0), ([[]], 0), ([[1, 0]], 2)])
def test_secrets_that_nobody_could_see_are_refused(secrets: list[list[int]], late: int) -> None:
    with pytest.raises(ValueError, match=rf"^there is no secret whose {late} next gaps are seen$"):
        told(secrets, secrets, 1, late)
