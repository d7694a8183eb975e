"""AggregatePaint gives packets numbers, and AggregateCounter counts by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench


def test_paint_becomes_the_number_of_an_aggregate(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> AggregatePaint(4) -> AggregatePaint(2, INCREMENTAL true) -> d0 :: ToCrossing(t:0);"
    x = bench("", text=text)
    assert [packet.aggregate for _, packet in x.push(b"", paint=0x9A)] == [0xA << 2 | 2]


def counted(x: Bench, *numbers: int) -> list[int]:
    """The outputs that packets with these aggregates leave by."""
    return [port for number in numbers for port, _ in x.push(b"abcd", aggregate=number, network=1, extra_packets=2, extra_length=6)]


def totals(x: Bench) -> tuple[str, str]:
    return x.read("nagg"), x.read("count")


def test_packets_are_counted_by_their_aggregate(bench: Callable[..., Bench]) -> None:
    x = bench("AggregateCounter(MULTIPACKET false)", 2, 2)
    assert counted(x, 5, 5, 1 << 31, 0, 5) == [0] * 5
    assert totals(x) == ("3", "5")
    assert [port for port, _ in x.push(b"", 1, aggregate=9)] == [1]
    assert [port for port, _ in x.push(b"", 1, aggregate=0)] == [0]
    x.write("freeze", "true")
    assert counted(x, 7, 5) == [1, 0]
    x.write("active", "false")
    assert (counted(x, 5), totals(x), x.read("freeze"), x.read("active")) == ([1], ("3", "7"), "true", "false")
    x.write("active", "true")
    x.write("reaggregate_counts")
    assert totals(x) == ("3", "3")
    assert counted(x, 4, 2, 1, 3) == [0, 0, 0, 1]
    x.write("clear")
    assert (totals(x), counted(x, 4)) == (("0", "0"), [1])


def test_many_aggregates_have_counts_of_their_own(bench: Callable[..., Bench]) -> None:
    x = bench("AggregateCounter")
    counted(x, *(number * 0x10001 for number in range(300)), *(number * 0x10001 for number in range(0, 300, 2)))
    assert totals(x) == ("300", str(450 * 3))


LIMITS = {
    "AggregateCounter(AGGREGATE_FREEZE 2)": ([0, 0, 1, 0], ("2", "9"), "true", "true"),
    "AggregateCounter(AGGREGATE_STOP 2)": ([0, 0, 1, 1], ("2", "6"), "false", "false"),
    "AggregateCounter(COUNT_FREEZE 4)": ([0, 0, 1, 0], ("2", "9"), "true", "true"),
    "AggregateCounter(COUNT_STOP 4)": ([0, 0, 1, 1], ("2", "6"), "false", "false"),
    "AggregateCounter(AGGREGATE_CALL 2 y.z, COUNT_CALL 4 y.z)": ([0, 0, 0, 0], ("3", "12"), "false", "true"),
    "AggregateCounter(BYTES true, IP_BYTES true)": ([0, 0, 0, 0], ("3", "36"), "false", "true"),
    "AggregateCounter(BYTES true, EXTRA_LENGTH false)": ([0, 0, 0, 0], ("3", "16"), "false", "true"),
}


@pytest.mark.parametrize("configuration", list(LIMITS))
def test_it_freezes_or_stops_at_a_number(bench: Callable[..., Bench], configuration: str) -> None:
    x = bench(configuration, outputs=2)
    ports, sums, frozen, active = LIMITS[configuration]
    assert (counted(x, 1, 2, 3, 1), totals(x), x.read("freeze"), x.read("active")) == (ports, sums, frozen, active)


def test_no_more_numbers_are_counted_than_there_is_room_for(bench: Callable[..., Bench]) -> None:
    x = bench("AggregateCounter(CAPACITY 3)", outputs=2)
    assert counted(x, *range(0, 5 << 20, 1 << 20), 0) == [0, 0, 0, 1, 1, 0]
    assert totals(x) == ("3", "12")
    x.write("clear")
    assert (counted(x, 9), totals(x)) == ([0], ("1", "3"))


def live(text: str) -> Live:
    return Live(load_text(text, "t"), Clock(0.0))


def test_files_of_counts_are_click_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "!data aggregate\\n3\\n16909060\\n3\\n0\\n3"
    machine = live(f'FromIPSummaryDump(DATA "{lines}", STOP true) -> a :: AggregateCounter(BANNER "# me") -> Discard;')
    assert machine.drive()
    for kind in ("text", "ip", "pdf"):
        machine.write_handler(f"a.write_{kind}_file", kind)
    machine.write_handler("a.write_file", "binary")
    head = "!IPAggregate 1.0\n# me\n!num_nonzero 3\n"
    assert Path("text").read_text() == f"{head}0 1\n3 3\n16909060 1\n"
    assert Path("ip").read_text() == f"{head}!ip\n0.0.0.0 1\n0.0.0.3 3\n1.2.3.4 1\n"
    assert Path("pdf").read_text() == f"{head}0 0.2\n3 0.6\n16909060 0.2\n"
    packed = b"".join(number.to_bytes(4, "little") for number in (0, 1, 3, 3, 0x01020304, 1))
    assert Path("binary").read_bytes() == f"{head}!packed_le\n".encode() + packed
    machine.close()


def test_a_machine_that_others_use_writes_no_files(bench: Callable[..., Bench]) -> None:
    x = bench("AggregateCounter")
    with pytest.raises(ValueError) as refused:
        x.write("write_file", "x")
    assert str(refused.value) == "files are written by machines that run by themselves"


def test_handlers_are_called_at_a_number(capfd: pytest.CaptureFixture[str]) -> None:
    machine = live(
        'InfiniteSource("abc", LIMIT 9) -> c :: Counter -> AggregatePaint -> a :: AggregateCounter(COUNT_CALL 7 nothing.at all)'
        " -> b :: AggregateCounter(COUNT_CALL 8 stop) -> Discard;"
    )
    assert machine.drive()
    assert machine.read_handler("c.count") == "8"
    assert machine.read_handler("a.count_call") == ""
    assert "a: no element named 'nothing'" in capfd.readouterr().err
    machine.close()
