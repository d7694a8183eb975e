"""An attacker fills what its victim leaves of the wires, and never a cycle of the victim's own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.attacks import FLOOD, WORDS, Attacker, Gaps, gaps_of
from sim.frames import encode, ends
from sim.isolation import APART, Access, Scene, Timed, together
from sim.malformed import malformed
from tests.hdl.test_watch import core

GAP, COUNT = 500, 12
WIDTH = core().datapath.parameters.width
LONGEST = core().datapath.parameters.max_frame
FRAMES = [bytes((size % 256,)) * size for size in (60, 64, 90, LONGEST)]


def scene(lengths: Sequence[int]) -> Scene:
    """A victim's frames of these lengths at port 0, one a gap."""
    return Scene({0: [(GAP * index, b"v" * length) for index, length in enumerate(lengths)]}, cycles=GAP * COUNT, seed=None)


def attack(name: str, mine: Scene, seed: int = 1, windows: list[bool] | None = None) -> Scene:
    attacker = Attacker(core(), 0, {0: FRAMES, 1: FRAMES[:1]}, FRAMES[1:3])
    return attacker.attack(name, gaps(mine), seed, windows)


def gaps(mine: Scene) -> Gaps:
    return gaps_of(core(), mine, GAP, COUNT)


def starts(frames: Sequence[Timed]) -> dict[int, bytes]:
    """The frames by the cycle in which their first beat is on the wire, and by nothing else, as a source sends them."""
    valid, _ = encode(frames, WIDTH, GAP * COUNT)
    found, at = {}, 0
    for start, frame in frames:
        at = max(at, start)
        found[at] = frame
        at += -(-8 * len(frame) // WIDTH)
    assert valid.sum() == sum(-(-8 * len(frame) // WIDTH) for _, frame in frames)
    return found


@settings(deadline=None)
@given(lengths=st.lists(st.integers(60, LONGEST), min_size=COUNT, max_size=COUNT), seed=st.integers(0, 99), name=st.sampled_from([*WORDS]))
def test_the_victim_s_frames_begin_when_they_would_alone(lengths: list[int], seed: int, name: str) -> None:
    mine = scene(lengths)
    both = starts(together(mine, attack(name, mine, seed)).ports[0])
    assert {at: frame for at, frame in both.items() if at % GAP == 0} == dict(mine.ports[0])


def test_a_flood_leaves_less_of_each_gap_than_a_frame_takes() -> None:
    mine = scene([100] * COUNT)
    beats = -(-8 * LONGEST // WIDTH)
    flood = attack(FLOOD, mine)
    for frames, begins in ((flood.ports[0], 13), (flood.host, 0)):
        for index in range(COUNT):
            inside = [(at - GAP * index, frame) for at, frame in frames if at // GAP == index]
            assert inside[0][0] == begins
            last, frame = inside[-1]
            assert GAP - (last + -(-8 * len(frame) // WIDTH)) <= beats


def test_bursts_are_in_one_of_four_gaps_and_secrets_in_those_that_are_set() -> None:
    mine = scene([100] * COUNT)
    assert {at // GAP for at, _ in attack("bursts", mine).ports[0]} == {0, 4, 8}
    secret = [index % 3 == 1 for index in range(COUNT)]
    told = attack(FLOOD, mine, windows=secret)
    starts = [at for at, _ in (*told.ports[0], *told.ports[1], *told.host)]
    assert {at // GAP for at in starts} == {1, 4, 7, 10}
    assert min(at % GAP for at in starts) == GAP * 9 // 10


def test_bursts_are_of_frames_as_long_as_there_are() -> None:
    found = attack("bursts", scene([100] * COUNT))
    assert {len(frame) for frames in found.ports.values() for _, frame in frames} == {LONGEST}
    assert {(len(frame) - 16, int.from_bytes(frame[14:16], "big")) for _, frame in found.host} == {(LONGEST, LONGEST)}


def test_broken_framing_is_of_every_kind_and_leaves_each_gap_with_an_end() -> None:
    for seed in range(4):
        found = attack("malformed frames", scene([60] * COUNT), seed)
        for port, beats in found.beats.items():
            taken = {at for at, _ in beats}
            assert len(taken) == len(beats)
            frames = found.host if port == 2 else found.ports[port]
            assert taken.isdisjoint(at + n for at, frame in frames for n in range(-(-8 * len(frame) // WIDTH)))
            for index in range(COUNT):
                inside = [(at, value) for at, value in beats if GAP * index <= at < GAP * (index + 1)]
                assert not inside or inside[0][0] >= GAP * index + (8 if port == 0 else 0)
                assert not inside or ends([inside[-1][1]], WIDTH) == 1
        assert malformed(core(), found) > 10 * COUNT
        assert set(found.beats) == {0, 1, 2}


def test_malformed_frames_are_of_every_kind() -> None:
    spoiled = [frame for seed in range(8) for _, frame in attack("malformed frames", scene([60] * COUNT), seed).ports[0]]
    sizes = {len(frame) for frame in spoiled}
    assert min(sizes) < 14
    assert {LONGEST, LONGEST + 1, LONGEST + 400} <= sizes
    assert sum(frame not in FRAMES for frame in spoiled) > len(spoiled) // 2
    # Most still say whose they are.
    assert sum(frame[:14] in {known[:14] for known in FRAMES} for frame in spoiled) > len(spoiled) // 2


@pytest.mark.parametrize("tenant", range(core().tenants))
def test_accesses_are_to_its_own_window_between_the_victim_s_and_no_closer_than_the_bus_takes_them(tenant: int) -> None:
    polls = [Access(GAP * index + 203, 8) for index in range(40)]
    mine = Scene({}, cycles=GAP * 40, seed=None, accesses=polls)
    found = Attacker(core(), tenant, {}, []).attack("register accesses", gaps_of(core(), mine, GAP, 40), 1)
    assert found.ports == {}
    bits = core().window_bits
    assert {access.address >> bits for access in found.accesses} == {tenant + 1}
    assert len({access.address for access in found.accesses}) > 1_000
    cycles = sorted(access.cycle for access in (*found.accesses, *polls))
    assert all(later - earlier >= APART for earlier, later in pairwise(cycles))
    assert len(cycles) > GAP * 40 // APART * 0.9
    assert {access.strobe for access in found.accesses if access.data is not None} == set(range(16))
    assert 0.4 < sum(access.data is None for access in found.accesses) / len(found.accesses) < 0.6


def test_frames_longer_than_the_longest_are_spoiled_like_others() -> None:
    attacker = Attacker(core(), 0, {0: [bytes(LONGEST + 6)]}, [])
    for seed in range(20):
        assert attacker.attack("malformed frames", gaps(scene([60] * COUNT)), seed).ports[0]


def test_an_attack_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="a drought"):
        attack("a drought", scene([60] * COUNT))


@pytest.mark.parametrize("name", WORDS)
def test_the_same_seed_is_the_same_attack(name: str) -> None:
    mine = scene([200] * COUNT)
    assert attack(name, mine, 3) == attack(name, mine, 3)
    assert attack(name, mine, 3) != attack(name, mine, 4)
