"""What a tenant may learn of another by the way (T35 to T38; T38 is `tests/sim/test_information_flow.py`)."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

from sim.channel import bits_per_second
from sim.frames import encode
from sim.isolation import Scene, Seen, together
from tests.sim.attacks import GAP, bound, duel, frame_of, in_the_gaps, spoken, tag
from tests.sim.tenant_sets import OWN, PARTIES, VLAN, Lie, each_way, in_each_mode, liars

pytestmark = pytest.mark.slow

WINDOWS: Final = 150
CLOCK: Final = 125e6
"""Cycles a second, for rates."""


def secrets(seed: int) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(2) for _ in range(WINDOWS)]


def told(attacker: str, secret: list[int], size: int, count: int) -> Scene:
    """In each window whose secret is set, ``count`` frames of ``size`` bytes from the attacker's own port to the one in common."""
    frame = frame_of(tag(VLAN[attacker]) + b"\x08\x05", bytes(size - 18))
    return Scene({OWN[attacker]: [(GAP * i, frame) for i, bit in enumerate(secret) if bit for _ in range(count)]})


def probes(victim: str) -> Scene:
    """One frame a window from the victim's own port to the one in common."""
    frames = [frame_of(tag(VLAN[victim]) + b"\x08\x05", i.to_bytes(2, "big") + bytes(44)) for i in range(WINDOWS)]
    return Scene({OWN[victim]: [(GAP * i + 220, frame) for i, frame in enumerate(frames)]}, cycles=GAP * WINDOWS + 3_000, seed=None)


def delays(seen: Seen, victim: str) -> list[int]:
    """What each probe took, in cycles."""
    return [at - GAP * i for i, (at, _) in enumerate(PARTIES[victim].timed(seen)["tx1"])]


SECONDS: Final = GAP * WINDOWS / CLOCK


@pytest.mark.parametrize(("size", "count"), [(64, 30), (1_500, 1)])
@each_way
def test_t35_in_turns_of_time_what_a_packet_takes_says_nothing(victim: str, attacker: str, seed: int, size: int, count: int) -> None:
    """What each of the victim's packets takes, to the cycle, is the same whatever another sends when: the channel has no capacity."""
    stage, mine = liars("strict"), probes(victim)
    alone = delays(stage.play(mine), victim)
    assert len(alone) == WINDOWS
    for secret in (secrets(seed), [1 - bit for bit in secrets(seed)]):
        assert delays(stage.play(together(mine, told(attacker, secret, size, count))), victim) == alone


@pytest.mark.parametrize(("size", "count"), [(64, 30), (1_500, 1)])
@each_way
def test_t35_in_turns_of_shares_the_channel_of_delays_is_measured(
    victim: str, attacker: str, seed: int, size: int, count: int, record_property: Callable[[str, object], None]
) -> None:
    """In turns of shares a packet waits for another tenant's, so that delays do tell: the channel's capacity is measured, and is at most a
    bit a probe; no probe waits longer than its bound, and with nothing told nothing is found."""
    stage, mine, secret = liars("shared"), probes(victim), secrets(seed)
    alone = delays(stage.play(mine), victim)
    beside = delays(stage.play(together(mine, told(attacker, secret, size, count))), victim)
    capacity = bits_per_second(secret, beside, SECONDS)
    record_property("bits a second", round(capacity))
    sys.stdout.write(f"delays, {count} frames of {size} bytes: {capacity:.0f} bit/s of at most {WINDOWS / SECONDS:.0f}\n")
    assert 0.3 * WINDOWS / SECONDS < capacity <= WINDOWS / SECONDS
    assert max(b - a for a, b in zip(alone, beside, strict=True)) <= bound(stage)
    assert bits_per_second(secret, alone, SECONDS) == 0


def crowded(victim: str, many: int, every: int) -> Scene:
    """More of the victim's frames in each window than it has room for, for the host and the port in common."""
    frames = []
    for i in range(WINDOWS):
        for n in range(many if i % every == 0 else 4):
            kind = (Lie.PLAIN, Lie.TO_HOST)[n % 2].to_bytes(2, "big")
            frames.append((GAP * i, frame_of(tag(VLAN[victim]) + kind, i.to_bytes(2, "big") + bytes((n,)) + bytes(60))))
    return Scene({OWN[victim]: frames}, cycles=GAP * WINDOWS + 6_000, seed=None)


@each_way
def test_t36_in_turns_of_time_losses_order_and_counters_say_nothing(victim: str, attacker: str, seed: int) -> None:
    """Which of a victim's frames are lost where it sends more than it has room for, their order at the host's port and at others, and all
    its registers are the same whatever another does at the same ports, the host's among them."""
    stage, mine = liars("strict"), crowded(victim, 150, 6)
    flood = spoken(attacker, seed, 3_000, 10, kinds=(Lie.TO_HOST, Lie.PLAIN), ports=(OWN[attacker],))[OWN[attacker]]
    theirs = {OWN[attacker]: [(0, frame) for _, frame in flood]}
    runs = duel(stage, victim, attacker, mine, Scene(theirs))
    offered = len(mine.ports[OWN[victim]])
    assert 0 < sum(map(len, PARTIES[victim].frames(runs.beside).values())) < offered
    assert sum(map(len, PARTIES[attacker].frames(runs.beside).values())) > 300


@each_way
def test_t36_in_turns_of_shares_the_channel_of_losses_is_measured(
    victim: str, attacker: str, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """In turns of shares a victim that sends more than it has room for loses more while another sends too: how many of its frames of each
    window leave is measured as a channel, of at most a bit a window; within its room it loses nothing."""
    stage, mine, secret = liars("shared"), crowded(victim, 24, 1), secrets(seed)
    theirs = together(told(attacker, secret, 300, 9), Scene({}))
    slow = {"tx1": (np.arange(mine.cycles) % 4 == 0).astype(np.uint8)}
    seen = stage.play(together(Scene(mine.ports, ready=slow, cycles=mine.cycles, seed=None), theirs))
    left = Counter(int.from_bytes(frame[18:20], "big") for frame in PARTIES[victim].frames(seen)["tx1"])
    capacity = bits_per_second(secret, [left[i] for i in range(WINDOWS)], SECONDS)
    record_property("bits a second", round(capacity))
    sys.stdout.write(f"losses: {capacity:.0f} bit/s of at most {WINDOWS / SECONDS:.0f}\n")
    assert capacity <= WINDOWS / SECONDS
    few = duel(stage, victim, attacker, probes(victim), theirs)
    assert len(PARTIES[victim].frames(few.beside)["tx1"]) == WINDOWS


@in_each_mode
@each_way
def test_t37_what_is_on_wires_between_frames_reaches_nobody(
    mode: str, victim: str, attacker: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands on the data lines in cycles without a beat and in the lanes behind a frame's end, the victim's frames, times and
    registers are the same: unknown values, which a simulator with two states has none of, are tried as random ones."""
    seen = []
    for garbage in (None, seed, seed + 100):
        if garbage is not None:
            monkeypatch.setattr("sim.isolation.encode", with_garbage(garbage))
        mine = Scene(spoken(victim, seed, 40, GAP), cycles=20_000)
        theirs = {p: list(in_the_gaps(f for _, f in each)) for p, each in spoken(attacker, seed + 9, 100, 60).items()}
        seen.append(duel(liars(mode), victim, attacker, mine, Scene(theirs)).beside)
    assert seen[0] == seen[1] == seen[2]


def with_garbage(seed: int) -> Callable[..., Any]:
    """`sim.frames.encode`, with random bits wherever nobody may look."""

    def noisy(frames: Any, width: int, cycles: int, there: Any = None) -> tuple[Any, Any]:
        valid, payload = encode(frames, width, cycles, there)
        noise = np.random.default_rng(seed).integers(0, 1 << 32, payload.shape, dtype=np.uint32)
        # Data, keep and last are the lowest bits; what a port does not have must stay zero.
        noise[:, width // 32] &= (1 << width // 8 + 1) - 1
        noise[valid != 0] = payload[valid != 0]
        for cycle in np.flatnonzero(valid):
            keep = int(payload[cycle, width // 32]) & ((1 << width // 8) - 1)
            rest = seed.to_bytes(8, "little") * (width // 64)
            raw = payload[cycle].tobytes()
            noise[cycle] = np.frombuffer(raw[: keep.bit_length()] + rest[keep.bit_length() :] + raw[width // 8 :], dtype=np.uint32)
        return valid, noise

    return noisy
