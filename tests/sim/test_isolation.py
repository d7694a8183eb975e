"""Properties of isolation, each by two runs of a generated core: the victim alone, and the victim beside an attacker.

What is compared (`sim.isolation.two_runs`): the victim's frames
at every output, their order, its registers, and that every frame shows whose it is. Arbitration is shared: two tenants of one port share
its wire and its ingress, so attackers send when the victim's wire is idle, and times are not compared; neither are the registers that keep
one (`full_at`) where the attacker's frames take turns with the victim's.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from graph.diagnostics import ClickError
from sim.isolation import CLOCK_BITS, Access, Scene, Stage, together
from tests.sim.attacks import (
    BOTH,
    BURSTS,
    GAP,
    METERED_POLICY,
    OWN,
    PARTIES,
    SIZE,
    TIMES,
    VLAN,
    Bucket,
    Lie,
    duel,
    examples,
    frame_of,
    in_the_gaps,
    liars,
    little,
    lost,
    malformed,
    metered,
    more,
    paid,
    passed,
    places,
    shims,
    spoken,
    stuck_until,
    tag,
    traffic,
    with_priority,
    written,
)

pytestmark = pytest.mark.slow
each_way = pytest.mark.parametrize(("victim", "attacker", "seed"), [("a", "b", 1), ("a", "b", 2), ("b", "a", 1), ("b", "a", 2)])


@each_way
def test_a_tenant_sees_nothing_of_another_s_traffic(victim: str, attacker: str, seed: int) -> None:
    """What two example tenants do with their traffic is the same alone and beside each other, to their last register."""
    mine, theirs = Scene(traffic(victim, seed), cycles=40_000), Scene(traffic(attacker, seed + 100, start=200))
    runs = duel(examples(), victim, attacker, mine, theirs)
    assert any(PARTIES[attacker].frames(runs.beside).values())


@each_way
def test_t1_a_flood_that_nobody_owns_is_dropped_and_counted_and_nobody_sees_it(victim: str, attacker: str, seed: int) -> None:
    """Frames with no tag or with an unknown one are dropped and counted, enter no tenant, and change nothing that one sees."""
    rng = random.Random(seed)
    unknown = [b"", tag(4095), tag(0), tag(1), tag(VLAN[victim], 0x88A8), tag(VLAN[victim], 0x9100), tag(VLAN[victim])[:3]]
    unknown += [tag(v) for v in rng.sample([v for v in range(4096) if v not in VLAN.values()], 300)]
    floods = {port: list(in_the_gaps(frame_of(t + b"\x08\x00") for t in rng.sample(unknown, len(unknown)))) for port in (0, 1)}
    runs = duel(examples(), victim, attacker, Scene(traffic(victim, seed), cycles=40_000), Scene(floods))
    assert more(runs, "unknown") == [len(unknown)] * 2
    assert not any(PARTIES[attacker].frames(runs.beside).values())
    assert not any(PARTIES[attacker].registers(runs.beside, TIMES).values())


@each_way
def test_t2_tags_that_alias_the_victim_s_are_nobody_s(victim: str, attacker: str, seed: int) -> None:
    """A tag that equals the victim's in all bits but one, or only modulo a power of two, is not the victim's."""
    vlan = VLAN[victim]
    aliases = {vlan ^ 1 << bit for bit in range(12)} | {vlan % (1 << k) for k in range(12)} | {vlan % 32 + 32 * i for i in range(128)}
    aliases |= {vlan % 256 + 256 * i for i in range(16)}
    flood = [frame_of(tag(alias) + b"\x08\x00") for alias in sorted(aliases - {*VLAN.values()})]
    random.Random(seed).shuffle(flood)
    theirs = {port: list(in_the_gaps(flood)) for port in (0, 1)}
    runs = duel(examples(), victim, attacker, Scene(traffic(victim, seed), cycles=40_000), Scene(theirs))
    assert more(runs, "unknown") == [len(flood)] * 2


@each_way
def test_t3_priority_and_drop_eligible_bits_change_no_owner(victim: str, attacker: str, seed: int) -> None:
    """A frame is its tag's tenant's with any of the 16 values of priority and drop eligibility, and stays out of everybody else's sight."""
    rng = random.Random(seed)
    values = [*range(16)] * 4
    rng.shuffle(values)
    theirs = {port: list(in_the_gaps(frame_of(tag(VLAN[attacker], priority=v) + b"\x08\x00") for v in values)) for port in (0, 1)}
    mine = {port: [(at, with_priority(f, rng.randrange(16))) for at, f in frames] for port, frames in traffic(victim, seed).items()}
    runs = duel(examples(), victim, attacker, Scene(mine, cycles=40_000), Scene(theirs), but=TIMES)
    assert [PARTIES[attacker].registers(runs.beside)[f"{attacker}/port{port}_in.packets"] for port in (0, 1)] == [len(values)] * 2


@each_way
def test_t4_only_the_outer_802_1q_tag_says_whose_a_frame_is(victim: str, attacker: str, seed: int) -> None:
    """The victim's tag inside the attacker's, inside one of another type, inside VLAN 0 or inside 4095 makes no frame the victim's."""
    inner = tag(VLAN[victim]) + b"\x08\x00"
    owned = [frame_of(tag(VLAN[attacker], priority=p) + inner, bytes(n)) for p in range(8) for n in (42, 100)]
    others = [tag(VLAN[tenant], kind) for tenant in VLAN for kind in (0x88A8, 0x9100)]
    stray = [frame_of(outer + inner) for outer in (tag(0), tag(4095), tag(0, 0x88A8), *others)]
    flood = [*owned, *stray] * 2
    random.Random(seed).shuffle(flood)
    theirs = {port: list(in_the_gaps(flood)) for port in (0, 1)}
    mine = Scene(traffic(victim, seed), cycles=40_000)
    runs = duel(examples(), victim, attacker, mine, Scene(theirs), but=TIMES)
    for port in (0, 1):
        assert PARTIES[attacker].registers(runs.beside)[f"{attacker}/port{port}_in.packets"] == 2 * len(owned)
    assert more(runs, "unknown") == [2 * len(stray)] * 2


@each_way
def test_t5_no_program_changes_whose_a_packet_is(victim: str, attacker: str, seed: int) -> None:
    """An attacker whose elements write the victim's tag and paint, shift forged headers into place, and whose software sends such
    annotations, sends all of it under its own tag and number."""
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    number = PARTIES[victim].number
    forged = b"\x00" + bytes((number,)) + bytes(4) + VLAN[victim].to_bytes(2, "big")
    host = shims([PARTIES[attacker].number] * 40, [1], body=bytes(12) + frame_of(tag(VLAN[victim]) + b"\x08\x00"), rest=forged)
    theirs = Scene(spoken(attacker, seed + 9, 120, 200, 100), host=list(in_the_gaps(host)))
    runs = duel(liars(), victim, attacker, mine, theirs)
    lies = PARTIES[attacker].frames(runs.beside)
    assert any(frame[18:20] == VLAN[victim].to_bytes(2, "big") for frame in lies["tx1"]), "an inner tag"
    assert any(frame[6:8] == b"\x08\x03" or frame[4:6] == b"\x08\x03" for frame in lies["tx1"]), "a shifted header"
    assert any(frame[7] == number for frame in lies["tx_host"]), "a paint"
    assert len(lies[f"tx{OWN[attacker]}"]) > 40, "what its software sent"


@each_way
def test_t6_a_host_frame_of_no_tenant_enters_nothing(victim: str, attacker: str, seed: int) -> None:
    """A frame of the host whose shim names no tenant is dropped and counted, and changes nothing that one sees."""
    host = list(shims([2, 3, 127, 128, 255], [0, 1, 2, 9, 10, 257, 65535]))
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=30_000)
    runs = duel(liars(), victim, attacker, mine, Scene({}, host=list(in_the_gaps(host, first=0))))
    assert runs.beside.registers[0, "host/unknown"] == len(host)


@each_way
def test_t8_nothing_leaves_by_a_port_that_is_not_its_tenant_s(victim: str, attacker: str, seed: int) -> None:
    """An attacker that sends its frames into the victim's own port, and whose software names every crossing that there is or is not, gets
    nothing out of that port and nothing into what the victim has there."""
    foreign = OWN[victim]
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    intruding = spoken(attacker, seed + 9, 200, 110, 300, ports=(foreign, foreign, BOTH, OWN[attacker]))
    edges = [*range(12), 255, 256, 257, 0x8001, 65535]
    host = list(in_the_gaps(shims([PARTIES[attacker].number] * 4, edges)))
    theirs = Scene({p: list(in_the_gaps(f for _, f in each)) for p, each in intruding.items()}, host=host)
    runs = duel(liars(), victim, attacker, mine, theirs)
    assert len(intruding[foreign]) > 50
    assert PARTIES[attacker].frames(runs.beside)[f"tx{foreign}"] == []
    registers = PARTIES[attacker].registers(runs.beside)
    assert [registers[f"port{foreign}/{what}"] for what in ("queued", "dropped", "sent", "sent_bytes")] == [0] * 4
    assert registers[f"port{BOTH}/sent"] > 10


def test_t8_packets_of_the_examples_leave_with_their_tenant_s_tag() -> None:
    """Every frame on a wire has the tag of a tenant, whatever the example tenants do with it."""
    runs = duel(examples(), "a", "b", Scene(traffic("a", 3), cycles=40_000), Scene(traffic("b", 4, start=100)), but=TIMES)
    assert sum(len(each) for each in runs.beside.frames.values()) > 20
    for port in ("tx0", "tx1"):
        assert runs.beside.frames[port]
        for _, frame in runs.beside.frames[port]:
            assert frame[12:14] == b"\x81\x00"
            assert int.from_bytes(frame[14:16], "big") & 0xFFF in VLAN.values()


@each_way
def test_t12_no_place_outside_the_attacker_s_segment_is_written_and_each_reads_zero(victim: str, attacker: str, seed: int) -> None:
    """State outside the attacker's segment is reached neither by packets, from its first word to its last and with tenant numbers and
    crossings one past the last and wrapped around, nor by the register bus, at any address that is not the attacker's."""
    stage, rng, number = liars(), random.Random(seed), PARTIES[attacker].number
    outside = places(stage, attacker)
    shuffled = rng.sample(outside, len(outside))
    wrong = [Access(20 + 10 * i, address, rng.choice((None, rng.getrandbits(32)))) for i, address in enumerate(shuffled)]
    nobody = shims([2, 3, 4, 127, 128, 129, 254, 255], [1, 2, 9, 10, 257, 0x8001])
    past = shims([number] * 3, [0, 10, 11, 257, 0x0100, 0x0900, 65535])
    theirs = Scene(spoken(attacker, seed + 9, 120, 200, 100), host=list(in_the_gaps([*nobody, *past])), accesses=wrong)
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=max(30_000, 100 + 10 * len(wrong)))
    runs = duel(stage, victim, attacker, mine, theirs)
    assert runs.beside.registers[0, "host/unknown"] == 8 * 6 + 3 * 7
    own = PARTIES[attacker].registers(runs.beside)
    assert all(value for name, value in own.items() if "Counter" in name or "_in." in name), "its own words, first to last"
    for address in outside:
        for word in (address, address + 4):
            assert stage.bus.read(word) == (0, 2), hex(word)
            assert stage.bus.write(word, 0xFFFFFFFF) == 2, hex(word)
    assert stage.read_all() == runs.beside.registers


@each_way
def test_t15_resets_of_one_tenant_s_counters_change_no_other_s(victim: str, attacker: str, seed: int) -> None:
    """Writes to every register of the attacker, in the cycles in which the victim counts, reset the attacker's and nothing of the
    victim's."""
    stage, rng = examples(), random.Random(seed)
    own = [register for register in stage.core.registers if register.window == PARTIES[attacker].number + 1]
    resettable = [register for register in own if register.resettable]
    writes = [Access(50 + 9 * i, rng.choice(own).address, rng.getrandbits(32)) for i in range(3_500)]
    writes += [Access(38_000 + 9 * i, register.address, rng.choice((0, 0xFFFFFFFF))) for i, register in enumerate(resettable)]
    mine = Scene(traffic(victim, seed), cycles=40_000)
    runs = duel(stage, victim, attacker, mine, Scene(traffic(attacker, seed + 100, start=200), accesses=writes))
    assert resettable
    registers = PARTIES[attacker].registers(runs.beside)
    assert not any(registers[register.name] for register in resettable)
    assert any(registers.values())


@each_way
def test_t15_what_the_operator_accounts_no_tenant_resets(victim: str, attacker: str, seed: int) -> None:
    """Writes to what the operator accounts of the attacker are refused, and every register of everybody stays as it is."""
    stage = examples()
    mine = Scene(traffic(victim, seed), cycles=40_000)
    runs = duel(stage, victim, attacker, mine, Scene(traffic(attacker, seed + 9, start=200)), but=TIMES)
    operators = [register for register in stage.core.registers if "/port" in register.name or not register.resettable]
    assert any("_pps" in register.name for register in operators)
    for register in operators:
        assert stage.bus.write(register.address, 0) == 2, register.name
    assert stage.read_all() == runs.beside.registers


@each_way
def test_t15_reading_clears_nothing(victim: str, attacker: str, seed: int) -> None:
    """Reading every register all the time changes none, and the victim's high words are those of its own low words."""
    stage = examples()
    reads = [Access(10 + 8 * i, register.address + 4 * (i % 2)) for i, register in enumerate(stage.core.registers * 20) if 8 * i < 39_000]
    mine = Scene(traffic(victim, seed), cycles=40_000, clock=1 << 40)
    runs = duel(stage, victim, attacker, mine, Scene(traffic(attacker, seed + 9, start=200), accesses=reads), but=TIMES)
    assert stage.read_all() == runs.beside.registers
    window = PARTIES[victim].number + 1
    wide = [r for r in stage.core.registers if r.window == window and runs.beside.registers[window, r.name] >> 32]
    assert wide
    for register in wide:
        stage.bus.read(register.address)
        for other in stage.core.registers:
            if other.window != window:
                stage.bus.read(other.address)
        assert stage.bus.read(register.address + 4) == (runs.beside.registers[window, register.name] >> 32, 0)


@each_way
def test_t16_accesses_that_hit_no_register_change_nothing(victim: str, attacker: str, seed: int) -> None:
    """Reads and writes at any address of any window, unaligned, with a part of the strobes, and whole ones where no register is, change
    nothing of the victim's while it counts."""
    stage, rng = examples(), random.Random(seed)
    width = stage.core.window_bits + stage.core.tenants.bit_length()
    resettable = {register.address for register in stage.core.registers if register.resettable}
    accesses = []
    for index in range(3_800):
        address = rng.choice((rng.randrange(1 << width), rng.choice(stage.core.registers).address + rng.choice((0, 1, 2, 4))))
        data = rng.choice((None, rng.getrandbits(32)))
        accesses.append(Access(20 + 10 * index, address, data, rng.randrange(15) if address in resettable else rng.randrange(16)))
    mine = Scene(traffic(victim, seed), cycles=40_000)
    attack = Scene(traffic(attacker, seed + 100, start=200), accesses=accesses)
    runs = duel(stage, victim, attacker, mine, attack)
    quiet = stage.play(Scene(traffic(attacker, seed + 100, start=200), cycles=40_000))
    assert PARTIES[attacker].registers(quiet, TIMES) == PARTIES[attacker].registers(runs.beside, TIMES)


@pytest.mark.parametrize("stage", [examples, liars])
def test_t16_every_address_of_every_window_is_a_register_or_refused(stage: Callable[[], Stage]) -> None:
    """Every address up to where the bus wraps is a register or answered with an error and zero; so are unaligned and partial accesses."""
    machine = stage()
    machine.play(Scene({}, cycles=100))
    before = machine.read_all()
    known = {register.address for register in machine.core.registers}
    mapped = known | {address + 4 for address in known}
    for address in range(0, 1 << (machine.core.window_bits + machine.core.tenants.bit_length()), 4):
        data, response = machine.bus.read(address)
        assert (response == 0) == (address in mapped), hex(address)
        if address not in mapped:
            assert data == 0, hex(address)
            assert machine.bus.write(address, 1) == 2, hex(address)
    for register in machine.core.registers:
        for offset in (1, 2, 3):
            assert machine.bus.read(register.address + offset) == (0, 2)
        for strobe in range(15):
            assert machine.bus.write(register.address, 1, strobe) == 2
    assert machine.read_all() == before


@each_way
def test_t18_malformed_frames_harm_nobody_else(victim: str, attacker: str, seed: int) -> None:
    """Frames of 1 byte to 9600, at, before and behind the ends of beats, and with headers that lie about length, change nothing that the
    victim sees."""
    gap = 2_600
    mine = Scene(traffic(victim, seed, 24, gap), cycles=gap * 25)
    theirs = {port: list(in_the_gaps(malformed(seed + port, VLAN[attacker]), gap)) for port in (0, 1)}
    runs = duel(examples(), victim, attacker, mine, Scene(theirs), but=TIMES)
    assert theirs[0][-1][0] < gap * 24
    assert more(runs, "malformed") == [13 + 3] * 2
    assert more(runs, "unknown") == [4] * 2


@each_way
@pytest.mark.parametrize("output", ["own", "tx1", "tx_host"])
def test_t21_a_stuck_consumer_costs_the_victim_nothing_once_it_takes_again(victim: str, attacker: str, seed: int, output: str) -> None:
    """While a consumer takes nothing, the attacker fills its own room there and loses what is more; the victim's frames for it wait, and
    all others go on."""
    cycles = 40_000
    stuck = f"tx{OWN[victim]}" if output == "own" else output
    ready = {stuck: stuck_until(26_000, cycles)}
    mine = spoken(victim, seed, 24, 1_000)
    flood = spoken(attacker, seed + 9, 500, 50, 300, kinds=(Lie.TO_HOST, Lie.PLAIN), ports=(OWN[attacker],))
    theirs = {p: list(in_the_gaps((f for _, f in each), 1_000, 200)) for p, each in flood.items()}
    runs = duel(liars(), victim, attacker, Scene(mine, ready=ready, cycles=cycles), Scene(theirs))
    free = liars().play(Scene(mine, cycles=cycles))
    assert PARTIES[victim].frames(runs.beside) == PARTIES[victim].frames(free)
    assert all(PARTIES[victim].frames(free)[name] for name in (f"tx{OWN[victim]}", "tx1", "tx_host"))
    assert (lost(runs, PARTIES[attacker], stuck) > 50) == (output != "own")
    assert not any(lost(runs, PARTIES[victim], name) for name in runs.beside.frames)


@each_way
def test_t21_consumers_that_never_take_hold_up_nobody_on_another(victim: str, attacker: str, seed: int) -> None:
    """With every consumer of the attacker stuck for good, at the port in common, at its own and at the host's, the victim's port has all
    its frames."""
    cycles, own = 34_000, f"tx{OWN[victim]}"
    ready = {f"tx{OWN[attacker]}": stuck_until(cycles, cycles), "tx1": stuck_until(cycles, cycles), "tx_host": stuck_until(cycles, cycles)}
    mine = spoken(victim, seed, 60, GAP, kinds=(Lie.PLAIN, Lie.TAGGED, Lie.SHIFTED), ports=(BOTH,))
    theirs = {p: list(in_the_gaps(f for _, f in each)) for p, each in spoken(attacker, seed + 9, 400, 60).items()}
    runs = duel(liars(), victim, attacker, Scene(mine, ready=ready, cycles=cycles), Scene(theirs))
    assert len(PARTIES[victim].frames(runs.beside)[own]) == 60
    assert all(lost(runs, PARTIES[attacker], name) > 10 for name in ready)
    assert {name for name, each in runs.beside.frames.items() if each} == {own}


@each_way
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_t22_slow_consumers_lose_and_repeat_nothing_of_the_victim_s(victim: str, attacker: str, seed: int, share: float) -> None:
    """With consumers that take a beat in 10, 50 or 90 % of the cycles, the host's among them, the victim's frames are those that it has
    where everything is taken, and of the attacker's each is whole and none is there twice."""
    cycles = 60_000
    chance = np.random.default_rng(seed)
    ready = {name: (chance.random(cycles) < share).astype(np.uint8) for name in ("tx0", "tx1", "tx2", "tx_host")}
    mine = spoken(victim, seed, 40, 1_000)
    flood = spoken(attacker, seed + 9, 900, 40)
    theirs = {p: list(in_the_gaps((f for _, f in each), 1_000, 200)) for p, each in flood.items()}
    slow = Scene(mine, ready=ready, cycles=cycles)
    runs = duel(liars(), victim, attacker, slow, Scene(theirs))
    free = liars().play(replace(together(slow, Scene(theirs)), ready={name: stuck_until(0, cycles) for name in ready}))
    assert PARTIES[victim].frames(runs.beside) == PARTIES[victim].frames(free)
    assert sum(len(each) for each in PARTIES[victim].frames(free).values()) == 40
    for output, frames in PARTIES[attacker].frames(runs.beside).items():
        all_of_them = iter(PARTIES[attacker].frames(free)[output])
        assert all(frame in all_of_them for frame in frames), f"{output}: not a part of what it sent, in order"
        assert len(frames) + lost(runs, PARTIES[attacker], output) == len(PARTIES[attacker].frames(free)[output])
    assert share > 0.1 or sum(lost(runs, PARTIES[attacker], name) for name in ready) > 50


@each_way
def test_t25_a_token_bucket_lets_its_rate_through_and_one_packet_more_than_its_burst(victim: str, attacker: str, seed: int) -> None:
    """Of an attacker that sends many times its rates, from one byte a second up, each bucket lets through what it held, its rate, and at
    most one packet more; the victim's buckets know nothing of it."""
    count = 140
    kinds = [Bucket.SLOWEST] * 20 + [Bucket.SLOW] * 50 + [Bucket.FAST] * 450 + [Bucket.COUNTED] * 300
    random.Random(seed).shuffle(kinds)
    flood = list(in_the_gaps((paid(attacker, kind, i) for i, kind in enumerate(kinds)), first=30))
    mine = Scene(little(victim, count), cycles=count * GAP + 4_000, seed=None, clock=1 << 40)
    runs = duel(metered(), victim, attacker, mine, Scene({0: flood}), but=TIMES)
    microseconds = (flood[-1][0] - flood[0][0]) * 8 / 1_000
    assert passed(runs.beside, attacker, Bucket.SLOWEST) == 1
    for kind, rate in ((Bucket.SLOW, 1.0), (Bucket.FAST, 100.0)):
        granted = 4_000 + rate * microseconds
        assert granted - 2 * SIZE <= passed(runs.beside, attacker, kind) * SIZE <= granted + SIZE, hex(kind)
    assert 8 + microseconds / 5 - 2 <= passed(runs.beside, attacker, Bucket.COUNTED) <= 8 + microseconds / 5 + 1


@each_way
def test_t25_credit_of_an_idle_time_is_capped_and_a_clock_that_wraps_gives_none(victim: str, attacker: str, seed: int) -> None:
    """However long it was idle, and whether the clock wraps meanwhile, a bucket lets through of each burst what it holds, what its rate
    gives during the burst, and at most one packet more; and the victim sees the same."""
    rng = random.Random(seed)
    kinds = [rng.sample((Bucket.FAST, Bucket.COUNTED) * 20, 40) for _ in BURSTS]
    flood = [(30 + start + 50 * i, paid(attacker, k, i)) for start, each in zip(BURSTS, kinds, strict=True) for i, k in enumerate(each)]
    few = little(victim, 40)
    mine = {0: [(at + 4_000, frame) for at, frame in few[0]], 1: few[1]}
    found = []
    for clock in (1 << 40, (1 << CLOCK_BITS) - 100_000 * 8):
        scene = Scene(mine, cycles=116_000, seed=None, clock=clock)
        runs = duel(metered(), victim, attacker, scene, Scene({0: flood}), but=TIMES)
        found.append(PARTIES[attacker].frames(runs.beside))
        for kind, burst in ((Bucket.FAST, 4_000 / SIZE + 16 * 100 / SIZE), (Bucket.COUNTED, 8 + 16 / 5)):
            assert len(BURSTS) * (burst - 1) <= passed(runs.beside, attacker, kind) <= len(BURSTS) * (burst + 1), hex(kind)
            assert passed(runs.beside, attacker, kind) < len(BURSTS) * 20, hex(kind)
    assert found[0] == found[1]


@pytest.mark.parametrize("element", ["BandwidthRatedSplitter(0)", "RatedSplitter(0)"])
def test_t25_a_rate_of_zero_is_refused(element: str) -> None:
    """There is no bucket without a rate: the tenant is told so, at its element."""
    with pytest.raises(ClickError, match=r"RATE"):
        written(METERED_POLICY, {"a": f"FromDevice(eth0) -> {element} -> Queue -> ToDevice(eth1);"})
