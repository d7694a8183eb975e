"""What elements are compared on has every kind of packet in it, and is the same each time."""

from __future__ import annotations

from pathlib import Path

from elements.captures.pcap import write_capture
from mlclick.stock.traffic import captured, generated, lasting, summary


def test_the_same_seed_is_the_same_frames() -> None:
    assert generated(7) == generated(7)
    assert generated(7) != generated(8)
    assert summary(7) == summary(7) != summary(8)


def test_every_kind_of_frame_is_there() -> None:
    frames = [frame for _, frame in generated(1)]
    assert len(frames) == 260
    assert max(map(len, frames)) > 1000
    assert min(map(len, frames)) < 14
    by_type = {kind: [frame[14:] for frame in frames if frame[12:14] == kind.to_bytes(2, "big")] for kind in (0x800, 0x806, 0x8100, 0x86DD)}
    assert all(len(packets) > 5 for packets in by_type.values())
    headers = [packet for packet in by_type[0x800] if len(packet) > 20]
    assert {1, 6, 17} < {packet[9] for packet in headers}
    assert any(packet[0] & 15 > 5 for packet in headers), "options"
    assert any(packet[6] & 0x20 for packet in headers), "fragments"
    assert {135, 136} < {packet[40] for packet in by_type[0x86DD] if len(packet) > 60}, "neighbour discovery"


def test_times_never_go_back() -> None:
    times = [time for time, _ in generated(3)]
    assert times == sorted(times)


def test_captures_come_in_order_of_their_names(tmp_path: Path) -> None:
    for name, count in (("b", 2), ("a", 100)):
        write_capture(tmp_path / f"{name}.pcap", [(5, bytes([number]) * 20) for number in range(count)])
    found = captured(tmp_path)
    assert [frame[0] for _, frame in found] == [*range(60), 0, 1]
    assert found[0][0] > generated(1)[-1][0]


def test_how_long_frames_last_is_in_whole_seconds() -> None:
    assert lasting([]) == 0
    assert lasting([(7_000_000_000, b"x")]) == 0
    assert lasting([(7_000_000_000, b"x"), (10_000_000_000, b"y")]) == 3
    assert lasting([(7_000_000_000, b"x"), (10_000_000_001, b"y")]) == 4
