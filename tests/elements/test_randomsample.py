"""RandomSample chooses packets with a probability, the same ones in every run."""

from collections.abc import Callable, Iterator

import pytest

from tests.elements.bench import Bench

SEED = 2463534242


def numbers(seed: int = SEED) -> Iterator[int]:
    """Marsaglia's xorshift generator, by its definition."""
    while True:
        yield seed
        seed ^= seed << 13 & 0xFFFFFFFF
        seed ^= seed >> 17
        seed ^= seed << 5 & 0xFFFFFFFF


def test_the_generator_is_marsaglia_s() -> None:
    """The first number of `xor32` in his paper (Journal of Statistical Software 8:14) for its own start."""
    made = numbers()
    assert [next(made) for _ in range(2)] == [2463534242, 723471715]


@pytest.mark.parametrize("arguments", ["0.25", "SAMPLE .25", "DROP 0.75", "P 0.25"])
def test_its_numbers_choose(bench: Callable[..., Bench], arguments: str) -> None:
    x, made = bench(f"RandomSample({arguments})", outputs=2), numbers()
    outputs = [x.out(b"a")[0][0] for _ in range(2000)]
    assert outputs == [int(next(made) / 2**32 >= 0.25) for _ in range(2000)]
    assert 0.22 < outputs.count(0) / 2000 < 0.28
    assert (x.read("sampling_prob"), x.read("drop_prob"), x.read("active")) == ("0.25", "0.75", "true")
    assert x.read("drops") == str(outputs.count(1))
    assert x.read("seed") == str(next(made))


def test_a_seed_that_was_read_gives_the_same_choices_again(bench: Callable[..., Bench]) -> None:
    x = bench("RandomSample(0.5)", outputs=2)
    x.write("seed", "1")
    first = [x.out(b"a")[0][0] for _ in range(60)]
    seed = x.read("seed")
    following = [x.out(b"a")[0][0] for _ in range(60)]
    assert first != following
    x.write("seed", seed)
    assert [x.out(b"a")[0][0] for _ in range(60)] == following
    with pytest.raises(ValueError, match="from 1 to 4294967295 is wanted"):
        x.write("seed", "0")


def test_two_of_them_have_a_generator_each(bench: Callable[..., Bench]) -> None:
    text = "".join(f"s{n} :: FromCrossing(t:{n}) -> x{n} :: RandomSample(0.5) -> d{n} :: ToCrossing(t:{n});" for n in range(2))
    x = bench("", text=text)
    for _ in range(30):
        first = [data for _, data in x.out(b"a", 0)]
        assert [data for _, data in x.out(b"a", 1)] == first


def test_what_is_not_chosen_is_dropped_where_output_1_is_not_in_use(bench: Callable[..., Bench]) -> None:
    x = bench("RandomSample(0.5)")
    left = sum(len(x.out(b"a")) for _ in range(100))
    assert 30 < left < 70
    assert x.read("drops") == str(100 - left)


@pytest.mark.parametrize(("arguments", "output"), [("0", 1), ("1", 0), ("DROP 1", 1), ("0, ACTIVE false", 0)])
def test_all_or_none(bench: Callable[..., Bench], arguments: str, output: int) -> None:
    x = bench(f"RandomSample({arguments})", outputs=2)
    assert [x.out(b"a") for _ in range(50)] == [[(output, b"a")]] * 50
    assert x.read("drops") == str(50 * output)


def test_it_chooses_of_what_is_pulled_through_it(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> Queue -> x :: RandomSample(0.5); x[0] -> d0 :: ToDevice(0); x[1] -> d1 :: ToCrossing(t:1);"
    x, made = bench("", text=text), numbers()
    assert [x.out(b"a") for _ in range(40)] == [[(int(next(made) >= 2**31), b"a")] for _ in range(40)]
