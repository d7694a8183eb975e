"""IPGWOptions fills in Record Route and Timestamp, as RFC 791 and Click have them."""

from collections.abc import Callable

import pytest

from sim.packets import internet_checksum, ipv4
from tests.elements.bench import Bench

HOUR = 3_600_000_000_000
NOW = 5 * 24 * HOUR + HOUR + 2_000_000
STAMP = (3_600_002).to_bytes(4, "big")
MINE, OTHER = bytes((10, 0, 0, 1)), bytes((10, 1, 0, 1))
STRANGER = bytes((9, 9, 9, 9))


def packet(options: bytes) -> bytes:
    return ipv4(0x01020304, 0x05060708, 17, b"payload!", options=options + bytes(-len(options) % 4))


FILLED = {
    "record route": ("07 07 04 00000000 00", "07 07 08 0a000001 00"),
    "record route, second place": ("07 0b 08 01010101 00000000 00", "07 0b 0c 01010101 0a000001 00"),
    "record route, full": ("07 07 08 01010101 00", "07 07 08 01010101 00"),
    "timestamp": ("44 08 05 00 00000000", f"44 08 09 00 {STAMP.hex()}"),
    "timestamp, full": ("44 08 09 20 11111111", "44 08 09 30 11111111"),
    "timestamp with address": ("44 0c 05 01 00000000 00000000", f"44 0c 0d 01 0a000001 {STAMP.hex()}"),
    "timestamp with address, full": ("44 0c 0d e1 22222222 33333333", "44 0c 0d f1 22222222 33333333"),
    "timestamp of a named address": (f"44 0c 05 03 {OTHER.hex()} 00000000", f"44 0c 0d 03 {OTHER.hex()} {STAMP.hex()}"),
    "timestamp of my address": (f"44 0c 05 03 {MINE.hex()} 00000000", f"44 0c 0d 03 {MINE.hex()} {STAMP.hex()}"),
    "timestamp of another's address": (f"44 0c 05 03 {STRANGER.hex()} 00000000", f"44 0c 05 03 {STRANGER.hex()} 00000000"),
    "behind nothing and another": ("01 82 03 00 07 07 04 00000000 00", "01 82 03 00 07 07 08 0a000001 00"),
    "nothing after the end": ("00 07 07 04 00000000", "00 07 07 04 00000000"),
    "not for us": ("82 03 00 01", "82 03 00 01"),
}


@pytest.mark.parametrize("kind", list(FILLED))
def test_options_are_filled_in_and_the_checksum_is_right(bench: Callable[..., Bench], kind: str) -> None:
    before, after = (packet(bytes.fromhex(text)) for text in FILLED[kind])
    x = bench("IPGWOptions(10.0.0.1, 10.1.0.1)", outputs=2)
    assert x.out(before, network=0, now=NOW) == [(0, after)]
    assert internet_checksum(after[: 4 * (after[0] & 15)]) == 0
    assert x.out(b"ethernetheader" + before, network=14, now=NOW) == [(0, b"ethernetheader" + after)]
    assert x.read("drops") == "0"


WRONG = {
    "no length": ("07", 21),
    "length of one": ("01 83 01 00", 22),
    "longer than the header": ("07 09 04 00 00000000", 21),
    "route pointer below the option's head": ("07 07 03 00000000 00", 22),
    "route pointer into the last address": ("07 07 05 00000000 00", 22),
    "time pointer below the option's head": ("44 08 04 00 00000000", 22),
    "time of an unknown kind": ("44 08 05 02 00000000", 23),
    "named address without room": ("44 0c 0d 03 00000000 00000000", 23),
    "sixteen have no room": ("44 08 09 f0 00000000", 23),
    "the header ends in front of the flags": ("01 44 03 05", 22),
    "the longest header ends in front of the flags": ("01" * 37 + "44 03 05", 58),
    "the longest header ends in front of the pointer": ("01" * 38 + "44 02", 60),
    "the second option": ("07 07 04 00000000 07 07 03 00000000 0000", 29),
}


@pytest.mark.parametrize("kind", list(WRONG))
def test_a_wrong_option_leaves_by_output_1_as_it_came_with_its_byte_noted(bench: Callable[..., Bench], kind: str) -> None:
    options, at = WRONG[kind]
    data = bytes.fromhex(options)
    whole = (
        ipv4(0x01020304, 0x05060708, 17, b"", options=data + (bytes(-len(data) % 4) if data != b"\x07" else b"")) if len(data) > 1 else b""
    )
    if not whole:
        # A one-byte option at the very end of the header.
        whole = ipv4(0x01020304, 0x05060708, 17, b"\x07\x07", options=b"\x01\x01\x01\x07")
        at = 24
    text = (
        "s0 :: FromCrossing(t:0) -> x :: IPGWOptions(10.0.0.1); x[0] -> d0 :: ToCrossing(t:0);"
        "x[1] -> t :: Tee; t[0] -> d1 :: ToCrossing(t:1); t[1] -> ICMPError(10.0.0.1, parameterproblem) -> d2 :: ToCrossing(t:2);"
    )
    x = bench("", text=text)
    found = x.out(whole, network=0, now=NOW)
    assert found[0] == (1, whole)
    error = found[1][1]
    assert found[1][0] == 2
    assert error[20:22] == b"\x0c\x00"
    assert error[24] == at
    assert error[28:] == whole
    assert x.read("drops") == "1"


def test_packets_without_options_or_without_a_header_pass(bench: Callable[..., Bench]) -> None:
    x = bench("IPGWOptions(10.0.0.1)", outputs=1)
    for data, network in (
        (packet(b""), 0),
        (b"", 0),
        (b"\x4f" + bytes(30), 0),
        (packet(bytes.fromhex("0707040000000000")), None),
        (b"ab", 7),
    ):
        assert x.out(data, network=network) == [(0, data)]
    assert x.out(packet(bytes.fromhex("0707030000000000")), network=0) == []


def test_it_works_where_packets_are_pulled(bench: Callable[..., Bench]) -> None:
    text = """s0 :: FromCrossing(t:0) -> Queue -> x :: IPGWOptions(10.0.0.1) -> d0 :: ToDevice(0); x[1] -> d1 :: ToCrossing(t:1);"""
    x = bench("", text=text)
    right, wrong = packet(bytes.fromhex("0707040000000000")), packet(bytes.fromhex("0707030000000000"))
    assert x.out(right, network=0) == [(0, packet(bytes.fromhex("0707080a00000100")))]
    assert x.out(wrong, network=0) == [(1, wrong)]
