"""g lets DNS answers in from the network's own resolvers alone, and of large ones so many bytes a second, so that nobody can flood the
network with answers to questions that it never asked.
"""

from collections.abc import Callable
from typing import Any

import pytest
from scapy.layers.dns import DNS, DNSQR

from sim.packets import arp, ethernet, ipv4
from tests.tenants.test_captures import tcp, udp
from tests.tenants.wires import Frame, Seen

OURS, THEIRS = bytes.fromhex("02000000000a"), bytes.fromhex("02000000000b")
HOST, RESOLVER, OTHER, NOBODY = 0xC0000210, 0x09090909, 0xC0000232, 0x08080808
A, ANY = 1, 255
LONGEST = "up-to-here.access."
"""19 bytes with the lengths of its parts, the last of which has none."""


def question(name: str, kind: int) -> bytes:
    return bytes(DNS(rd=1, qd=DNSQR(qname=name, qtype=kind)))


def asks(name: str, kind: int = A) -> Frame:
    return "network", ethernet(THEIRS, OURS, 0x0800, ipv4(HOST, RESOLVER, 17, udp(5353, 53, question(name, kind))))


def answers(resolver: int, size: int = 100, **fields: Any) -> Frame:
    return "internet", ethernet(OURS, THEIRS, 0x0800, ipv4(resolver, HOST, 17, udp(53, 5353, bytes(size)), **fields))


PASSING: dict[str, Frame] = {
    "an answer of a resolver of ours": answers(RESOLVER),
    "an answer of another resolver of ours": answers(OTHER),
    "a large answer": answers(RESOLVER, 1400),
    "a piece of an answer": answers(RESOLVER, 1400, fragment=0x2000),
    "a question": asks("example.org"),
    "a question of type ANY": asks("example.org", ANY),
    "a question to a server of ours": (
        "internet",
        ethernet(OURS, THEIRS, 0x0800, ipv4(NOBODY, HOST, 17, udp(9, 53, question("a.b", ANY)))),
    ),
    "something else": ("internet", ethernet(OURS, THEIRS, 0x0800, ipv4(NOBODY, HOST, 6, tcp(53, 5353)))),
    "something else from here": ("network", ethernet(THEIRS, OURS, 0x0800, ipv4(HOST, NOBODY, 17, udp(53, 9)))),
    "ARP": ("network", ethernet(b"\xff" * 6, OURS, 0x0806, arp(1, OURS, HOST, bytes(6), RESOLVER))),
    "ARP from there": ("internet", ethernet(OURS, THEIRS, 0x0806, arp(2, THEIRS, RESOLVER, OURS, HOST))),
}


def frames() -> list[Frame]:
    """One of each kind."""
    return [*PASSING.values(), answers(NOBODY), answers(NOBODY, 1400)]


def test_what_was_asked_for_passes_as_it_is(play: Callable[..., Seen]) -> None:
    seen = play("g", list(PASSING.values()))
    over = {"network": "internet", "internet": "network"}
    assert seen.sent == tuple(((over[device], frame),) for device, frame in PASSING.values())
    counted = {"small": 2, "large": 1, "fragments": 1, "unasked": 0, "flood": 0}
    assert seen.counts(*counted) == counted
    assert seen.counts("questions/questions", "questions/any", "foreign/questions", "foreign/any") == {
        "questions/questions": 1,
        "questions/any": 1,
        "foreign/questions": 0,
        "foreign/any": 1,
    }


def test_answers_of_others_do_not_pass_and_ten_a_second_are_shown(play: Callable[..., Seen]) -> None:
    seen = play("g", [answers(NOBODY)] * 1000)
    assert seen.sent == ((),) * 1000
    assert seen.counts("unasked") == {"unasked": 1000}
    assert 10 <= len(seen.log) <= 11
    assert all(line.startswith("unasked:  142 | 02000000 000a0200 0000000b 0800") for line in seen.log)


@pytest.mark.parametrize("name", [".", "a", "isc.org", "doleta.gov", LONGEST])
def test_any_is_found_behind_names_of_all_lengths(play: Callable[..., Seen], name: str) -> None:
    seen = play("g", [asks(name, ANY), asks(name, A), asks(name, 28)])
    assert seen.counts("questions/any", "questions/questions") == {"questions/any": 1, "questions/questions": 2}


def test_behind_a_longer_name_it_is_a_question_like_others(play: Callable[..., Seen]) -> None:
    assert play("g", [asks("x" + LONGEST, ANY)]).counts("questions/any", "questions/questions") == {
        "questions/any": 0,
        "questions/questions": 1,
    }


@pytest.mark.parametrize("flood", [answers(RESOLVER, 1400), answers(RESOLVER, 1400, fragment=0x2000)], ids=["answers", "fragments"])
def test_of_large_answers_so_many_bytes_pass(play: Callable[..., Seen], flood: Frame) -> None:
    """1.4 MB a second are offered, 100 kB are granted; small answers pass meanwhile."""
    seen = play("g", [flood, answers(RESOLVER)] * 400, 500_000)
    large, small = seen.sent[0::2], seen.sent[1::2]
    assert all(len(each) == 1 for each in small)
    assert all(len(each) == 1 for each in large[:2])
    assert not any(large[20:])
    assert seen.counts("flood")["flood"] == sum(not each for each in large) > 380


def test_fewer_large_answers_pass_all(play: Callable[..., Seen]) -> None:
    seen = play("g", [answers(RESOLVER, 1400)] * 50, 20_000_000)
    assert all(len(each) == 1 for each in seen.sent)
