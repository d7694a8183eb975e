"""What tenants leave each other of time and room (T21 to T29)."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from elements.reference.packet import Packet
from graph.diagnostics import ClickError
from mlclick.run import run_software
from mlclick.service import delays
from sim.isolation import CLOCK_BITS, Party, Scene, Seen, together
from swclick.live import Clock
from tests.in_short import in_short
from tests.sim.attacks import (
    BURSTS,
    GAP,
    SIZE,
    TIMES,
    Frames,
    bound,
    duel,
    frame_of,
    in_the_gaps,
    little,
    lost,
    paid,
    passed,
    spoken,
    stuck_until,
    tag,
)
from tests.sim.tenant_sets import (
    BOTH,
    COPIED,
    METERED_POLICY,
    MODES,
    OWN,
    PARTIES,
    VLAN,
    WEIGHTS,
    Bucket,
    Lie,
    crowd,
    each_way,
    in_each_mode,
    liars,
    metered,
    written,
)
from tests.swclick.tenants import Timed

pytestmark = pytest.mark.slow


@in_each_mode
@each_way
@pytest.mark.parametrize("output", ["own", "tx1", "tx_host"])
def test_t21_a_stuck_consumer_costs_the_victim_nothing_once_it_takes_again(
    mode: str, victim: str, attacker: str, seed: int, output: str
) -> None:
    """While a consumer takes nothing, the attacker fills its own room there and loses what is more; the victim's frames for it wait, and
    all others go on."""
    cycles = 40_000
    stuck = f"tx{OWN[victim]}" if output == "own" else output
    ready = {stuck: stuck_until(26_000, cycles)}
    mine = spoken(victim, seed, 24, 1_000)
    flood = spoken(attacker, seed + 9, 500, 50, 300, kinds=(Lie.TO_HOST, Lie.PLAIN), ports=(OWN[attacker],))
    theirs = {p: list(in_the_gaps((f for _, f in each), 1_000, 200)) for p, each in flood.items()}
    runs = duel(liars(mode), victim, attacker, Scene(mine, ready=ready, cycles=cycles), Scene(theirs))
    free = liars(mode).play(Scene(mine, cycles=cycles))
    assert PARTIES[victim].frames(runs.beside) == PARTIES[victim].frames(free)
    assert all(PARTIES[victim].frames(free)[name] for name in (f"tx{OWN[victim]}", "tx1", "tx_host"))
    assert (lost(runs, PARTIES[attacker], stuck) > 50) == (output != "own")
    assert not any(lost(runs, PARTIES[victim], name) for name in runs.beside.frames)


@in_each_mode
@each_way
def test_t21_consumers_that_never_take_hold_up_nobody_on_another(mode: str, victim: str, attacker: str, seed: int) -> None:
    """With every consumer of the attacker stuck for good, at the port in common, at its own and at the host's, the victim's port has all
    its frames."""
    cycles, own = 34_000, f"tx{OWN[victim]}"
    ready = {f"tx{OWN[attacker]}": stuck_until(cycles, cycles), "tx1": stuck_until(cycles, cycles), "tx_host": stuck_until(cycles, cycles)}
    mine = spoken(victim, seed, 60, GAP, kinds=(Lie.PLAIN, Lie.TAGGED, Lie.SHIFTED), ports=(BOTH,))
    theirs = {p: list(in_the_gaps(f for _, f in each)) for p, each in spoken(attacker, seed + 9, 400, 60).items()}
    runs = duel(liars(mode), victim, attacker, Scene(mine, ready=ready, cycles=cycles), Scene(theirs))
    assert len(PARTIES[victim].frames(runs.beside)[own]) == 60
    assert all(lost(runs, PARTIES[attacker], name) > 10 for name in ready)
    assert {name for name, each in runs.beside.frames.items() if each} == {own}


@in_each_mode
@each_way
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_t22_slow_consumers_lose_and_repeat_nothing_of_the_victim_s(mode: str, victim: str, attacker: str, seed: int, share: float) -> None:
    """With consumers that take a beat in 10, 50 or 90 % of the cycles, the host's among them, the victim's frames are those that it has
    where everything is taken, and of the attacker's each is whole and none is there twice."""
    cycles = 60_000
    chance = np.random.default_rng(seed)
    ready = {name: (chance.random(cycles) < share).astype(np.uint8) for name in ("tx0", "tx1", "tx2", "tx_host")}
    mine = spoken(victim, seed, 40, 1_000)
    flood = spoken(attacker, seed + 9, 900, 40)
    theirs = {p: list(in_the_gaps((f for _, f in each), 1_000, 200)) for p, each in flood.items()}
    slow = Scene(mine, ready=ready, cycles=cycles)
    runs = duel(liars(mode), victim, attacker, slow, Scene(theirs))
    free = liars(mode).play(replace(together(slow, Scene(theirs)), ready={name: stuck_until(0, cycles) for name in ready}))
    assert PARTIES[victim].frames(runs.beside) == PARTIES[victim].frames(free)
    assert sum(len(each) for each in PARTIES[victim].frames(free).values()) == 40
    for output, frames in PARTIES[attacker].frames(runs.beside).items():
        all_of_them = iter(PARTIES[attacker].frames(free)[output])
        assert all(frame in all_of_them for frame in frames), f"{output}: not a part of what it sent, in order"
        assert len(frames) + lost(runs, PARTIES[attacker], output) == len(PARTIES[attacker].frames(free)[output])
    assert share > 0.1 or sum(lost(runs, PARTIES[attacker], name) for name in ready) > 50


@in_each_mode
@each_way
def test_t25_a_token_bucket_lets_its_rate_through_and_one_packet_more_than_its_burst(
    mode: str, victim: str, attacker: str, seed: int
) -> None:
    """Of an attacker that sends many times its rates, from one byte a second up, each bucket lets through what it held, its rate, and at
    most one packet more; the victim's buckets know nothing of it."""
    count = 140
    kinds = [Bucket.SLOWEST] * 20 + [Bucket.SLOW] * 50 + [Bucket.FAST] * 450 + [Bucket.COUNTED] * 300
    random.Random(seed).shuffle(kinds)
    flood = list(in_the_gaps((paid(attacker, kind, i) for i, kind in enumerate(kinds)), first=30))
    mine = Scene(little(victim, count), cycles=count * GAP + 4_000, seed=None, clock=1 << 40)
    runs = duel(metered(mode), victim, attacker, mine, Scene({0: flood}), but=TIMES)
    microseconds = (flood[-1][0] - flood[0][0]) * 8 / 1_000
    # In turns of time the last packets find what the bucket has gained while they waited: one for its slot, the others behind it.
    turns = metered(mode).core.datapath.arbiter.turns
    late = 0 if turns.slot is None else (2 * len(turns.order) + 1) * turns.slot * 8 / 1_000
    assert passed(runs.beside, attacker, Bucket.SLOWEST) == 1
    for kind, rate in ((Bucket.SLOW, 1.0), (Bucket.FAST, 100.0)):
        granted = 4_000 + rate * microseconds
        assert granted - 2 * SIZE <= passed(runs.beside, attacker, kind) * SIZE <= granted + SIZE + rate * late, hex(kind)
    assert 8 + microseconds / 5 - 2 <= passed(runs.beside, attacker, Bucket.COUNTED) <= 8 + (microseconds + late) / 5 + 1


@in_each_mode
@each_way
def test_t25_credit_of_an_idle_time_is_capped_and_a_clock_that_wraps_gives_none(mode: str, victim: str, attacker: str, seed: int) -> None:
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
        runs = duel(metered(mode), victim, attacker, scene, Scene({0: flood}), but=TIMES)
        found.append(PARTIES[attacker].frames(runs.beside))
        for kind, burst in ((Bucket.FAST, 4_000 / SIZE + 16 * 100 / SIZE), (Bucket.COUNTED, 8 + 16 / 5)):
            # In turns of time packets come to a bucket slot by slot: one more may find it empty.
            least = burst - (1 if mode == "shared" else 2)
            assert len(BURSTS) * least <= passed(runs.beside, attacker, kind) <= len(BURSTS) * (burst + 1), hex(kind)
            assert passed(runs.beside, attacker, kind) < len(BURSTS) * 20, hex(kind)
    assert found[0] == found[1]


@pytest.mark.parametrize("element", ["BandwidthRatedSplitter(0)", "RatedSplitter(0)"])
def test_t25_a_rate_of_zero_is_refused(element: str) -> None:
    """There is no bucket without a rate: the tenant is told so, at its element."""
    with pytest.raises(ClickError, match=r"RATE"):
        written(METERED_POLICY, {"a": f"FromDevice(eth0) -> {element} -> Queue -> ToDevice(eth1);"})


def flood(tenant: str, size: int, count: int, kind: int = Lie.PLAIN) -> Frames:
    """Frames of one size on the tenant's own wire, each right behind the one before; a liar sends them to the port in common."""
    frame = frame_of(tag(VLAN[tenant]) + int(kind).to_bytes(2, "big"), bytes(size - 18))
    return {OWN[tenant]: [(0, frame)] * count}


@in_each_mode
@each_way
@pytest.mark.parametrize("size", [60, 1_500])
def test_t23_t24_a_flood_at_line_rate_costs_the_victim_no_frame(mode: str, victim: str, attacker: str, seed: int, size: int) -> None:
    """An attacker that fills its wire with frames of the least or of the greatest size, for every port that the victim has, costs the
    victim no frame, in any place; in turns of time not a cycle either."""
    cycles = 34_000
    kinds = (Lie.PLAIN, Lie.TO_HOST, COPIED, Lie.TAGGED)
    count = cycles * 5 // 8 // (size // 8 + 1)
    frames = [flood(attacker, size, 1, kinds[i % 4])[OWN[attacker]][0] for i in range(count)]
    mine = Scene(spoken(victim, seed, 60, GAP, kinds=(Lie.PLAIN, Lie.TO_HOST), ports=(OWN[victim],)), cycles=cycles)
    runs = duel(liars(mode), victim, attacker, mine, Scene({OWN[attacker]: frames}))
    assert sum(map(len, PARTIES[victim].frames(runs.beside).values())) == 60
    assert sum(map(len, PARTIES[attacker].frames(runs.beside).values())) > count // 4


def sent_bytes(seen: Seen, tenant: str, start: int, end: int) -> int:
    """Bytes that left by the port in common between two cycles."""
    return sum(len(frame) for at, frame in PARTIES[tenant].timed(seen)["tx1"] if start <= at < end)


def taken_bytes(seen: Seen, tenant: str, start: int, end: int) -> int:
    """What the frames that left by the port in common between two cycles took of the arbiter: whole beats, with the room to grow."""
    core = liars("shared").core
    lanes, grows = core.datapath.parameters.width // 8, core.datapath.arbiter.growth[PARTIES[tenant].number]
    left = [frame for at, frame in PARTIES[tenant].timed(seen)["tx1"] if start <= at < end]
    return sum(-(-len(frame) // lanes) + grows for frame in left) * lanes


@in_each_mode
@pytest.mark.parametrize(("first", "second"), list(permutations(("a", "b"), 2)))
@pytest.mark.parametrize("size", [60, 300, 1_500])
def test_t24_shares_are_of_bytes_and_not_of_frames(mode: str, first: str, second: str, size: int) -> None:
    """Two tenants that each offer all that their wires have take the same of it in turns of shares, whatever
    their frames' sizes; in turns of time each has what it has alone, to the byte.

    What they are equal in is what they take: whole beats, and the room to grow. To one part in 25, but for the longest frames: of those a
    segment holds two, and while one is lost the other tenant has the turn."""
    cycles = 30_000
    offered = {**flood(first, size, cycles // (size // 8 + 1)), **flood(second, 900, cycles // 113)}
    both = Scene(offered, cycles=cycles, seed=None)
    seen = liars(mode).play(both)
    sent = [sent_bytes(seen, tenant, 3_000, cycles) for tenant in (first, second)]
    if mode == "shared":
        taken = [taken_bytes(seen, tenant, 3_000, cycles) for tenant in (first, second)]
        assert abs(taken[0] - taken[1]) < sum(taken) / (50 if size < 1_500 else 8)
        assert sum(sent) > 0.9 * 8 * (cycles - 3_000)
    else:
        alone = [liars(mode).play(replace(both, ports={OWN[each]: offered[OWN[each]]})) for each in (first, second)]
        assert sent == [sent_bytes(each, tenant, 3_000, cycles) for each, tenant in zip(alone, (first, second), strict=True)]
        assert min(sent) > 0


@pytest.mark.parametrize("tenant", ["a", "b"])
def test_t26_what_others_leave_unused_is_used_in_turns_of_shares_and_stays_idle_in_turns_of_time(tenant: str) -> None:
    """A tenant that is alone has all of the port in turns of shares; in turns of time it has its own slots, whether others send or not."""
    cycles = 30_000
    sent = {}
    for mode in MODES:
        alone = liars(mode).play(Scene(flood(tenant, 1_500, cycles // 188), cycles=cycles, seed=None))
        sent[mode] = sent_bytes(alone, tenant, 3_000, cycles) / (8 * (cycles - 3_000))
    assert sent["shared"] > 0.95
    assert 0.35 < sent["strict"] <= 0.5


@each_way
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("size", in_short([1_600, 60, 900]))
def test_t27_the_oldest_packet_of_a_tenant_is_served_within_a_bound(
    victim: str, attacker: str, seed: int, weights: tuple[int, int], size: int
) -> None:
    """However much others send, a packet of a tenant that has no other waiting is held up, at the two places where tenants meet, for no
    longer than is printed of it, by its weight; where all have one weight, for no longer than every tenant's turn and one packet of each
    take; and it is held up, so that this says something."""
    cycles = 34_000
    mine = spoken(victim, seed, 80, GAP, kinds=(Lie.PLAIN,), ports=(OWN[victim],))
    theirs = Scene(flood(attacker, size, (cycles - 1_000) // (-(-size // 8))))
    stage = liars("shared", weights)
    runs = duel(stage, victim, attacker, Scene(mine, cycles=cycles, seed=None), theirs)
    alone, beside = (PARTIES[victim].timed(seen)["tx1"] for seen in (runs.alone, runs.beside))
    waited = [b - a for (a, _), (b, _) in zip(alone, beside, strict=True)]
    printed = delays(stage.core.datapath, PARTIES[victim].number)["tx1"]
    assert 0 < max(waited) <= min(printed, bound(stage) if weights == (1, 1) else printed)
    sys.stdout.write(f"held up by frames of {size} bytes, weights {weights}: at most {max(waited)} cycles, bound {printed}\n")


@in_each_mode
@pytest.mark.parametrize(("count", "number"), in_short([(4, 3), (2, 0), (2, 1), (4, 0), (4, 2)], every=5))
def test_t28_what_a_packet_takes_beside_many_tenants(mode: str, count: int, number: int) -> None:
    """Among so many tenants, with all others sending all that fits on a wire, the victim's packets are held up within the bound that grows
    with their number, and in turns of time not at all: there the number tells how long a round is, and nothing else."""
    stage, cycles = crowd(mode, count), 40_000
    victim, rest = Party(number, 100 + number), [100 + each for each in range(count) if each != number]
    mine = Scene({0: [(at, frame_of(tag(100 + number) + b"\x08\x05")) for at in range(0, 36_000, GAP)]}, cycles=cycles, seed=None)
    others = [frame_of(tag(rest[n % len(rest)]) + b"\x08\x05", bytes(500)) for n in range(10_000)]
    theirs = Scene({1: [(0, frame) for frame in others[:500]], 0: [f for f in in_the_gaps(others, first=40) if f[0] < 36_000]})
    alone, beside = (victim.timed(stage.play(scene))["tx1"] for scene in (mine, together(mine, theirs)))
    waited = [b - a for (a, _), (b, _) in zip(alone, beside, strict=True)]
    assert max(waited) <= (bound(stage) if mode == "shared" else 0)
    assert len(alone) == len(range(0, 36_000, GAP))
    longest = max(at - GAP * i for i, (at, _) in enumerate(alone))
    datapath = stage.core.datapath
    rounds = sum(len(turns.order) * (turns.slot or 0) for turns in (datapath.arbiter.turns, datapath.egress_ports[1].turns))
    assert longest <= rounds + datapath.pipeline.latency + 100
    sys.stdout.write(f"{mode}, number {number} of {count} tenants: {longest} cycles alone, held up for {max(waited)}\n")


GREEDY: Final = {
    "long bursts": "InfiniteSource(BURST 4096) -> c :: Counter -> Discard;",
    "many tasks": "c :: Counter -> Discard; InfiniteSource(BURST 7) -> c; InfiniteSource -> c; InfiniteSource -> c; InfiniteSource -> c;",
    "all of a queue": "InfiniteSource -> q :: Queue -> Unqueue(BURST -1) -> c :: Counter -> Discard;",
    "timers that are always due": "c :: Counter -> Discard; TimedSource(0.000001) -> c; RatedSource(RATE 1000000000) -> c;"
    "InfiniteSource(BURST 9) -> c;",
    "a pull without end": "InfiniteSource(BURST 16) -> Queue -> c :: Counter -> d :: Discard(BURST 0); ScheduleInfo(d 30);",
    "tickets": "ScheduleInfo(s 30); s :: InfiniteSource(BURST 3) -> c :: Counter -> Discard;",
}
"""What a tenant may do to have more of the processor; c counts the packets that it made."""
HOGS: Final = {
    "a source that never stops": "InfiniteSource(LENGTH 60) -> Queue(1000) -> ToDevice(eth1); FromDevice(eth1) -> Discard;",
    "a source in front of a copier": "InfiniteSource(LENGTH 900, BURST 64) -> t :: Tee(8) -> q :: Queue(100000) -> ToDevice(eth1);"
    + "".join(f"t[{n}] -> q;" for n in range(1, 8))
    + "FromDevice(eth1) -> Discard;",
    "a queue that nobody empties": "FromDevice(eth0) -> Queue(100000) -> Idle; FromDevice(eth1) -> Queue(100000) -> Idle;",
}


@pytest.mark.parametrize("hog", list(HOGS))
def test_t29_a_hog_in_software_takes_nothing_of_another_s_packets(hog: str) -> None:
    """Software elements that always have something to do, fill queues or multiply packets leave the victim's frames, their order and its
    handlers as they are: every task has its turn in a round, and rounds have an end."""
    victim = "FromDevice(eth0) -> c :: Counter -> Queue -> ToDevice(eth1); FromDevice(eth1) -> Print -> Queue -> ToDevice(eth0);"
    packets = [(port, Packet.of(frame, time=1_000 * i, device=port)) for i in range(30) for port, frame in ((i % 2, plain("a", i)),)]
    found = []
    for texts in ({"a": victim, "b": "FromDevice(eth0) -> Discard; FromDevice(eth1) -> Discard;"}, {"a": victim, "b": HOGS[hog]}):
        outcome = run_software(written(METERED_POLICY, texts), packets)
        frames = [(port, frame) for _, port, frame in outcome.emitted if PARTIES["a"].owns(f"tx{port}", frame)]
        found.append((frames, {name: text for name, text in outcome.handlers.items() if name.startswith("a/")}))
    assert found[0] == found[1]
    assert len(found[0][0]) == 30


@pytest.mark.parametrize("hog", list(GREEDY))
def test_t29_a_hog_takes_no_more_than_its_share_of_the_processor(hog: str, tmp_path: Path) -> None:
    """In a machine that runs by itself the victim has its half, but for one run, beside a tenant that does all to have more. Time passes
    by what packets are said to cost."""
    victim = "InfiniteSource -> c :: Counter -> Discard;"
    machine = Timed(tmp_path, {"a": ("", victim), "b": ("", GREEDY[hog])}, {"a/c": 100, "b/c": 400}, 20_000_000, Clock()).run()
    assert machine.read("b/c.count")
    assert machine.read("a.time") >= machine.read("b.time") - machine.read("b.longest") - machine.read("a.longest")


def plain(tenant: str, number: int) -> bytes:
    return frame_of(tag(VLAN[tenant]) + b"\x08\x05", number.to_bytes(2, "big") + bytes(44))
