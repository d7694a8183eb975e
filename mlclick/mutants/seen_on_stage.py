"""Checks that the small design passes when it is played on."""

from __future__ import annotations

import numpy as np

from elements.reference.machine import Machine
from elements.reference.packet import Packet
from mlclick.mutants.bench import Bench
from sim.frames import with_keep
from sim.isolation import Access, Scene, two_runs
from sim.malformed import beats, units, wires
from sim.packets import ipv4


def noninterference(bench: Bench) -> bool:
    """Each tenant's frames and registers are the same alone and beside the other, at ease and at the most that the wires carry together."""
    slow = {"tx0": np.arange(16_000, dtype=np.uint8) % 2, "tx1": np.arange(16_000, dtype=np.uint8) % 2}
    for victim, attacker in (("a", "b"), ("b", "a")):
        mine = Scene(bench.frames(victim, 1, 40, 300), ready=slow, cycles=16_000)
        for gap, count in ((300, 40), (120, 100)):
            theirs = Scene(bench.frames(attacker, 2, count, gap, start=7))
            if two_runs(bench.stage, bench.party(victim), bench.party(attacker), mine, theirs).differences:
                return False
    return True


def agreement(bench: Bench) -> bool:
    """What leaves by the ports is what the reference sends, and so is what its counters say, for traffic that stays in hardware."""
    for tenant in ("a", "b"):
        frames = bench.frames(tenant, 3, 60, 300)
        seen = bench.stage.play(Scene(frames, cycles=30_000))
        reference, compared = Machine(bench.merged.master.graph), 0
        for port, (_, frame) in sorted(((p, f) for p, each in frames.items() for f in each), key=lambda item: item[1][0]):
            reference.inject(f"port{port}_in", Packet.of(frame, device=port))
        for port in (0, 1):
            if [f for _, f in seen.frames[f"tx{port}"]] != [p.data for name, p in reference.emitted if name == f"port{port}_out"]:
                return False
        for (window, name), value in seen.registers.items():
            element, _, state = name.partition(".")
            if window and state and element in reference.stores:
                compared += value > 0
                if reference.stores[element].words.get((state, 0), 0) != value:
                    return False
        if not compared or len(seen.frames["tx0"]) + len(seen.frames["tx1"]) < sum(map(len, frames.values())) // 4:
            return False
    return True


def strays(bench: Bench) -> bool:
    """Frames with a tag that is nobody's, broken frames, and host frames with a wrong shim, none, or one with a hole are dropped and
    counted."""
    frame = b"\x02" * 12 + b"\x81\x00\x03\x64\x08\x00" + bytes(46)
    shims = [b"\x88\xb5\x01" + bytes((t,)) + b"\x00\x01" + bytes(8) + (60).to_bytes(2, "big") + bytes(60) for t in (7, 200)]
    good = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00"
    host = wires(bench.core)[-1]
    whole = beats(host, shims[0][:3] + bytes((bench.party("a").number,)) + shims[0][4:])
    holed = [with_keep(whole[0], host.width, 0xFE), *whole[1:]]
    seen = bench.stage.play(
        Scene(
            {0: [(0, frame), (100, good + bytes(4000))], 1: []},
            host=[*((50, s) for s in shims), (300, bytes(9))],
            cycles=4_000,
            beats={bench.stage.ports: units(holed, 400)},
        )
    )
    expected = {"port0/unknown": 1, "port0/malformed": 1, "host/unknown": len(shims), "host/malformed": 2}
    return not any(seen.frames.values()) and all(seen.registers[0, name] == count for name, count in expected.items())


def copies(bench: Bench) -> bool:
    """A copy leaves by its port while the port of the other copy is stuck; what waits there, and all that comes later, leaves by both."""
    frames = [(index * 100, b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x01" + index.to_bytes(46, "big")) for index in range(20)]
    ready = np.zeros(6_000, dtype=np.uint8)
    ready[3_000:] = 1
    later = [(4_000 + at, frame[:18] + (100 + index).to_bytes(46, "big")) for index, (at, frame) in enumerate(frames[:10])]
    seen = bench.stage.play(Scene({0: [], 1: [*frames, *later]}, ready={"tx0": ready}, cycles=6_000))
    stuck, free = ([frame for _, frame in seen.frames[port]] for port in ("tx0", "tx1"))
    sent, after = ([frame for _, frame in each] for each in (frames, later))
    waited = stuck[: -len(after)]
    # The stuck port's queue has room for 16.
    in_time = sum(cycle < 3_000 for cycle, _ in seen.frames["tx1"]) == len(sent)
    return in_time and free == sent + after and stuck == waited + after and len(waited) >= 16 and waited == sent[: len(waited)]


def crosses(bench: Bench) -> bool:
    """What is for the host comes there in its order, with the shim of its tenant, the paint that it was given, and its bytes."""
    frames = [(index * 100, b"\x02" * 12 + b"\x81\x00\x02\x64\x09\x00" + index.to_bytes(46, "big")) for index in range(10)]
    seen = bench.stage.play(Scene({0: [], 1: frames}, cycles=4_000))
    came = [frame for _, frame in seen.frames["tx_host"]]
    # In front of the frame, without its tag, is the room that the crossing leaves for one.
    whole = [frame[20:] for frame in came] == [frame[:12] + frame[16:] for _, frame in frames]
    return whole and {(frame[3], frame[6] & 15, frame[7]) for frame in came} == {(bench.party("b").number, 1, 3)}


def registers(bench: Bench) -> bool:
    """Reading every register, and writing some bytes of every one, changes nothing; a write of all of one resets that one alone."""
    mine = Scene(bench.frames("a", 1, 40, 300), cycles=16_000)
    every = [register.address for register in bench.core.registers]
    storm = [Access(100 + 16 * index, address) for index, address in enumerate(every * 2)]
    storm += [Access(8_000 + 16 * index, address, 0, strobe=1) for index, address in enumerate(every)]
    party, other = bench.party("a"), bench.party("b")
    if two_runs(bench.stage, party, other, mine, Scene({}, accesses=storm)).differences:
        return False
    before = bench.stage.play(mine).registers
    own = [r for r in bench.core.registers if r.resettable and r.window == party.number + 1]
    reset = next((r for r in own if before[r.window, r.name]), None)
    if reset is None:
        return False
    after = bench.stage.play(Scene(mine.ports, cycles=mine.cycles, accesses=[Access(15_000, reset.address, 0)])).registers
    return {place for place in before if before[place] != after[place]} == {(reset.window, reset.name)}


def congestion(bench: Bench) -> bool:
    """With a port stuck and then free, what leaves is a part of what was sent, in order and whole, and every loss is counted."""
    frames = {0: [(i * 52, b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + i.to_bytes(2, "big") + bytes(382)) for i in range(60)], 1: []}
    ready = np.zeros(8_000, dtype=np.uint8)
    ready[4_000:] = 1
    seen = bench.stage.play(Scene(frames, ready={"tx1": ready}, cycles=8_000))
    numbers = [int.from_bytes(f[18:20], "big") for _, f in seen.frames["tx1"]]
    # But for their numbers they are one and the same.
    whole = all(len(f) == 402 and not any(f[20:]) for _, f in seen.frames["tx1"]) and len({f[:18] for _, f in seen.frames["tx1"]}) == 1
    counted = seen.registers[2, "port1/dropped"] + seen.registers[2, "port1/sent"] == 60
    return whole and counted and 0 < len(numbers) < 60 and numbers == sorted(set(numbers))


def backlog(bench: Bench) -> bool:
    """A tenant that has filled its own queue at a stuck port costs the other none of its packets there."""
    flood = [(i * 20, b"\x02" * 12 + b"\x81\x00\x01\x64\x08\x00" + ipv4(0x08080808, 0x0A000001, 17, bytes(26))) for i in range(60)]
    few = [(1_500 + i * 20, b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + bytes(46)) for i in range(5)]
    ready = np.zeros(6_000, dtype=np.uint8)
    ready[3_000:] = 1
    seen = bench.stage.play(Scene({0: flood, 1: few}, ready={"tx0": ready}, cycles=6_000))
    dropped = [seen.registers[window, "port0/dropped"] for window in (1, 2)]
    return len(bench.party("b").frames(seen)["tx0"]) == len(few) and dropped[0] > 0 and not dropped[1]


def flood(bench: Bench) -> bool:
    """More than the core takes, on both ports at once: what is not let in is counted, and all else leaves whole and in order."""
    tag = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00"
    # Of many lengths, so that room runs out, and is there again, at every place in a frame.
    sizes = [300 + 53 * index % 161 for index in range(120)]
    frames = {port: [(index * 50, tag + bytes((port, index)) + bytes((index,)) * sizes[index]) for index in range(120)] for port in (0, 1)}
    # Sources stall: who comes slower than it is read finds room within a frame.
    seen = bench.stage.play(Scene(frames, cycles=16_000))
    for port in (0, 1):
        sent = [frame[18:] for _, frame in seen.frames[f"tx{1 - port}"]]
        if len(sent) < 20 or any(len(payload) < 2 for payload in sent):
            return False
        numbers = [payload[1] for payload in sent]
        whole = all(payload == bytes((port, payload[1])) + bytes((payload[1],)) * sizes[payload[1]] for payload in sent)
        accepted, lost = seen.registers[0, f"port{port}/accepted"], seen.registers[0, f"port{port}/overflow"]
        dropped = seen.registers[2, f"port{1 - port}/dropped"]
        if not whole or numbers != sorted(set(numbers)) or accepted + lost != 120 or len(sent) + dropped != accepted:
            return False
    return seen.registers[0, "port0/overflow"] + seen.registers[0, "port1/overflow"] > 0


def shares(bench: Bench) -> bool:
    """Of a port that both tenants want, each gets as many bytes as its weight says, one by short frames and one by long ones."""
    short = b"\x02" * 12 + b"\x81\x00\x01\x64\x08\x00" + ipv4(0x08080808, 0x0A000001, 17, bytes(18))
    long = b"\x02" * 12 + b"\x81\x00\x02\x64\x08\x00" + bytes(600)
    # Each port has more than half of what the core takes.
    seen = bench.stage.play(Scene({0: [(0, short)] * 900, 1: [(0, long)] * 90}, cycles=8_000, seed=None))
    sent = [
        sum(len(frame) for cycle, frame in seen.frames["tx0"] if 1_000 < cycle < 6_000 and bench.party(t).owns("tx0", frame)) for t in "ab"
    ]
    return min(sent) > 0.8 * max(sent) > 10_000


def slots(bench: Bench) -> bool:
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
            bench.strict_stage.play(Scene(both, cycles=14_000, seed=None))
            for both in (mine, {p: sorted(mine[p] + theirs[p]) for p in (0, 1)})
        )
        party = bench.party(victim)
        own = [{o: [(c, f) for c, f in each if party.owns(o, f)] for o, each in seen.frames.items()} for seen in (alone, beside)]
        if own[0] != own[1] or sum(map(len, own[0].values())) < 50:
            return False
    return True
