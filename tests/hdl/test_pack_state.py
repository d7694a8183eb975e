"""Variables that share a memory: one packet asks at most one slot of it, the slot is the variable's own, and what is stored is what the
variable alone would store; and nothing has to be known before itself."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from amaranth.hdl import Fragment

from elements.placement.crossings import Placement
from elements.program.combine import any_of
from elements.program.evaluate import Evaluation
from elements.program.program import State, Table
from elements.program.values import TRUE, Value, add, bit_and, bit_not, const, eq, make, part, ult
from graph.model import Graph
from hdl.check_order import check_order
from hdl.compose import lookup_engine
from hdl.composition import Bank, Composition, Engine, meta
from hdl.gather_state import gather_state
from hdl.pack_state import asked_elsewhere, pack_state, slot_condition
from hdl.pipeline import Pipeline
from hdl.resources import Share
from hdl.trace_tenant import Trace, Update
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split

LONGEST = 14
"""Variables and engines of one tenant."""


@dataclass
class _Tree:
    """A tenant's part, made at random: packets branch, pass variables and ask engines. Numbers rise along every way."""

    tenant: int
    chance: random.Random
    kinds: list[str]
    shares: list[Share]
    trace: Trace = field(default_factory=Trace)
    position: int = 0

    def grow(self, passing: Value, known: list[Value], depth: int) -> None:
        for _ in range(self.chance.randint(0, 3)):
            self.position += self.chance.randint(0, 2)
            if self.position >= len(self.kinds):
                return
            known = [*known, *self._use(self.position, passing, known)]
            self.position += 1
        if not depth:
            return
        test = self._test(known)
        self.grow(bit_and(passing, test), known, depth - 1)
        if self.chance.random() < 0.9:
            self.grow(bit_and(passing, bit_not(test)), known, depth - 1)

    def _use(self, number: int, passing: Value, known: list[Value]) -> list[Value]:
        if self.kinds[number] == "table":
            self.shares[number].users[self.tenant] = (f"e{number}", Table("t", "lpm", 8, 8, ()))
            self.trace.keys[number] = [(passing, self.chance.choice(known))]
            return [make("found", 8, (), (number,))]
        width = int(self.kinds[number])
        self.shares[number].users[self.tenant] = (f"e{number}", State("s", width))
        old = make("old", width, (), (number,))
        byte = part(old, 0, 8)
        when = self.chance.choice([passing, passing, bit_and(passing, self._test([*known, byte]))])
        value = self.chance.choice([part(add(old, const(1, width)), 0, width), part(self.chance.choice(known), 0, width)])
        self.trace.updates[number] = [Update(passing, when, value)]
        return [byte] if self.chance.random() < 0.5 else []

    def _test(self, known: list[Value]) -> Value:
        limit = const(self.chance.randrange(1, 255), 8)
        value = self.chance.choice(known)
        return self.chance.choice([eq(value, limit), ult(value, limit)])


class _Packet:
    """What comes from outside of one tenant's packet, at random, and the same whenever it is asked."""

    def __init__(self, tenant: int, seed: int) -> None:
        self.tenant = tenant
        self.chance = random.Random(seed)
        self.known: dict[Value, int] = {}

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        if value is meta("tenant"):
            return self.tenant
        if value not in self.known:
            self.known[value] = self.chance.choice([self.chance.getrandbits(value.width), self.chance.randrange(3)])
        return self.known[value]


def grown(seed: int) -> tuple[list[Share], dict[int, Trace]]:
    chance = random.Random(seed)
    kinds = [chance.choice(["16", "16", "16", "12", "table"]) for _ in range(LONGEST)]
    shares = [Share(("table", "lpm", 8, 8) if kind == "table" else ("state", "E", "s", int(kind), 1)) for kind in kinds]
    traces = {}
    for tenant in range(chance.randint(1, 3)):
        tree = _Tree(tenant, chance, kinds, shares)
        tree.grow(TRUE, [make("load", 8, (), ("data", n)) for n in range(3)], 3)
        traces[tenant] = tree.trace
    return shares, traces


@dataclass
class _Packed:
    groups: list[list[int]]
    traces: dict[int, Trace]
    asked: set[int]
    banks: list[Bank]
    engines: list[Engine]


def packed(shares: list[Share], apart: dict[int, Trace]) -> _Packed:
    asked = asked_elsewhere(apart)
    groups, traces = pack_state(apart, {n: int(s.signature[3]) for n, s in enumerate(shares) if s.signature[0] == "state" and s.users})
    placement = Placement(Graph((), (), ()), tuple("abc"), {}, frozenset())
    banks = [gather_state(group, shares, placement, traces, frozenset(), read=frozenset(asked)) for group in groups]
    engines = [lookup_engine(n, s, traces) for n, s in enumerate(shares) if s.signature[0] == "table" and s.users]
    return _Packed(groups, traces, asked, banks, engines)


SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_packet_asks_one_slot_and_it_is_the_variables_own(seed: int) -> None:
    shares, apart = grown(seed)
    found = packed(shares, apart)
    assert sorted(v for group in found.groups for v in group) == [n for n, s in enumerate(shares) if s.users and s.signature[0] == "state"]
    parts = [v for t in found.traces.values() for updates in t.updates.values() for u in updates for v in (u.passing, u.when, u.value)]
    values = Evaluation([*parts, *(v for bank in found.banks for v in (bank.when, bank.slot, bank.value))])
    for number in range(60):
        tenant = number % len(apart)
        packet = _Packet(tenant, seed << 8 | number)
        known = values.run(packet)
        for group, bank in zip(found.groups, found.banks, strict=True):
            mine = [(slot, u) for slot, v in enumerate(group) for u in found.traces[tenant].updates.get(v, ())]
            touched = [(slot, u) for slot, u in mine if known[slot_condition(u, read=group[slot] in found.asked)]]
            assert len(touched) <= 1, f"seed {seed}, packet {number}: two variables of one memory are asked"
            assert known[bank.when] == any(known[u.when] for _, u in mine)
            for slot, update in touched:
                assert known[bank.slot] == slot, f"seed {seed}, packet {number}: {group[slot]} is in slot {slot}"
                assert not known[update.when] or known[bank.value] == known[update.value], f"seed {seed}, packet {number}"


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_has_to_be_known_before_itself(seed: int) -> None:
    found = packed(*grown(seed))
    everything = any_of(*(bit_not(eq(bank.value, const(0, bank.width))) for bank in found.banks))
    made = Composition(
        (everything,), const(0, 16), {}, (0,), const(0, 4), meta("length"), {}, tuple(found.banks), tuple(found.engines), {}, 3
    )
    assert check_order(made) is made


def test_variables_do_share() -> None:
    """What is shown above is shown of memories with several slots, of which some are read for more than their own update."""
    groups = [(group, found.asked) for seed in SEEDS for found in [packed(*grown(seed))] for group in found.groups]
    assert max(len(group) for group, _ in groups) >= 3
    assert sum(1 for group, asked in groups if len(group) > 1 and asked.intersection(group)) >= 10


POLICY = """[tenants.a]
vlan = 100
devices = { eth0 = 0, eth1 = 1 }
[tenants.b]
vlan = 200
devices = { eth0 = 0, eth1 = 1 }
"""
BEFORE_ROUTES = """
FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> m :: RatedSplitter(1000);
m [0] -> SetIPAddress(10.0.0.1) -> rt :: RadixIPLookup(10.0.0.0/8 0, 0.0.0.0/0 192.168.0.1 1);
m [1] -> SetIPAddress(11.0.0.1) -> rt;
rt [0] -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> Queue -> ToDevice(eth0);
rt [1] -> EtherEncap(0x0800, 1:1:1:1:1:1, 3:3:3:3:3:3) -> Queue -> ToDevice(eth1);
"""
BEHIND_ROUTES = """
FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> rt :: RadixIPLookup(10.0.0.0/8 0, 0.0.0.0/0 192.168.0.1 1);
rt [0] -> m :: RatedSplitter(1000);
m [0] -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> Queue -> ToDevice(eth0);
m [1] -> Discard;
rt [1] -> EtherEncap(0x0800, 1:1:1:1:1:1, 3:3:3:3:3:3) -> Queue -> ToDevice(eth1);
"""


def pipeline(folder: Path, **tenants: str) -> Pipeline:
    (folder / "policy.toml").write_text(POLICY)
    for name, text in tenants.items():
        (folder / f"{name}.click").write_text(text)
    merged = merge_tenants(Source(tuple(tenants), folder))
    found = split(merged, rates_of(merged, None))
    assert {f"{name}/m" for name in tenants} <= found.placement.hardware
    made = Pipeline(found.composition, len(tenants), 8)
    Fragment.get(made, None)
    return made


def test_state_before_a_lookup_and_state_behind_it_stay_apart(tmp_path: Path) -> None:
    """One tenant's routes are asked by what its splitter does, the other's splitter by what its routes say: one memory and one engine
    would each have to be first."""
    made = pipeline(tmp_path, a=BEFORE_ROUTES, b=BEHIND_ROUTES)
    homes = [{home.element for home in bank.homes.values()} for bank in made.composition.banks]
    assert not any({"a/m", "b/m"} <= names for names in homes)
    assert len(made.composition.engines) == 1


def test_splitters_on_exclusive_ways_share_a_memory_by_where_packets_pass(tmp_path: Path) -> None:
    made = pipeline(
        tmp_path, a="FromDevice(eth0) -> m :: RatedSplitter(1000) -> i :: Idle; FromDevice(eth1) -> n :: RatedSplitter(1000) -> i;"
    )
    (bank,) = [bank for bank in made.composition.banks if any(home.element == "a/m" for home in bank.homes.values())]
    assert {home.element for home in bank.homes.values()} == {"a/m", "a/n"}
