"""Tables of every kind and width in C find what a search through all entries finds."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elements.program.program import Access, Program, State, Table
from elements.program.values import FALSE, TRUE, const, make
from elements.reference.interpret import look_up
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.load import load_text
from swclick.machine import Machine
from tests.swclick.random_programs import Fixed, tables

ZERO = const(0, 1)


@pytest.fixture(scope="module", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is made at random is not kept for another day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLCLICK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def machine_for(made: list[Table]) -> Machine:
    """A machine that looks up ``keyN`` in table N for every packet, and stores what it finds in ``hitN`` and ``foundN``."""
    accesses = []
    for number, table in enumerate(made):
        key = make("old", table.key_width, (ZERO,), (f"key{number}",))
        hit = make("hit", 1, (key,), (table.name,))
        found = make("found", table.value_width, (key,), (table.name,))
        accesses += [
            Access(State(f"key{number}", table.key_width), ZERO, FALSE, key),
            Access(State(f"hit{number}", 1), ZERO, TRUE, hit),
            Access(State(f"found{number}", table.value_width), ZERO, TRUE, found),
        ]
    program = Program((), (), (), make("length", 16, (), ("data",)), tuple(accesses), tuple(made))
    graph = load_text("s :: FromCrossing(t:0) -> x :: Null -> ToCrossing(t:0);", "t")
    return Machine(graph, instantiate(graph) | {"x": Fixed(graph.node("x"), 1, program)})


def check(machine: Machine, made: list[Table], keys: list[list[int]]) -> int:
    """Look up the keys of each table; returns how many were found."""
    words, hits = machine.words("x"), 0
    for turn in range(max(map(len, keys))):
        now = [each[turn % len(each)] for each in keys]
        for number, table in enumerate(made):
            words.set(State(f"key{number}", table.key_width), now[number])
        machine.inject("s", Packet.of(b""))
        for number, table in enumerate(made):
            expected = look_up(table, now[number])
            hit, found = words.get(State(f"hit{number}", 1)), words.get(State(f"found{number}", table.value_width))
            assert (hit, found) == (int(expected is not None), expected or 0), f"{table} of {now[number]:#x}"
            hits += hit
    return hits


@st.composite
def keys_for(draw: st.DrawFn, table: Table) -> list[int]:
    """Keys that are entries, one bit beside one, and any."""
    ones = (1 << table.key_width) - 1
    found = [draw(st.integers(0, ones)), 0, ones]
    for key, _, _ in table.entries:
        found += [key, key ^ 1 << draw(st.integers(0, table.key_width - 1)), (key + 1) & ones, (key - 1) & ones]
    return found


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large), print_blob=True)
@given(st.data())
def test_random_tables_find_what_a_search_finds(data: st.DataObject) -> None:
    made = [data.draw(tables(f"t{i}")) for i in range(data.draw(st.integers(1, 10)))]
    check(machine_for(made), made, [data.draw(keys_for(table)) for table in made])


@pytest.mark.parametrize("width", [1, 8, 31, 32, 33, 64, 65, 128, 129, 200])
def test_large_tables_of_every_kind(width: int) -> None:
    rng = random.Random(width)
    ones = (1 << width) - 1
    some = [rng.getrandbits(width) for _ in range(60)]
    near = [key ^ rng.getrandbits(min(width, 10)) for key in some for _ in range(4)]
    lengths = sorted(
        {0, 1, width // 2, max(0, width - 8), width - 1, width, min(width, 16), min(width, 17), min(width, 24), min(width, 25)}
    )
    made = [
        Table("prefixes", "lpm", width, 32, tuple((key, rng.choice(lengths[1:]), rng.getrandbits(32)) for key in some + near)),
        Table("all", "lpm", width, 65, tuple((key, length, rng.getrandbits(65)) for key in some[:9] for length in lengths)),
        Table("keys", "exact", width, 129, tuple((key, 0, rng.getrandbits(129)) for key in some + near[:90] + some[:5])),
        Table("rules", "ternary", width, 16, tuple((key, ones & ~(1 << rng.randrange(width)), rng.getrandbits(16)) for key in some + near)),
        Table("none", "lpm", width, 8, ()),
        Table("nothing", "exact", width, 8, ()),
        Table("nowhere", "ternary", width, 200, ()),
    ]
    keys = [*some, *near, *(rng.getrandbits(width) for _ in range(60)), 0, ones]
    assert check(machine_for(made), made, [keys] * len(made)) > 2 * len(keys)


def test_bits_of_an_entry_that_no_key_can_have() -> None:
    """A key or mask that is wider than the table matches as the search says, and reaches no memory but the table's."""
    made = [
        Table("a", "lpm", 32, 8, ((0x0A010203, 8, 1), (0xFFFFFFFF, 1, 2), (0x1_0A000000, 8, 3), (0x0A010203, 20, 4), (0x0A010204, 29, 5))),
        Table("b", "exact", 9, 8, ((0x3FF, 0, 1), (0x1FF, 0, 2))),
        Table("c", "ternary", 9, 8, ((0x3FF, 0x200, 1), (0x3FF, 0x1FF, 2), (0x200, 0x0F, 3))),
    ]
    keys = [
        [0x0A010203, 0x0A010207, 0x0A01FFFF, 0x0AFFFFFF, 0xFFFF0000, 0x80000000, 0x7FFFFFFF],
        [0x1FF, 0x1FE],
        [0x1FF, 0x000, 0x010, 0x00F],
    ]
    assert check(machine_for(made), made, keys) > 8


PREFIXES = {
    "near each other": ("10.0.0.1/32", "10.0.0.0/16", "10.1.0.0/16", "10.9.3.0/24", "10.9.3.128/26"),
    "near, and all others": ("0.0.0.0/0", "10.0.0.1/32", "10.0.0.0/14", "10.9.0.0/16"),
    "far from each other": ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "192.168.0.0/16", "203.0.113.7/32"),
    "far, and all others": ("0.0.0.0/0", "0.0.0.0/9", "172.16.0.0/12", "255.255.255.255/32", "224.0.0.0/4"),
    "first and last": ("0.0.0.0/32", "255.255.255.255/32"),
    "halves": ("0.0.0.0/1", "128.0.0.0/1", "127.255.255.255/32", "128.0.0.0/32"),
    "in every eighth": tuple(f"{8 * n}.{n}.0.0/{16 + n % 17}" for n in range(32)),
    "everywhere": tuple(f"{3 * n}.{n}.{n}.{n}/{9 + n % 24}" for n in range(85)),
    "all others alone": ("0.0.0.0/0",),
}


def routes(prefixes: tuple[str, ...], first: int) -> Table:
    entries = []
    for number, prefix in enumerate(prefixes):
        network = ipaddress.ip_network(prefix, strict=False)
        entries.append((int(network.network_address), network.prefixlen, first + number % 7))
    return Table("routes", "lpm", 32, 34, tuple(entries))


@pytest.mark.parametrize("about", PREFIXES)
def test_few_prefixes_are_found_wherever_they_are(about: str) -> None:
    """At their ends, beside them, one bit away; and when others have taken their place, twice."""
    made = routes(PREFIXES[about], 1)
    others = [routes(PREFIXES[each], 8) for each in ("far from each other", about)]
    keys = {0, 0xFFFFFFFF, 0x80000000, 0x01020304}
    for key, length, _ in (*made.entries, *others[0].entries):
        ends = (key, key | 0xFFFFFFFF >> length) if length < 32 else (key,)
        keys |= {each + step & 0xFFFFFFFF for each in ends for step in (-1, 0, 1)} | {key ^ 1 << bit for bit in range(32)}
    machine = machine_for([made])
    check(machine, [made], [sorted(keys)])
    for other in others:
        machine.replace_table([*machine.elements].index("x"), 0, other)
        check(machine, [other], [sorted(keys)])
