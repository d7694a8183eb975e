"""Where a packet may go (T8 to T11)."""

from __future__ import annotations

import random

import numpy as np
import pytest

from mlclick.flow import rates_of, split
from sim.isolation import Scene
from tests.sim.attacks import GAP, TIMES, duel, in_the_gaps, ip_frame, little, lost, shims, spoken, stuck_until, traffic
from tests.sim.tenant_sets import (
    BOTH,
    COPIED,
    METERED_POLICY,
    OWN,
    PARTIES,
    VLAN,
    Lie,
    each_way,
    examples,
    in_each_mode,
    liars,
    metered,
    written,
)

pytestmark = pytest.mark.slow


@in_each_mode
@each_way
def test_t8_nothing_leaves_by_a_port_that_is_not_its_tenant_s(mode: str, victim: str, attacker: str, seed: int) -> None:
    """An attacker that sends its frames into the victim's own port, and whose software names every crossing that there is or is not, gets
    nothing out of that port and nothing into what the victim has there."""
    foreign = OWN[victim]
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    intruding = spoken(attacker, seed + 9, 200, 110, 300, ports=(foreign, foreign, BOTH, OWN[attacker]))
    edges = [*range(12), 255, 256, 257, 0x8001, 65535]
    host = list(in_the_gaps(shims([PARTIES[attacker].number] * 4, edges)))
    theirs = Scene({p: list(in_the_gaps(f for _, f in each)) for p, each in intruding.items()}, host=host)
    runs = duel(liars(mode), victim, attacker, mine, theirs)
    assert len(intruding[foreign]) > 50
    assert PARTIES[attacker].frames(runs.beside)[f"tx{foreign}"] == []
    registers = PARTIES[attacker].registers(runs.beside)
    assert [registers[f"port{foreign}/{what}"] for what in ("queued", "dropped", "sent", "sent_bytes")] == [0] * 4
    assert registers[f"port{BOTH}/sent"] > 10


@in_each_mode
def test_t8_packets_of_the_examples_leave_with_their_tenant_s_tag(mode: str) -> None:
    """Every frame on a wire has the tag of a tenant, whatever the example tenants do with it."""
    runs = duel(examples(mode), "a", "b", Scene(traffic("a", 3), cycles=40_000), Scene(traffic("b", 4, start=100)), but=TIMES)
    assert sum(len(each) for each in runs.beside.frames.values()) > 20
    for port in ("tx0", "tx1"):
        assert runs.beside.frames[port]
        for _, frame in runs.beside.frames[port]:
            assert frame[12:14] == b"\x81\x00"
            assert int.from_bytes(frame[14:16], "big") & 0xFFF in VLAN.values()


@in_each_mode
@each_way
def test_t9_a_copy_that_its_port_holds_up_holds_up_no_other_copy(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Of frames that leave by two ports, one of which takes nothing, all copies for the other leave, and the victim sees nothing of it."""
    cycles, own = 34_000, f"tx{OWN[attacker]}"
    mine = Scene(spoken(victim, seed, 60, GAP, kinds=(COPIED, Lie.PLAIN)), ready={own: stuck_until(cycles, cycles)}, cycles=cycles)
    copied = spoken(attacker, seed + 9, 150, 60, kinds=(COPIED,), ports=(OWN[attacker],))
    runs = duel(liars(mode), victim, attacker, mine, Scene({p: list(in_the_gaps(f for _, f in each)) for p, each in copied.items()}))
    assert len(PARTIES[attacker].frames(runs.beside)["tx1"]) == 150
    assert PARTIES[attacker].frames(runs.beside)[own] == []
    assert lost(runs, PARTIES[attacker], own) > 100
    assert lost(runs, PARTIES[attacker], "tx1") == 0


@in_each_mode
@each_way
def test_t10_a_frame_that_is_sent_round_again_and_again_ages(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A frame that a wire brings back to where it came from loses exactly one of its time to live each time, and ends."""
    lives = random.Random(seed).sample([0, 1, 2, 3, 4, 5], 6)
    mine = Scene(little(victim, 12), cycles=8_000)
    going = [(ttl, number) for number, ttl in enumerate(lives)]
    for _ in range(5):
        theirs = {1: list(in_the_gaps(ip_frame(attacker, "10.0.0.1", ttl, number) for ttl, number in going))}
        runs = duel(metered(mode), victim, attacker, mine, Scene(theirs))
        going = [(ttl - 1, number) for ttl, number in going if ttl > 1]
        assert PARTIES[attacker].frames(runs.beside)["tx0"] == [ip_frame(attacker, "10.0.0.1", ttl, number) for ttl, number in going]
    assert going == []


@in_each_mode
def test_t10_a_frame_that_tenants_hand_to_each_other_ages_as_well(mode: str) -> None:
    """A frame that a wire brings from one tenant to the other and back loses one of its time to live at each, and ends."""
    ttl, passes, tenants = 6, 0, ("a", "b")
    while passes <= ttl:
        tenant = tenants[passes % 2]
        seen = metered(mode).play(Scene({1: [(0, ip_frame(tenant, "10.0.0.1", ttl - passes, 7))]}, cycles=3_000))
        if not seen.frames["tx0"]:
            break
        passes += 1
        assert [frame for _, frame in seen.frames["tx0"]] == [ip_frame(tenant, "10.0.0.1", ttl - passes, 7)]
    assert passes == ttl - 1


@in_each_mode
@each_way
def test_t11_copies_count_against_who_made_them(mode: str, victim: str, attacker: str, seed: int) -> None:
    """An attacker that doubles all that it sends is counted for each copy, and what is too much for a port is lost of its own."""
    cycles = 34_000
    slow = (np.random.default_rng(seed).random(cycles) < 0.15).astype(np.uint8)
    mine = Scene(spoken(victim, seed, 60, GAP, kinds=(Lie.PLAIN, Lie.TO_HOST)), ready={"tx1": slow}, cycles=cycles)
    copied = spoken(attacker, seed + 9, 400, 60, kinds=(COPIED,), ports=(OWN[attacker],))
    theirs = {p: list(in_the_gaps((f for _, f in each), first=30)) for p, each in copied.items()}
    runs = duel(liars(mode), victim, attacker, mine, Scene(theirs))
    counted = PARTIES[attacker].registers(runs.beside)
    taken = 400 - runs.beside.registers[0, f"port{OWN[attacker]}/overflow"]
    assert [counted[f"port{port}/queued"] + counted[f"port{port}/dropped"] for port in (OWN[attacker], BOTH)] == [taken] * 2
    assert lost(runs, PARTIES[attacker], "tx1") > 20
    assert lost(runs, PARTIES[victim], "tx1") == 0


def test_t11_copies_that_meet_at_one_port_are_made_in_software() -> None:
    """A frame leaves the hardware by a port once: a Tee whose copies meet at one is the software's, where each copy crosses and counts."""
    text = "FromDevice(eth0) -> copies :: Tee -> both :: Queue -> ToDevice(eth1); copies[1] -> both;"
    merged = written(METERED_POLICY, {"a": text})
    assert "a/copies" not in split(merged, rates_of(merged, None)).plan.hardware
