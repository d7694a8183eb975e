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
    ((output, data),) = x.out(fragment(b"12345678", 0, True, 10), network=0, now=111 * SECOND)
    assert (output, data[4:6], data[20:]) == (1, b"\0\x08", bytes(16) + b"12345678")
    found = x.out(fragment(b"12345678", 0, True, 11), network=0, now=140 * SECOND)
    assert [(output, data[4:6]) for output, data in found] == [(1, b"\0\x09"), (1, b"\0\7")]


def test_room_is_made_from_the_old(bench: Made) -> None:
    x = bench("IPReassembler(HIMEM 150)", outputs=2)
    for number in range(4):
        assert x.out(fragment(b"12345678", 0, True, number), network=0, now=(100 + 2 * number) * SECOND) == []
    found = x.out(fragment(b"12345678", 0, True, 9), network=0, now=107 * SECOND)
    assert [(output, data[4:6]) for output, data in found] == [(1, b"\0\0"), (1, b"\0\3")]
    assert x.read("dump").splitlines()[2] == "failed reassemblies: 2"
