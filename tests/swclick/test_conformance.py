"""Every element's examples, in the reference and in C: the same packets, annotations, order and handler values."""

from __future__ import annotations

import os
import random

import pytest

from elements.definition.catalogue import class_info, class_names, manual_page
from elements.definition.handlers import handlers_of
from elements.reference.machine import Machine as Reference
from elements.reference.packet import Packet
from graph.check import port_limits
from graph.load import load_text
from sim.packets import arp, ethernet, ip_packet, ipv4
from swclick.machine import Machine as Compiled
from tests.swclick.odd_options import odd_options

DEVICES = (
    "FromDevice",
    "ToDevice",
    "FromDump",
    "ToDump",
    "InfiniteSource",
    "MemSource",
    "FromCrossing",
    "ToCrossing",
    "DRRSched",
    "RoundRobinSched",
    "DriverManager",
    "Idle",
    "Script",
    "IPRewriterPatterns",
    "AddressInfo",
    "FromIPSummaryDump",
    "ToIPSummaryDump",
    "Script",
    "DriverManager",
    "PortInfo",
    "ICMPPingSource",
    "ICMPSendPings",
    "RoundRobinIPMapper",
    "RandomSeed",
)
ADDRESSES = (0x0A000001, 0x0A010203, 0x01020304, 0x05060708, 0xC0A80001, 0x12451A04, 0x0A0000FF, 0xE0000001, 0xFFFFFFFF)
PACKETS = 150 if "CONFORMANCE_SEEDS" in os.environ else 45
"""To each input; what is asked for by itself has more."""
PORTS = (22, 53, 80, 443, 1024, 55, 9)


def examples() -> list[tuple[str, str]]:
    found = []
    for name in class_names():
        page = manual_page(name).partition("\nExamples:\n")[2]
        found += [(name, line.strip()) for line in page.splitlines() if line.strip()]
    return [(name, example) for name, example in found if name not in DEVICES]


NAMED = (
    "FromCrossing(t:900) -> control :: TCPRewriter(pattern 1.0.0.1 1024-65535 - - 0 0) -> ToCrossing(t:900);",
    "FromCrossing(t:901) -> data :: IPAddrRewriter(pattern 1.0.0.2 - 0 0) -> ToCrossing(t:901);",
    "FromCrossing(t:902) -> rw :: IPRewriter(pattern 1.0.0.1 1024-65535# - - 0 0) -> ToCrossing(t:902);",
    "FromCrossing(t:903) -> ping :: ICMPPingRewriter(pattern 1.0.0.2 - 1-9 0 0) -> ToCrossing(t:903);",
)
"""Elements that examples name."""


def graph_text() -> str:
    lines = list(NAMED)
    for number, (name, example) in enumerate(examples()):
        info = class_info(name)
        assert info is not None
        ins, _, outs = info.port_count.partition("/")
        least_in, most_in = port_limits(ins, 0)
        inputs = 0 if most_in == 0 else max(1, least_in if most_in is None else most_in)
        if name.startswith("Stride"):
            inputs = 1
        least_out, most_out = port_limits(outs or ins, inputs)
        outputs = least_out if most_out == least_out else max(least_out, min(2, most_out or 2))
        if name.startswith("Stride"):
            outputs = 1
        if name in ("Classifier", "IPClassifier"):
            outputs = min(outputs, example.count(",") + 1)
        if "ookup" in name or example in ("Tee(1)", "PullTee(1)"):
            outputs = 1
        if name.endswith("Rewriter"):
            inputs = outputs = 2
        lines.append(f"x{number} :: {example};")
        if name == "ICMPRewriter":
            inputs = outputs = 1
        store = " -> Queue(8)" if info.processing.startswith("l") else ""
        lines += [f"s{number}_{i} :: FromCrossing(t:{number}){store} -> [{i}] x{number};" for i in range(inputs)]
        store = "Queue(60) -> " if name == "RED" else ""
        lines += [f"x{number} [{o}] -> {store}d{number}_{o} :: ToCrossing(t:{o});" for o in range(outputs)]
    return "\n".join(lines)


def packet(rng: random.Random, now: int) -> Packet:
    body = ip_packet(rng, ADDRESSES, ADDRESSES, PORTS)
    kind = rng.choice(("ip", "ip", "ip", "ethernet", "tagged", "arp", "noise", "ip6"))
    if kind == "ip":
        data = body if rng.randrange(4) else ipv4(rng.choice(ADDRESSES), rng.choice(ADDRESSES), 17, bytes(9), options=odd_options(rng))
    elif kind == "noise":
        data = rng.randbytes(rng.randrange(0, 80))
    elif kind == "ip6":
        addresses = [(0x3FFE << 112 | rng.randrange(3)).to_bytes(16, "big") for _ in range(2)]
        rest = rng.choice((b"\x01", b"\x87", b"\x88", b"\x80")) + rng.randbytes(rng.randrange(60))
        data = (
            b"\x60\0\0\0"
            + len(rest).to_bytes(2, "big")
            + rng.choice((b"\x3a", b"\x11"))
            + rng.choice((b"\0", b"\xff"))
            + b"".join(addresses)
            + rest
        )
    elif kind == "arp":
        operation = rng.choice((1, 2, 2, 3))
        data = ethernet(
            b"\xff" * 6, b"\x02" * 6, 0x0806, arp(operation, b"\x02" * 6, rng.choice(ADDRESSES), bytes(6), rng.choice(ADDRESSES))
        )
    else:
        data = ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, body, (0x2064,) if kind == "tagged" else ())
    made = Packet.of(data[:1600], time=now, device=rng.randrange(4))
    made.paint, made.dst_ip, made.vlan_tci = rng.choice((0, 1, 2, 255)), rng.choice(ADDRESSES), rng.choice((0, 100, 0x2007))
    made.packet_type, made.fix_ip_src = rng.randrange(4), rng.randrange(2)
    made.dst_ip6 = 0x3FFE << 112 | rng.choice((0, 0x1CE1 << 96)) | rng.choice((0, 2 << 80)) | rng.randrange(3)
    where = rng.choice((0, 0, 0, 14, None)) if kind != "ip" else rng.choice((0, 0, 0, 0, None))
    made.network = None if where is None else made.start + where
    return made


def seen(name: str, packet: Packet) -> tuple[object, ...]:
    network = None if packet.network is None else packet.network - packet.start
    annotations = (packet.extra_length, packet.paint, packet.dst_ip, packet.vlan_tci, packet.device, packet.packet_type, packet.fix_ip_src)
    return (name, packet.data, network, *annotations, packet.dst_ip6)


@pytest.fixture(scope="module")
def machines() -> tuple[Reference, Compiled]:
    graph = load_text(graph_text(), "t")
    return Reference(graph), Compiled(graph)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("CONFORMANCE_SEEDS", "1"))))
def test_reference_and_c_give_the_same(machines: tuple[Reference, Compiled], seed: int) -> None:
    reference, compiled = machines
    rng = random.Random(seed)
    now = reference.now
    sources = [node.name for node in reference.graph.nodes if node.class_name == "FromCrossing"]
    for _ in range(PACKETS):
        now += rng.choice((1_000, 3_000_000, 700_000_000))
        offered = packet(rng, now)
        for source in sources:
            reference.emitted.clear()
            compiled.clear()
            reference.inject(source, offered.copy())
            compiled.inject(source, offered.copy())
            expected = [seen(name, p) for name, p in reference.emitted]
            target = reference.graph.node(reference.graph.outgoing(source)[0].target)
            assert [seen(name, p) for name, p in compiled.emitted] == expected, f"{target.class_name}({target.config}), seed {seed}"
    for name, element in reference.elements.items():
        for handler in handlers_of(element, "read"):
            question = (
                ("10.1.2.3",)
                if handler == "lookup" and ("IPLookup" in element.node.class_name or element.node.class_name == "ARPResponder")
                else ()
            )
            assert compiled.read(name, handler, *question) == reference.read(name, handler, *question), f"{name}.{handler}"
