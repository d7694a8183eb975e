"""Exercises of a whole design's core, with the frames and the crossings of its own tenants."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final

from elements.reference.packet import Packet
from hdl.core import Core
from hdl.meta import SHIM_BYTES
from hdl.share_turns import QUANTUM
from mlclick.compare_pairs import Thorough
from mlclick.design import Split
from mlclick.recorder import Recorder
from mlclick.work import work_of
from sim.crossing_frames import shimmed
from sim.evidence import Finding
from sim.exercises import COUNTED, Exercise, debts, exercises, flood_of, miscounted
from sim.isolation import Scene, Stage
from sim.telling_traffic import leaving, long_frames, telling_runs
from sim.tenant_traffic import random_traffic, sound_frame

ADDRESS: Final = 32
"""Bits of the keys that are addresses."""
LONGEST: Final = 1518
"""Bytes of a tagged frame with as much in it as a link takes."""
TAG: Final = 4
"""Bytes of a tag."""
LEAVING: Final = 600
"""Random frames among which those are looked for that leave by a port."""
SENDER: Final = 0x08080808
"""An address that is as good as any."""


def frames_by_port(split: Split, packets: Iterable[tuple[int, Packet]]) -> dict[int, list[bytes]]:
    """Frames of ``packets`` (port, packet) by port."""
    frames: dict[int, list[bytes]] = {port: [] for port in split.merged.master.ports}
    for port, packet in packets:
        frames[port].append(packet.data)
    return frames


def looked_up(split: Split) -> dict[int, list[bytes]]:
    """A frame to each prefix that the hardware's tables have, by the port where its tenant is known."""
    master, policy = split.merged.master, split.merged.policy
    frames: dict[int, list[bytes]] = {port: [] for port in master.ports}
    for engine in split.composition.engines:
        for number, table in engine.tables.items():
            identity = policy.tenant(master.tenants[number])
            ports = master.ports if identity.port is None else (identity.port,)
            for index, (key, _, _) in enumerate(table.entries if table.key_width == ADDRESS else ()):
                frames[ports[index % len(ports)]].append(sound_frame(identity, SENDER, key, bytes(26)))
    return frames


def _floods(split: Split, core: Core, telling: Iterable[tuple[int, Packet]], seed: int) -> Iterator[Exercise]:
    master, policy = split.merged.master, split.merged.policy
    traffic = chain(random_traffic(master, policy, seed, LEAVING), telling)
    for port, by_tenant in leaving(master, policy, traffic).items():
        yield flood_of(core, port, list(by_tenant.values()), seed)
    if not core.datapath.parameters.strict:
        yield from _debts(split, core, seed)


def _debts(split: Split, core: Core, seed: int) -> Iterator[Exercise]:
    """Where turns are shares: pairs of which the first leaves a few bytes of what a tenant gains, at the arbiter, where it may grow by a
    beat; there with the host's shim in front; and at ports, where what is on the wire is charged and it may have got a tag."""
    parameters, wire = core.datapath.parameters, core.datapath.egress_ports[0].pace.overhead
    room = QUANTUM - parameters.width // 8
    sizes = (room, room - SHIM_BYTES, room - SHIM_BYTES - wire - TAG, LONGEST)
    found: dict[str, list[tuple[int, tuple[bytes, ...]]]] = long_frames(split.merged.master, split.merged.policy, seed, sizes)
    for tenant, frames in _crossed(split, seed, sizes):
        found.setdefault(tenant, []).append((parameters.ports, frames))
    for at in range(len(sizes) - 1):
        yield debts({tenant: [(port, each[at], each[-1]) for port, each in own] for tenant, own in found.items()}, parameters.ports)


def _crossed(split: Split, seed: int, sizes: tuple[int, ...]) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """By each crossing into hardware, of the tenant, frames of the host whose packets have ``sizes``: by some ports a tenant's packets
    leave from there alone."""
    rng, tenants = random.Random(seed), split.merged.master.tenants
    for crossing in (each for each in split.crossings if not each.to_software):
        packets = (rng.randbytes(crossing.headroom + size) for size in sizes)
        number = tenants.index(crossing.tenant)
        yield crossing.tenant, tuple(shimmed(number, crossing.number, bytes(8), packet) for packet in packets)


def crossings_in(split: Split) -> list[tuple[int, int]]:
    """The crossings that lead into hardware: (tenant's number, crossing's number)."""
    tenants = split.merged.master.tenants
    return [(tenants.index(crossing.tenant), crossing.number) for crossing in split.crossings if not crossing.to_software]


def exercised(split: Split, core: Core, stage: Stage, recorder: Recorder, asked: Thorough) -> Iterator[Finding]:
    """Whether every exercise on ``stage`` leaves each frame counted once."""
    master, policy = split.merged.master, split.merged.policy
    wrong, played = "", list[Scene]()
    for seed in asked.seeds:
        # Random frames of all tenants and of nobody, and those that tell more.
        telling = list(chain(*telling_runs(master, policy, seed)))
        frames = frames_by_port(split, chain(random_traffic(master, policy, seed, 2 * asked.count), telling))
        scenes = exercises(core, frames, crossings_in(split), seed, looked_up(split))
        for exercise in chain(scenes, _floods(split, core, telling, seed)):
            seen = stage.play(exercise.scene)
            recorder.functions.ended(seen.registers)
            played.append(replace(exercise.scene, ready=None))
            found = miscounted(core, exercise.scene, seen)
            wrong = wrong or (f"with seed {seed}, {exercise.name}: {found}" if found else "")
    work = work_of(played, core.datapath.parameters.width, asked.seeds, recorder.take(stage))
    yield Finding(COUNTED, "simulation", not wrong, wrong or f"{len(asked.seeds)} seeds, {work.packets} frames", work=work)
