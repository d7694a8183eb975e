"""e is an Ethernet switch: it learns who is where, and keeps to itself what bridges say to each other."""

from collections.abc import Callable

from sim.packets import ethernet
from tests.tenants.wires import Frame, Seen

ANN, BOB, CAT = (bytes.fromhex(f"0200000000{n}") for n in ("a1", "b2", "c3"))
EVERYBODY, GROUP = b"\xff" * 6, bytes.fromhex("01005e000001")
SPANNING_TREE, PAUSE, LLDP, BEYOND = (bytes.fromhex(f"0180c20000{n}") for n in ("00", "01", "0e", "10"))


def says(device: str, source: bytes, destination: bytes) -> Frame:
    return device, ethernet(destination, source, 0x0800, bytes(46))


def frames() -> list[Frame]:
    """A short talk, and what is not passed on."""
    return [
        says("left", ANN, BOB),
        says("right", BOB, ANN),
        says("left", CAT, ANN),
        says("right", BOB, EVERYBODY),
        says("left", ANN, GROUP),
        *(says("left", ANN, group) for group in (SPANNING_TREE, PAUSE, LLDP, BEYOND)),
        says("right", GROUP, ANN),
        says("right", CAT, BOB),
        says("right", BOB, CAT),
    ]


def test_frames_go_where_their_destination_is(play: Callable[..., Seen]) -> None:
    offered = frames()
    seen = play("e", offered)
    ways = [[device for device, _ in each] for each in seen.sent]
    # The third and the last two are for somebody on their own side; Cat has moved to the right before the last.
    assert ways == [["right"], ["left"], [], ["left"], ["right"], [], [], [], ["right"], [], [], []]
    assert all(frame == offered[number][1] for number, each in enumerate(seen.sent) for _, frame in each)
    assert seen.handlers["switch.table"] == "02-00-00-00-00-A1 0\n02-00-00-00-00-B2 1\n02-00-00-00-00-C3 1\n"


def test_each_port_counts_by_kind(play: Callable[..., Seen]) -> None:
    seen = play("e", frames())
    kinds = ("bpdu", "reserved", "wrong", "broadcast", "multicast", "unicast")
    assert list(seen.counts(*(f"in0/{name}" for name in kinds)).values()) == [1, 2, 0, 0, 2, 2]
    assert list(seen.counts(*(f"in1/{name}" for name in kinds)).values()) == [0, 0, 1, 1, 0, 3]
    assert seen.counts("out0", "out1") == {"out0": 2, "out1": 3}


def test_who_is_silent_for_five_minutes_is_looked_for_everywhere(play: Callable[..., Seen]) -> None:
    offered = [says("left", ANN, BOB), says("left", BOB, ANN), says("left", BOB, ANN)]
    assert [len(each) for each in play("e", offered, 200_000_000_000).sent] == [1, 0, 1]
