"""Properties of isolation, each by two runs of the generated design: the victim alone, and the victim beside an attacker.

The numbers are those of the project's catalogue of isolation properties.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from sim.isolation import Scene, Seen, Stage, Timed, of_tenant
from sim.tenant_traffic import random_traffic

pytestmark = pytest.mark.slow

TENANTS = Path(__file__).parents[2] / "tenants"
VLAN = {"a": 100, "b": 200}
NUMBER = {"a": 0, "b": 1}
PAIRS = [("a", "b"), ("b", "a")]
SEEDS = [1, 2]


@cache
def merged() -> Merged:
    return merge_tenants(Source(("a", "b"), TENANTS))


@cache
def stage() -> Stage:
    design = split(merged(), rates_of(merged(), None), {})
    return Stage(build_core(design, DatapathParameters(64, port_count(merged()))))


def traffic(tenant: str, seed: int, count: int, gap: int, start: int = 0) -> dict[int, list[Timed]]:
    """Frames of ``tenant`` on both ports, ``gap`` cycles between starts."""
    frames: dict[int, list[Timed]] = {0: [], 1: []}
    packets = random_traffic(merged().master, merged().policy, seed, count, only=tenant)
    for index, (port, packet) in enumerate(packets):
        frames[port].append((start + index * gap, packet.data))
    return frames


def together(*each: dict[int, list[Timed]]) -> dict[int, list[Timed]]:
    """Frames of several sources on the same wires, in the order of their starts."""
    return {port: sorted((frame for frames in each for frame in frames[port]), key=lambda item: item[0]) for port in (0, 1)}


def assert_untouched(alone: Seen, beside: Seen, victim: str, why: object) -> None:
    mine = of_tenant(VLAN[victim], NUMBER[victim])
    assert beside.of(mine, NUMBER[victim] + 1) == alone.of(mine, NUMBER[victim] + 1), why
    assert any(alone.of(mine, NUMBER[victim] + 1)[0].values()), why


def frame_of(tag: bytes, payload: bytes = bytes(46)) -> bytes:
    return b"\x02\x00\x00\x00\x0a\x00\x02\x00\x00\x00\xcc\x00" + tag + payload


def owned(seen: Seen) -> int:
    return sum(value for (window, name), value in seen.registers.items() if window == 0 and name.endswith("/accepted"))


@pytest.mark.parametrize(("victim", "attacker"), PAIRS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_tenant_sees_nothing_of_another_s_traffic(victim: str, attacker: str, seed: int) -> None:
    mine = traffic(victim, seed, 60, 400)
    theirs = traffic(attacker, seed + 100, 60, 400, start=200)
    assert_untouched(stage().play(Scene(mine, cycles=40_000)), stage().play(Scene(together(mine, theirs), cycles=40_000)), victim, seed)


@pytest.mark.parametrize("tag", [b"", b"\x81\x00\x0f\xff", b"\x81\x00\x00\x00", b"\x81\x00\x00\x01", b"\x88\xa8\x00\x64\x81\x00\x00\x64"])
def test_t1_traffic_that_nobody_owns_is_dropped_and_counted(tag: bytes) -> None:
    seen = stage().play(Scene({0: [(0, frame_of(tag + b"\x08\x00"))], 1: []}, cycles=2_000))
    assert not any(seen.frames.values())
    assert seen.registers[0, "port0/unknown"] == 1
    assert owned(seen) == 0


@pytest.mark.parametrize("bit", range(12))
def test_t2_a_tag_that_differs_in_one_bit_is_not_the_tenant_s(bit: int) -> None:
    vlan = 100 ^ 1 << bit
    seen = stage().play(Scene({0: [(0, frame_of(b"\x81\x00" + vlan.to_bytes(2, "big") + b"\x08\x00"))], 1: []}, cycles=2_000))
    assert owned(seen) == (1 if vlan in VLAN.values() else 0)


@pytest.mark.parametrize("priority", range(16))
def test_t3_priority_and_drop_eligible_bits_change_no_owner(priority: int) -> None:
    tag = (100 | priority << 12).to_bytes(2, "big")
    seen = stage().play(Scene({0: [(0, frame_of(b"\x81\x00" + tag + b"\x08\x00"))], 1: []}, cycles=2_000))
    assert seen.registers[1, "a/port0_in.packets"] == 1
    assert seen.registers[2, "b/port0_in.packets"] == 0


def test_t4_an_inner_tag_of_another_tenant_changes_no_owner() -> None:
    frame = frame_of(b"\x81\x00\x00\x64\x81\x00\x00\xc8\x08\x00")
    seen = stage().play(Scene({0: [(0, frame)], 1: []}, cycles=2_000))
    assert seen.registers[1, "a/port0_in.packets"] == 1
    assert seen.registers[2, "b/port0_in.packets"] == 0


@pytest.mark.parametrize("tenant", ["a", "b"])
def test_t5_no_program_changes_whose_a_packet_is(tenant: str) -> None:
    seen = stage().play(Scene(traffic(tenant, 7, 80, 300), cycles=40_000))
    mine = of_tenant(VLAN[tenant], NUMBER[tenant])
    assert sum(len(frames) for frames in seen.frames.values()) > 10
    for name, frames in seen.frames.items():
        assert all(mine(frame) for _, frame in frames), name


@pytest.mark.parametrize("tenant", [2, 3, 127, 255])
def test_t6_a_host_frame_of_no_tenant_enters_nothing(tenant: int) -> None:
    shim = b"\x88\xb5\x01" + bytes((tenant,)) + b"\x00\x01" + bytes(8) + (60).to_bytes(2, "big")
    seen = stage().play(Scene({}, host=[(0, shim + bytes(60))], cycles=2_000))
    assert not any(seen.frames.values())
    assert seen.registers[0, "host/unknown"] == 1


ONE_PORT_POLICY = """
[tenants.a]
vlan = 100
devices = { eth0 = 0, eth1 = 1 }
[tenants.b]
vlan = 200
devices = { eth1 = 1 }
"""
ACROSS = "FromDevice(eth0) -> Queue -> ToDevice(eth1); FromDevice(eth1) -> Queue -> ToDevice(eth0);"
BACK = "FromDevice(eth1) -> Queue -> ToDevice(eth1);"


def test_t8_a_tenant_without_a_port_sends_nothing_there_and_gets_nothing_from_there(tmp_path: Path) -> None:
    for name, text in (("policy.toml", ONE_PORT_POLICY), ("a.click", ACROSS), ("b.click", BACK)):
        (tmp_path / name).write_text(text)
    both = merge_tenants(Source(("a", "b"), tmp_path))
    machine = Stage(build_core(split(both, rates_of(both, None), {}), DatapathParameters(64, 2)))
    mixed = [(60 * i, frame_of(b"\x81\x00\x00" + bytes((100 + 100 * (i % 2),)) + b"\x08\x00")) for i in range(40)]
    seen = machine.play(Scene({0: mixed, 1: mixed}, cycles=8_000))
    tags = {port: [frame[15] for _, frame in seen.frames[f"tx{port}"]] for port in (0, 1)}
    assert tags[0] == [100] * 20
    assert sorted(tags[1]) == [100] * 20 + [200] * 20
    assert not seen.frames["tx_host"]


def test_t8_packets_of_the_examples_leave_with_their_tenant_s_tag() -> None:
    seen = stage().play(Scene(together(traffic("a", 3, 60, 400), traffic("b", 4, 60, 400, start=100)), cycles=40_000))
    for port in ("tx0", "tx1"):
        for _, frame in seen.frames[port]:
            assert frame[12:14] == b"\x81\x00"
            assert int.from_bytes(frame[14:16], "big") & 0xFFF in VLAN.values()


@pytest.mark.parametrize(("victim", "attacker"), PAIRS)
def test_t15_writes_to_one_tenant_s_registers_change_no_other_s(victim: str, attacker: str) -> None:
    machine = stage()
    before = machine.play(Scene(together(traffic("a", 5, 40, 300), traffic("b", 6, 40, 300)), cycles=20_000)).registers
    for register in machine.core.registers:
        if register.window == NUMBER[attacker] + 1 and register.resettable:
            assert machine.bus.write(register.address, 0xFFFFFFFF) == 0
    after = machine.read_all()
    own = NUMBER[victim] + 1
    assert {k: v for k, v in after.items() if k[0] in (0, own)} == {k: v for k, v in before.items() if k[0] in (0, own)}
    assert after != before


def test_t15_what_the_operator_accounts_no_tenant_resets() -> None:
    machine = stage()
    machine.play(Scene(together(traffic("a", 5, 40, 300), traffic("b", 6, 40, 300)), cycles=20_000))
    operators = [register for register in machine.core.registers if "/port" in register.name or not register.resettable]
    assert any("_pps" in register.name for register in operators)
    before = machine.read_all()
    for register in operators:
        assert machine.bus.write(register.address, 0) == 2, register.name
    assert machine.read_all() == before


def test_t15_reading_clears_nothing() -> None:
    machine = stage()
    machine.play(Scene(traffic("a", 5, 40, 300), cycles=20_000))
    assert machine.read_all() == machine.read_all()


def test_t16_addresses_that_are_no_register_are_refused() -> None:
    machine = stage()
    machine.play(Scene({}, cycles=100))
    known = {register.address for register in machine.core.registers}
    mapped = known | {address + 4 for address in known}
    windows = len(machine.core.datapath.weights) + 1
    for address in range(0, windows << machine.core.window_bits, 4):
        data, response = machine.bus.read(address)
        assert (response == 0) == (address in mapped), hex(address)
        if address not in mapped:
            assert data == 0, hex(address)
            assert machine.bus.write(address, 1) == 2, hex(address)
    for register in machine.core.registers[:8]:
        for offset in (1, 2, 3):
            assert machine.bus.read(register.address + offset)[1] == 2
        assert machine.bus.write(register.address, 1, strobe=7) == 2


def runts(seed: int) -> Iterable[bytes]:
    """Frames whose sizes are wrong or at the edge of a beat."""
    rng = random.Random(seed)
    for size in [*range(1, 40), 63, 64, 65, 71, 72, 73, 1599, 1600, 1601, 2000, 9600]:
        yield frame_of(b"\x81\x00\x00\xc8\x08\x00", rng.randbytes(max(0, size - 18)))[:size]


@pytest.mark.parametrize("seed", SEEDS)
def test_t18_frames_of_every_wrong_size_harm_nobody_else(seed: int) -> None:
    mine = traffic("a", seed, 60, 700)
    theirs = {0: [(700 * i + 350, frame) for i, frame in enumerate(runts(seed))], 1: []}
    alone, beside = stage().play(Scene(mine, cycles=80_000)), stage().play(Scene(together(mine, theirs), cycles=80_000))
    assert_untouched(alone, beside, "a", seed)
    assert beside.registers[0, "port0/malformed"] > 10


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_t21_t22_a_stuck_or_slow_port_holds_up_nobody_on_another(share: float) -> None:
    cycles = 40_000
    mine, theirs = traffic("a", 11, 80, 300), traffic("b", 12, 120, 200)
    ready = (np.random.default_rng(5).random(cycles) < share).astype(np.uint8)
    free = stage().play(Scene(together(mine, theirs), cycles=cycles))
    stuck = stage().play(Scene(together(mine, theirs), ready={"tx1": ready}, cycles=cycles))
    assert stuck.frames["tx0"] == free.frames["tx0"]
    assert stuck.frames["tx_host"] == free.frames["tx_host"]
    assert len(free.frames["tx0"]) > 10
    assert [f for _, f in stuck.frames["tx1"]] == [f for _, f in free.frames["tx1"]][: len(stuck.frames["tx1"])]


@pytest.mark.parametrize(("rate", "size"), [(50_000_000, 200), (50_000_000, 1400)])
def test_t25_a_token_bucket_lets_its_rate_through_and_one_packet_more_than_its_burst(rate: int, size: int) -> None:
    machine = stage()
    payload = b"\x81\x00\x00\x0a\x08\x00"
    body = bytes.fromhex("4500") + (size - 22).to_bytes(2, "big") + bytes.fromhex("000000004011000001020304ac100035")
    total = sum(int.from_bytes(body[i : i + 2], "big") for i in range(0, 20, 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    body = body[:10] + (total ^ 0xFFFF).to_bytes(2, "big") + body[12:]
    body += b"\x00\x35\x00\x35" + (size - 42).to_bytes(2, "big") + bytes(2) + bytes(size - 50)
    frame = b"\x02\x00\x00\x00\x0b\x00\x02\x00\x00\x00\xcc\x00\x81\x00\x00\xc8" + payload + body
    beats = -(-len(frame) // 8)
    cycles = 6_000_000 // 8
    count = cycles // (beats + 2)
    seen = machine.play(Scene({0: [(i * (beats + 2), frame) for i in range(count)], 1: []}, cycles=cycles, seed=None))
    passed = seen.registers[2, "b/up/udp.packets"] - seen.registers[2, "b/over.packets"]
    # The bucket sees packets from their IP header on.
    granted = rate * 0.02 + rate * cycles * 8 / 1e9
    assert seen.registers[2, "b/over.packets"] > 100
    assert granted * 0.99 - 1600 <= passed * (size - 22) <= granted * 1.01 + 1600
