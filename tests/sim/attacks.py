"""What tenants of `tests.sim.tenant_sets` attack each other with, and what is asked of the two runs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import numpy as np

from hdl.share_turns import QUANTUM
from sim.isolation import Party, Scene, Seen, Stage, Timed, TwoRuns, two_runs
from sim.packets import internet_checksum
from sim.tenant_traffic import random_traffic
from tests.sim.tenant_sets import BOTH, OWN, PARTIES, VLAN, Bucket, Lie, example_tenants

GAP = 400
"""Cycles from one of the victim's frames to the next; the longest takes 260."""
IDLE = 290
"""Where in a gap the wire is certainly idle."""
TIMES = ".full_at"
"""Registers with a time in them."""
Frames = dict[int, list[Timed]]
"""By port."""
BURSTS = (0, 60_000, 99_000, 112_000)
"""Cycles at which bursts begin; in the third the clock wraps, if it does. One takes 2000 cycles: 16 us."""


def traffic(tenant: str, seed: int, count: int = 60, gap: int = GAP, start: int = 0) -> Frames:
    """Frames of ``tenant`` of the examples on both ports, ``gap`` cycles between starts."""
    frames: Frames = {0: [], 1: []}
    packets = random_traffic(example_tenants().master, example_tenants().policy, seed, count, only=tenant)
    for index, (port, packet) in enumerate(packets):
        frames[port].append((start + index * gap, packet.data))
    return frames


def tag(vlan: int, kind: int = 0x8100, priority: int = 0) -> bytes:
    return kind.to_bytes(2, "big") + (vlan | priority << 12).to_bytes(2, "big")


def with_priority(frame: bytes, priority: int) -> bytes:
    """``frame`` with other priority and drop eligible bits, where it has a whole tag."""
    return frame[:14] + bytes((priority << 4 | frame[14] & 15,)) + frame[15:] if len(frame) > 15 else frame


def frame_of(tags: bytes, payload: bytes = bytes(46)) -> bytes:
    return b"\x02\x00\x00\x00\x0a\x00\x02\x00\x00\x00\xcc\x00" + tags + payload


def spoken(
    tenant: str, seed: int, count: int, gap: int, start: int = 0, kinds: Sequence[int] = tuple(Lie), ports: Sequence[int] | None = None
) -> Frames:
    """Frames of a liar, numbered, whose payload begins with the other's tag so that it stands where a tag does once they are shifted."""
    rng = random.Random(seed)
    other = VLAN["b" if tenant == "a" else "a"]
    frames: Frames = {0: [], 1: [], 2: []}
    for index in range(count):
        port = rng.choice(ports or (OWN[tenant], BOTH))
        body = rng.randbytes(6) + tag(other) + index.to_bytes(2, "big") + rng.randbytes(rng.randrange(40, 90))
        frames[port].append((start + index * gap, frame_of(tag(VLAN[tenant]) + rng.choice(kinds).to_bytes(2, "big"), body)))
    return frames


def in_the_gaps(frames: Iterable[bytes], gap: int = GAP, first: int = IDLE) -> Iterator[Timed]:
    """``frames`` in the part of each gap from its cycle ``first`` on; one that is too long for it takes it all."""
    at = first
    for frame in frames:
        takes = len(frame) // 8 * 4 // 3 + 6
        place = at % gap
        if place < first:
            at += first - place
        elif place > first and place + takes > gap:
            at += gap - place + first
        yield at, frame
        at += takes


def duel(stage: Stage, victim: str, attacker: str, mine: Scene, theirs: Scene, but: str | None = None) -> TwoRuns:
    """Two runs, the victim alone and beside the attacker, in which it sees no difference. Where turns are slots of time and no output is
    held up, times are no difference either, to the cycle, and no register is left out."""
    if stage.core.datapath.parameters.strict and mine.ready is None:
        runs = two_runs(stage, PARTIES[victim], PARTIES[attacker], replace(mine, seed=None), theirs, timed=True)
    else:
        runs = two_runs(stage, PARTIES[victim], PARTIES[attacker], mine, theirs, but=but)
    assert runs.differences == ()
    return runs


def more(runs: TwoRuns, counter: str) -> list[int]:
    """What the attacker adds to a counter of the operator's, at ports 0 and 1."""
    return [runs.beside.registers[0, f"port{port}/{counter}"] - runs.alone.registers[0, f"port{port}/{counter}"] for port in (0, 1)]


def shims(tenants: Iterable[int], edges: Sequence[int], *, body: bytes = bytes(60), rest: bytes = bytes(8)) -> Iterator[bytes]:
    """Frames of the host with shims that name these tenants and crossings, with annotations ``rest``."""
    for tenant in tenants:
        for edge in edges:
            yield b"\x88\xb5\x01" + bytes((tenant,)) + edge.to_bytes(2, "big") + rest + len(body).to_bytes(2, "big") + body


def places(stage: Stage, attacker: str) -> list[int]:
    """Addresses around and outside the state of ``attacker``: every place of its window that has no register, the last and first words of
    the windows beside it, and the windows behind the last one, up to where addresses wrap."""
    core = stage.core
    bits, window = core.window_bits, PARTIES[attacker].number + 1
    mapped = {register.address for register in core.registers}
    end = 1 << (bits + (core.tenants).bit_length())
    own = range(window << bits, (window + 1) << bits, 8)
    beyond = [*range((core.tenants + 1) << bits, end, 8)]
    beside = [(w << bits) + offset for w in range(end >> bits) for offset in (0, 8, (1 << bits) - 8)]
    return sorted({address for address in (*own, *beside, *beyond) if address not in mapped})


def malformed(seed: int, vlan: int) -> Iterator[bytes]:
    """Frames with the tag ``vlan`` whose sizes are wrong or at the edge of a beat, and IP headers that lie about theirs."""
    rng = random.Random(seed)
    sizes = [*range(1, 40), 63, 64, 65, 71, 72, 73, 1599, 1600, 1601, 2000, 9600]
    rng.shuffle(sizes)
    for size in sizes:
        yield frame_of(tag(vlan) + b"\x08\x00", rng.randbytes(max(0, size - 18)))[:size]
    for first, length in ((0x40, 60), (0x44, 60), (0x4F, 40), (0x45, 0), (0x45, 19), (0x45, 61), (0x45, 65535), (0x65, 60)):
        yield frame_of(tag(vlan) + b"\x08\x00", bytes((first, 0)) + length.to_bytes(2, "big") + rng.randbytes(56))
    yield frame_of(tag(vlan) + b"\x08\x06", b"\x00\x01\x08\x00\x06\x04\x00\x01")


def stuck_until(cycle: int, cycles: int) -> Any:
    return (np.arange(cycles) >= cycle).astype(np.uint8)


def lost(runs: TwoRuns, party: Party, output: str) -> int:
    return party.registers(runs.beside)[f"{output.replace('tx_', '').replace('tx', 'port')}/dropped"]


SIZE = 300
"""Bytes of a packet as a bucket sees it, without the tenant's tag."""


def paid(tenant: str, kind: int, number: int) -> bytes:
    return frame_of(tag(VLAN[tenant]) + kind.to_bytes(2, "big"), number.to_bytes(4, "big") + bytes(SIZE - 18))


def little(tenant: str, count: int) -> Frames:
    """A few small frames of every kind, within every rate but the slowest."""
    kinds = list(Bucket)
    frames: Frames = {0: [], 1: []}
    for i in range(count):
        frames[i % 2].append(
            (i * GAP, frame_of(tag(VLAN[tenant]) + kinds[i // 2 % 5].to_bytes(2, "big"), i.to_bytes(2, "big") + bytes(44)))
        )
    return frames


def passed(seen: Seen, tenant: str, kind: int, size: int = SIZE) -> int:
    """How many packets of the kind and size left."""
    return sum(frame[16:18] == kind.to_bytes(2, "big") and len(frame) == size + 4 for frame in PARTIES[tenant].frames(seen)["tx1"])


def ip_frame(tenant: str, destination: str, ttl: int = 64, number: int = 0) -> bytes:
    """An IP packet of ``tenant`` with a sound header, known by its ``number``."""
    header = b"\x45\x00\x00\x2e" + number.to_bytes(2, "big") + b"\x00\x00" + bytes((ttl, 17)) + bytes(2) + b"\x0a\x09\x00\x01"
    header += ip_address(destination).packed
    checksum = internet_checksum(header).to_bytes(2, "big")
    return frame_of(tag(VLAN[tenant]) + b"\x08\x00", header[:10] + checksum + header[12:] + number.to_bytes(2, "big") + bytes(24))


def bound(stage: Stage) -> int:
    """Cycles that the others can hold up a tenant's packet for, in turns of shares: at each of the two places where tenants meet, each of
    them what it may send in a turn and one packet more."""
    parameters, weights = stage.core.datapath.parameters, stage.core.datapath.weights
    return 2 * sum(QUANTUM * weight + parameters.max_frame for weight in weights) // (parameters.width // 8)
