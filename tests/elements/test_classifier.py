"""Classifier against a slow reading of its patterns, byte by byte."""

import random
from collections.abc import Callable

import pytest

from tests.elements.bench import Bench

HEX = "0123456789abcdef"
BYTES = (0, 1, 0x0A, 0x80, 0xFF)


def matches(pattern: str, data: bytes) -> bool:
    """The manual page, word for word."""
    if pattern == "-":
        return True
    for clause in pattern.replace("! ", "!").split():
        negated = clause.startswith("!")
        offset_text, _, rest = clause.lstrip("!").partition("/")
        value, _, mask = rest.partition("%")
        offset, found = int(offset_text), True
        if offset + len(value) // 2 > len(data):
            found = False
        for place, digit in enumerate(value):
            if not found:
                break
            nibble = data[offset + place // 2] >> (0 if place % 2 else 4) & 15
            kept = int(mask[place], 16) if mask else 15
            found = digit == "?" or nibble & kept == int(digit, 16) & kept
        if found == negated:
            return False
    return True


def random_pattern(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return "-"
    clauses = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        count = rng.choice((1, 1, 2, 4))
        value = "".join(f"{rng.choice(BYTES):02x}" for _ in range(count))
        value = "".join("?" if rng.random() < 0.15 else digit for digit in value)
        mask = "%" + "".join(rng.choice(("00", "ff", "0f", "80", "a5")) for _ in range(count)) if rng.random() < 0.3 else ""
        clauses.append(f"{'!' if rng.random() < 0.2 else ''}{rng.randrange(6)}/{value}{mask}")
    return " ".join(clauses)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_patterns_against_the_slow_reading(bench: Callable[..., Bench], seed: int) -> None:
    rng = random.Random(seed)
    groups = [[random_pattern(rng) for _ in range(rng.randrange(1, 5))] for _ in range(25)]
    text = "s0 :: FromCrossing(t:0) -> all :: Tee;"
    for number, group in enumerate(groups):
        text += f"all[{number}] -> x{number} :: Classifier({', '.join(group)});"
        text += "".join(f"x{number}[{o}] -> d{10 * number + o} :: ToCrossing(t:0);" for o in range(len(group)))
    x = bench("", text=text)
    for _ in range(150):
        data = bytes(rng.choice(BYTES) for _ in range(rng.randrange(11)))
        expected = []
        for number, group in enumerate(groups):
            first = next((o for o, pattern in enumerate(group) if matches(pattern, data)), None)
            expected += [] if first is None else [10 * number + first]
        assert [output for output, _ in x.out(data)] == expected, f"seed {seed}, {data.hex()}"


def test_the_examples_of_the_manual(bench: Callable[..., Bench]) -> None:
    x = bench("Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -)", outputs=4)
    frame = bytes(12)
    outputs = [
        x.out(frame + tail)[0][0] for tail in (b"\x08\x06" + bytes(7) + b"\x01", b"\x08\x06" + bytes(7) + b"\x02", b"\x08\x00", b"\x08")
    ]
    assert outputs == [0, 1, 2, 3]
    assert bench("Classifier(0/12, ! 0/34)", outputs=2).out(b"\x56") == [(1, b"\x56")]
    assert bench("Classifier(0/AB)").out(b"\xab") == [(0, b"\xab")]
