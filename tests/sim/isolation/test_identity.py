"""Whose a frame is (T1 to T7)."""

from __future__ import annotations

import random

import pytest

from sim.isolation import Scene
from tests.sim.attacks import GAP, TIMES, duel, frame_of, in_the_gaps, more, shims, spoken, tag, traffic, with_priority
from tests.sim.tenant_sets import OWN, PARTIES, VLAN, each_way, examples, in_each_mode, liars

pytestmark = pytest.mark.slow


@in_each_mode
@each_way
def test_a_tenant_sees_nothing_of_another_s_traffic(mode: str, victim: str, attacker: str, seed: int) -> None:
    """What two example tenants do with their traffic is the same alone and beside each other, to their last register."""
    mine, theirs = Scene(traffic(victim, seed), cycles=40_000), Scene(traffic(attacker, seed + 100, start=200))
    runs = duel(examples(mode), victim, attacker, mine, theirs)
    assert any(PARTIES[attacker].frames(runs.beside).values())


@in_each_mode
@each_way
def test_t1_a_flood_that_nobody_owns_is_dropped_and_counted_and_nobody_sees_it(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Frames with no tag or with an unknown one are dropped and counted, enter no tenant, and change nothing that one sees."""
    rng = random.Random(seed)
    unknown = [b"", tag(4095), tag(0), tag(1), tag(VLAN[victim], 0x88A8), tag(VLAN[victim], 0x9100), tag(VLAN[victim])[:3]]
    unknown += [tag(v) for v in rng.sample([v for v in range(4096) if v not in VLAN.values()], 300)]
    floods = {port: list(in_the_gaps(frame_of(t + b"\x08\x00") for t in rng.sample(unknown, len(unknown)))) for port in (0, 1)}
    runs = duel(examples(mode), victim, attacker, Scene(traffic(victim, seed), cycles=40_000), Scene(floods))
    assert more(runs, "unknown") == [len(unknown)] * 2
    assert not any(PARTIES[attacker].frames(runs.beside).values())
    assert not any(PARTIES[attacker].registers(runs.beside, TIMES).values())


@in_each_mode
@each_way
def test_t2_tags_that_alias_the_victim_s_are_nobody_s(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A tag that equals the victim's in all bits but one, or only modulo a power of two, is not the victim's."""
    vlan = VLAN[victim]
    aliases = {vlan ^ 1 << bit for bit in range(12)} | {vlan % (1 << k) for k in range(12)} | {vlan % 32 + 32 * i for i in range(128)}
    aliases |= {vlan % 256 + 256 * i for i in range(16)}
    flood = [frame_of(tag(alias) + b"\x08\x00") for alias in sorted(aliases - {*VLAN.values()})]
    random.Random(seed).shuffle(flood)
    theirs = {port: list(in_the_gaps(flood)) for port in (0, 1)}
    runs = duel(examples(mode), victim, attacker, Scene(traffic(victim, seed), cycles=40_000), Scene(theirs))
    assert more(runs, "unknown") == [len(flood)] * 2


@in_each_mode
@each_way
def test_t3_priority_and_drop_eligible_bits_change_no_owner(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A frame is its tag's tenant's with any of the 16 values of priority and drop eligibility, and stays out of everybody else's sight."""
    rng = random.Random(seed)
    values = [*range(16)] * 4
    rng.shuffle(values)
    theirs = {port: list(in_the_gaps(frame_of(tag(VLAN[attacker], priority=v) + b"\x08\x00") for v in values)) for port in (0, 1)}
    mine = {port: [(at, with_priority(f, rng.randrange(16))) for at, f in frames] for port, frames in traffic(victim, seed).items()}
    runs = duel(examples(mode), victim, attacker, Scene(mine, cycles=40_000), Scene(theirs), but=TIMES)
    assert [PARTIES[attacker].registers(runs.beside)[f"{attacker}/port{port}_in.packets"] for port in (0, 1)] == [len(values)] * 2


@in_each_mode
@each_way
def test_t4_only_the_outer_802_1q_tag_says_whose_a_frame_is(mode: str, victim: str, attacker: str, seed: int) -> None:
    """The victim's tag inside the attacker's, inside one of another type, inside VLAN 0 or inside 4095 makes no frame the victim's."""
    inner = tag(VLAN[victim]) + b"\x08\x00"
    owned = [frame_of(tag(VLAN[attacker], priority=p) + inner, bytes(n)) for p in range(8) for n in (42, 100)]
    others = [tag(VLAN[tenant], kind) for tenant in VLAN for kind in (0x88A8, 0x9100)]
    stray = [frame_of(outer + inner) for outer in (tag(0), tag(4095), tag(0, 0x88A8), *others)]
    flood = [*owned, *stray] * 2
    random.Random(seed).shuffle(flood)
    theirs = {port: list(in_the_gaps(flood)) for port in (0, 1)}
    mine = Scene(traffic(victim, seed), cycles=40_000)
    runs = duel(examples(mode), victim, attacker, mine, Scene(theirs), but=TIMES)
    for port in (0, 1):
        assert PARTIES[attacker].registers(runs.beside)[f"{attacker}/port{port}_in.packets"] == 2 * len(owned)
    assert more(runs, "unknown") == [2 * len(stray)] * 2


@in_each_mode
@each_way
def test_t5_no_program_changes_whose_a_packet_is(mode: str, victim: str, attacker: str, seed: int) -> None:
    """An attacker whose elements write the victim's tag and paint, shift forged headers into place, and whose software sends such
    annotations, sends all of it under its own tag and number."""
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    number = PARTIES[victim].number
    forged = b"\x00" + bytes((number,)) + bytes(4) + VLAN[victim].to_bytes(2, "big")
    host = shims([PARTIES[attacker].number] * 40, [1], body=bytes(12) + frame_of(tag(VLAN[victim]) + b"\x08\x00"), rest=forged)
    theirs = Scene(spoken(attacker, seed + 9, 120, 200, 100), host=list(in_the_gaps(host)))
    runs = duel(liars(mode), victim, attacker, mine, theirs)
    lies = PARTIES[attacker].frames(runs.beside)
    assert any(frame[18:20] == VLAN[victim].to_bytes(2, "big") for frame in lies["tx1"]), "an inner tag"
    assert any(frame[6:8] == b"\x08\x03" or frame[4:6] == b"\x08\x03" for frame in lies["tx1"]), "a shifted header"
    assert any(frame[7] == number for frame in lies["tx_host"]), "a paint"
    assert len(lies[f"tx{OWN[attacker]}"]) > 40, "what its software sent"


@in_each_mode
@each_way
def test_t6_a_host_frame_of_no_tenant_enters_nothing(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A frame of the host whose shim names no tenant is dropped and counted, and changes nothing that one sees."""
    host = list(shims([2, 3, 127, 128, 255], [0, 1, 2, 9, 10, 257, 65535]))
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=30_000)
    runs = duel(liars(mode), victim, attacker, mine, Scene({}, host=list(in_the_gaps(host, first=0))))
    assert runs.beside.registers[0, "host/unknown"] == len(host)


@in_each_mode
@each_way
def test_t7_what_looks_like_control_traffic_is_traffic(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A frame that looks like a crossing's shim with the victim's number, like a message that would reconfigure something, or like one to
    the host is its tag's tenant's as any other is, or nobody's: the wire has no control traffic."""
    number = PARTIES[victim].number
    shim = next(shims([number], [1], body=frame_of(tag(VLAN[victim]) + b"\x08\x00")))
    message = b"\x45\x00\x00\x2e\x00\x00\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\xf1\xf2\xf1\xf2\x00\x1a" + bytes(20)
    hosts = (b"\x01\x80\xc2\x00\x00\x01", b"\x00\x00\x00\x00\x00\x00", b"\xff" * 6)
    stray = [shim, bytes(12) + shim, frame_of(b"\x08\x00", message), *(mac + bytes(6) + b"\x88\xb5" + shim[2:] for mac in hosts)]
    owned = [frame_of(tag(VLAN[attacker]) + kind) for kind in (shim, b"\x08\x00" + message, b"\x88\x08\x00\x01")]
    flood = [*owned, *stray] * 10
    random.Random(seed).shuffle(flood)
    theirs = {port: list(in_the_gaps(flood)) for port in (0, 1)}
    runs = duel(examples(mode), victim, attacker, Scene(traffic(victim, seed), cycles=40_000), Scene(theirs), but=TIMES)
    assert more(runs, "unknown") == [10 * len(stray)] * 2
    for port in (0, 1):
        assert PARTIES[attacker].registers(runs.beside)[f"{attacker}/port{port}_in.packets"] == 10 * len(owned)
