"""Every element's examples, in the reference and in C: the same packets, annotations, order and handler values."""

from __future__ import annotations

import random

import pytest

from elements.definition.catalogue import class_info, class_names, manual_page
from elements.definition.handlers import handlers_of
from elements.reference.machine import Machine as Reference
from elements.reference.packet import Packet
from graph.check import port_limits
from graph.load import load_text
from sim.packets import arp, ethernet, ip_packet
from swclick.machine import Machine as Compiled

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
    "Idle",
    "IPRewriterPatterns",
    "AddressInfo",
    "FromIPSummaryDump",
    "ToIPSummaryDump",
    "Script",
    "DriverManager",
    "PortInfo",
)
ADDRESSES = (0x0A000001, 0x0A010203, 0x01020304, 0x05060708, 0xC0A80001, 0x12451A04, 0x0A0000FF, 0xE0000001, 0xFFFFFFFF)
PORTS = (22, 53, 80, 443, 1024, 55, 9)


def examples() -> list[tuple[str, str]]:
    found = []
    for name in class_names():
        page = manual_page(name).partition("\nExamples:\n")[2]
        found += [(name, line.strip()) for line in page.splitlines() if line.strip()]
    return [(name, example) for name, example in found if name not in DEVICES]


def graph_text() -> str:
    lines = []
    for number, (name, example) in enumerate(examples()):
        info = class_info(name)
        assert info is not None
        ins, _, outs = info.port_count.partition("/")
        least_in, most_in = port_limits(ins, 0)
        inputs = max(1, least_in if most_in is None else most_in)
        least_out, most_out = port_limits(outs or ins, inputs)
        outputs = least_out if most_out == least_out else max(least_out, min(2, most_out or 2))
        if name in ("Classifier", "IPClassifier"):
            outputs = min(outputs, example.count(",") + 1)
        if "ookup" in name or example == "Tee(1)":
            outputs = 1
        if name in ("IPRewriter", "TCPRewriter", "UDPRewriter"):
            inputs = outputs = 2
        lines.append(f"x{number} :: {example};")
        lines += [f"s{number}_{i} :: FromCrossing(t:{number}) -> [{i}] x{number};" for i in range(inputs)]
        lines += [f"x{number} [{o}] -> d{number}_{o} :: ToCrossing(t:{o});" for o in range(outputs)]
    return "\n".join(lines)


def packet(rng: random.Random, now: int) -> Packet:
    body = ip_packet(rng, ADDRESSES, ADDRESSES, PORTS)
    kind = rng.choice(("ip", "ip", "ip", "ethernet", "tagged", "arp", "noise"))
    if kind == "ip":
        data = body
    elif kind == "noise":
        data = rng.randbytes(rng.randrange(0, 80))
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
    where = rng.choice((0, 0, 0, 14, None)) if kind != "ip" else rng.choice((0, 0, 0, 0, None))
    made.network = None if where is None else made.start + where
    return made


def seen(name: str, packet: Packet) -> tuple[object, ...]:
    network = None if packet.network is None else packet.network - packet.start
    annotations = (packet.paint, packet.dst_ip, packet.vlan_tci, packet.device, packet.packet_type, packet.fix_ip_src)
    return (name, packet.data, network, *annotations)


@pytest.fixture(scope="module")
def machines() -> tuple[Reference, Compiled]:
    graph = load_text(graph_text(), "t")
    return Reference(graph), Compiled(graph)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reference_and_c_give_the_same(machines: tuple[Reference, Compiled], seed: int) -> None:
    reference, compiled = machines
    rng = random.Random(seed)
    now = reference.now
    sources = [node.name for node in reference.graph.nodes if node.class_name == "FromCrossing"]
    for _ in range(150):
        now += rng.choice((1_000, 3_000_000, 700_000_000))
        offered = packet(rng, now)
        for source in sources:
            reference.emitted.clear()
            compiled.clear()
            reference.inject(source, offered.copy())
            compiled.inject(source, offered.copy())
            expected = [seen(name, p) for name, p in reference.emitted]
            example = reference.graph.node(source.replace("s", "x", 1).partition("_")[0])
            assert [seen(name, p) for name, p in compiled.emitted] == expected, f"{example.class_name}({example.config}), seed {seed}"
    for name, element in reference.elements.items():
        for handler in handlers_of(element, "read"):
            question = (
                ("10.1.2.3",)
                if handler == "lookup" and ("IPLookup" in element.node.class_name or element.node.class_name == "ARPResponder")
                else ()
            )
            assert compiled.read(name, handler, *question) == reference.read(name, handler, *question), f"{name}.{handler}"
