"""CheckIPHeader lets sound headers through, by the rules of Click and RFC 1812."""

import random
from collections.abc import Callable

import pytest

from sim.packets import internet_checksum, ipv4
from tests.elements.bench import Bench

GOOD = ipv4(0x01020304, 0x05060708, 17, b"payload")
REASONS = ("tiny packet", "bad IP version", "bad IP header length", "bad IP length", "bad IP checksum", "bad source address")


def changed(at: int, value: int, data: bytes = GOOD) -> bytes:
    """``data`` with a byte changed and the checksum made right again."""
    header = bytearray(data)
    header[at] = value
    header[10:12] = bytes(2)
    length = max(20, 4 * (header[0] & 15))
    header[10:12] = internet_checksum(bytes(header[:length])).to_bytes(2, "big")
    return bytes(header)


BAD = {
    "nothing": (b"", 0),
    "19 bytes": (GOOD[:19], 0),
    "version 6": (changed(0, 0x65), 1),
    "four words of header": (changed(0, 0x44), 2),
    "longer than the packet": (changed(3, 28), 3),
    "length below the header's": (changed(3, 19), 3),
    "header longer than the length": (changed(0, 0x4F), 3),
    "wrong checksum": (GOOD[:10] + bytes((GOOD[10] ^ 1,)) + GOOD[11:], 4),
    "wrong checksum with options": (ipv4(1, 2, 17, b"x", options=b"\x01" * 8)[:24] + b"\x00\x01\x01\x01x", 4),
    "source 0.0.0.0": (ipv4(0, 0x05060708, 17, b""), 5),
    "source 255.255.255.255": (ipv4(0xFFFFFFFF, 0x05060708, 17, b""), 5),
    "broadcast of an interface": (ipv4(0x121A04FF, 0x05060708, 17, b""), 5),
    "broadcast of a larger network": (ipv4(0x0AFFFFFF, 0x05060708, 17, b""), 5),
}


@pytest.mark.parametrize("kind", list(BAD))
def test_what_is_wrong_leaves_by_output_1_and_is_counted_by_reason(bench: Callable[..., Bench], kind: str) -> None:
    data, reason = BAD[kind]
    x = bench("CheckIPHeader(INTERFACES 18.26.4.1/24 10.0.0.1/8, DETAILS true)", outputs=2)
    ((output, packet),) = x.push(data, dst_ip=9)
    assert (output, packet.data, packet.network, packet.dst_ip) == (1, data, None, 9)
    assert x.read("drops") == "1"
    assert x.read("drop_details") == "".join(f"{int(i == reason)}\t{text}\n" for i, text in enumerate(REASONS))


def test_a_sound_packet_is_marked_cut_and_annotated(bench: Callable[..., Bench]) -> None:
    x = bench("CheckIPHeader(14)", outputs=2)
    ((output, packet),) = x.push(b"ethernetheader" + GOOD + b"padding", dst_ip=9)
    assert (output, packet.data, packet.network, packet.dst_ip) == (0, b"ethernetheader" + GOOD, packet.start + 14, 0x05060708)
    with_options = ipv4(1, 2, 17, b"data", options=b"\x01" * 40)
    assert bench("CheckIPHeader").out(with_options) == [(0, with_options)]


def test_a_bad_source_may_come_to_ourselves(bench: Callable[..., Bench]) -> None:
    x = bench("CheckIPHeader(INTERFACES 18.26.4.1/24)")
    assert len(x.out(ipv4(0, 0x121A0401, 17, b""))) == 1
    x = bench("CheckIPHeader(BADSRC 1.2.3.4 5.5.5.5, GOODDST 9.9.9.9)")
    assert [len(x.out(ipv4(s, d, 17, b""))) for s, d in ((0x01020304, 1), (0x05050505, 1), (0, 1), (0x01020304, 0x09090909))] == [
        0,
        0,
        1,
        1,
    ]
    assert len(bench("CheckIPHeader").out(ipv4(0, 0xFFFFFFFF, 17, b""))) == 1


def test_the_checksum_may_be_left_out(bench: Callable[..., Bench]) -> None:
    wrong = BAD["wrong checksum"][0]
    assert bench("CheckIPHeader(CHECKSUM false, VERBOSE true)").out(wrong) == [(0, wrong)]


def test_any_flipped_bit_of_the_header_is_found(bench: Callable[..., Bench]) -> None:
    x = bench("CheckIPHeader")
    rng = random.Random(3)
    for _ in range(100):
        packet = bytearray(ipv4(rng.getrandbits(32), rng.getrandbits(32), 17, b"data", options=b"\x01" * 4 * rng.randrange(11)))
        assert len(x.out(bytes(packet))) == 1
        bit = rng.randrange(8 * 4 * (packet[0] & 15))
        packet[bit // 8] ^= 1 << bit % 8
        assert x.out(bytes(packet)) == [], f"seed 3, bit {bit} of {packet.hex()}"
