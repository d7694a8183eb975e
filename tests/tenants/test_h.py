"""h passes everything between its two ports and counts it by class; one IP packet in a hundred is shown in the log."""

from collections.abc import Callable

from sim.packets import arp, ethernet, ipv4
from tests.elements.test_randomsample import numbers
from tests.tenants.test_captures import udp
from tests.tenants.wires import Frame, Seen

ANN, BOB = bytes.fromhex("0200000000a1"), bytes.fromhex("0200000000b2")


def segment(flags: int, size: int = 0) -> bytes:
    return ipv4(1 << 24, 2 << 24, 6, bytes(12) + bytes((0x50, flags)) + bytes(6 + size))


CLASSES: dict[str, tuple[int, bytes]] = {
    "syn": (0x0800, segment(2)),
    "tcp": (0x0800, segment(16, 200)),
    "udp": (0x0800, ipv4(1 << 24, 2 << 24, 17, udp(5000, 7))),
    "icmp": (0x0800, ipv4(1 << 24, 2 << 24, 1, b"\x08\x00\xf7\xff" + bytes(4))),
    "other": (0x0800, ipv4(1 << 24, 2 << 24, 50, bytes(20))),
    "arp": (0x0806, arp(1, ANN, 1 << 24, bytes(6), 2 << 24)),
    "ip6": (0x86DD, b"\x60" + bytes(39)),
    "rest": (0x88CC, bytes(46)),
}


def frames() -> list[Frame]:
    """Two of each class, to either side."""
    made = [ethernet(BOB, ANN, *content) for content in CLASSES.values()]
    return [(device, frame) for frame in made for device in ("left", "right", "left", "right")]


def test_everything_passes_as_it_is_and_is_counted_by_class(play: Callable[..., Seen]) -> None:
    offered = frames()
    seen = play("h", offered)
    over = {"left": "right", "right": "left"}
    assert seen.sent == tuple(((over[device], frame),) for device, frame in offered)
    for way in ("there", "back"):
        assert seen.counts(*(f"{way}/{name}" for name in CLASSES)) == {f"{way}/{name}": 2 for name in CLASSES}


def test_which_packets_are_shown_is_known_beforehand(play: Callable[..., Seen]) -> None:
    """The generator says it, which starts from the number that its manual page has; the frame is that of the packet with that number."""
    made = [ethernet(BOB, ANN, 0x0800, ipv4(n, 2 << 24, 17, udp(5000, 7, bytes(n % 97)))) for n in range(1, 1501)]
    chosen = [frame for frame, number in zip(made, numbers(), strict=False) if number / 2**32 < 0.01]
    seen = play("h", [("left", frame) for frame in made])
    assert [frame for [(_, frame)] in seen.sent] == made
    assert 5 < len(chosen) < 30
    assert [line.replace(" ", "") for line in seen.log] == [f"sample:{len(frame)}|{frame[:54].hex()}" for frame in chosen]
    long = sum(len(frame) > 128 for frame in chosen)
    assert seen.counts("long", "short") == {"long": long, "short": len(chosen) - long}


def test_each_direction_is_sampled_by_itself(play: Callable[..., Seen]) -> None:
    frame = ethernet(BOB, ANN, *CLASSES["udp"])
    both = play("h", [("left", frame), ("right", frame)] * 300)
    assert len(both.log) == 2 * len(play("h", [("left", frame)] * 300).log) > 0
