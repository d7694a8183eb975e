"""Whatever differs between two runs of a configuration is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elements.captures.pcap import ETHERNET, NANOSECONDS, file_header, record_header
from mlclick.stock.configurations import Configuration
from mlclick.stock.find_differences import differences as differences_of
from mlclick.stock.find_differences import packets_of
from mlclick.stock.run_program import Ran, read_handlers
from mlclick.stock.times import Sent, by_time

FRAMES = ((1000, b"one packet"), (2000, b"another"))


def capture(*packets: tuple[int, bytes]) -> bytes:
    records = (record_header(time, 1, len(data), len(data)) + data for time, data in packets)
    return file_header(NANOSECONDS, 65535, ETHERNET) + b"".join(records)


GOOD = Ran(
    0,
    {"w0.0.pcap": capture(*FRAMES), "out.txt": b"one\ntwo\n"},
    ("w0.0:   10 | 00", "w0/x: a warning", "w0.0:    7 | ff"),
    {"w0/x.count": "2", "w0/x.calls": "3 calls"},
    "done",
)


def differences(ours: Ran, theirs: Ran, example: str, sent: Sent | None = None, ways: int = 1, seconds: float = 0) -> list[str]:
    configuration = Configuration("x", example.partition("(")[0], example, "", ways, (), seconds=seconds)
    return differences_of(ours, theirs, configuration, sent or {})


def test_runs_that_are_alike_do_not_differ() -> None:
    assert differences(GOOD, GOOD, "Null") == []
    assert packets_of(GOOD) == 2


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (capture(FRAMES[0]), "w0.0 has 1 and 2 packets"),
        (capture(FRAMES[0], (2000, b"anOther")), "packet 1 of w0.0 differs at byte 2 (7 and 7 bytes)"),
        (capture(FRAMES[0], (2000, b"another one")), "packet 1 of w0.0 differs at byte 7 (11 and 7 bytes)"),
        (capture(FRAMES[1], FRAMES[0]), "packet 0 of w0.0 differs at byte 0 (7 and 10 bytes)"),
        (capture(FRAMES[0], (2001, b"another")), "packet 1 of w0.0 has another time (2001 and 2000)"),
        (file_header(NANOSECONDS, 65534, ETHERNET) + capture(*FRAMES)[24:], "the header of w0.0.pcap differs"),
    ],
)
def test_a_packet_that_is_lost_or_altered_is_said(planted: bytes, said: str) -> None:
    assert differences(replace(GOOD, files={**GOOD.files, "w0.0.pcap": planted}), GOOD, "Null") == [said]


def test_another_length_on_the_wire_is_said() -> None:
    data = bytearray(GOOD.files["w0.0.pcap"])
    data[24 + 12] += 1
    other = replace(GOOD, files={**GOOD.files, "w0.0.pcap": bytes(data)})
    for class_name in ("Null", "ARPResponder", "DelayShaper", "ICMPError"):
        assert differences(other, GOOD, class_name) == ["packet 0 of w0.0 says another length on the wire (11 and 10)"]


def test_what_is_behind_a_packet_that_cannot_be_read_is_compared() -> None:
    cut = GOOD.files["w0.0.pcap"] + record_header(3000, 1, 1 << 20, 1 << 20)
    one, two = (replace(GOOD, files={**GOOD.files, "w0.0.pcap": cut + rest}) for rest in (b"this", b"that!"))
    assert differences(one, one, "Null") == []
    said = "what is behind the last packet of w0.0 that can be read differs"
    assert differences(one, two, "Null") == [f"{said} (20 and 21 bytes)"]
    assert differences(one, GOOD, "Null") == [f"{said} (20 and 0 bytes)"]
    assert packets_of(one) == 2


def test_a_file_that_is_missing_or_another_is_said() -> None:
    without = {"w0.0.pcap": GOOD.files["w0.0.pcap"]}
    assert differences(replace(GOOD, files=without), GOOD, "Null") == ["out.txt is there only of Click"]
    other = {**without, "out.txt": b"one\nTwo\n"}
    assert differences(replace(GOOD, files=other), GOOD, "Null") == ["out.txt: 'Two' and Click 'two' in line 2"]


def test_an_annotation_that_is_another_is_said() -> None:
    other = replace(GOOD, said=("w0.0:   10 | 01", *GOOD.said[1:]))
    assert differences(other, GOOD, "Null") == ["says 'w0.0:   10 | 01' and Click 'w0.0:   10 | 00' in line 1"]


def test_messages_are_the_output_of_elements_that_print_alone() -> None:
    other = replace(GOOD, said=(GOOD.said[0], GOOD.said[2]))
    assert differences(other, GOOD, "Null") == []
    assert differences(other, GOOD, "Print") == ["says '' and Click 'w0/x: a warning' in line 1"]


def test_a_handler_that_says_something_else_is_said() -> None:
    other = replace(GOOD, handlers={**GOOD.handlers, "w0/x.count": "1"})
    assert differences(other, GOOD, "Null") == ["w0/x.count says '1' and Click '2' in line 1"]
    assert differences(replace(GOOD, handlers={**GOOD.handlers, "w0/x.calls": "4 calls"}), GOOD, "Null") == []


def test_a_handler_that_only_ours_has_is_one_that_is_named() -> None:
    own = replace(GOOD, handlers={**GOOD.handlers, "w0/x.drop_details": "5"})
    assert differences(own, GOOD, "Null") == ["w0/x.drop_details is answered here alone"]
    assert differences(own, GOOD, "CheckIPHeader(14)") == []


def test_both_end_with_the_same_unless_click_is_asked_for_what_it_has_not() -> None:
    one = replace(GOOD, code=1)
    assert differences(one, GOOD, "Null") == ["ends with 1, Click's with 0"]
    assert differences(GOOD, one, "Null") == ["ends with 0, Click's with 1"]
    assert differences(one, one, "Null") == []
    own = replace(GOOD, handlers={**GOOD.handlers, "w0/x.drop_details": "5"})
    assert differences(own, one, "CheckIPHeader") == []
    assert differences(GOOD, one, "CheckIPHeader") == ["ends with 0, Click's with 1"]
    assert differences(own, replace(GOOD, code=2), "CheckIPHeader") == ["ends with 0, Click's with 2"]
    assert differences(replace(own, code=1), GOOD, "CheckIPHeader") == ["ends with 1, Click's with 0"]


def test_where_no_packet_leaves_either_it_is_an_error_but_of_examples_that_are_named() -> None:
    for files in ({}, {"w0.0.pcap": capture()}, {"w0.0.pcap": b"", "out.txt": b"one"}):
        empty = replace(GOOD, files=files)
        assert differences(empty, empty, "Null") == ["neither sends a packet in w0, and nothing was compared"]
        assert differences(empty, empty, "Idle") == []


def test_of_a_way_that_is_alone_every_capture_counts() -> None:
    ran = replace(GOOD, files={"out.pcap": capture(*FRAMES)})
    assert differences(ran, ran, "ToDump(out.pcap)") == []


def test_each_way_has_to_send_a_packet_but_those_that_are_named() -> None:
    halting = "AggregateCounter(AGGREGATE_CALL 5 x.clear, COUNT_CALL 100 x.stop)"
    for empty, said in (("w1", []), ("w2", ["neither sends a packet in w2, and nothing was compared"])):
        files = {f"{way}.0.pcap": capture(*(() if way == empty else FRAMES)) for way in ("w0", "w1", "w2", "w10")}
        ran = replace(GOOD, files=files)
        assert differences(ran, ran, halting, ways=3) == said
        assert differences(ran, ran, "Null", ways=3) == [f"neither sends a packet in {empty}, and nothing was compared"]


def test_a_handler_that_only_click_answers_is_said() -> None:
    assert differences(replace(GOOD, handlers={"w0/x.count": "2"}), GOOD, "Null") == ["w0/x.calls is answered by Click alone"]


def test_what_is_printed_counts() -> None:
    assert differences(replace(GOOD, printed=""), GOOD, "Null") == ["prints '' and Click 'done' in line 1"]


def test_who_refuses_or_crashes_or_does_not_end_is_said() -> None:
    refused = Ran(1, {}, ("Router could not be initialized!",))
    assert differences(GOOD, refused, "Null") == ["Click refuses it"]
    assert differences(refused, GOOD, "Null") == ["it refuses it"]
    assert differences(refused, refused, "Null") == ["both refuse it"]
    assert differences(GOOD, replace(GOOD, code=-11), "Null") == ["ends with 0, Click's by signal 11"]
    assert differences(GOOD, Ran(None), "Null") == ["Click does not end"]
    assert differences(Ran(None), GOOD, "Null") == ["it does not end"]
    assert differences(Ran(None), Ran(None), "Null") == ["neither ends"]
    assert differences(Ran(1), Ran(1), "Null") == ["both end at once, and nothing was compared"]


def test_handlers_are_read_from_what_click_prints() -> None:
    text = "hello\nw0/x.count:\n5\n\nw0/x.table:\na b\nc d\n\nw0/x.class:\nNull\n\n"
    assert read_handlers(text, ["w0/x.count", "w0/x.table"]) == ({"w0/x.count": "5", "w0/x.table": "a b\nc d"}, "hello")


def test_times_of_the_clock_are_compared_to_two_milliseconds() -> None:
    near, far = (capture(FRAMES[0], (2000 + more, b"another")) for more in (2_000_000, 2_000_001))
    near_run, far_run = (replace(GOOD, files={**GOOD.files, "w0.0.pcap": data}) for data in (near, far))
    assert differences(near_run, GOOD, "DelayShaper(0)") == []
    assert differences(far_run, GOOD, "DelayShaper") == ["packet 1 of w0.0 has another time (2002001 and 2000)"]
    assert differences(far_run, GOOD, "ARPResponder") == []


@pytest.mark.parametrize(
    ("clocked", "not_clocked"),
    [
        ("SetTimestamp", "SetTimestamp(5.000001)"),
        ("SetTimestampDelta(TYPE NOW)", "SetTimestampDelta"),
        ('FromIPSummaryDump(DATA "!data ip_src ip_dst\\n1.0.0.1 2.0.0.2", MULTIPACKET true)', "FromIPSummaryDump(in.txt)"),
    ],
)
def test_times_that_no_clock_makes_have_to_be_the_same(clocked: str, not_clocked: str) -> None:
    near = replace(GOOD, files={**GOOD.files, "w0.0.pcap": capture(FRAMES[0], (2001, b"another"))})
    assert differences(near, GOOD, clocked) == []
    assert differences(near, GOOD, not_clocked) == ["packet 1 of w0.0 has another time (2001 and 2000)"]


@pytest.mark.parametrize("class_name", ["ARPResponder", "ICMPError(10.0.0.1, 3)", "IP6NDSolicitor(1::2, 1:2:3:4:5:6)", "ICMPPingResponder"])
def test_what_is_passed_on_keeps_its_time(class_name: str) -> None:
    packet = b"a header and a packet of IP"
    ours, theirs = (replace(GOOD, files={**GOOD.files, "w0.0.pcap": capture((time, packet))}) for time in (2001, 2000))
    assert differences(ours, theirs, class_name) == []
    said = ["packet 0 of w0.0 has another time (2001 and 2000)"]
    for frame in (packet, b"\1" * 14 + packet, b"\1" * 14 + packet + b"padding", b"\1" * 14 + packet[14:]):
        assert differences(ours, theirs, class_name, by_time([(2000, b"another"), (2000, frame)])) == said
        assert differences(ours, theirs, class_name, by_time([(2001, frame)])) == []
    assert differences(ours, theirs, class_name, by_time([(2000, b"another")])) == []


def test_lines_that_may_be_in_another_order_may_not_be_others() -> None:
    one, two, other = (replace(GOOD, handlers={"w0/x.table": text}) for text in ("a\nb", "b\na", "a\nc"))
    assert differences(one, two, "DirectIPLookup") == []
    assert differences(one, two, "Null") == ["w0/x.table says 'a' and Click 'b' in line 1"]
    assert differences(other, two, "DirectIPLookup") == ["w0/x.table says 'c' and Click 'b' in line 2"]


def test_rates_may_be_apart_by_a_thousandth() -> None:
    one, two, other = (replace(GOOD, handlers={"w0/x.rate": text}) for text in ("8Mbps", "8.004Mbps", "8.02Mbps"))
    assert differences(one, two, "BandwidthRatedUnqueue") == []
    assert differences(one, two, "RatedUnqueue") == ["w0/x.rate says '8Mbps' and Click '8.004Mbps' in line 1"]
    assert differences(one, other, "BandwidthRatedUnqueue") == ["w0/x.rate says '8Mbps' and Click '8.02Mbps' in line 1"]
    assert differences(one, replace(GOOD, handlers={"w0/x.rate": "8kbps"}), "BandwidthRatedUnqueue") != []


def test_what_is_behind_a_rate_has_to_be_the_same() -> None:
    one, two, other = (
        replace(GOOD, handlers={"w0/x.config": f"{text}, BURST_BYTES 300{n}"}) for text, n in (("8Mbps", 0), ("8.004Mbps", 0), ("8Mbps", 1))
    )
    assert differences(one, two, "BandwidthRatedUnqueue(8Mbps, BURST_BYTES 3000)") == []
    assert len(differences(one, other, "BandwidthRatedUnqueue(8Mbps, BURST_BYTES 3000)")) == 1


def test_of_addresses_that_were_asked_for_the_age_alone_may_be_another() -> None:
    text = "10.0.0.1 1 01-01-01-01-01-01 0.05\n10.0.0.2 0 FF-FF-FF-FF-FF-FF 7"
    theirs = replace(GOOD, handlers={"w0/x.table": text})
    for ours in (text.replace("0.05", "0.15"), text.replace("0.05", "0"), text.replace("FF 7", "FF 7.1")):
        assert differences(replace(GOOD, handlers={"w0/x.table": ours}), theirs, "ARPQuerier(x)") == []
    for old, new in (
        ("10.0.0.1", "10.1.0.1"),
        ("10.0.0.1", "10.0.0.1.1"),
        ("0.05", "0.2"),
        (" 7", ""),
        (" 0 FF", " 0.1 FF"),
        ("-01 ", "-01.1 "),
    ):
        assert len(differences(replace(GOOD, handlers={"w0/x.table": text.replace(old, new)}), theirs, "ARPQuerier(x)")) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("exp0", "exp4294967", True),
        ("exp0", "exp4294834", True),
        ("exp0", "exp4294833", False),
        ("exp0", "exp4290000", False),
        ("exp1", "exp4294967", False),
        ("exp4294967", "exp4294967", False),
        ("exp4294967", "exp0", False),
        ("exp4294960", "exp4294967", False),
    ],
)
def test_what_is_over_is_zero_here_and_below_all_bits_in_click_by_no_more_than_the_run_took(ours: str, theirs: str, same: bool) -> None:
    mine, other = (replace(GOOD, handlers={"w0/x.table": f"a i0 {text}"}) for text in (ours, theirs))
    assert (differences(mine, other, "TCPRewriter", seconds=133) == []) == same


def test_what_elements_in_front_print_does_not_count() -> None:
    for line in ("CheckIPHeader@10: IP header check failed: bad IP version", "IP6 header check failed"):
        other = replace(GOOD, said=(line, *GOOD.said))
        assert differences(other, GOOD, "Print") == []
    assert differences(replace(GOOD, said=("x@y: hello", *GOOD.said)), GOOD, "Print") != []


def test_times_of_the_clock_that_handlers_say_may_be_apart_by_two_milliseconds() -> None:
    one, two, other = (replace(GOOD, handlers={"w0/x.start": text}) for text in ("10.000000", "10.001999999", "10.002100"))
    delayed = "TimeFilter(START_DELAY 1, END_DELAY 2, END_CALL x.extend_interval 1)"
    assert differences(one, two, delayed) == []
    assert differences(one, two, "TimeFilter(10, 20)") == ["w0/x.start says '10.000000' and Click '10.001999999' in line 1"]
    assert differences(one, other, delayed) == ["w0/x.start says '10.000000' and Click '10.002100' in line 1"]


@pytest.mark.parametrize(
    ("class_name", "handler", "ours", "theirs", "others"),
    [
        ("AggregateCounter", "count_call", "5 x.stop", "5 w0/x.stop", "5 w0/y.stop"),
        ("InfiniteSource", "data", "a\0b", "a", "b"),
        ("IPRewriter", "tcp_table", "a i0 exp0\nb i0 exp5", "b i0 exp5\na i0 exp4294960", "b i0 exp4\na i0 exp4294960"),
        (
            "ARPQuerier",
            "table",
            "10.0.0.1 1 01-01-01-01-01-01 0.0",
            "10.0.0.1 1 01-01-01-01-01-01 0.05",
            "10.0.0.1 1 01-01-01-01-01-02 0.05",
        ),
    ],
)
def test_what_is_said_in_another_way_has_to_mean_the_same(class_name: str, handler: str, ours: str, theirs: str, others: str) -> None:
    here, there, elsewhere = (replace(GOOD, handlers={f"w0/x.{handler}": text}) for text in (ours, theirs, others))
    assert differences(here, there, class_name, seconds=9) == []
    assert len(differences(here, elsewhere, class_name, seconds=9)) == 1
