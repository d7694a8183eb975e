"""Exercises reach what well-behaved tenants do not, and find a frame that is counted twice or never; a scene of a core can be recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from hdl.meta import SHIM_ETHERTYPE
from hdl.unreached import reasons_for
from sim.counterexample import AFTER, BEFORE, record_scene
from sim.coverage import Ledger, collect
from sim.exercises import debts, exercises, flood_of, miscounted
from sim.explain_holes import explain_holes
from sim.isolation import ANSWER, APART, LATEST, Access, Scene, Seen, Stage, driven_accesses
from sim.watched_text import watched_text
from tests.hdl.test_watch import core
from tests.sim.attacks import frame_of, tag

FRAMES = {port: [frame_of(tag(100 + 100 * (number % 2))) + bytes(number) for number in range(20)] for port in (0, 1)}
NAMES = (
    "malformed frames between others of port 0",
    "malformed frames between others of port 1",
    "every crossing, and shims that lie",
    "a flood of all ports while no output takes anything",
    "every access to every register",
    *(f"all frames at another time, {number}" for number in range(4)),
)


def test_the_exercises_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    design = core()
    first, again, other = ([e.scene for e in exercises(design, FRAMES, [(0, 1)], seed)] for seed in (1, 1, 2))
    assert [exercise.name for exercise in exercises(design, FRAMES, [(0, 1)], 1)] == list(NAMES)
    assert [(s.ports, s.host, s.clock, s.accesses) for s in first] == [(s.ports, s.host, s.clock, s.accesses) for s in again]
    assert first[0].ports != other[0].ports


def test_every_register_is_read_reset_and_written_in_part() -> None:
    design = core()
    [scene] = [e.scene for e in exercises(design, FRAMES, [], 1) if e.name == "every access to every register"]
    for register in design.registers:
        here = [access for access in scene.accesses if access.address == register.address]
        assert any(access.data is None for access in here)
        assert any(access.data is not None and access.strobe == 15 for access in here)
        assert any(access.strobe < 15 for access in here)


def test_host_frames_have_the_length_that_their_shim_says_but_for_those_that_lie() -> None:
    [scene] = [e.scene for e in exercises(core(), FRAMES, [(0, 1), (1, 2)], 1) if e.name.startswith("every crossing")]
    ours = [frame for _, frame in scene.host if frame[:2] == SHIM_ETHERTYPE.to_bytes(2, "big") and frame[3:6] in (b"\0\0\1", b"\1\0\2")]
    right = [frame for frame in ours if len(frame) == 16 + int.from_bytes(frame[14:16], "big")]
    assert len(right) >= 12
    assert len(ours) > len(right)


def test_some_answers_of_the_bus_are_not_taken_at_once() -> None:
    [scene] = [e.scene for e in exercises(core(), FRAMES, [], 1) if e.name == "every access to every register"]
    assert {access.late for access in scene.accesses} >= {0, 1, LATEST}
    driven = driven_accesses(scene)
    late = next(access for access in scene.accesses if access.data is not None and access.late == LATEST)
    assert driven["axi__bready"][late.cycle : late.cycle + APART].tolist() == [0] * (ANSWER + LATEST) + [1] * (APART - ANSWER - LATEST)
    assert driven["axi__rready"][late.cycle : late.cycle + APART].all()
    with pytest.raises(ValueError, match=r"^the answer to an access at cycle 16 is taken 5 cycles late, and not up to 4$"):
        driven_accesses(Scene({}, accesses=[Access(16, 0, late=5)]))


def test_frames_to_what_is_looked_up_follow_each_other_closely() -> None:
    short = {0: [frame_of(tag(100))] * 3, 1: []}
    names = [exercise.name for exercise in exercises(core(), FRAMES, [], 1, short)]
    assert [name for name in names if name not in NAMES] == ["every prefix of every table"]
    [scene] = [e.scene for e in exercises(core(), FRAMES, [], 1, short) if e.name == "every prefix of every table"]
    assert [at for at, _ in scene.ports[0]] == [0, 40, 80]
    assert [exercise.name for exercise in exercises(core(), FRAMES, [], 1, {0: [], 1: []})] == list(NAMES)


def test_a_flood_of_a_port_is_more_than_a_segment_holds_and_comes_before_any_of_it_leaves() -> None:
    design, long = core(), frame_of(tag(100)) + bytes(400)
    scene = flood_of(design, 1, [[(0, long)], [(0, frame_of(tag(200))), (1, frame_of(tag(200)))]], 1).scene
    beats = {
        vlan: sum(-(-len(f) // 8) for each in scene.ports.values() for _, f in each if f[14:16] == tag(vlan)[2:]) for vlan in (100, 200)
    }
    assert all(total > 2 * design.datapath.parameters.egress_depth for total in beats.values()), beats
    assert scene.ready is not None
    assert list(scene.ready) == ["tx1"]
    assert not scene.ready["tx1"][: sum(beats.values())].any()
    assert scene.ready["tx1"][-1]


def test_a_tenant_leaves_with_debts_between_all_of_the_next_one_s() -> None:
    first, second, other, crossed = bytes(1_492), bytes(1_518), bytes(100), bytes(50)
    scene = debts({"a": [(0, first, second)], "b": [(1, other, other), (2, crossed, crossed)]}, 2).scene
    assert scene.ports[0][:2] == [(900, first), (900, second)]
    assert scene.ports[1][:3] == [(0, other), (450, other), (1_350, other)]
    assert scene.host[:3] == [(225, crossed), (675, crossed), (1_575, crossed)]
    assert set(scene.ports) == {0, 1}


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ({(0, "port0/accepted"): 1, (0, "port0/malformed"): 1, (0, "host/unknown"): 1}, ""),
        ({(0, "port0/accepted"): 2, (0, "host/unknown"): 1, (1, "port0/sent"): 9}, ""),
        ({(0, "port0/accepted"): 2, (0, "port0/overflow"): 1, (0, "host/unknown"): 1}, "port0: 2 frames came in, and 3 are counted"),
        ({(0, "port0/accepted"): 2}, "host: 1 frames came in, and 0 are counted"),
    ],
)
def test_a_frame_that_is_counted_twice_or_never_is_found(counted: dict[tuple[int, str], int], said: str) -> None:
    scene = Scene({0: [(0, b"x"), (1, b"y")]}, host=[(0, b"z")])
    assert miscounted(core(), scene, Seen({}, counted)) == said


@pytest.mark.slow
def test_a_core_counts_every_frame_once_and_what_is_not_reached_of_it_has_the_declared_reasons() -> None:
    # A segment has room for one frame, so that a flood finds it full.
    design = core(ingress_depth=16)
    stage, lost = Stage(design, probe="coverage"), dict.fromkeys(("malformed", "overflow", "unknown"), 0)
    for exercise in exercises(design, FRAMES, [], 1):
        seen = stage.play(exercise.scene)
        assert miscounted(design, exercise.scene, seen) == ""
        for name in lost:
            lost[name] += sum(value for (_, register), value in seen.registers.items() if register.endswith(f"/{name}"))
    assert all(lost.values()), lost
    ledger = Ledger()
    lines, toggles = ledger.take(stage.model)
    there = collect(ledger.untouched(), *watched_text(design), {}).holes
    found, unused = explain_holes(collect(ledger, *watched_text(design), {}), reasons_for(design), there)
    assert unused == ()
    # Even the smallest core has a hole for each.
    assert {hole.reason for hole in found.holes if hole.reason} == {reason.why for reason in reasons_for(design)}
    (all_lines, _), (all_toggles, possible) = found.figures()["lines and branches"], found.figures()["toggles"]
    assert lines == pytest.approx(100 * all_lines[0] / all_lines[1], abs=0.01)
    assert toggles == pytest.approx(100 * all_toggles[0] / all_toggles[1], abs=0.01)
    assert all_toggles[1] > possible[1] > possible[0]
    assert not any("watch" in module for module in found.modules)


@pytest.mark.slow
def test_a_scene_is_recorded_around_the_cycle_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "scene.vcd"
    record_scene(core(), Scene({0: [(0, FRAMES[0][0]), (2_000, FRAMES[0][1])]}, cycles=4_000), 2_050, path)
    text = path.read_text()
    times = [int(line[1:]) for line in text.splitlines() if line.startswith("#")]
    assert (times[-1] - times[0]) // 10 == BEFORE + AFTER
    # Two cycles of reset and rest stand before the scene.
    assert times[-1] // 10 == 2_050 + AFTER + 2
    assert " rx0__valid " in text
    assert " $1 " not in text
