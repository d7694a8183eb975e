"""What packets of a source will look at is fetched for all of them before the first goes on, whatever they are."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from elements.captures.pcap import write_capture
from elements.definition.catalogue import class_info
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from graph.check import check
from graph.load import load_text
from sim.packets import ethernet, ip_packet
from swclick.generate import generate
from swclick.machine import Machine as Compiled
from tests.swclick.test_sanitized import ADDRESSES, PORTS, run, sanitized

STEPS = ("rw_fetch_bucket", "rw_fetch_flow", "rw_fetch_beside")
REWRITERS = ("IPRewriter(keep 0 0)", "UDPRewriter(keep 0 0)", "IPAddrRewriter(keep 0 0)", "IPAddrPairRewriter(keep 0 0)")
"""One for each of what a flow is found by."""


def loops(text: str) -> list[list[str]]:
    """Of each loop over the packets that the source has ready, in order, what is fetched there."""
    graph = load_text(text, "t")
    made = generate(check(graph, class_info), instantiate(graph))
    found = re.search(r"_ahead\(struct machine \*m, struct packet \*\*q, uint32_t count\)\n\{(.*?)^\}", made, re.S | re.M)
    return [] if found is None else [re.findall(r"\b(rw_fetch_\w+|fetch_levels)\(", loop) for loop in found[1].split("for (")[1:]]


@pytest.mark.parametrize("source", ["MemSource(x)", "FromDevice(x)"])
def test_each_step_is_taken_for_all_packets_before_the_next(source: str) -> None:
    text = f"src :: {source}; src -> Strip(14) -> CheckIPHeader -> rw :: IPRewriter(keep 0 0) -> Discard;"
    assert loops(text) == [[step] for step in STEPS]


def test_tables_and_elements_are_fetched_for_beside_each_other() -> None:
    text = """src :: MemSource(x); src -> Strip(14) -> CheckIPHeader -> rt :: DirectIPLookup(0/0 0, 1.0.0.0/8 1);
        rt[0] -> IPRewriter(keep 0 0) -> Discard; rt[1] -> Discard;"""
    assert loops(text) == [["fetch_levels"], *([step] for step in STEPS)]


@pytest.mark.parametrize(
    "between", ["", "Strip(14) ->", "CheckIPHeader(14) -> Queue -> Unqueue ->"], ids=["unmarked", "stripped", "stored"]
)
def test_nothing_is_fetched_where_it_is_not_known_where_the_header_is(between: str) -> None:
    assert loops(f"MemSource(x) -> {between} IPRewriter(keep 0 0) -> Discard;") == []


def odd_frames(rng: random.Random) -> list[bytes]:
    """Frames of every length, whole and cut, of few flows, and noise."""
    found = []
    for _ in range(300):
        packet = ip_packet(rng, ADDRESSES[:2], ADDRESSES[:2], PORTS[:2])
        frame = ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, packet) if rng.random() < 0.9 else rng.randbytes(rng.randrange(1, 90))
        found.append(frame[: rng.randrange(1, len(frame) + 1)] if rng.random() < 0.3 else frame)
    return found


@pytest.mark.parametrize("rewriter", REWRITERS)
def test_what_is_sent_is_what_the_reference_sends(rewriter: str, tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", ((0, frame) for frame in odd_frames(random.Random(5))))
    text = f"MemSource({tmp_path}/in.pcap, LIMIT 900, BURST 100) -> MarkIPHeader(14) -> x :: {rewriter} -> ToCrossing(t:0);"
    sent = []
    for machine in (Reference(load_text(text, "t")), Compiled(load_text(text, "t"))):
        machine.settle(1)
        sent.append([bytes(packet.data) for _, packet in machine.emitted])
    assert len(sent[0]) > 100
    assert sent[0] == sent[1]


def test_nothing_undefined_is_done_for_odd_frames(tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", ((0, frame) for frame in odd_frames(random.Random(6))))
    source = f"MemSource({tmp_path}/in.pcap, LIMIT 900, STOP true)"
    text = "\n".join(f"{source} -> MarkIPHeader(14) -> {rewriter} -> Discard;" for rewriter in REWRITERS)
    run(str(sanitized(load_text(text, "t"), tmp_path)))
