"""What the board's port marks as bad on a frame's last beat does not come to the core, and nobody but its sender misses anything (T20)."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from sim.isolation import Scene, two_runs
from tests.boards.versa_ecp5.ported_core import Byte, PortedStage, line
from tests.in_short import in_short
from tests.sim.attacks import GAP, frame_of, spoken, tag
from tests.sim.tenant_sets import OWN, PARTIES, SEEDS, VLAN, unwatched

ROUNDS = 4


@cache
def ported(mode: str) -> PortedStage:
    return PortedStage(unwatched(mode).core)


def bad_frames(rng: random.Random, frame: bytes) -> dict[str, list[list[Byte]]]:
    """By how the port counts them, frames that it marks as bad: each is ``frame``, or as much of it as there is."""
    last = len(frame) + 3
    return {
        # The PHY's error flag on the last byte, and on one before; a check sequence with a wrong bit; none, as of a frame that breaks off.
        "rx_bad_fcs": [
            line(frame, errors=(last,)),
            line(frame, errors=(rng.randrange(last),)),
            line(frame, wrong=1 << rng.randrange(32)),
            line(frame, fcs=False),
        ],
        "rx_runt": [line(frame[: rng.randrange(5, 60)])],
        "rx_oversize": [line(frame + bytes(1_601 - len(frame) + rng.randrange(40)))],
    }


@pytest.mark.slow
@pytest.mark.parametrize("mode", in_short(("strict", "shared"), every=2))
@pytest.mark.parametrize("seed", SEEDS)
def test_t20_an_error_flag_on_the_last_beat_drops_the_frame_and_counts_it(mode: str, seed: int) -> None:
    """Frames that end with an error, a wrong check sequence or too soon, and those that are too long, are dropped by the port of whoever
    sent them and counted there; the frame behind each passes; the victim at another port sees nothing, to the cycle where turns are slots
    of time. That is the mode that the suite has; the port, which does all this, knows of none."""
    stage, rng, offender, victim = ported(mode), random.Random(seed), PARTIES["a"], PARTIES["b"]
    assert OWN["a"] == 0
    wire, good, expected = list[Byte](), list[bytes](), dict[str, int]()
    for _ in range(ROUNDS):
        for how, frames in bad_frames(rng, frame_of(tag(VLAN["a"]) + b"\x08\x05", rng.randbytes(rng.randrange(50, 90)))).items():
            for frame in frames:
                good.append(frame_of(tag(VLAN["a"]) + b"\x08\x05", len(good).to_bytes(2, "big") + rng.randbytes(rng.randrange(44, 80))))
                wire += [*frame, *line(good[-1])]
                expected[how] = expected.get(how, 0) + 1
    mine = Scene(spoken("b", seed, 60, GAP), cycles=max(30_000, 2 * len(wire) + 6_000))
    strict = stage.core.datapath.parameters.strict
    stage.line = ()
    alone = stage.play(mine := replace(mine, seed=None) if strict else mine)
    assert not any(stage.counted.values())
    stage.line = wire
    runs = two_runs(stage, victim, offender, mine, Scene({}), timed=strict, alone=alone)
    assert runs.differences == ()
    assert stage.counted == {"rx_good": len(good), "rx_full": 0, "rx_refused": 0, **expected}
    assert [runs.beside.registers[0, f"port0/{name}"] for name in ("accepted", "malformed", "unknown")] == [len(good), 0, 0]
    assert offender.frames(runs.beside) == {"tx0": [], "tx1": good, "tx2": [], "tx_host": []}
