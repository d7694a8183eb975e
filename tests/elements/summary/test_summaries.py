"""What FromIPSummaryDump makes of lines and ToIPSummaryDump says of packets, in both readings and, where one is named, in a stock Click."""

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from elements.reference.machine import Machine as Reference
from elements.reference.packet import Packet
from elements.summary.fields import FIELDS
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Clock, Live
from swclick.machine import Machine as Compiled
from tests.elements.bench import Bench
from tests.elements.summary.random_lines import random_lines

CLICK = os.environ.get("CLICK")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are relative to the folder that one is in, so that the same C is compiled once."""
    monkeypatch.chdir(tmp_path)


def through(bench: Callable[..., Bench], lines: str, fields: str, source: str = "", sink: str = "") -> tuple[list[str], Bench]:
    """What is written of ``fields`` of the packets that ``lines`` describe, but for lines with `!` that say what the file is."""
    Path("in").write_text(lines)
    text = f"x :: FromIPSummaryDump(in{source}) -> y :: ToIPSummaryDump(out, HEADER false, FIELDS {fields}{sink}) -> d0 :: ToCrossing(t:0);"
    x = bench("", text=text)
    for now in range(3):
        x.settle(now)
    x.write("flush", element="y")
    return Path("out").read_text().splitlines(), x


SAME = """\
!data timestamp ip_src sport ip_dst dport ip_proto ip_len ip_id ip_fragoff ip_ttl ip_tos link count aggregate
1.500000 1.0.0.1 30 2.0.0.2 40 T 100 7 0 64 3 1 1 9
2.000000005 1.0.0.1 - 2.0.0.2 - U 100 65535 1480+ 1 0 0 5 0
0.000000 - - 2.0.0.2 - - - - - - - 0 1 0
0.250000 1.0.0.1 1 2.0.0.2 2 33 32 0 0! 255 255 255 4294967295 4294967295
1180591620.000000 1.2.3.4 - 4.3.2.1 - I 28 1 0+ 100 0 2 1 4294967295
"""


def test_what_lines_say_is_written_again(bench: Callable[..., Bench]) -> None:
    fields = SAME.partition("\n")[0].removeprefix("!data ")
    expected = SAME.splitlines()[1:]
    # What a line leaves open has a value where there is an IP header.
    expected[2] = "0.000000 0.0.0.0 0 2.0.0.2 0 T 40 0 0 100 0 0 1 0"
    assert through(bench, SAME, fields)[0] == expected


@pytest.mark.parametrize(
    ("word", "payload"),
    [
        (b'" 1.5\n', b" 1.5\n"),
        (b'" 1.5', b" 1.5"),
        (b'" 1.5\r\n', b" 1.5\r\n"),
        (b'"ab\\\n', b"ab"),
        (b'"ab\\', b"ab\\"),
        (b'"ab \\ \n', b"ab  \n"),
        (b'"ab\\<41 \n', b"abA"),
    ],
)
def test_a_string_that_is_not_closed_ends_with_its_line(bench: Callable[..., Bench], word: bytes, payload: bytes) -> None:
    Path("in").write_bytes(b"!data payload\n" + word)
    x = bench("", text="x :: FromIPSummaryDump(in, PROTO 17) -> d0 :: ToCrossing(t:0);")
    assert [packet.data[28:] for now in range(2) for _, packet in x.settle(now)] == [payload]


def test_options_payloads_and_digests_are_click_s(bench: Callable[..., Bench]) -> None:
    lines = """\
!data ip_opt tcp_opt payload
. . "hi there\\n"
nop;nop;eol mss1400;wscale10;sackok ""
ssrr{128.4.45.60,128.4.49.61,^1.1.1.1,2.2.2.2} ts669063908:38382731 "\\<00ff>$"
rr{2.3.4.5}+3 sack95-98;sack1-2 -
ts{1.0.0.1=!8320,1.0.0.2=8321}++5 99=0:5:10 a
ts.3{1.0.0.1=1,^1.0.0.3,1.0.0.4=?}+1 nop;nop a
ts{1,10000,!45^0,0};rr{}+1 mss70000 a
"""
    fields = "ip_opt tcp_opt tcp_ntopt tcp_sack payload payload_len payload_md5 payload_md5_hex"
    assert through(bench, lines, fields)[0] == [
        '. . . . "hi there\\n" 9 sy@Uze03MHB84qQruJ_zma 12f6bb1941df66b8f138a446d4e8670c',
        '. mss1400;wscale10;sackok mss1400;wscale10;sackok sackok "" 0 u3bJz@iaYsq6aMaMSJVq_b d41d8cd98f00b204e9800998ecf8427e',
        'ssrr{128.4.45.60,128.4.49.61^1.1.1.1,2.2.2.2} ts669063908:38382731 . . "\\000\\377\\$" 3 '
        "8@zUf_Y2GG1iBOEX6YFTfa fc9fb9852fdb2058231beac5bafcb505",
        'rr{2.3.4.5}+3 sack95-98;sack1-2 sack95-98;sack1-2 sack95-98;sack1-2 "" 0 u3bJz@iaYsq6aMaMSJVq_b d41d8cd98f00b204e9800998ecf8427e',
        'ts.ip{1.0.0.1=!8320,1.0.0.2=8321^}++5 99=0:5:10 99=0:5:10 . "a" 1 meCD5cC82IAmdNP4PDNjHb 0cc175b9c0f1b6a831c399e269772661',
        'ts.preip{1.0.0.1=1^1.0.0.3,1.0.0.4,0.0.0.0} . . . "a" 1 meCD5cC82IAmdNP4PDNjHb 0cc175b9c0f1b6a831c399e269772661',
        'ts{1,10000,!45}+2;rr{}+1 . . . "a" 1 meCD5cC82IAmdNP4PDNjHb 0cc175b9c0f1b6a831c399e269772661',
    ]


def test_icmp_and_ethernet(bench: Callable[..., Bench]) -> None:
    lines = """\
!proto I
!data eth_src "eth dst" eth_type icmp_type_name icmp_code_name icmp_flowid icmp_seq icmp_nextmtu
1:2:3:4:5:6 00-0A-95-A6-D9-BC 0800 echo - 256 7 -
- - - unreachable needfrag - - 1400
- - 86dd timestamp - 1 - -
1:2:3:4:5:6 - 0806 - - - - -
"""
    fields = "eth_src eth_dst eth_type icmp_type icmp_type_name icmp_code_name icmp_flowid icmp_seq icmp_nextmtu wire_len"
    assert through(bench, lines, fields)[0] == [
        "01-02-03-04-05-06 00-0A-95-A6-D9-BC 0800 8 echo 0 256 7 - 42",
        "- - - 3 unreachable needfrag - - 1400 28",
        "00-00-00-00-00-00 00-00-00-00-00-00 86DD 13 timestamp 0 1 0 - 54",
        "01-02-03-04-05-06 00-00-00-00-00-00 0806 - - - - - - 14",
    ]


def test_packets_that_stand_for_several_become_several(bench: Callable[..., Bench]) -> None:
    lines = "!data timestamp first_timestamp count ip_len ip_proto\n9 1 5 500 U\n3 - 2 20 T\n4 - 1 20 T\n"
    expected = ["1.000000 1 100", "3.000000 1 100", "5.000000 1 100", "7.000000 1 100", "9.000000 1 100", "3.000000 1 20", "3.000000 1 20"]
    fields = "timestamp count ip_len"
    assert through(bench, lines, fields, source=", MULTIPACKET true")[0] == [*expected, "4.000000 1 20"]
    assert through(bench, lines, "timestamp", sink=", MULTIPACKET true")[0] == [f"{at}.000000" for at in (1, 3, 5, 7, 9, 3, 3, 4)]
    assert through(bench, lines, fields)[0] == ["9.000000 5 500", "3.000000 2 20", "4.000000 1 20"]


def test_lines_of_an_instant_are_bounded(bench: Callable[..., Bench]) -> None:
    """One packet may stand for four thousand million, and nobody else would have a turn before they were written."""
    lines = "!data timestamp first_timestamp count ip_len\n4000 1 4000 40\n10000 1 4294967295 40\n5 5 1 40\n3 1 2 40\n"
    written, _ = through(bench, lines, "timestamp count ip_len", sink=", MULTIPACKET true")
    # Where there are as many as may be, each stands for itself; of more, the last for all that are left.
    assert written[:4000] == [f"{at}.000000 1 40" for at in range(1, 4001)]
    assert {line.partition(" ")[2] for line in written[4000:4095]} == {"1 40"}
    left = (1 << 32) - 1 - 95
    assert [line.partition(" ")[2] for line in written[4095:]] == [f"{left} 40", "1 40", "2 40"]


def test_another_instant_has_its_own_lines(bench: Callable[..., Bench]) -> None:
    x = bench("ToIPSummaryDump(out, HEADER false, FIELDS count, MULTIPACKET true)")
    for now, count in ((5, 4096), (5, 3), (6, 3)):
        assert len(x.push(bytes(40), now=now, extra_packets=count - 1)) == 1
    x.write("flush")
    assert Path("out").read_text().splitlines()[4096:] == ["3", "1", "1", "1"]


def test_in_a_machine_that_runs_by_itself_lines_are_bounded_for_each_packet_alone() -> None:
    """Whatever the clock does: twelve thousand lines, as a stock Click writes, at one instant of it."""
    Path("in").write_text("!data timestamp first_timestamp count ip_len\n" + "3 1 3 40\n" * 4000 + "5000 1 5000 40\n")
    live = Live(
        load_text("FromIPSummaryDump(in, STOP true) -> ToIPSummaryDump(out, HEADER false, FIELDS count, MULTIPACKET true)", "t"), Clock(5)
    )
    live.run_driver()
    live.close()
    assert Path("out").read_text().splitlines() == ["1"] * (12_000 + 4095) + ["905"]


def test_lines_that_cannot_be_written_do_not_change_packets(bench: Callable[..., Bench]) -> None:
    Path("out").symlink_to("out")
    x = bench("ToIPSummaryDump(out, MULTIPACKET true)")
    assert list(x.log) == [f"x :: ToIPSummaryDump: out: {os.strerror(errno.ELOOP)}"]
    ((_, packet),) = x.push(bytes(40), now=7, extra_packets=4, first_time=3)
    assert (packet.extra_packets, packet.time, packet.first_time) == (4, 7, 3)


def test_a_flow_fills_what_lines_leave_open(bench: Callable[..., Bench]) -> None:
    lines = "!flowid 1.0.0.1 10 2.0.0.2 20 U\n!data timestamp ip_src\n1 -\n2 9.9.9.9\n!flowid - 0 - 5\n3 -\n"
    assert through(bench, lines, "ip_src sport ip_dst dport ip_proto")[0] == [
        "1.0.0.1 10 2.0.0.2 20 U",
        "9.9.9.9 10 2.0.0.2 20 U",
        "0.0.0.0 0 0.0.0.0 5 U",
    ]
    given = ", FIELDS ip_id, FLOWID 1.0.0.1 1 2.0.0.2 2 T, PROTO 47"
    assert through(bench, "# nothing\n5\n\n6", "ip_id ip_src dport", source=given)[0] == ["5 1.0.0.1 2", "6 1.0.0.1 2"]


def test_mistakes_of_the_file_are_reported_with_their_lines(bench: Callable[..., Bench]) -> None:
    lines = "!IPSummaryDump 2.9\n1\n!data nothing payload_md5 ip_id\n!proto\n!proto many\n!flowid 1 2\n!data\n!binary x\n"
    _, x = through(bench, lines, "ip_id")
    said = list(x.log)
    x = bench("", text="x :: FromIPSummaryDump(in) -> d0 :: ToCrossing(t:0);")
    assert list(x.log) == ["in:0: warning: unexpected IPSummaryDump version 2.9"]
    x.settle()
    assert [*said, *x.log] == [
        "in:2: no '!data' provided",
        "in:3: warning: unknown content type 'nothing'",
        "in:3: warning: unknown content type 'payload_md5'",
        "in:4: bad !proto",
        "in:5: bad protocol in !proto",
        "in:6: bad !flowid specification",
        "in:7: no contents specified",
        "in:8: bad !binary specification",
    ]


def test_lines_that_cannot_be_read_are_reported_once(bench: Callable[..., Bench]) -> None:
    Path("in").write_text("!creator x\n!data ip_id\nx\n \ny\n7\n")
    x = bench("", text="x :: FromIPSummaryDump(in) -> d0 :: ToCrossing(t:0);")
    assert [packet.data[4:6] for _, packet in x.settle()] == [b"\0\7"]
    assert list(x.log) == ["in:3: packet parse error"]


def test_bad_packets_are_named(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> x :: ToIPSummaryDump(out, HEADER false, BAD_PACKETS true, FIELDS ip_src dport tcp_urp ip_len);"
    x = bench("", text=text)
    header = "4500003c 00000000 40060000 01000001 02000002"
    whole = bytes(12) + bytes.fromhex("0800" + header) + bytes(12) + b"\x50" + bytes(27)
    for data, network in (
        (whole, 14), (whole, None), (whole[:17], 14), (whole[:30], 14), (whole[:37], 14), (whole[:40], 14),
        (whole[:14] + b"\x65" + whole[15:], 14), (whole[:14] + b"\x44" + whole[15:], 14), (whole[:16] + b"\0\x13" + whole[18:], 14),
        (whole[:20] + b"\0\1" + whole[22:], 14), (whole[:46] + b"\x40" + whole[47:], 14), (whole + bytes(6), 14),
    ):  # fmt: skip
        x.push(data, network=network)
    x.write("flush")
    said = [line for line in Path("out").read_text().splitlines() if line.startswith("!")]
    assert said == [
        "!bad no IP header", "!bad truncated IP header", "!bad truncated IP missing 44", "!bad truncated IP missing 37",
        "!bad truncated IP missing 34", "!bad IP version 6", "!bad IP header length 4", "!bad IP length 19",
        "!bad fragmented TCP/UDP header", "!bad TCP header length 4",
    ]  # fmt: skip


def test_a_binary_dump_is_read_as_it_was_written(bench: Callable[..., Bench]) -> None:
    fields = "timestamp ntimestamp ip_src sport ip_proto ip_opt tcp_opt link eth_src"
    lines = "!data timestamp ip_src sport ip_proto ip_opt tcp_opt link eth_src\n5.25 1.2.3.4 7 T - mss5 3 1:2:3:4:5:6\n1 - - U . - - -\n"
    Path("in").write_text(lines)
    made = "x :: FromIPSummaryDump(in) -> y :: ToIPSummaryDump(out, BINARY true, BANNER me, FIELDS {}) -> d0 :: ToCrossing(t:0);"
    x = bench("", text=made.format(fields.replace("ip_opt tcp_opt ", "")))
    x.settle()
    x.write("flush", element="y")
    content = Path("out").read_bytes()
    head = b'!IPSummaryDump 1.3\n!creator "me"\n!data timestamp ntimestamp ip_src sport ip_proto link eth_src\n!binary\n'
    first = "00000022 00000005 0003d090 0ee6b280 00000005 01020304 0007 06 03 010203040506"
    second = "00000022 00000001 00000000 00000000 00000001 00000000 0000 11 00 000000000000"
    assert content == head + bytes.fromhex(first) + bytes.fromhex(second)
    Path("in").write_bytes(content + bytes.fromhex("80000008") + b"# a\0" + bytes.fromhex("00000026 00000005"))
    y = bench("", text="x :: FromIPSummaryDump(in) -> y :: ToIPSummaryDump(out, HEADER false, FIELDS ts ip_src sport link) -> Discard;")
    y.settle()
    y.write("flush", element="y")
    assert Path("out").read_text() == "5.250000 1.2.3.4 7 3\n1.000000 0.0.0.0 0 0\n"


def test_a_disk_that_is_full_is_reported(bench: Callable[..., Bench]) -> None:
    x = bench('ToIPSummaryDump("/dev/full", FIELDS payload)')
    for _ in range(30):
        assert x.out(bytes(1500)) == [(0, bytes(1500))]
        if x.log:
            break
    else:
        x.write("flush")
    assert all(line == "x :: ToIPSummaryDump: /dev/full: No space left on device" for line in x.log)


def test_files_may_be_compressed(bench: Callable[..., Bench]) -> None:
    for tool, name in (("gzip", "in.gz"), ("bzip2", "in.bz2")):
        Path(name).write_bytes(subprocess.run([tool, "-c"], input=b"!data ip_id\n7\n", capture_output=True, check=True).stdout)
        x = bench("", text=f"x :: FromIPSummaryDump({name}) -> d0 :: ToCrossing(t:0);")
        assert [packet.data[4:6] for _, packet in x.settle()] == [b"\0\7"]
        assert x.read("filepos") == "14"


def test_a_file_that_is_not_there_or_empty_is_named(bench: Callable[..., Bench]) -> None:
    Path("empty").touch()
    for name, why in (("nowhere", "No such file or directory"), ("empty", "empty file")):
        with pytest.raises(ClickError) as refused:
            bench("", text=f"x :: FromIPSummaryDump({name}) -> Discard;")
        assert f"t:1:1: error: x :: FromIPSummaryDump: {name}: {why}\n" in str(refused.value)
        assert str(refused.value).endswith("name an IP summary dump")
    with pytest.raises(ClickError) as refused:
        bench("ToIPSummaryDump(nowhere/out)")
    assert "t:1:1: error: x :: ToIPSummaryDump: nowhere/out cannot be written: there is no folder nowhere\n" in str(refused.value)


def test_timing_keeps_packets_as_far_apart_as_they_were(bench: Callable[..., Bench]) -> None:
    x = bench("", text='x :: FromIPSummaryDump(DATA "!data timestamp\\n5\\n5.5\\n7", TIMING true) -> d0 :: ToCrossing(t:0);')
    assert len(x.settle(10**9)) == 1
    assert len(x.settle(1_499_999_999)) == 0
    assert len(x.settle(1_500_000_000)) == 1
    assert [packet.time for _, packet in x.settle(10**10)] == [7 * 10**9]


def test_handlers_stop_and_start_it(bench: Callable[..., Bench]) -> None:
    x = bench(
        "",
        text='s0 :: FromCrossing(t:0) -> Discard; x :: FromIPSummaryDump(DATA "!data ip_id\\n1", ACTIVE false) -> d0 :: ToCrossing(t:0);',
    )
    assert x.settle() == []
    x.write("active", "true")
    assert len(x.settle()) == 1
    assert [x.read(name) for name in ("active", "encap", "filename", "filesize", "sampling_prob")] == ["true", "IP", "<data>", "13", "1"]
    x.write("stop")
    assert x.read("active") == "false"


def packets(x: Bench) -> list[tuple[object, ...]]:
    def marks(p: Packet) -> tuple[object, ...]:
        network = None if p.network is None else p.network - p.start
        return p.data, network, p.time, p.paint, p.dst_ip, p.aggregate, p.extra_packets, p.extra_length, p.first_time

    return [marks(packet) for now in range(3) for _, packet in x.settle(now)]


@pytest.mark.parametrize("checksum", ["false", "true"])
def test_both_readings_make_and_say_the_same(checksum: str) -> None:
    Path("in").write_text(random_lines(1 + (checksum == "true"), 15))
    found = []
    for reading in (Reference, Compiled):
        text = f"x :: FromIPSummaryDump(in, CHECKSUM {checksum}) -> y :: ToIPSummaryDump(out, BAD_PACKETS true, FIELDS {' '.join(FIELDS)})"
        x = Bench(reading, "", 0, 0, f"{text} -> d0 :: ToCrossing(t:0);")
        made = packets(x)
        x.write("flush", element="y")
        found.append((made, Path("out").read_bytes(), list(x.log)))
    assert len(found[0][0]) > 100
    assert found[0] == found[1]


@pytest.mark.skipif(CLICK is None, reason="CLICK names no stock Click")
def test_a_stock_click_says_the_same(bench: Callable[..., Bench]) -> None:
    # Times beyond 2038 wrap in Click, and so does one that is made of two fields.
    lines = random_lines(4, 60, lambda name: not name.startswith("ts_"))
    # A payload that begins behind the packet is what is in memory there.
    fields = " ".join(name for name in FIELDS if name not in ("ts_usec1", "payload"))
    ours, _ = through(bench, lines, fields, sink=", BAD_PACKETS true")
    text = f"FromIPSummaryDump(in, STOP true) -> ToIPSummaryDump(-, HEADER false, FIELDS {fields}, BAD_PACKETS true)"
    stock = subprocess.run([str(CLICK), "-e", text], capture_output=True, check=True, text=True).stdout.splitlines()
    assert ours == stock


def test_numbers_and_octets_with_more_digits_than_are_read_are_too_large(bench: Callable[..., Bench]) -> None:
    many, zeros = "9" * 5000, "0" * 5000
    lines = f"!data ip_src ip_id ip_ttl\n1.2.3.{many} 1 1\n1.2.3.{zeros}4 1 1\n1.2.3.4 {many} 1\n"
    assert through(bench, lines, "ip_src ip_id")[0] == ["0.0.0.0 1", "1.2.3.4 1", "1.2.3.4 0"]
