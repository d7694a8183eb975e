"""Checks of what is merged and compiled, without hardware."""

from __future__ import annotations

from typing import Final

from elements.reference.machine import Machine as Reference
from elements.reference.packet import Packet
from graph.load import load_text
from graph.merge import merge
from mlclick.mutants.bench import Bench
from sim.packets import ethernet, ipv4
from sim.tenant_traffic import random_traffic
from swclick.machine import Machine as Compiled

_FRAMES: Final = 200
_RATE: Final = 1_000_000
"""Bytes a second."""
_BURST: Final = 4_000
_LENGTH: Final = 1_000
"""Bytes of a packet."""

_ALIKE: Final = "input -> VLANDecap -> Strip(14) -> CheckIPHeader -> Null -> Counter -> Paint({}) -> Queue(4) -> Unqueue -> output;"
_ALIKES: Final = (3, 5)
"""Few, which the demultiplexer names, and so many that it looks up whose region a packet goes to."""

Machine = Reference | Compiled
"""A reading of a graph."""


def merging(bench: Bench) -> bool:
    """What the merged graph sends and counts of each tenant, with traffic of all, is what a graph of that tenant alone does."""
    merged = bench.merged
    traffic = random_traffic(merged.master, merged.policy, 1, _FRAMES)
    for tenant in bench.tenants:
        beside = Reference(merged.master.graph)
        alone = Reference(merge({tenant: merged.tenants[tenant]}, merged.policy).graph)
        for machine in (beside, alone):
            _offer(machine, traffic)
        party = bench.party(tenant)
        mine = [[p.data for name, p in machine.emitted if party.owns(name, p.data)] for machine in (beside, alone)]
        counted = [_counted(machine, [n for n in alone.elements if n.startswith(f"{tenant}/")]) for machine in (beside, alone)]
        if mine[0] != mine[1] or not mine[0] or counted[0] != counted[1]:
            return False
    return True


def software(bench: Bench) -> bool:
    """The compiled machine sends and counts what the reference does."""
    merged = bench.merged
    # A frame of which there are copies is among what the tenants' classifiers name, and not in all traffic.
    copied = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x01" + bytes(46)
    traffic = [*random_traffic(merged.master, merged.policy, 2, _FRAMES), (1, Packet.of(copied, time=1 << 40, device=1))]
    reference, compiled = Reference(merged.master.graph), Compiled(merged.master.graph)
    for machine in (reference, compiled):
        _offer(machine, traffic)
    sent = [[(name, p.data) for name, p in machine.emitted] for machine in (reference, compiled)]
    names = list(reference.elements)
    counted = [_counted(machine, names) for machine in (reference, compiled)]
    return sent[0] == sent[1] and len(sent[0]) > _FRAMES // 4 and counted[0] == counted[1] and any(int(n) for n in counted[0].values())


def rates(bench: Bench) -> bool:
    """Of a flood, a token bucket lets its rate through, its burst, and one packet more."""
    text = f"in :: FromDevice(0) -> BandwidthRatedSplitter({_RATE}, BURST_BYTES {_BURST}) -> Queue -> out :: ToDevice(1);"
    graph, nanoseconds = load_text(text, "rates"), 100_000_000
    most = _BURST + _RATE * nanoseconds // 1_000_000_000 + _LENGTH
    for machine in (Reference(graph), Compiled(graph)):
        for time in range(0, nanoseconds, 100_000):
            machine.inject("in", Packet.of(bytes(_LENGTH), time=time))
        if not most - 2 * _LENGTH <= _LENGTH * len(machine.emitted) <= most:
            return False
    return True


def sharing(bench: Bench) -> bool:
    """Tenants that are alike but for a literal share their code, and each sends and counts what is its own."""
    return all(_agree_on_alikes(count) for count in _ALIKES)


def _agree_on_alikes(count: int) -> bool:
    patterns = ", ".join(f"14/{tag:04x}%0fff" for tag in range(count))
    made = "".join(f"t{tag} :: {{ {_ALIKE.format(tag)} }}; v[{tag}] -> t{tag} -> d{tag} :: ToCrossing(t:{tag});" for tag in range(count))
    graph = load_text(f"in :: FromCrossing(t:0) -> v :: Classifier({patterns}, -); v[{count}] -> Discard; {made}", "sharing")
    reference, compiled, alone = Reference(graph), Compiled(graph), Compiled(graph, share=False)
    # Of no two tenants as many.
    tags = [tag for tag in range(count) for _ in range(tag + 1)]
    frames = [
        ethernet(b"\2" * 6, b"\4" * 6, 0x0800, ipv4(1 << 24, 2 << 24, 17, bytes(8 + number)), (tag,)) for number, tag in enumerate(tags)
    ]
    found = []
    for machine in (reference, compiled, alone):
        for number, frame in enumerate(frames):
            machine.inject("in", Packet.of(frame, time=number))
        found.append(([(name, p.data, p.paint) for name, p in machine.emitted], _counted(machine, list(machine.elements))))
    return found[0] == found[1] == found[2] and len(found[0][0]) == len(frames)


def _offer(machine: Machine, traffic: list[tuple[int, Packet]]) -> None:
    for port, packet in traffic:
        machine.inject(f"port{port}_in", packet.copy())


def _counted(machine: Machine, names: list[str]) -> dict[str, str]:
    return {name: machine.read(name, "count") for name in names if machine.graph.node(name).class_name == "Counter"}
