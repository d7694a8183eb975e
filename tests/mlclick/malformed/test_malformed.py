"""`mlclick malformed`: every element is there and nothing crashes; planted defects are found, shrunk, written and run again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from elements.captures.pcap import read_capture
from elements.definition.catalogue import class_info, class_names
from elements.reference.packet import Packet
from graph.check import check
from graph.diagnostics import ClickError
from graph.load import load_text
from graph.model import Graph
from mlclick.cli import app
from mlclick.malformed import build, campaign, case, machines, memory_command
from mlclick.malformed.build import Program, compile_machine, machine_c
from mlclick.malformed.machines import Machine
from mlclick.malformed.records import offered
from mlclick.malformed.run import Crash, Fuzzed, fuzz, replay
from mlclick.malformed.seeds import seeds

SMALL = Machine(
    "small",
    """in :: FromCrossing(t:0) -> CheckLength(100) -> Counter -> ToCrossing(t:0);
    other :: FromCrossing(t:1) -> Paint(3) -> ToCrossing(t:1);""",
)
PLACE = "    switch (source) {\n"
DEFECTS = {
    "a read beyond a packet": ("if (SEVEN) p->paint = p->data[p->length];", "heap-buffer-overflow"),
    "a write in front of what a packet has": ("if (SEVEN) p->buffer[-1] = 1;", "heap-buffer-overflow"),
    "a packet that is gone": (
        "if (SEVEN) { uint8_t *old = p->buffer; kill_packet(&m->base, p); old[0]++; return; }",
        "heap-use-after-free",
    ),
    "an overflow": ("if (SEVEN) { volatile int most = 2147483647; most += 1 + p->data[0]; }", "ILL"),
    "a byte that nobody wrote": (
        "if (SEVEN) { uint8_t *volatile room = malloc(1); p->paint = room[0]; free(room); }",
        "what leaves hangs on memory that nobody wrote",
    ),
    "a crash by a byte that nobody wrote": (
        "if (SEVEN) { uint8_t *volatile room = malloc(1); if (room[0]) *(volatile int *)1000 = 1; free(room); }",
        "SEGV",
    ),
    "a crash": ("if (SEVEN) *(volatile int *)1000 = 1;", "SEGV"),
    "a leak": ("if (SEVEN) { char *volatile lost = malloc(77); lost = NULL; }", "77 byte(s) leaked in 1 allocation(s)."),
}
"""By what is wrong the C that does it, and what is said of it."""
SEVEN = "source == 0 && p->length > 30 && (p->data[0] & 15) == 7"
"""No packet that is well-formed has seven words of header."""
Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where programs are kept, so that what all have is compiled once."""
    return tmp_path_factory.mktemp("malformed")


@pytest.fixture(autouse=True)
def _there(shared: Path, monkeypatch: Patch) -> None:
    monkeypatch.chdir(shared)
    monkeypatch.delenv("MLCLICK_DATA", raising=False)


def planted(monkeypatch: Patch, line: str, machine: Machine = SMALL) -> None:
    """From now on there is one machine, and what is offered to it is looked at by this C first."""

    def with_line(graph: Graph) -> str:
        text = machine_c(graph)
        assert text.count(PLACE) == 1
        return text.replace(PLACE, line.replace("SEVEN", SEVEN) + PLACE)

    monkeypatch.setattr(machines, "machines", lambda: [machine])
    for module in (campaign, case, memory_command):
        monkeypatch.setattr(module, "machine_c", with_line)


def mlclick(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("kind", list(DEFECTS))
def test_a_planted_defect_is_found_shrunk_and_replayed(kind: str, monkeypatch: Patch) -> None:
    line, summary = DEFECTS[kind]
    with monkeypatch.context() as patch:
        planted(patch, line)
        done = mlclick("malformed", "--packets", "4000", "--seed", "5")
        assert done.exit_code == 1, done.output
        assert re.search(r"^small +7 +2 +\d+ +\d+ +\d+  CRASHES$", done.stdout, re.MULTILINE)
        # What has nothing to do with it is not a part of the case.
        assert "in :: FromCrossing(t:0);\n" in done.stdout and "Paint" not in done.stdout
        assert summary in done.stdout
        assert (
            "again: mlclick malformed --replay build/malformed/5; all that the sanitizer says: build/malformed/5/said.txt\n" in done.stdout
        )
        packets = read_capture(Path("build/malformed/5/packets.pcap")).packets
        (row,) = json.loads(Path("build/malformed/5/packets.json").read_text())["packets"]
        assert row["source"] == "in"
        data = packets[0][1][row["front"] :]
        assert (len(packets), len(data), data[0] & 15, any(data[4:])) == (1, 31, 7, False)
        assert summary in Path("build/malformed/5/said.txt").read_text()
        replayed = mlclick("malformed", "--replay", "build/malformed/5")
        assert (replayed.exit_code, replayed.stdout) == (1, "".join(done.stdout.splitlines(keepends=True)[-2:]))
    mended = mlclick("malformed", "--replay", "build/malformed/5")
    assert (mended.exit_code, mended.stdout) == (0, "build/malformed/5: nothing crashes\n")


def test_a_crash_that_hangs_on_a_salt_is_replayed(monkeypatch: Patch) -> None:
    counting = Machine("counts", "in :: FromCrossing(t:0); count :: AggregateCounter; in -> count -> ToCrossing(t:0);")
    number = [node.name for node in counting.graph().nodes].index("count")
    salts = f"(unsigned long long)m->e{number}.salt[0], (unsigned long long)m->e{number}.salt[1]"
    planted(monkeypatch, f'if (SEVEN) {{ fprintf(stderr, "salts %llx %llx\\n", {salts}); *(volatile int *)1000 = 1; }}', counting)
    monkeypatch.setattr("mlclick.malformed.shrink.MOST_TRIES", 4)
    for seed in ("5", "6"):
        assert mlclick("malformed", "--packets", "4000", "--seed", seed).exit_code == 1
    said = []
    for seed in ("5", "6"):
        folder = Path("build/malformed", seed)
        again = case.replay_case(folder, Path("build/malformed/programs"))
        assert again is not None
        found = [re.findall("^salts .*", text, re.MULTILINE) for text in ((folder / "said.txt").read_text(), again.said)]
        assert found[0] == found[1] and len(found[0]) == 1
        said.append(found[0])
    assert said[0] != said[1]


def test_what_needs_two_packets_is_shrunk_to_two(monkeypatch: Patch) -> None:
    planted(monkeypatch, "static int seen; if (SEVEN) { seen++; if (seen == 2) p->paint = p->data[p->length]; }")
    done = mlclick("malformed", "--packets", "4000")
    assert done.exit_code == 1, done.output
    assert len(read_capture(Path("build/malformed/1/packets.pcap")).packets) == 2
    assert len(re.findall("^// to in, 31 bytes: ", done.stdout, re.MULTILINE)) == 2


def test_a_packet_that_has_no_end_is_found(monkeypatch: Patch, tmp_path: Path) -> None:
    """With a second instead of thirty."""
    planted(monkeypatch, "if (SEVEN) for (volatile int i = 0;; i = 0) continue;")
    short = (Path(build.__file__).parent / "harness.c").read_text().replace("#define STALLS 30", "#define STALLS 1")
    (tmp_path / "harness.c").write_text(short)
    (tmp_path / "mutate.c").write_text((Path(build.__file__).parent / "mutate.c").read_text())
    monkeypatch.setattr(build, "_HERE", tmp_path)
    monkeypatch.setattr("mlclick.malformed.shrink.MOST_TRIES", 4)
    done = mlclick("malformed", "--packets", "4000")
    assert (done.exit_code, "a packet is not done after 1 s of processor time" in done.stdout) == (1, True), done.output


def fuzzed(program: Program, seed: int, packets: int, folder: Path) -> Fuzzed:
    return fuzz(program, seed, packets, list(seeds(seed)), folder, lambda _: None)


def test_the_same_seed_is_the_same_run(shared: Path, tmp_path: Path) -> None:
    graph = SMALL.graph()
    program = compile_machine(graph, machine_c(graph), shared)
    found, given = [], []
    for seed in (1, 1, 2):
        found.append(fuzzed(program, seed, 3000, tmp_path))
        given.append((tmp_path / "log").read_bytes()[8:1_000_000])
    assert found[0] == found[1]
    assert given[0] == given[1] != given[2]
    assert found[0].packets >= 3000
    assert found[0].edges > 100 and found[0].kept > 0 and found[0].crash is None


def test_what_is_without_a_byte_is_a_packet_too(shared: Path, tmp_path: Path) -> None:
    """Found by `make malformed`: the first packet of a machine had no memory where it had no byte, and was copied from nowhere."""
    graph = load_text("in :: FromCrossing(t:0) -> t :: Tee(2) -> ToCrossing(t:0); t [1] -> ToCrossing(t:1);", "t")
    program = compile_machine(graph, machine_c(graph), shared)
    empty = Packet(bytearray(), 0, 0)
    assert replay(program, [offered(empty, program.sources[0])] * 2, 0, tmp_path) is None


def test_all_classes_that_take_packets_are_in_some_machine() -> None:
    there = {node.class_name for machine in machines.machines() for node in machine.graph().nodes}
    missing = set(class_names()) - there
    # Scripts are Python, which takes no packets from a machine that others drive.
    assert missing >= {"Script", "DriverManager"}
    for name in missing - {"Script", "DriverManager"}:
        info = class_info(name)
        assert info is not None
        assert info.port_count.startswith("0/"), name


def test_what_may_be_pushed_and_pulled_is_both() -> None:
    ways: dict[str, set[str]] = {}
    for machine in machines.machines():
        checked = check(machine.graph(), class_info)
        for node in checked.graph.nodes:
            if (info := class_info(node.class_name)) and info.processing.startswith("a") and checked.graph.incoming(node.name):
                ways.setdefault(node.class_name, set()).add(checked.kind(node.name, False, 0))
    assert len(ways) > 80
    assert {name: found for name, found in ways.items() if found != {"push", "pull"}} == {}


@pytest.fixture(scope="module")
def named(shared: Path) -> Program:
    graph = next(machine for machine in machines.machines() if machine.name == "catalogue-named").graph()
    return compile_machine(graph, machine_c(graph), shared)


Made = tuple[bytes, int, int | None, int, int]
packets: st.SearchStrategy[Made] = st.builds(
    lambda data, front, network, device, time: (data, front, network, device, time),
    st.binary(max_size=120) | st.sampled_from([packet.data for packet in seeds(1)]),
    st.sampled_from((0, 14, 64)),
    st.sampled_from((None, 0, 14, -4, 70_000)),
    st.integers(0, 255),
    st.integers(0, 10**12),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 6), packets), min_size=1, max_size=20))
def test_whatever_packets_translators_get(
    named: Program, tmp_path: Path, given: list[tuple[int, tuple[bytes, int, int, int, int]]]
) -> None:
    offers, now = [], 0
    for source, (data, front, network, device, time) in given:
        now += time
        made = Packet(bytearray(bytes(front) + data), front, front + len(data), time=now, device=device)
        made.network = None if network is None else front + network
        offers.append(offered(made, named.sources[source]))
    assert replay(named, offers, 0, tmp_path) is None


@pytest.mark.slow
def test_in_short_nothing_crashes() -> None:
    """`make malformed` has all machines, and a million packets."""
    done = mlclick("malformed", "--packets", "8000", "--only", "catalogue-named", "--only", "routers", "--jobs", "1")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["catalogue-named", "routers"]
    assert re.fullmatch(rf"800\d packets, \d{{4,}} edges covered, \d\d of {len(class_names())} classes of elements, no crash", lines[3])


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "packets.json").unlink(), "packets.json:1:1: error: this cannot be read as what is said of packets: "),
        (
            lambda folder: (folder / "packets.json").write_text('{"salt": 0, "packets": []}'),
            "0 packets are described, and 1 in the capture",
        ),
        (
            lambda folder: (folder / "packets.json").write_text('{"salt": 0, "packets": [{"front": 99, "source": "in"}]}'),
            "has 99 in front of it",
        ),
        (lambda folder: (folder / "packets.json").write_text('{"salt": -1, "packets": []}'), "a salt of -1 has more than 64 bits"),
        (lambda folder: (folder / "packets.pcap").write_bytes(b""), "packets.pcap:1:1: error: this is not a pcap capture"),
        (lambda folder: (folder / "machine.click").unlink(), "machine.click"),
    ],
)
def test_a_case_that_is_none_is_named(break_it: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    graph = load_text("in :: FromCrossing(t:0) -> ToCrossing(t:0);", "t")
    case.write_case(tmp_path, case.Case(graph, (offered(Packet.of(b"x")),), Crash("SEGV", "")))
    break_it(tmp_path)
    with pytest.raises(ClickError) as refused:
        case.replay_case(tmp_path, tmp_path)
    assert said in str(refused.value)


def test_no_such_machine_is_named() -> None:
    done = mlclick("malformed", "--only", "nosuch*")
    assert isinstance(done.exception, ClickError)
    assert str(done.exception).startswith("error: --only nosuch*: there is no such machine\n  there are catalogue-named, catalogue-1, ")


def test_a_compiler_without_sanitizers_is_named(shared: Path, tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(ClickError) as refused:
        compile_machine(SMALL.graph(), "", tmp_path)
    assert str(refused.value).startswith("error: a machine with sanitizers does not compile: false ended with 1\n")
    assert "set CC to a gcc or clang that has the address sanitizer and -fsanitize-coverage=trace-pc" in str(refused.value)
