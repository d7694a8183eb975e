"""The checks that a planted defect has to get past: a small design is made by the generator as it is, simulated and proved."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from elements.reference.machine import Machine
from elements.reference.packet import Packet
from hdl.datapath import DatapathParameters
from mlclick.design import Source, Split
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from sim.evidence import BREAKS, why_broken
from sim.isolation import Party, Scene, Stage, Timed, two_runs
from sim.packets import ipv4
from sim.proof.pipeline import prove_pipeline
from sim.tenant_traffic import random_traffic
from sim.verilated import AssertionFailed

RULES: Final = "rules"
PROOF: Final = "proof"
SLOTS: Final = "slots"
POLICY: Final = """
[tenants.a]
vlan = 0x164
devices = { eth0 = 0, eth1 = 1 }
[tenants.b]
vlan = 0x264
devices = { eth0 = 0, eth1 = 1 }
"""
A: Final = """
FromDevice(eth0) -> c :: Classifier(12/0800, -);
FromDevice(eth1) -> c;
c[1] -> Discard;
c[0] -> Strip(14) -> CheckIPHeader -> rt :: RadixIPLookup(10.0.0.0/8 0, 0.0.0.0/0 192.168.0.1 1);
rt[0] -> DecIPTTL -> Counter -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> Queue -> ToDevice(eth0);
rt[1] -> DecIPTTL -> Counter -> EtherEncap(0x0800, 1:1:1:1:1:1, 3:3:3:3:3:3) -> Queue -> ToDevice(eth1);
"""
B: Final = """
FromDevice(eth0) -> Counter -> EtherRewrite(1:1:1:1:1:1, 4:4:4:4:4:4) -> Queue -> ToDevice(eth1);
FromDevice(eth1) -> c :: Classifier(12/0800, -);
c[0] -> Counter -> EtherRewrite(1:1:1:1:1:1, 5:5:5:5:5:5) -> Queue -> ToDevice(eth0);
c[1] -> t :: PaintTee(1) -> Discard;
t[1] -> Discard;
"""


def small_design() -> Split:
    """Two small tenants on two ports, with a lookup, state, and a part in software."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in (("policy.toml", POLICY), ("a.click", A), ("b.click", B)):
            (folder / file).write_text(text, encoding="utf-8")
        merged = merge_tenants(Source(("a", "b"), folder))
    # What follows a software element stays there, so that nothing has to come back for the hardware's counters to be complete.
    pins = {edge.target: False for edge in merged.master.graph.outgoing("b/t")}
    return split(merged, rates_of(merged, None), pins)


def caught_by(design: Split, only: str = "") -> str | None:
    """The first check that fails for the design as the generator makes it now, None where all hold.

    It is the name of one of `CHECKS`; `RULES`, the assertions on streams and memories; `PROOF`, noninterference of the pipeline; `SLOTS`,
    `slots`; or, where the generator or a tool refuses the design, the error itself. ``only`` names one of these, and no other is made or
    can be found; the assertions are those of all that `CHECKS` play.
    """
    parameters = DatapathParameters(64, port_count(design.merged), egress_depth=256, egress_packets=16)
    try:
        core = build_core(design, parameters)
        if only not in (PROOF, SLOTS):
            # The model runs for less than a second; most of the time goes to what compiles it.
            stage = Stage(core, watched=only in ("", RULES), level="-O0")
            for check in (check for check in CHECKS if only in ("", RULES, check.__name__)):
                if not check(design, stage) and only != RULES:
                    return check.__name__
        if only in ("", PROOF) and not all(result.proved for result in prove_pipeline(core.datapath.pipeline).values()):
            return PROOF
        if only in ("", SLOTS) and not slots(
            design, Stage(build_core(design, replace(parameters, strict=True)), watched=False, level="-O0")
        ):
            return SLOTS
    except AssertionFailed:
        return RULES
    except BREAKS as error:
        return why_broken(error)
    return None


def _frames(design: Split, tenant: str, seed: int, count: int, gap: int, start: int = 0) -> dict[int, list[Timed]]:
    frames: dict[int, list[Timed]] = {0: [], 1: []}
    for index, (port, packet) in enumerate(random_traffic(design.merged.master, design.merged.policy, seed, count, only=tenant)):
        frames[port].append((start + index * gap, packet.data))
    return frames


def _party(design: Split, tenant: str) -> Party:
    return Party(design.merged.master.tenants.index(tenant), design.merged.policy.tenant(tenant).vlan)


def noninterference(design: Split, stage: Stage) -> bool:
    """Each tenant's frames and registers are the same alone and beside the other, at ease and at the most that the wires carry together."""
    slow = {"tx0": np.arange(16_000, dtype=np.uint8) % 2, "tx1": np.arange(16_000, dtype=np.uint8) % 2}
    for victim, attacker in (("a", "b"), ("b", "a")):
        mine = Scene(_frames(design, victim, 1, 40, 300), ready=slow, cycles=16_000)
        for gap, count in ((300, 40), (120, 100)):
            theirs = Scene(_frames(design, attacker, 2, count, gap, start=7))
            if two_runs(stage, _party(design, victim), _party(design, attacker), mine, theirs).differences:
                return False
    return True


def agreement(design: Split, stage: Stage) -> bool:
    """What leaves by the ports is what the reference sends, and so is what its counters say, for traffic that stays in hardware."""
    for tenant in ("a", "b"):
        frames = _frames(design, tenant, 3, 60, 300)
        seen = stage.play(Scene(frames, cycles=30_000))
        reference = Machine(design.merged.master.graph)
        for port, (_, frame) in sorted(((p, f) for p, each in frames.items() for f in each), key=lambda item: item[1][0]):
            reference.inject(f"port{port}_in", Packet.of(frame, device=port))
        for port in (0, 1):
            if [f for _, f in seen.frames[f"tx{port}"]] != [p.data for name, p in reference.emitted if name == f"port{port}_out"]:
                return False
        for (window, name), value in seen.registers.items():
            element, _, state = name.partition(".")
            if window and state and element in reference.stores and reference.stores[element].words.get((state, 0), 0) != value:
                return False
    return True


def strays(design: Split, stage: Stage) -> bool:
    """Frames with a tag that is nobody's, broken frames, and host frames with a wrong shim are dropped and counted."""
    frame = b"\x02" * 12 + b"\x81\x00\x03\x64\x08\x00" + bytes(46)
    shims = [b"\x88\xb5\x01" + bytes((t,)) + b"\x00\x01" + bytes(8) + (60).to_bytes(2, "big") + bytes(60) for t in (7, 200)]
    good = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00"
    seen = stage.play(Scene({0: [(0, frame), (100, good + bytes(4000))], 1: []}, host=[(50, s) for s in shims], cycles=4_000))
    counts = {name: seen.registers[0, name] for name in ("port0/unknown", "port0/malformed", "host/unknown")}
    return not any(seen.frames.values()) and counts == {"port0/unknown": 1, "port0/malformed": 1, "host/unknown": len(shims)}


def congestion(design: Split, stage: Stage) -> bool:
    """With a port stuck and then free, what leaves is a part of what was sent, in order and whole, and every loss is counted."""
    frames = {0: [(i * 52, b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + i.to_bytes(2, "big") + bytes(382)) for i in range(60)], 1: []}
    ready = np.zeros(8_000, dtype=np.uint8)
    ready[4_000:] = 1
    seen = stage.play(Scene(frames, ready={"tx1": ready}, cycles=8_000))
    numbers = [int.from_bytes(f[18:20], "big") for _, f in seen.frames["tx1"]]
    # But for their numbers they are one and the same.
    whole = all(len(f) == 402 and not any(f[20:]) for _, f in seen.frames["tx1"]) and len({f[:18] for _, f in seen.frames["tx1"]}) == 1
    counted = seen.registers[2, "port1/dropped"] + seen.registers[2, "port1/sent"] == 60
    return whole and counted and 0 < len(numbers) < 60 and numbers == sorted(set(numbers))


def backlog(design: Split, stage: Stage) -> bool:
    """A tenant that has filled its own queue at a stuck port costs the other none of its packets there."""
    flood = [(i * 20, b"\x02" * 12 + b"\x81\x00\x01\x64\x08\x00" + ipv4(0x08080808, 0x0A000001, 17, bytes(26))) for i in range(60)]
    few = [(1_500 + i * 20, b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + bytes(46)) for i in range(5)]
    ready = np.zeros(6_000, dtype=np.uint8)
    ready[3_000:] = 1
    seen = stage.play(Scene({0: flood, 1: few}, ready={"tx0": ready}, cycles=6_000))
    return len(_party(design, "b").frames(seen)["tx0"]) == len(few) and seen.registers[1, "port0/dropped"] > 0


def flood(design: Split, stage: Stage) -> bool:
    """More than the core takes, on both ports at once: what is not let in is counted, and all else leaves whole and in order."""
    tag = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00"
    # Of many lengths, so that room runs out, and is there again, at every place in a frame.
    sizes = [300 + 53 * index % 161 for index in range(120)]
    frames = {port: [(index * 50, tag + bytes((port, index)) + bytes((index,)) * sizes[index]) for index in range(120)] for port in (0, 1)}
    # Sources stall: who comes slower than it is read finds room within a frame.
    seen = stage.play(Scene(frames, cycles=16_000))
    for port in (0, 1):
        sent = [frame[18:] for _, frame in seen.frames[f"tx{1 - port}"]]
        numbers = [payload[1] for payload in sent]
        whole = all(payload == bytes((port, payload[1])) + bytes((payload[1],)) * sizes[payload[1]] for payload in sent)
        accepted, lost = seen.registers[0, f"port{port}/accepted"], seen.registers[0, f"port{port}/overflow"]
        dropped = seen.registers[2, f"port{1 - port}/dropped"]
        if not whole or numbers != sorted(set(numbers)) or accepted + lost != 120 or len(sent) + dropped != accepted:
            return False
    return seen.registers[0, "port0/overflow"] + seen.registers[0, "port1/overflow"] > 0


def shares(design: Split, stage: Stage) -> bool:
    """Of a port that both tenants want, each gets as many bytes as its weight says, one by short frames and one by long ones."""
    short = b"\x02" * 12 + b"\x81\x00\x01\x64\x08\x00" + ipv4(0x08080808, 0x0A000001, 17, bytes(18))
    long = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + bytes(600)
    # Each port has more than half of what the core takes.
    seen = stage.play(Scene({0: [(0, short)] * 900, 1: [(0, long)] * 90}, cycles=8_000, seed=None))
    sent = [
        sum(len(frame) for cycle, frame in seen.frames["tx0"] if 1_000 < cycle < 6_000 and _party(design, t).owns("tx0", frame))
        for t in "ab"
    ]
    return min(sent) > 0.8 * max(sent) > 10_000


def slots(design: Split, stage: Stage) -> bool:
    """In turns of time each tenant's frames leave, to the cycle, as they do alone, while the other offers more than its slots take."""
    frames = {
        "a": b"\x02" * 12 + b"\x81\x00\x01\x64\x08\x00" + ipv4(0x08080808, 0x0A000001, 17, bytes(200)),
        "b": b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + bytes(240),
    }
    for victim, attacker in (("a", "b"), ("b", "a")):
        # In cycles in which the wire is free of the other's: of many lengths, so that some do not fit in what is left of a slot.
        mine = {port: [(index * 331, frames[victim] + bytes(index * 37 % 150)) for index in range(30)] for port in (0, 1)}
        theirs = {port: [(index * 331 + 60 + 55 * n, frames[attacker]) for index in range(30) for n in range(5)] for port in (0, 1)}
        alone, beside = (
            stage.play(Scene(both, cycles=14_000, seed=None)) for both in (mine, {p: sorted(mine[p] + theirs[p]) for p in (0, 1)})
        )
        party = _party(design, victim)
        own = [{o: [(c, f) for c, f in each if party.owns(o, f)] for o, each in seen.frames.items()} for seen in (alone, beside)]
        if own[0] != own[1] or sum(map(len, own[0].values())) < 50:
            return False
    return True


Check = Callable[[Split, Stage], bool]
"""Whether the stage, on which the design plays, shows what is right."""

CHECKS: Final[tuple[Check, ...]] = (strays, agreement, congestion, backlog, flood, shares, noninterference)
"""In the order of the time they take to find something."""
