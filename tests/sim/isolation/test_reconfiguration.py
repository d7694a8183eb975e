"""What changes while others send (T30 to T34). Tables, tenants and programs are fixed when the machine is made: there is no way to write a
table, and no tenant comes, goes or is reset by itself. What is nearest is shown."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from mlclick.design import Merged, Source
from mlclick.flow import merge_tenants
from sim.isolation import Access, Scene, Stage, together
from tests.sim.attacks import GAP, duel, in_the_gaps, ip_frame, spoken
from tests.sim.tenant_sets import PARTIES, TENANTS, each_way, in_each_mode, liars, metered

pytestmark = pytest.mark.slow


@in_each_mode
@each_way
def test_t30_t31_no_write_reaches_a_table(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Writes to every register and to every address of every window, while both look up the same addresses, change no answer of anybody's:
    tables have no way in, so that no entry is ever half written. The victim loses nothing and, in turns of time, waits for nothing."""
    stage, rng = metered(mode), random.Random(seed)
    assert not any("routes" in register.name for register in stage.core.registers)
    end = 1 << (stage.core.window_bits + stage.core.tenants.bit_length())
    own = {r.address for r in stage.core.registers if r.window == PARTIES[victim].number + 1 and r.resettable}
    others = [address for address in range(0, end, 4) if address not in own]
    writes = [Access(20 + 9 * i, rng.choice(others), rng.getrandbits(32)) for i in range(2_500)]
    asked = rng.choices(("10.0.0.1", "10.1.0.1", "10.1.2.3", "10.1.2.200"), k=60)
    mine = Scene({0: [(GAP * i, ip_frame(victim, each, number=i)) for i, each in enumerate(asked)]}, cycles=30_000)
    theirs = [ip_frame(attacker, each, number=1_000 + i) for i, each in enumerate(asked)]
    attack = Scene({0: list(in_the_gaps(theirs))}, accesses=writes)
    runs = duel(stage, victim, attacker, mine, attack)
    quiet = stage.play(together(mine, replace(attack, accesses=())))
    assert PARTIES[attacker].frames(quiet) == PARTIES[attacker].frames(runs.beside)
    assert all(PARTIES[tenant].frames(quiet)[output] for tenant in PARTIES for output in ("tx0", "tx1"))


def nodes_of(merged: Merged, tenant: str) -> list[tuple[str, str, str]]:
    """The tenant's part of the master graph."""
    return sorted((n.name, n.class_name, n.config) for n in merged.master.graph.nodes if merged.master.owner[n.name] == tenant)


@pytest.mark.parametrize("tenant", ["a", "b", "c"])
def test_t32_a_tenant_that_comes_or_goes_changes_no_other_s_part_of_the_graph(tenant: str) -> None:
    """A tenant's elements, their configurations and their connections are the same whoever is merged with it. Its hardware is one logic
    with that of others, so that not its netlist but what it does is compared, by `tests/sim/test_equivalence.py`."""
    found = []
    for names in ((tenant,), ("a", "b", "c"), tuple(sorted({tenant, "b"}))):
        merged = merge_tenants(Source(names, TENANTS))
        edges = [e for e in merged.master.graph.edges if merged.master.owner[e.source] == tenant == merged.master.owner[e.target]]
        between = sorted((e.source, e.source_port, e.target, e.target_port) for e in edges)
        found.append((nodes_of(merged, tenant), between))
    assert found[0] == found[1] == found[2]
    assert len(found[0][0]) > 10


@in_each_mode
@each_way
def test_t33_a_reset_in_the_middle_of_packets_leaves_no_part_of_one(mode: str, victim: str, attacker: str, seed: int) -> None:
    """After a reset at any cycle, with packets of both on wires, in stores and in the pipeline, nothing of them is left, nothing comes out
    that is not whole, and the machine does what it did when it was new. There is no reset of one tenant."""
    stage, mine = liars(mode), Scene(spoken(victim, seed, 12, GAP), cycles=7_000, seed=None)
    stage.play(Scene({}, cycles=10))
    clean = stage.play(mine)
    theirs = Scene({p: [(0, f) for _, f in each] for p, each in spoken(attacker, seed + 9, 300, 10).items()})
    rng = random.Random(seed)
    for _ in range(4):
        at = rng.randrange(50, 1_500)
        both = together(mine, theirs)
        cut = {port: [(start, frame) for start, frame in each if start + 60 < at][: at // 40] for port, each in both.ports.items()}
        stage.play(Scene(cut, cycles=max(at, 400), seed=None))
        assert stage.play(mine) == clean
    assert sum(map(len, PARTIES[victim].frames(clean).values())) == 12


@in_each_mode
@each_way
def test_t34_a_storm_of_writes_does_not_starve_reads(mode: str, victim: str, attacker: str, seed: int) -> None:
    """While a master writes to the attacker's window without a pause, every read is answered, with what is there, in as many cycles as
    alone: the channels of reads and writes wait for nothing of each other."""
    stage = liars(mode)
    stage.play(Scene(spoken(victim, seed, 20, GAP), cycles=10_000))
    before = stage.read_all()
    quiet = cycles_of_reading(stage)
    theirs = [register for register in stage.core.registers if register.window == PARTIES[attacker].number + 1]
    address = random.Random(seed).choice(theirs).address
    for name, value in (("awaddr", address), ("wdata", 1), ("wstrb", 15), ("awvalid", 1), ("wvalid", 1)):
        stage.model.set(f"axi__{name}", value)
    stage.model.step(20)
    storm = cycles_of_reading(stage)
    assert storm == quiet
    while not stage.model.get("axi__awready"):
        stage.model.step()
    stage.model.step()
    stage.bus.rest()
    stage.model.step(8)
    assert stage.read_all() == before


def cycles_of_reading(stage: Stage) -> list[tuple[int, int, int]]:
    """What each register's low word is, how it is answered, and after how many cycles."""
    found = []
    for register in stage.core.registers:
        start = stage.model.cycles
        found.append((*stage.bus.read(register.address), stage.model.cycles - start))
    return found
