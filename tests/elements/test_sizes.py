"""Elements that make packets longer or shorter, copy bytes between them, or copy packets."""

from collections.abc import Callable

import pytest

from elements.reference.packet import LONGEST
from tests.elements.bench import Bench


def test_truncate_cuts_and_remembers_and_pad_makes_up_for_it(bench: Callable[..., Bench]) -> None:
    text = """x :: Truncate(3) -> t :: Tee -> d0 :: ToCrossing(t:0); t[1] -> Pad -> d1 :: ToCrossing(t:1);
              t[2] -> Pad(4) -> d2 :: ToCrossing(t:2);
              t[3] -> Truncate(1, EXTRA_LENGTH false) -> Pad -> d3 :: ToCrossing(t:3); s0 :: FromCrossing(t:0) -> x;"""
    x = bench("", text=text)
    seen = [(port, packet.data, packet.extra_length) for port, packet in x.push(b"abcdef", extra_length=2)]
    assert seen == [(0, b"abc", 5), (1, b"abc\0\0\0\0\0", 0), (2, b"abc\0", 0), (3, b"a\0\0\0\0\0", 0)]
    x.write("nbytes", "9")
    assert (next(packet.extra_length for _, packet in x.push(b"abcdef")), x.read("nbytes")) == (0, "9")


@pytest.mark.parametrize(("extra", "length"), [(LONGEST - 4, LONGEST), (LONGEST - 3, 4), (0xFFFF_FFFF, 4)])
def test_a_pad_makes_no_packet_longer_than_there_are(bench: Callable[..., Bench], extra: int, length: int) -> None:
    assert [packet.length for _, packet in bench("Pad").push(b"abcd", extra_length=extra)] == [length]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [("", b"abcd"), ("-1", b"bcd"), ("-9", b""), ("0, -1", b"abc"), ("TAIL -9", b""), ("2, 3", b"\0\0abcd\0\0\0"), ("-1, -1", b"bc")],
)
def test_resize_adds_and_takes_away(bench: Callable[..., Bench], arguments: str, expected: bytes) -> None:
    x = bench(f"Resize({arguments})")
    assert x.out(b"abcd") == [(0, expected)]
    assert (x.read("head"), x.read("tail")) != ("", "")


def test_resize_shows_what_was_in_front(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Strip(3) -> x :: Resize(2) -> d0 :: ToCrossing(t:0);")
    [(_, packet)] = x.push(b"abcdef", network=3)
    assert (packet.data, packet.network) == (b"bcdef", packet.start + 2)


def test_a_clipboard_copies_bytes(bench: Callable[..., Bench]) -> None:
    x = bench("Clipboard(0/1, 2/2, 9/1)", inputs=2, outputs=2)
    assert x.out(b"abcdefghij", 1) == [(1, b"\0b\0\0efghi\0")]
    assert x.out(b"0123456789", 0) == [(0, b"0123456789")]
    assert x.out(b"abcdefghijk", 1) == [(1, b"0b23efghi9k")]
    assert x.out(b"abc", 1) == [(1, b"abc")]
    assert x.out(b"XYZ", 0) == [(0, b"XYZ")]
    assert x.out(b"abcdefghij", 1) == [(1, b"XbZ\0efghi\0")]


def test_a_hub_sends_to_all_others(bench: Callable[..., Bench]) -> None:
    x = bench("Hub", inputs=3, outputs=3)
    assert [x.out(b"a", port) for port in range(3)] == [[(1, b"a"), (2, b"a")], [(0, b"a"), (2, b"a")], [(0, b"a"), (1, b"a")]]
    assert bench("Hub").out(b"a") == []


def test_a_pull_tee_pushes_copies(bench: Callable[..., Bench]) -> None:
    text = (
        "s0 :: FromCrossing(t:0) -> Queue -> x :: PullTee(2) -> PullNull -> d0 :: ToDevice(0); x[1] -> PushNull -> d1 :: ToCrossing(t:1);"
    )
    assert sorted(bench("", text=text).out(b"a")) == [(0, b"a"), (1, b"a")]
