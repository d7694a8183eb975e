"""ToDump leaves a capture that tools read, complete after every packet."""

import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from scapy.utils import RawPcapReader

from elements.captures.pcap import read_capture
from graph.diagnostics import ClickError
from tests.elements.bench import Bench

NOW = 1_700_000_000_123_456_789


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are relative to the folder that one is in, so that the same C is compiled once."""
    monkeypatch.chdir(tmp_path)


def read(path: Path) -> list[tuple[int, int, int, bytes]]:
    """(seconds, fraction, length on the wire, bytes) as scapy reads them."""
    with RawPcapReader(str(path)) as reader:
        return [(meta.sec, meta.usec, meta.wirelen, data) for data, meta in reader]


def test_the_capture_has_what_passed_after_every_packet(bench: Callable[..., Bench], tmp_path: Path) -> None:
    x = bench("ToDump(out.pcap)")
    assert read(tmp_path / "out.pcap") == []
    assert x.out(b"first", now=NOW) == [(0, b"first")]
    assert read(tmp_path / "out.pcap") == [(1_700_000_000, 123_456_789, 5, b"first")]
    assert x.out(bytes(3000), now=NOW + 1) == [(0, bytes(3000))]
    assert x.out(b"", now=NOW + 2) == [(0, b"")]
    assert read(tmp_path / "out.pcap")[1:] == [(1_700_000_000, 123_456_790, 3000, bytes(2000)), (1_700_000_000, 123_456_791, 0, b"")]
    assert len(read_capture(tmp_path / "out.pcap").packets) == 3
    assert (x.read("count"), x.read("filename")) == ("3", "out.pcap")
    x.write("reset_counts")
    assert x.read("count") == "0"


@pytest.mark.parametrize(("more", "whole"), [("", 1000), (", EXTRA_LENGTH true", 1000), (", EXTRA_LENGTH false", 60)])
def test_the_length_on_the_wire_has_what_was_cut_off_before(bench: Callable[..., Bench], tmp_path: Path, more: str, whole: int) -> None:
    x = bench("", text=f"s0 :: FromCrossing(t:0) -> Truncate(60) -> x :: ToDump(out.pcap{more}) -> d0 :: ToCrossing(t:0);")
    x.out(bytes(1000), now=NOW)
    assert read(tmp_path / "out.pcap") == [(1_700_000_000, 123_456_789, whole, bytes(60))]


def test_a_time_before_1970_is_seconds_back_and_a_part_forward(bench: Callable[..., Bench], tmp_path: Path) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> SetTimestampDelta -> x :: ToDump(out.pcap) -> d0 :: ToCrossing(t:0);")
    for earlier in (0, 250_000_000, 1_000_000_000):
        x.push(b"data", now=NOW - earlier)
    assert [record[:2] for record in read(tmp_path / "out.pcap")[1:]] == [(0xFFFF_FFFF, 750_000_000), (0xFFFF_FFFF, 0)]


HEADERS = {
    "ToDump(out.pcap)": "4d3cb2a1 0200 0400 00000000 00000000 d0070000 01000000",
    "ToDump(out.pcap, 0, IP)": "4d3cb2a1 0200 0400 00000000 00000000 ffffffff 65000000",
    "ToDump(out.pcap, ENCAP #276, NANO false)": "d4c3b2a1 0200 0400 00000000 00000000 d0070000 14010000",
    "ToDump(out.pcap, USE_ENCAP_FROM f, SNAPLEN 64, EXTRA_LENGTH false)": "4d3cb2a1 0200 0400 00000000 00000000 40000000 01000000",
}


@pytest.mark.parametrize("configuration", list(HEADERS))
def test_the_header_says_what_is_in_the_file(bench: Callable[..., Bench], tmp_path: Path, configuration: str) -> None:
    x = bench(configuration)
    x.out(bytes(70), now=NOW)
    content = (tmp_path / "out.pcap").read_bytes()
    assert content[:24] == bytes.fromhex(HEADERS[configuration])
    captured = 64 if "64" in configuration else 70
    fraction = 123_456 if "NANO" in configuration else 123_456_789
    assert [int.from_bytes(content[at : at + 4], "little") for at in range(24, 40, 4)] == [1_700_000_000, fraction, captured, 70]
    assert len(content) == 40 + captured


def test_a_packet_without_a_time_has_that_of_the_machine(bench: Callable[..., Bench], tmp_path: Path) -> None:
    text = "x :: InfiniteSource(abc, 1, TIMESTAMP false) -> ToDump(out.pcap);"
    bench("", text=text).settle(NOW)
    assert read(tmp_path / "out.pcap") == [(1_700_000_000, 123_456_789, 3, b"abc")]


def test_it_pulls_for_itself_where_it_is_the_end_of_a_queue(bench: Callable[..., Bench], tmp_path: Path) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: ToDump(out.pcap);")
    assert x.out(b"one") == []
    assert [data for *_, data in read(tmp_path / "out.pcap")] == [b"one"]


def test_it_writes_what_is_pulled_through_it(bench: Callable[..., Bench], tmp_path: Path) -> None:
    text = "s0 :: FromCrossing(t:0) -> Queue -> x :: ToDump(out.pcap) -> d0 :: ToDevice(0);"
    x = bench("", text=text)
    assert x.out(b"one") == [(0, b"one")]
    assert [data for *_, data in read(tmp_path / "out.pcap")] == [b"one"]


def test_without_an_output_packets_end_there(bench: Callable[..., Bench], tmp_path: Path) -> None:
    x = bench("ToDump(out.pcap)", outputs=0)
    assert x.out(b"one") == []
    assert len(read(tmp_path / "out.pcap")) == 1


def test_a_disk_that_is_full_is_reported_and_packets_pass(bench: Callable[..., Bench]) -> None:
    x = bench('ToDump("/dev/full")')
    assert list(x.log) == ["x :: ToDump: /dev/full: No space left on device"]
    assert x.out(b"one") == [(0, b"one")]
    assert (x.read("count"), list(x.log)) == ("0", [])


def test_a_file_that_cannot_grow_keeps_what_was_whole(bench: Callable[..., Bench], tmp_path: Path) -> None:
    x = bench("ToDump(out.pcap)")
    x.out(b"whole")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60, limits[1]))
    try:
        assert x.out(b"broken") == [(0, b"broken")]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(x.log) == ["x :: ToDump: out.pcap: File too large"]
    x.out(b"not written")
    assert [data for *_, data in read(tmp_path / "out.pcap")] == [b"whole"]
    assert x.read("count") == "1"


def test_a_place_that_cannot_be_is_named_before_the_machine_is_made(bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name, why in (("nowhere/out.pcap", "there is no folder nowhere"), ("folder", "it is a folder")):
        with pytest.raises(ClickError) as refused:
            bench(f"ToDump({name})")
        assert f"t:1:1: error: x :: ToDump: {name} cannot be written: {why}" in str(refused.value)
