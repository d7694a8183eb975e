"""EtherSwitch learns where addresses are, and forgets those that are silent."""

from collections.abc import Callable

import pytest

from elements.etherswitch import BUCKETS, WAYS, _ways
from tests.elements.bench import Bench

SECOND = 1_000_000_000
ANN, BOB, CAT = 0x0200000000A1, 0x0200000000B2, 0x0200000000C3
EVERYBODY, GROUP = 0xFFFFFFFFFFFF, 0x01005E000001


def frame(destination: int, source: int) -> bytes:
    return destination.to_bytes(6, "big") + source.to_bytes(6, "big") + b"\x08\x00and so on"


def ways(x: Bench, destination: int, source: int, port: int, now: int = 0) -> list[int]:
    """The outputs that a frame leaves by, in order; it is the same on each."""
    found = x.out(frame(destination, source), port, now=now)
    assert all(data == frame(destination, source) for _, data in found)
    return [output for output, _ in found]


def test_a_frame_goes_everywhere_until_its_destination_has_spoken(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch", 3, 3)
    assert ways(x, BOB, ANN, 0) == [2, 1]
    assert ways(x, ANN, BOB, 1) == [0]
    assert ways(x, BOB, ANN, 0) == [1]
    assert ways(x, BOB, CAT, 1) == []
    assert x.read("table") == "02-00-00-00-00-A1 0\n02-00-00-00-00-B2 1\n02-00-00-00-00-C3 1\n"


def test_frames_to_groups_go_everywhere_whoever_sends_from_them(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch", 3, 3)
    assert ways(x, ANN, EVERYBODY, 1) == [2, 0]
    for group in (EVERYBODY, GROUP):
        assert [ways(x, group, ANN, port) for port in range(3)] == [[2, 1], [2, 0], [1, 0]]


def test_an_address_that_moves_is_found_where_it_is(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch", 3, 3)
    ways(x, BOB, ANN, 0)
    ways(x, BOB, ANN, 2)
    assert ways(x, ANN, BOB, 1) == [2]
    assert ways(x, ANN, BOB, 2) == []


def test_an_address_that_is_silent_is_forgotten(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch(TIMEOUT 2)", 2, 2)
    assert x.read("timeout") == "2"
    ways(x, BOB, ANN, 0)
    assert ways(x, ANN, BOB, 0, 2 * SECOND - 1) == []
    assert ways(x, ANN, BOB, 0, 2 * SECOND) == [1]
    assert x.read("table") == "02-00-00-00-00-B2 0\n"
    ways(x, BOB, ANN, 0, 3 * SECOND)
    ways(x, BOB, ANN, 0, 4 * SECOND)
    assert ways(x, ANN, BOB, 0, 5 * SECOND) == []


def test_the_timeout_can_be_changed(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch(TIMEOUT 1 min)", 2, 2)
    assert x.read("timeout") == "60"
    ways(x, BOB, ANN, 0)
    x.write("timeout", "1")
    assert ways(x, ANN, BOB, 0, SECOND) == [1]
    x.write("timeout", "0")
    assert ways(x, BOB, ANN, 1, SECOND) == [0]
    assert x.read("table") == "02-00-00-00-00-B2 0\n"


def test_with_a_timeout_of_0_it_is_a_hub(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch(TIMEOUT 0)", 2, 2)
    ways(x, BOB, ANN, 0)
    assert ways(x, ANN, BOB, 0) == [1]
    assert x.read("table") == ""


def test_a_frame_without_a_header_is_dropped_and_teaches_nothing(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch", 2, 2)
    assert x.out(frame(BOB, ANN)[:13]) == []
    assert x.read("table") == ""
    assert x.out(frame(BOB, ANN)[:14]) == [(1, frame(BOB, ANN)[:14])]


def alike(count: int) -> list[int]:
    """Addresses that stand in the same places of the table."""
    return [address for address in range(ANN, ANN + 40 * BUCKETS) if _ways(address) == _ways(ANN)][:count]


def test_of_addresses_for_the_same_places_the_one_silent_longest_goes(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch", 2, 2)
    crowd = alike(WAYS + 1)
    for second, address in enumerate((*crowd[:WAYS], crowd[0], crowd[WAYS])):
        ways(x, BOB, address, 0, second * SECOND)
    assert [ways(x, address, CAT, 0, 10 * SECOND) for address in crowd] == [[], [1], [], [], []]


def test_what_was_forgotten_leaves_its_place_to_the_next(bench: Callable[..., Bench]) -> None:
    x = bench("EtherSwitch(TIMEOUT 9)", 2, 2)
    crowd = alike(WAYS + 1)
    for second, number in ((1, 1), (5, 0), (6, 2), (7, 3)):
        ways(x, BOB, crowd[number], 0, second * SECOND)
    ways(x, crowd[1], CAT, 0, 10 * SECOND)  # asked for, and gone
    ways(x, BOB, crowd[WAYS], 0, 10 * SECOND)
    assert [ways(x, address, CAT, 0, 11 * SECOND) for address in crowd] == [[], [1], [], [], []]


@pytest.mark.parametrize("text", ["-1", "never", "1193047 h"])
def test_a_timeout_is_a_number_of_seconds(bench: Callable[..., Bench], text: str) -> None:
    with pytest.raises(ValueError, match="wanted"):
        bench("EtherSwitch", 2, 2).write("timeout", text)
