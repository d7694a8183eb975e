"""What a tenant keeps (T12 to T17)."""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any, Final

import numpy as np
import pytest
from amaranth.sim import Simulator
from numpy.typing import NDArray

from graph.diagnostics import ClickError
from hdl.state_memory import StateMemory
from sim.frames import FrameReader
from sim.isolation import Access, Scene, Stage
from tests.sim.attacks import GAP, TIMES, duel, in_the_gaps, ip_frame, places, shims, spoken, stuck_until, traffic
from tests.sim.tenant_sets import (
    METERED,
    METERED_POLICY,
    PARTIES,
    ROUTES,
    each_way,
    examples,
    in_each_mode,
    liars,
    metered,
    routes,
    written,
)

pytestmark = pytest.mark.slow


@in_each_mode
@each_way
def test_t12_no_place_outside_the_attacker_s_segment_is_written_and_each_reads_zero(
    mode: str, victim: str, attacker: str, seed: int
) -> None:
    """State outside the attacker's segment is reached neither by packets, from its first word to its last and with tenant numbers and
    crossings one past the last and wrapped around, nor by the register bus, at any address that is not the attacker's."""
    stage, rng, number = liars(mode), random.Random(seed), PARTIES[attacker].number
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


@in_each_mode
@each_way
def test_t15_resets_of_one_tenant_s_counters_change_no_other_s(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Writes to every register of the attacker, in the cycles in which the victim counts, reset the attacker's and nothing of the
    victim's."""
    stage, rng = examples(mode), random.Random(seed)
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


@in_each_mode
@each_way
def test_t15_what_the_operator_accounts_no_tenant_resets(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Writes to what the operator accounts of the attacker are refused, and every register of everybody stays as it is."""
    stage = examples(mode)
    mine = Scene(traffic(victim, seed), cycles=40_000)
    runs = duel(stage, victim, attacker, mine, Scene(traffic(attacker, seed + 9, start=200)), but=TIMES)
    operators = [register for register in stage.core.registers if "/port" in register.name or not register.resettable]
    assert any("_pps" in register.name for register in operators)
    for register in operators:
        assert stage.bus.write(register.address, 0) == 2, register.name
    assert stage.read_all() == runs.beside.registers


@in_each_mode
@each_way
def test_t15_reading_clears_nothing(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Reading every register all the time changes none, and the victim's high words are those of its own low words."""
    stage = examples(mode)
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


@in_each_mode
@each_way
def test_t16_accesses_that_hit_no_register_change_nothing(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Reads and writes at any address of any window, unaligned, with a part of the strobes, and whole ones where no register is, change
    nothing of the victim's while it counts."""
    stage, rng = examples(mode), random.Random(seed)
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


@in_each_mode
@pytest.mark.parametrize("stage", [examples, liars])
def test_t16_every_address_of_every_window_is_a_register_or_refused(mode: str, stage: Callable[[str], Stage]) -> None:
    """Every address up to where the bus wraps is a register or answered with an error and zero; so are unaligned and partial accesses."""
    machine = stage(mode)
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


def test_t13_a_table_beyond_its_quota_is_refused_and_others_keep_theirs() -> None:
    """Tables are what the configurations say when the machine is made: one entry more than a tenant's quota is refused, at the policy, and
    the same tenants with that quota met are not."""
    texts = {name: METERED.replace("ROUTES", routes(name)) for name in PARTIES}
    policy = METERED_POLICY + "[tenants.a.quota]\ntable_entries = "
    count = len(ROUTES["a"])
    assert written(f"{policy}{count}\n", texts).master.tenants == ("a", "b")
    with pytest.raises(ClickError, match=rf"a has {count} table entries, 1 more than its quota of {count - 1}"):
        written(f"{policy}{count - 1}\n", texts)


def answer(tenant: str, destination: str) -> str | None:
    """By which output a packet to ``destination`` leaves, by the longest prefix of the tenant's own table."""
    found = [(ip_network(prefix).prefixlen, out) for prefix, out in ROUTES[tenant].items() if ip_address(destination) in ip_network(prefix)]
    return {0: "tx1", 1: "tx0"}[max(found)[1]] if found else None


DESTINATIONS: Final = ("10.0.0.1", "10.1.0.1", "10.1.2.3", "10.1.2.4", "10.1.2.200", "10.255.1.1", "192.168.7.7", "8.8.8.8", "10.1.3.0")


@in_each_mode
@each_way
def test_t14_the_same_key_has_each_tenant_s_own_answer(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Two tenants look up the same addresses, in tables with the same prefixes and with prefixes inside each other's, and each finds what
    its own table says, and nothing where that says nothing (T13: another's longer prefix is never found)."""
    asked = random.Random(seed).choices(DESTINATIONS, k=60)
    mine = {0: [(GAP * i, ip_frame(victim, each, number=i)) for i, each in enumerate(asked)]}
    theirs = [ip_frame(attacker, each, number=1_000 + i) for i, each in enumerate(reversed(asked * 3))]
    runs = duel(metered(mode), victim, attacker, Scene(mine, cycles=32_000), Scene({0: list(in_the_gaps(theirs))}))
    for tenant, frames in ((victim, [frame for _, frame in mine[0]]), (attacker, theirs)):
        destinations = asked if tenant == victim else list(reversed(asked * 3))
        left = PARTIES[tenant].frames(runs.beside)
        for output in ("tx0", "tx1"):
            ways = zip(frames, destinations, strict=True)
            assert left[output] == [frame for frame, each in ways if answer(tenant, each) == output], (tenant, output)
            assert left[output]


def test_t15_a_counter_that_wraps_carries_into_no_other() -> None:
    """A counter that overflows begins again at zero, and the words beside it in its memory, another tenant's among them, stay as they are.
    The 48 bits of a core's counters wrap after years at line rate, so that it is shown of the same memory with four."""
    words = StateMemory(4, {(0, 0): 0, (0, 1): 5, (1, 0): 7, (1, 1): 0})
    found: list[int] = []

    async def count(ctx: Any) -> None:
        ctx.set(words.new, 0)
        for number in range(1, 19):
            ctx.set(words.write, 1)
            ctx.set(words.new, number % 16)
            await ctx.tick()
        ctx.set(words.write, 0)
        for tenant, slot in ((0, 0), (0, 1), (1, 0), (1, 1)):
            ctx.set(words.peek_tenant, tenant)
            ctx.set(words.peek_slot, slot)
            await ctx.tick()
            found.append(ctx.get(words.peek))

    simulator = Simulator(words)
    simulator.add_clock(1e-6)
    simulator.add_testbench(count)
    simulator.run()
    assert found == [2, 5, 7, 0]


@in_each_mode
@each_way
def test_t17_what_another_left_behind_is_not_there_after_a_reset(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A machine that was reset while every memory was full of another tenant's bytes, packets on their way among them, sends and counts for
    the next tenant what a machine that was never used does."""
    stage, mine = liars(mode), Scene(spoken(victim, seed, 40, GAP), cycles=20_000, seed=None)
    stage.play(Scene({}, cycles=10))
    clean = stage.play(mine)
    assert sum(map(len, PARTIES[victim].frames(clean).values())) >= 40
    cycles = 4_000 + seed
    stuck = {name: stuck_until(cycles, cycles) for name in clean.frames}
    secret = spoken(attacker, seed + 9, 300, 10)
    stage.play(Scene({port: [(0, frame) for _, frame in each] for port, each in secret.items()}, ready=stuck, cycles=cycles))
    assert stage.play(mine) == clean
    stage.play(Scene({}, cycles=10))
    fresh = {name: value for (_, name), value in stage.read_all().items()}
    assert not any(value for name, value in fresh.items() if not name.endswith(TIMES))


@in_each_mode
@each_way
def test_t17_lanes_behind_a_frame_s_end_are_empty(
    mode: str, victim: str, attacker: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a frame does not fill its last beat, what is left of the beat is zero, whatever a longer frame had there before."""

    class Behind(FrameReader):
        ends = 0

        def read(self, taken: NDArray[Any], payload: Any) -> list[tuple[int, bytes]]:
            lanes = self.width // 8
            for cycle in np.flatnonzero(taken):
                value = int.from_bytes(np.ascontiguousarray(payload[cycle]).tobytes(), "little")
                keep = value >> self.width & (1 << lanes) - 1
                Behind.ends += keep != (1 << lanes) - 1
                assert not (value & (1 << self.width) - 1) >> 8 * keep.bit_length()
            return super().read(taken, payload)

    monkeypatch.setattr("sim.isolation.FrameReader", Behind)
    mine = Scene(spoken(victim, seed, 40, GAP), cycles=20_000)
    theirs = {p: list(in_the_gaps(f for _, f in each)) for p, each in spoken(attacker, seed + 9, 100, 60).items()}
    duel(liars(mode), victim, attacker, mine, Scene(theirs))
    assert Behind.ends > 50
