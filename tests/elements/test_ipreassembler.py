"""IPReassembler puts together what IPFragmenter cuts, in whatever order it comes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from elements.checksums.sums import ones_sum
from sim.packets import ipv4
from tests.elements.bench import Bench

Made = Callable[..., Bench]
SECOND = 1_000_000_000


def fragment(data: bytes, offset: int, more: bool, identification: int = 7, options: bytes = b"") -> bytes:
    """``data`` as a fragment, ``offset`` bytes into its packet."""
    whole = ipv4(0x0A000001, 0x0A000002, 17, data)
    header = bytes((0x45 + len(options) // 4, 0)) + (20 + len(options) + len(data)).to_bytes(2, "big") + identification.to_bytes(2, "big")
    return header + (offset // 8 | (0x2000 if more else 0)).to_bytes(2, "big") + whole[8:10] + b"\0\0" + whole[12:20] + options + data


@pytest.mark.parametrize("seed", range(8))
def test_fragments_in_any_order_are_the_packet(bench: Made, seed: int) -> None:
    rng = random.Random(seed)
    x = bench("", text="s0 :: FromCrossing(t:0) -> IPFragmenter(76) -> d0 :: ToCrossing(t:0);"
              " s1 :: FromCrossing(t:1) -> x :: IPReassembler -> d1 :: ToCrossing(t:1);")  # fmt: skip
    whole = ipv4(0x0A000001, 0x01020304, 17, rng.randbytes(rng.randrange(60, 400)))
    pieces = [data for _, data in x.out(whole, network=0)]
    rng.shuffle(pieces)
    pieces += rng.sample(pieces, 1) if seed % 2 else []
    found = [out for each in pieces for out in x.out(b"mac" + each, 1, network=3, now=SECOND)]
    ((output, data),) = found[:1]
    assert (output, data[:3], data[23:]) == (1, b"mac", whole[20:])
    assert (data[5:7], data[9:11], ones_sum(data[3:23])) == (whole[2:4], b"\0\0", 0xFFFF)


def test_what_is_no_fragment_passes(bench: Made) -> None:
    x = bench("IPReassembler", outputs=2)
    for data in (ipv4(1, 2, 17, b"abc"), b"", ipv4(1, 2, 17, b"")[:19]):
        assert x.out(data, network=0) == [(0, data)]
    assert x.out(fragment(b"12345678", 0, True)) == [(0, fragment(b"12345678", 0, True))]
    assert x.read("dump").startswith("frags seen total:    0\n")


def test_wrong_fragments_are_dropped(bench: Made) -> None:
    x = bench("IPReassembler", outputs=2)
    good = fragment(b"12345678", 0, True)
    for wrong in (
        fragment(b"1234567", 0, True),
        good[:27],
        fragment(b"12345678", 65528, False),
        fragment(b"", 8, False),
        b"\x44" + good[1:],
    ):
        assert x.out(wrong, network=0, now=SECOND) == []
    assert x.read("dump") == "frags seen total:    5\ngood reassemblies:   0\nfailed reassemblies: 0\nbad fragments seen:  5\n"


def test_later_bytes_and_the_first_header_count(bench: Made) -> None:
    x = bench("IPReassembler")
    assert x.out(fragment(b"abcdefgh", 16, False), network=0, now=SECOND) == []
    assert x.out(fragment(b"ABCDEFGHIJKLMNOP", 8, True), network=0, now=SECOND) == []
    ((_, packet),) = x.push(fragment(b"12345678", 0, True, options=b"\1\1\1\0"), network=0, now=3 * SECOND, paint=5, dst_ip=9)
    assert (packet.data[20:], packet.paint, packet.dst_ip, packet.time) == (b"\1\1\1\x0012345678ABCDEFGHIJKLMNOP", 5, 9, 3 * SECOND)
    assert x.out(fragment(b"beyond..", 24, False), network=0, now=SECOND) == []
    assert x.out(fragment(b"12345678", 32, True), network=0, now=SECOND) == []  # the packet ends before


def test_what_stays_incomplete_is_let_go(bench: Made) -> None:
    x = bench("IPReassembler", outputs=2)
    assert x.out(fragment(b"12345678", 0, True), network=0, now=100 * SECOND) == []
    assert x.out(fragment(b"12345678", 16, False, 8), network=0, now=101 * SECOND) == []
    assert x.out(fragment(b"12345678", 0, True, 9), network=0, now=109 * SECOND) == []
    assert x.out(fragment(b"12345678", 8, True, 9), network=0, now=130 * SECOND) == []
    ((output, data),) = x.out(fragment(b"12345678", 0, True, 10), network=0, now=131 * SECOND)
    assert (output, data[4:6], data[20:]) == (1, b"\0\7", b"12345678")
    found = x.out(fragment(b"12345678", 0, True, 11), network=0, now=140 * SECOND)
    assert [(output, data[4:6], data[20:]) for output, data in found] == [
        (1, b"\0\x08", bytes(16) + b"12345678"),
        (1, b"\0\x09", 2 * b"12345678"),
    ]
    assert x.read("dump").splitlines()[2] == "failed reassemblies: 0"


def test_room_is_made_from_the_oldest(bench: Made) -> None:
    """A small packet takes 772 bytes, and the table 16: there is room for three."""
    x = bench(f"IPReassembler(HIMEM {16 + 3 * 772})", outputs=2)
    for number in range(3):
        assert x.out(fragment(b"12345678", 0, True, number), network=0, now=100 * SECOND) == []
    assert [data[4:6] for _, data in x.out(fragment(b"12345678", 0, True, 9), network=0, now=100 * SECOND)] == [b"\0\0"]
    # The one that grows is not what is given up, though it is the oldest.
    found = x.out(fragment(b"12345678", 504, True, 1), network=0, now=100 * SECOND)
    assert [data[4:6] for _, data in found] == [b"\0\2"]
    assert x.read("dump").splitlines()[2] == "failed reassemblies: 2"
    assert x.read("drops") == "0"


def test_what_there_is_no_room_for_is_dropped(bench: Made) -> None:
    x = bench("IPReassembler(HIMEM 787)", outputs=2)
    assert (x.out(fragment(b"12345678", 0, True), network=0, now=SECOND), x.read("drops")) == ([], "1")
    y = bench(f"IPReassembler(HIMEM {16 * 1024 + 8 * 16})", outputs=2)
    for number in range(20):
        assert y.out(fragment(b"12345678", 0, True, number), network=0, now=SECOND) == []
    assert len(y.out(fragment(b"12345678", 65520, True, 30), network=0, now=SECOND)) == 16
    assert (y.read("drops"), y.read("dump").splitlines()[2]) == ("1", "failed reassemblies: 16")
    assert y.out(fragment(b"12345678", 8, False, 19), network=0, now=SECOND)[0][1][20:] == 2 * b"12345678"


def test_what_was_given_up_may_come_back(bench: Made) -> None:
    """Output 1 leads back to the input, which it leaves as the fragment that it still is."""
    x = bench(
        "",
        text=f"s0 :: FromCrossing(t:0) -> x :: IPReassembler(HIMEM {16 + 3 * 772}) -> d0 :: ToCrossing(t:0);"
        " x [1] -> t :: Tee -> x; t [1] -> d1 :: ToCrossing(t:1);",
    )
    for number in range(3):
        assert x.out(fragment(b"12345678", 0, True, number), network=0, now=SECOND) == []
    # Each that comes back drives out another, until they have gone round too often; then there is room for the last.
    for number in range(3, 6):
        assert {output for output, _ in x.out(fragment(b"12345678", 0, True, number), network=0, now=SECOND)} == {1}
    assert x.read("dump").splitlines()[1] == "good reassemblies:   0"


@pytest.mark.parametrize("himem", [20_000, 1 << 18])
def test_a_flood_of_fragments_takes_no_more_than_there_is(bench: Made, himem: int) -> None:
    """Fragments that are alike in what a simple hash would look at, of sizes and places that take much: what is kept stays within the
    bound, each fragment makes at most 16 packets leave, and what comes whole behind them still passes."""
    x = bench(f"IPReassembler(HIMEM {himem})", outputs=2)
    rng = random.Random(himem)
    came = left = 0
    for number in range(600):
        at, size = rng.choice(((0, 8), (8, 8), (8 * rng.randrange(8000), 24), (65000, 528)))
        gone = x.out(fragment(bytes(size), at, True, number << 4 & 0xFFFF), network=0, now=SECOND + number)
        came, left = came + 1, left + len(gone)
        assert len(gone) <= 16
    kept = came - left - int(x.read("drops"))
    assert 0 < kept <= himem // 772
    x.out(fragment(b"12345678", 0, True, 0xFFFF), network=0, now=2 * SECOND)
    found = x.out(fragment(b"last", 8, False, 0xFFFF), network=0, now=2 * SECOND)
    assert [data[20:] for output, data in found if output == 0] == [b"12345678last"]
