"""Whatever differs between two runs of a configuration is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elements.captures.pcap import ETHERNET, NANOSECONDS, file_header, record_header
from mlclick.stock.find_differences import differences, packets_of
from mlclick.stock.run_program import Ran, read_handlers

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


def test_a_handler_that_says_something_else_is_said_where_both_have_it() -> None:
    other = replace(GOOD, handlers={**GOOD.handlers, "w0/x.count": "1", "w0/x.ours": "5"})
    assert differences(other, GOOD, "Null") == ["w0/x.count says '1' and Click '2' in line 1"]
    assert differences(replace(GOOD, handlers={**GOOD.handlers, "w0/x.calls": "4 calls"}), GOOD, "Null") == []


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
    assert differences(near_run, GOOD, "DelayShaper") == []
    assert differences(far_run, GOOD, "DelayShaper") == ["packet 1 of w0.0 has another time (2002001 and 2000)"]
    assert differences(far_run, GOOD, "ARPResponder") == []


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


def test_what_elements_in_front_print_does_not_count() -> None:
    for line in ("CheckIPHeader@10: IP header check failed: bad IP version", "IP6 header check failed"):
        other = replace(GOOD, said=(line, *GOOD.said))
        assert differences(other, GOOD, "Print") == []
    assert differences(replace(GOOD, said=("x@y: hello", *GOOD.said)), GOOD, "Print") != []


def test_times_of_the_clock_that_handlers_say_may_be_apart_by_two_milliseconds() -> None:
    one, two, other = (replace(GOOD, handlers={"w0/x.start": text}) for text in ("10.000000", "10.001999999", "10.002100"))
    assert differences(one, two, "TimeFilter") == []
    assert differences(one, other, "TimeFilter") == ["w0/x.start says '10.000000' and Click '10.002100' in line 1"]


@pytest.mark.parametrize(
    ("class_name", "handler", "ours", "theirs", "others"),
    [
        ("Counter", "count_call", "5 x.stop", "5 w0/x.stop", "5 w0/y.stop"),
        ("InfiniteSource", "data", "a\0b", "a", "b"),
        ("IPRewriter", "table", "a i0 exp0\nb i0 exp5", "b i0 exp5\na i0 exp4294960", "b i0 exp4\na i0 exp4294960"),
        ("SetIPECN", "ecn", "3", "ce", "ect1"),
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
    assert differences(here, there, class_name) == []
    assert len(differences(here, elsewhere, class_name)) == 1
