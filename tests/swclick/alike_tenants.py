"""Machines of tenants that are alike, or nearly, behind a demultiplexer of VLANs."""

from __future__ import annotations

import random
from collections.abc import Sequence

from elements.definition.handlers import handlers_of
from elements.reference.machine import Machine as Reference
from elements.reference.packet import Packet
from sim.packets import arp, ethernet, ip_packet
from swclick.machine import Machine as Compiled

ADDRESSES = (0x0A000001, 0x0A010203, 0x0A020304, 0x05060708, 0xC0A80001, 0xE0000001)
PORTS = (22, 53, 80, 443)
ROUTER = """
c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
input -> VLANDecap -> c; c[3] -> other :: Counter -> Discard;
c[0] -> ARPResponder({ip} {eth}) -> out :: Queue({capacity});
c[2] -> Strip(14) -> check :: CheckIPHeader -> f :: IPFilter(deny tcp dst port {port}, allow all)
  -> rt :: RadixIPLookup({routes});
rt[0] -> Paint({paint}) -> {kind} -> ttl :: DecIPTTL -> arp :: ARPQuerier({ip}, {eth}) -> out;
rt[1] -> passed :: Counter -> out; c[1] -> [1] arp;
ttl[1] -> ICMPError({ip}, timeexceeded) -> rt;
out -> s :: {scheduler} -> output;
"""
SCHEDULER = "Shaper(1000000)"
GIVEN = {
    "ip": "10.0.0.1", "eth": "2:2:2:2:2:2", "capacity": "5", "port": "80", "routes": "10.0.0.0/8 0, 0.0.0.0/0 1", "paint": "3",
    "kind": "in :: Counter", "scheduler": SCHEDULER,
}  # fmt: skip
OTHER = {
    "ip": ("10.0.0.2", "10.1.2.3"), "eth": ("4:4:4:4:4:4",), "capacity": ("2", "300"), "port": ("443", "22"),
    "routes": ("10.0.0.0/9 1, 10.0.0.0/8 0, 5.0.0.0/8 0, 0.0.0.0/0 1", "0.0.0.0/0 0, 10.2.0.0/16 1"), "paint": ("0", "7"),
    "kind": ("in :: SetIPDSCP(4)", "in :: Null"), "scheduler": ("Shaper(2)",),
}  # fmt: skip
"""What a tenant may have in place of what is given."""


def tenant(**changes: str) -> str:
    """One of them."""
    return ROUTER.format(**{**GIVEN, **changes})


def random_tenants(rng: random.Random, count: int) -> list[str]:
    """Some are the same, some differ in a literal, a table or an element, some in several."""
    found = []
    for _ in range(count):
        chosen = rng.sample(sorted(OTHER), rng.choice((0, 1, 1, 1, 2)))
        found.append(tenant(**{what: rng.choice(OTHER[what]) for what in chosen}))
    return found


def together(tenants: Sequence[str]) -> str:
    """The configuration of them all: tenant N has the tag N + 1, and all that is sent leaves by one device, in turns."""
    patterns = ", ".join(f"12/8100 14/{vlan:04x}%0fff" for vlan in range(1, len(tenants) + 1))
    lines = [f"s :: FromCrossing(t:0) -> v :: Classifier({patterns}, -); v[{len(tenants)}] -> Discard;"]
    lines += [f"t{number} :: {{ {text} }}; v[{number}] -> t{number} -> [{number}] turns;" for number, text in enumerate(tenants)]
    return f"turns :: RoundRobinSched -> out :: ToCrossing(t:1); {' '.join(lines)}"


def frames(rng: random.Random, count: int, tenants: int) -> list[Packet]:
    """Of all tenants, and some of nobody."""
    made, now = [], 0
    for _ in range(count):
        now += rng.choice((1000, 3_000_000, 700_000_000))
        tag = (rng.randrange(0x7) << 13 | rng.randrange(tenants + 2),)
        if rng.random() < 0.3:
            body = arp(rng.choice((1, 2, 2)), b"\x02" * 6, rng.choice(ADDRESSES), bytes(6), rng.choice(ADDRESSES))
            data = ethernet(b"\xff" * 6, b"\x02" * 6, 0x0806, body, tag)
        else:
            kind = rng.choice((0x0800, 0x0800, 0x0800, 0x86DD))
            data = ethernet(b"\x02" * 6, b"\x04" * 6, kind, ip_packet(rng, ADDRESSES, ADDRESSES, PORTS), tag)
        made.append(Packet.of(data[:1600], time=now))
    return made


def seen(machine: Reference | Compiled) -> list[tuple[object, ...]]:
    """What was sent, in its order."""
    return [(name, p.data, p.paint, p.dst_ip, p.vlan_tci, p.time) for name, p in machine.emitted]


def told(machine: Reference | Compiled) -> dict[tuple[str, str], str]:
    """What all read handlers say that need no question."""
    found = {}
    for name, element in machine.elements.items():
        for handler in handlers_of(element, "read"):
            if (element.node.class_name, handler) not in (("RadixIPLookup", "lookup"), ("ARPResponder", "lookup")):
                found[name, handler] = machine.read(name, handler)
    return found


def write_some(machine: Reference | Compiled, tenants: int) -> None:
    """Write handlers of every other tenant: a table, a count, a capacity."""
    for number in range(0, tenants, 2):
        machine.write(f"t{number}/rt", "set", f"10.{number}.0.0/16 1")
        machine.write(f"t{number}/passed", "reset", "")
        machine.write(f"t{number}/out", "capacity", str(1 + number % 3))
