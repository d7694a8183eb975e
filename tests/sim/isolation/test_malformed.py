"""Malformed traffic, kind by kind: at each way into a core the offender's frames are dropped and counted, nobody else sees anything, and
its next frame passes (T18, T20).

The ways in are a port of the offender's own, the port in common, and the host's, with its shims. What only a board's shell can tell, a
frame that its media access controller marks as bad, is told there: `tests/boards/versa_ecp5/test_bad_frames.py`.
"""

from __future__ import annotations

import random
from typing import Final

import pytest

from sim.isolation import Scene
from sim.malformed import beats, kinds, units, wires
from tests.sim.attacks import GAP, IDLE, duel, frame_of, shims, spoken, tag
from tests.sim.tenant_sets import BOTH, OWN, PARTIES, VLAN, Lie, each_way, in_each_mode, liars

pytestmark = pytest.mark.slow

HOST: Final = 3
COUNT: Final = 40
CYCLES: Final = 34_000
HEADROOM: Final = 12
"""What a packet has in front of it where it comes from the host: what the liar strips, and a tag."""
by_each_way_in = pytest.mark.parametrize("way", ["own", "common", "host"])


def judged(mode: str, victim: str, attacker: str, seed: int, way: str, kind: str) -> None:
    """The victim sees no difference between its traffic alone and beside malformed frames of this ``kind`` on the ``way`` in, to the cycle
    where turns are slots of time; each of them is counted as malformed, once; and each frame behind one of them passes."""
    port = {"own": OWN[attacker], "common": BOTH, "host": HOST}[way]
    wire, rng = wires(liars(mode).core)[port], random.Random(f"{kind}/{way}/{seed}")
    wired, good, at = list[tuple[int, int]](), list[bytes](), IDLE
    for number in range(COUNT):
        body = frame_of(Lie.PLAIN.to_bytes(2, "big"), number.to_bytes(2, "big") + rng.randbytes(rng.randrange(50, 70)))
        good.append(body[:12] + tag(VLAN[attacker]) + body[12:])
        sent = next(shims([PARTIES[attacker].number], [1], body=bytes(HEADROOM) + body)) if way == "host" else good[-1]
        values = (*kinds(wire)[kind](wire, sent, rng), *beats(wire, sent))
        if way == "common" and not IDLE <= at % GAP <= GAP - len(values):
            # The victim's frames are at the beginning of each gap. A frame without its end takes with it what follows it on the wire.
            at += (IDLE - at) % GAP
        wired += units(values, at)
        at += len(values) + rng.randrange(4)
    assert at < CYCLES - 4_000
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=CYCLES)
    runs = duel(liars(mode), victim, attacker, mine, Scene({}, beats={port: wired}))
    counted = {
        what: runs.beside.registers[0, f"{name}/{what}"] - runs.alone.registers[0, f"{name}/{what}"]
        for name in ("host" if way == "host" else f"port{port}",)
        for what in ("malformed", "accepted", "unknown", "overflow")
    }
    assert counted == {"malformed": COUNT, "accepted": COUNT, "unknown": 0, "overflow": 0}
    out = PARTIES[attacker].frames(runs.beside)
    assert out.pop(f"tx{BOTH}" if way == "own" else f"tx{OWN[attacker]}") == good
    assert not any(out.values())


@in_each_mode
@each_way
@by_each_way_in
def test_t18_runts_are_dropped_and_counted(mode: str, victim: str, attacker: str, seed: int, way: str) -> None:
    """A frame of fewer bytes than an Ethernet header has, or of the host of no more than its shim, harms nobody else, nor the next."""
    judged(mode, victim, attacker, seed, way, "runts")


@in_each_mode
@each_way
@by_each_way_in
def test_t18_holes_in_keep_are_dropped_and_counted(mode: str, victim: str, attacker: str, seed: int, way: str) -> None:
    """A frame one beat of which, at its beginning, within it, at its end or in its shim, has a hole or keeps nothing harms nobody else."""
    judged(mode, victim, attacker, seed, way, "holes in keep")


@in_each_mode
@each_way
@by_each_way_in
def test_t18_missing_ends_are_dropped_and_counted(mode: str, victim: str, attacker: str, seed: int, way: str) -> None:
    """A frame whose end is not marked is dropped with the one that it runs into, which is the offender's, and the next is whole."""
    judged(mode, victim, attacker, seed, way, "missing ends")


@in_each_mode
@each_way
@pytest.mark.parametrize("way", ["own", "host"])
def test_t18_ends_that_come_too_late_are_dropped_and_counted(mode: str, victim: str, attacker: str, seed: int, way: str) -> None:
    """A frame that goes on for longer than a frame may, as one whose end is lost behind a full beat does, is dropped at its end, however
    late that comes, and the next is whole."""
    judged(mode, victim, attacker, seed, way, "frames that are too long")


@in_each_mode
@each_way
def test_t18_wrong_lengths_in_the_metadata_are_dropped_and_counted(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A frame whose shim says that it is longer than it is, or nothing, harms nobody else. No other way in has metadata: a port's frames
    are measured (what the SUME's shell says of them: `tests/boards/netfpga/test_nf_datapath.py`)."""
    judged(mode, victim, attacker, seed, "host", "wrong lengths in shims")


@in_each_mode
@each_way
@by_each_way_in
def test_t18_garbage_behind_the_first_beat_is_dropped_and_counted(mode: str, victim: str, attacker: str, seed: int, way: str) -> None:
    """A frame of which only the first beat is as it should be, and the rest random bytes in random lanes, harms nobody else."""
    judged(mode, victim, attacker, seed, way, "garbage behind the first beat")
