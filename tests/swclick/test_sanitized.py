"""Every element's C under the address, undefined behaviour and leak sanitizers, with packets wrong in every way."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from elements.definition.catalogue import class_info
from elements.reference.machine import instantiate
from elements.reference.packet import LONGEST, Packet
from graph.check import check
from graph.load import load_text
from graph.model import Graph
from mlclick.malformed.machines import every_example
from sim.packets import arp, ethernet, ip_packet, ipv4
from swclick.compiler import compiler
from swclick.cuts import find_cuts
from swclick.generate import generate
from swclick.machine import record_of
from swclick.runtime import runtime_c
from tests.swclick import odd_arguments
from tests.swclick.odd_options import odd_options

# Nothing is made a part of anything, undefined behaviour is a trap that is reported with its line, and pointers to nothing are left to the
# address sanitizer: the C is the same, and compiled in a third of the time.
FLAGS = (
    "-g1", "-O0", "-std=gnu11", "-fno-strict-aliasing", "-w", "-Dalways_inline=unused", "-DEXACT_ROOM",
    "-fsanitize=address,undefined", "-fno-sanitize=null", "-fsanitize-undefined-trap-on-error",
)  # fmt: skip
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:handle_sigill=1"}
ENCAP = "EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2)"
ADDRESSES = (0x0A000001, 0x0A010203, 0x01020304, 0xC0A80001, 0xE0000001, 0xFFFFFFFF)
PORTS = (22, 53, 80, 443, 9)
ROUNDS = 25

# Each packet has a piece of memory of its own, so that a read beyond it is seen.
DRIVER = r"""
int64_t nobody(int32_t element, int32_t what, struct packet *p) { return 0; }
int main(int count, char **names)
{
    if (count == 1) {
        struct machine *m = machine_new(1, 1, 1, nobody);
        while (m->base.stop <= 0) machine_drive(m);
        machine_free(m);
        return 0;
    }
    FILE *file = fopen(names[1], "rb");
    struct machine *m = machine_new(0, 0, 0, NULL);
    struct emission e;
    uint64_t packets = 0, emitted = 0;
    while (fread(&e, sizeof e, 1, file) == 1) {
        int source = e.sink;
        size_t size = (size_t)e.front + e.length;
        uint8_t *bytes = malloc(size ? size : 1);
        if (size && fread(bytes, size, 1, file) != 1) return 3;
        uint64_t before = m->base.emitted_count;
        machine_inject(m, source, bytes, &e);
        free(bytes);
        packets++;
        emitted += m->base.emitted_count - before;
        if (packets % 7 == 0) machine_clear(m);
    }
    fclose(file);
    machine_free(m);
    printf("%llu %llu\n", (unsigned long long)packets, (unsigned long long)emitted);
    return 0;
}
"""


# Two tenants whose packets take too long for a while, and then do not, and then do again; it ends while packets wait.
CONTAINED_DRIVER = r"""
static struct machine *contained;
static uint64_t time_now, calls;
int64_t nobody(int32_t element, int32_t what, struct packet *p) { return 0; }
uint64_t counter(void)
{
    if (++calls % 40000 == 0) contained->base.stop = 1;
    return time_now += calls / 40000 % 2 ? 100 : 1500;
}
int main(void)
{
    const struct grant grants[] = {{2, 0}, {1, 300000}, {1, 500000}};
    const uint32_t owners[] = OWNERS;
    contained = machine_new(1, 1, 1, nobody);
    machine_contain(contained, sizeof owners / sizeof *owners, 3, grants, owners, 1000, counter, NULL);
    for (int phase = 0; phase < 3; phase++) {
        int on = 0;
        contained->base.stop = 0;
        while (contained->base.stop <= 0) machine_drive(contained);
        for (struct cut *cut = machine_cuts(contained); cut; cut = cut->next) on += cut->mode == 1;
        printf("%d ", on);
    }
    machine_free(contained);
    return 0;
}
"""
CONTAINED = "".join(
    f"{name}/s :: InfiniteSource(BURST 40) {'-> Strip(1) -> Unstrip(1) ' * 6}-> {name}/t :: Tee(3) -> {name}/j :: Null -> {name}/n :: Null"
    f" -> {name}/q :: Queue(50) -> Unqueue(32) -> Discard; {name}/t[1] -> {name}/j; {name}/t[2] -> {name}/j;"
    f" TimedSource(1us) -> {name}/d :: Queue -> DelayUnqueue(0) -> Discard;"
    for name in "ab"
)
UP_AND_DOWN = " -> ".join(["Strip(100)", "Unstrip(64)", ENCAP, "Unstrip(64)", "VLANEncap(5)", "MarkIPHeader(20)"] * 10)
COPIES = " ".join(f"tee [{i}] -> {ENCAP} -> Queue(3) -> Unstrip({i}) -> ToCrossing(t:{i});" for i in range(40))
CHAINS = f"""
FromCrossing(t:a) -> {" -> ".join([ENCAP] * 40)} -> ToCrossing(t:a);
FromCrossing(t:b) -> {UP_AND_DOWN} -> ToCrossing(t:b);
FromCrossing(t:c) -> n :: Null -> {ENCAP} -> n;
FromCrossing(t:d) -> tee :: Tee; {COPIES}
FromCrossing(t:e) -> c :: Classifier(3/{"5a" * 30}, 0/{"00" * 17}%{"0f" * 17}, -);
{" ".join(f"c [{i}] -> ToCrossing(t:e{i});" for i in range(3))}
"""


def packet(rng: random.Random, now: int) -> Packet:
    kind = rng.choice(("ip", "ip", "options", "ethernet", "arp", "noise", "long"))
    body = ip_packet(rng, ADDRESSES, ADDRESSES, PORTS)
    if kind == "ethernet":
        body = ethernet(rng.choice((b"\xff" * 6, b"\x02" * 6)), b"\x04" * 6, 0x0800, body, rng.choice(((), (0x2064,))))
    elif kind == "arp":
        body = ethernet(b"\xff" * 6, b"\x02" * 6, 0x0806, arp(rng.choice((1, 2)), b"\x02" * 6, 0x0A000001, bytes(6), 0x0A000001))
    elif kind == "options":
        body = ipv4(rng.choice(ADDRESSES), rng.choice(ADDRESSES), 17, rng.randbytes(rng.randrange(3)), options=odd_options(rng))
    elif kind == "noise":
        body = rng.randbytes(rng.randrange(0, 90))
    elif kind == "long":
        body += rng.randbytes(rng.choice((1500, 9600, LONGEST - len(body) - 14, LONGEST - len(body), LONGEST)))
    if rng.random() < 0.3:
        body = body[: rng.randrange(0, min(len(body), 80) + 1)]
    front = rng.choice((0, 1, 64, 64, 300))
    made = Packet(bytearray(rng.randbytes(front) + body), front, front + len(body), time=now, device=rng.randrange(16))
    made.paint, made.dst_ip, made.vlan_tci = rng.randrange(256), rng.choice(ADDRESSES), rng.randrange(1 << 16)
    made.packet_type, made.fix_ip_src = rng.randrange(8), rng.randrange(2)
    where = rng.choice((0, 0, 0, 14, None, -4, -20, -400, len(body) - 1, len(body), len(body) + 1, len(body) + 70000, rng.randrange(0, 80)))
    made.network = None if where is None else made.start + where
    return made


def sanitized(graph: Graph, folder: Path, driver: str = DRIVER, cuts: Mapping[str, int] | None = None) -> Path:
    """The program of a machine of ``graph``, with the driver."""
    source, beside, program = (folder / name for name in ("engine.c", "runtime.c", "engine"))
    beside.write_text(runtime_c(), encoding="utf-8")
    source.write_text(generate(check(graph, class_info), instantiate(graph), cuts=cuts) + driver, encoding="utf-8")
    subprocess.run([*compiler(), *FLAGS, "-o", str(program), str(source), str(beside)], check=True)
    return program


def run(*command: str) -> str:
    """What the program prints; it has nothing to report."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(command[0]).parent, env=os.environ | ENVIRONMENT)
    # A queue says once that it is full.
    assert (done.returncode, [line for line in done.stderr.splitlines() if not line.endswith(": overflow")]) == (0, [])
    return done.stdout


def offer(graph: Graph, folder: Path, seed: int) -> None:
    """Packets to all sources, in turns; most of them or more come out."""
    rng = random.Random(seed)
    program, offered = sanitized(graph, folder), folder / "packets"
    sources = [number for number, node in enumerate(graph.nodes) if node.class_name == "FromCrossing"]
    now, count = 0, 0
    with offered.open("wb") as file:
        for _ in range(ROUNDS):
            for number in sources:
                now += rng.choice((1_000, 3_000_000, 700_000_000))
                made = packet(rng, now)
                record = record_of(made)
                record.sink = number
                file.write(bytes(record) + bytes(made.buffer[: made.end]))
                count += 1
    packets, emitted = run(str(program), str(offered)).split()
    assert int(packets) == count
    assert int(emitted) > count // 2


@pytest.mark.slow
def test_no_sanitizer_has_anything_to_report(tmp_path: Path) -> None:
    offer(load_text(every_example() + CHAINS, "t"), tmp_path, 20)


@pytest.mark.slow
def test_nor_where_arguments_are_odd_and_tasks_pull(tmp_path: Path) -> None:
    offer(load_text(odd_arguments.offered(), "t"), tmp_path, 21)


def test_nor_where_the_machine_runs_by_itself(tmp_path: Path) -> None:
    run(str(sanitized(load_text(odd_arguments.DRIVEN, "t"), tmp_path)))


def test_nor_where_tenants_share_the_processor(tmp_path: Path) -> None:
    graph = load_text(CONTAINED, "t")
    names = [node.name for node in graph.nodes]
    owner = {name: name[0] if name[1:2] == "/" else "ab"[at > len(names) // 2] for at, name in enumerate(names)}
    cuts = find_cuts(check(graph, class_info), owner, instantiate(graph))
    assert len(cuts) == 8
    owners = ", ".join(str(1 + "ab".index(owner[name])) for name in names)
    driver = CONTAINED_DRIVER.replace("OWNERS", f"{{{owners}}}")
    slow, quick, again = map(int, run(str(sanitized(graph, tmp_path, driver, cuts))).split())
    assert slow > 2
    assert quick == 0
    assert again > 2


def test_what_is_wrong_is_seen(tmp_path: Path) -> None:
    source, program = tmp_path / "wrong.c", tmp_path / "wrong"
    source.write_text("""
#include <stdlib.h>
int main(int count, char **names)
{
    int *ints = malloc(4 * count), many = 1 << 30;
    if (count == 1) return ints[count];
    if (count == 2) return many * 4 * count == 0;
    return ((int *)(0L * count))[0];
}
""")
    subprocess.run([*compiler(), *FLAGS, "-o", str(program), str(source)], check=True)
    for given, said in (((), "heap-buffer-overflow"), (("x",), "wrong.c:7"), (("x", "y"), "wrong.c:8")):
        done = subprocess.run([str(program), *given], capture_output=True, text=True, check=False, env=os.environ | ENVIRONMENT)
        assert done.returncode
        assert said in done.stderr
