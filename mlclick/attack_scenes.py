"""Scenes of a victim that keeps to its share, and of an attacker that takes all else, on a core whose ports keep their pace and no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from mlclick.compare_pairs import CYCLES_AFTER, Pairs, frames_of
from mlclick.exercise import crossings_in
from sim.attacks import Attacker, gaps_of
from sim.crossing_frames import shimmed
from sim.evidence import Work
from sim.isolation import APART, Access, Scene, Seen
from sim.tenant_traffic import mark_of, random_traffic

GAP: Final = 1_000
"""Cycles from a victim's frame to its next, where all tenants have one weight."""
LONGEST: Final = 256
"""Bytes of a victim's longest frame: with `GAP`, less than half of any port, which is what it is sure of beside one attacker."""
_POLLED: Final = ("queued", "sent", "dropped")
"""What a victim reads of each port in every gap."""
_POLLS_FROM: Final = 300


@dataclass
class AttackScenes:
    """Makes scenes for ``pairs``, and plays each of a victim alone once."""

    pairs: Pairs
    _alone: dict[tuple[str, int, bool], Seen] = field(default_factory=dict)
    _played: list[Scene] = field(default_factory=list)

    def mine(self, victim: str, seed: int, *, polled: bool = False) -> Scene:
        """A frame of the ``victim`` in each gap; where it is ``polled``, it reads registers of its window in each gap, too."""
        pairs, gap, count = self.pairs, self.gap(victim), self.pairs.asked.count
        frames: dict[int, list[tuple[int, bytes]]] = {port: [] for port in pairs.split.merged.master.ports}
        short = [
            (at, port, frame)
            for port, each in frames_of(pairs.split, victim, seed, 4 * count, 1, 0).items()
            for at, frame in each
            if len(frame) <= LONGEST
        ]
        for index, (_, port, frame) in enumerate(sorted(short, key=lambda item: item[0])[:count]):
            frames[port].append((gap * index, frame))
        cycles = gap * count + CYCLES_AFTER + (4 * pairs.bound(victim) if pairs.strict else 0)
        reads = list(self._reads(victim, gap)) if polled else []
        # Nothing else stalls: what is compared with a bound, or to the cycle, must come when it is meant to.
        return Scene(frames, ready=self._paced(cycles), cycles=cycles, seed=None, accesses=reads)

    def _reads(self, victim: str, gap: int) -> list[Access]:
        window = self.number(victim) + 1
        mine = [r.address for r in self.pairs.core.registers if r.window == window and r.name.rpartition("/")[2] in _POLLED]
        room = (gap - _POLLS_FROM) // APART // 2
        return [
            Access(gap * index + _POLLS_FROM + 2 * APART * place, address)
            for index in range(self.pairs.asked.count)
            for place, address in enumerate(mine[:room])
        ]

    def _paced(self, cycles: int) -> dict[str, Any]:
        """When each port takes a beat: as seldom as its pace has it."""
        datapath = self.pairs.core.datapath
        lanes = datapath.parameters.width // 8
        names = [*(f"tx{port}" for port in range(datapath.parameters.ports)), "tx_host"]
        every = [max(1, -(-egress.pace.per_byte * lanes // 256)) for egress in datapath.egress_ports]
        return {name: (np.arange(cycles) % step == 0).astype(np.uint8) for name, step in zip(names, every, strict=True)}

    def gap(self, victim: str) -> int:
        """Cycles from one of its frames to the next: more for one whose share is smaller than another's."""
        weights = self.pairs.core.datapath.weights
        own = weights[self.number(victim)]
        return -(-GAP * (max(weights) + own) // (2 * own))

    def attack(self, attacker: str, victim: str, seed: int, name: str, mine: Scene, windows: list[bool] | None = None) -> Scene:
        """The ``attacker``'s part beside the victim's scene ``mine``: the attack of this ``name``, in all gaps, or late in some."""
        return self._attacker(attacker, seed).attack(name, gaps_of(self.pairs.core, mine, self.gap(victim), self._count), seed, windows)

    def _attacker(self, tenant: str, seed: int) -> Attacker:
        """The tenant with frames of every kind that its configuration tells apart, and with all crossings that lead into hardware."""
        split, number = self.pairs.split, self.number(tenant)
        merged = split.merged
        marks = {} if merged.policy.tenant(tenant).vlan is not None else {tenant: mark_of(number)}
        frames: dict[int, list[bytes]] = {port: [] for port in merged.master.ports}
        for port, packet in random_traffic(merged.master, merged.policy, seed + 2_000, 4 * self._count, only=tenant, marks=marks):
            frames[port].append(packet.data)
        bodies = [frame for each in frames.values() for frame in each]
        ways = [crossing for owner, crossing in crossings_in(split) if owner == number]
        host = [shimmed(number, way, bytes(8), body) for way in ways for body in bodies[: max(1, 40 // len(ways))]]
        return Attacker(self.pairs.core, number, frames, host)

    @property
    def _count(self) -> int:
        return self.pairs.asked.count

    def number(self, tenant: str) -> int:
        """The tenant's."""
        return self.pairs.split.merged.master.tenants.index(tenant)

    def alone(self, victim: str, seed: int, *, polled: bool = False) -> Seen:
        """What is seen of `mine`."""
        key = victim, seed, polled
        if key not in self._alone:
            self._alone[key] = self.play(self.mine(victim, seed, polled=polled))
        return self._alone[key]

    def play(self, scene: Scene) -> Seen:
        """What is seen of ``scene``."""
        self.played(scene)
        return self.pairs.stage.play(scene)

    def played(self, *scenes: Scene) -> None:
        """These count as work too."""
        self._played += [replace(scene, ready=None) for scene in scenes]

    def work(self) -> Work:
        """What was played since it was last asked for."""
        scenes, self._played = self._played, []
        return self.pairs.work(scenes)
