"""MemSource tells how long its packets took, where the machine runs by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.captures import pcap
from elements.captures.pcap import Format, Record, read_capture, read_record, write_capture
from elements.memsource import MemSource
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from graph.load import load_text
from swclick.live import Clock, Live
from swclick.machine import Machine


def test_the_time_of_all_packets_is_told_when_they_are_sent(tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", ((0, bytes([number]) * 60) for number in range(5)))
    text = f"s :: MemSource({tmp_path}/in.pcap, LIMIT 3000, STOP true) -> c :: Counter -> Discard;"
    live = Live(load_text(text, "t"))
    assert live.read_handler("s.ns").strip() == "0"
    live.run_driver()
    first = int(live.read_handler("s.ns"))
    assert 3000 < first < 10**9
    live.write_handler("s.reset", "")
    live.stop(-1)
    live.run_driver()
    assert int(live.read_handler("s.ns")) not in (0, first)
    assert live.read_handler("c.count").strip() == "6000"
    live.close()


def test_where_packets_are_offered_nothing_is_timed(tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", ((0, bytes(60)) for _ in range(2)))
    graph = load_text(f"s :: MemSource({tmp_path}/in.pcap, LIMIT 7) -> c :: Counter -> Discard;", "t")
    for machine in (Reference(graph), Machine(graph)):
        machine.settle(1)
        found = machine.read("s", "ns"), machine.read("c", "count")
        assert found == ("0", "7")


def test_frames_are_played_in_order_whatever_their_length_and_from_the_first_after_a_reset(tmp_path: Path) -> None:
    frames = [bytes([number]) * length for number, length in enumerate((60, 64, 65, 1, 1514))]
    write_capture(tmp_path / "in.pcap", ((0, frame) for frame in frames))
    wanted = [frames[number % 5] for number in range(7)] * 2
    for name, reading in (("reference", Reference), ("c", Machine)):
        text = f"s :: MemSource({tmp_path}/in.pcap, LIMIT 7, BURST 3) -> d :: ToDump({tmp_path}/{name}.pcap, SNAPLEN 0);"
        machine = reading(load_text(text, "t"))
        machine.settle(1)
        machine.write("s", "reset", "")
        machine.settle(2)
        assert [frame for _, frame in read_capture(tmp_path / f"{name}.pcap").packets] == wanted, name


def test_a_reset_within_a_burst_is_one_behind_it(tmp_path: Path) -> None:
    frames = [bytes([number]) * 60 for number in range(5)]
    write_capture(tmp_path / "in.pcap", ((0, frame) for frame in frames))
    text = f"""x :: MemSource({tmp_path}/in.pcap, LIMIT 7, BURST 4, STOP true) -> Counter(COUNT_CALL 3 x.reset)
        -> ToDump({tmp_path}/out.pcap, SNAPLEN 0);"""
    live = Live(load_text(text, "t"))
    live.run_driver()
    assert live.read_handler("x.count") == "7"
    live.close()
    found = [frame for _, frame in read_capture(tmp_path / "out.pcap").packets]
    assert found == [*frames[:4], *frames, *frames[:2]]


def test_the_end_is_told_once_for_each_reset(tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", [(0, bytes(60))])
    text = f"""x :: MemSource({tmp_path}/in.pcap, LIMIT 4, END_CALL t.reset) -> Discard;
        t :: InfiniteSource(LIMIT 1) -> told :: Counter -> Discard;
        Script(wait 0.1, write x.active true, wait 0.1, write x.active false, write x.active true, wait 0.1, write x.reset,
            wait 0.1, stop);"""
    live = Live(load_text(text, "t"), Clock(5))
    live.run_driver()
    assert int(live.read_handler("told.count")) == 1 + 2
    live.close()


def test_of_a_capture_that_is_only_looked_for_no_more_is_read_than_a_packet_that_can_be_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_capture(tmp_path / "in.pcap", [(0, bytes(70_000)), *((0, bytes(60)) for _ in range(100))])
    read: list[int] = []

    def counted(data: bytes, at: int, form: Format) -> Record | str:
        read.append(at)
        return read_record(data, at, form)

    monkeypatch.setattr(pcap, "read_record", counted)
    source = instantiate(load_text(f"x :: MemSource({tmp_path}/in.pcap) -> Discard", "t"))["x"]
    assert isinstance(source, MemSource)
    source.examine()
    assert len(read) == 2
    assert len(source.frames) == 100
