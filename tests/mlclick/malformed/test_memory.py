"""`mlclick memory`: what a machine has in use stays the same over an hour of its clock; a leak is seen."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.model import Graph
from mlclick.cli import app
from mlclick.malformed import machines, memory_command
from mlclick.malformed.build import compile_machine, machine_c
from mlclick.malformed.machines import Machine
from mlclick.malformed.memory import MORE, Time, Used, use
from mlclick.malformed.seeds import seeds

PLACE = "    switch (source) {\n"
KEYS = {
    "a group": "p->aggregate",
    "a gateway": "p->dst_ip",
    "an IPv6 gateway": "get32(p->dst_ip6 + 12)",
    "a sender": "IP ? get32(IP + 12) : 0",
    "a receiver": "IP ? get32(IP + 16) : 0",
    "a port": "IP && (IP[0] & 15) == 5 && IP[9] == 17 ? get16(IP + 20) : 0",
    "fragments": "IP ? get16(IP + 4) : 0",
    "an IPv6 sender": "p->network == 14 && p->length >= 54 && p->data[14] >> 4 == 6 ? get32(p->data + 34) : 0",
    "an Ethernet address": "p->network == 14 && p->length > 34 ? get32(p->data + 8) : 0",
    "who asks by ARP": "p->length >= 42 && get16(p->data + 12) == 0x806 ? get32(p->data + 28) : 0",
}
"""What tables have entries by."""
COUNTS = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static uint8_t known[10][1 << 24];
static int counts[10];
static void say_counts(void) { for (int i = 0; i < 10; i++) fprintf(stderr, "%d\\n", counts[i]); }
static void new_key(int kind, uint32_t key, uint64_t time)
{
    uint8_t *place = &known[kind][key * 2654435769u >> 8];
    if (!*place && time > 30000000000 && !counts[kind]++ && kind == 0) atexit(say_counts);
    *place = 1;
}
"""
"""Counts the keys of each kind that are new in the second half of a minute."""
IP = "(p->network >= 0 && p->network + 28 < (int64_t)p->length && p->data[p->network] >> 4 == 4 ? p->data + p->network : NULL)"
SHORT = ("--seconds", "60", "--fill", "100")


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLCLICK_DATA", raising=False)


@pytest.mark.slow
def test_in_short_nothing_grows() -> None:
    """`make memory` has all machines, and an hour."""
    done = CliRunner().invoke(app, ["memory", "--seconds", "600", "--fill", "10000", "--only", "catalogue-named"])
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"catalogue-named +\d{4,} +\d{4,}", done.stdout.splitlines()[1])
    assert done.stdout.splitlines()[2:] == ["none has 64 KiB more in use in the last quarter than in the second"]


def test_what_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(graph: Graph) -> str:
        return machine_c(graph).replace(PLACE, "if (p->length > 60) { char *volatile lost = malloc(1000); lost = NULL; }\n" + PLACE)

    monkeypatch.setattr(machines, "machines", lambda: [Machine("leaks", "FromCrossing(t:0) -> Counter -> ToCrossing(t:0);")])
    assert CliRunner().invoke(app, ["memory", *SHORT]).exit_code == 0
    monkeypatch.setattr(memory_command, "machine_c", leaking)
    done = CliRunner().invoke(app, ["memory", *SHORT])
    assert done.exit_code == 1
    assert re.fullmatch(r"leaks +\d+ +\d+  GROWS", done.stdout.splitlines()[1])
    assert done.stdout.splitlines()[2:] == ["leaks grow"]


def test_keys_of_every_kind_are_new_until_the_end(tmp_path: Path) -> None:
    """A table of each kind without a bound would grow; of a pool of packets all keys are known soon."""
    graph = Machine("keys", "FromCrossing(t:0) -> Counter -> ToCrossing(t:0);").graph()
    looks = "".join(f"        new_key({n}, {key}, p->time);\n".replace("IP", IP) for n, key in enumerate(KEYS.values()))
    text = machine_c(graph).replace(PLACE, looks + PLACE)
    program = compile_machine(graph, COUNTS + text, tmp_path, sanitized=False)
    use(program, 1, Time(60, 100, 0), list(seeds(1)), tmp_path, lambda _: None)
    counts = dict(zip(KEYS, map(int, (tmp_path / "stderr").read_text().split()), strict=True))
    assert {what: count for what, count in counts.items() if count < 20} == {}


def test_a_machine_that_ends_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def ending(graph: Graph) -> str:
        return machine_c(graph).replace(PLACE, 'fprintf(stderr, "over"); exit(7);\n' + PLACE)

    monkeypatch.setattr(machines, "machines", lambda: [Machine("ends", "FromCrossing(t:0) -> Counter -> ToCrossing(t:0);")])
    monkeypatch.setattr(memory_command, "machine_c", ending)
    done = CliRunner().invoke(app, ["memory", *SHORT])
    assert (done.exit_code, done.stdout.splitlines()[1:]) == (1, ["ends ended with 7: over"])


def test_quarters_leave_out_what_is_for_warming_up() -> None:
    used = Used(((10, 999_999), (20, 50), (30, 70), (40, 60), (50, 65), (60, 40)))
    assert (used.quarters, used.grows) == ((50, 40), False)
    for more, grows in ((MORE, False), (MORE + 1, True)):
        assert Used(((10, 1), (20, 50), (30, 80), (40, 1), (50, 90 + more), (60, 50 + more))).grows is grows


def test_a_slow_leak_is_seen_where_the_use_varies_by_more() -> None:
    rng = random.Random(1)
    varying = [(second, 2**20 + rng.randrange(2**20)) for second in range(10, 3610, 10)]
    assert not Used(tuple(varying)).grows
    assert Used(tuple((second, used + second * 2**18 // 3600) for second, used in varying)).grows
