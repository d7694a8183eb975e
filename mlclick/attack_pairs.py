"""A tenant beside another that attacks it: what it sees must be as when it is alone, and what it could be told is measured."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mlclick.compare_pairs import CYCLES_AFTER, TIMES, Pairs, frames_of
from mlclick.exercise import crossings_in
from sim.attacks import FLOOD, WORDS, Attacker, Gaps, gaps_of
from sim.channel import bits_per_second
from sim.crossing_frames import shimmed
from sim.evidence import Counterexample, Finding, Latencies, Mode, Work
from sim.isolation import APART, CYCLE_NS, Access, Scene, Seen, TwoRuns, together, two_runs
from sim.latency import histograms, latencies, within
from sim.tenant_traffic import mark_of, random_traffic

GAP: Final = 500
"""Cycles from a victim's frame to its next, of which the attacker has what is left."""
_POLLED: Final = ("queued", "sent", "dropped")
"""What a victim reads of each port in every gap, where it looks for what it is told."""
_POLLS_FROM: Final = 200


@dataclass
class Attacks:
    """Plays attacks for ``pairs``. What a victim sees alone is played once."""

    pairs: Pairs
    _alone: dict[tuple[str, int, bool], Seen] = field(default_factory=dict)

    def compare(self, victim: str, attacker: str) -> Iterator[Finding]:
        """What the ``victim`` sees of the ``attacker``'s attacks, and what the attacker can tell it. Errors: `AssertionFailed`."""
        yield self._attacked(victim, attacker)
        yield self._told(victim, attacker)

    def _attacked(self, victim: str, attacker: str) -> Finding:
        pairs, asked = self.pairs, self.pairs.asked
        bad, against, found, scenes = "", None, list[Latencies](), list[Scene]()
        for attack in WORDS:
            taken = []
            for seed in asked.seeds:
                mine = self._scene(victim, seed)
                theirs = self._attacker(attacker, seed).attack(attack, self._gaps(mine), seed)
                runs = self._runs(victim, attacker, mine, theirs, seed)
                scenes += runs.scenes
                taken += latencies(mine, runs, pairs.party(victim), pairs.core.datapath.pipeline.latency)
                if runs.differences and not bad:
                    bad = f"{attack}, seed {seed}: {runs.differences[0]}"
                    against = self._different(victim, attacker, f"{attack}, seed {seed}", runs)
            mode: Mode = "strict" if pairs.strict else "shared"
            histogram = histograms(taken, mode, None if pairs.strict else pairs.bound(victim), attack)
            if histogram is not None:
                found.append(histogram)
                late = within(histogram)
                bad = bad or (f"{attack}: {late}" if late else "")
        name = f"{victim}'s frames, their order, delays and registers are as promised while {attacker} attacks"
        detail = bad or f"{len(asked.seeds)} seeds, {'; '.join(f'{attack}: {words}' for attack, words in WORDS.items())}"
        return Finding(name, "simulation", not bad, detail, victim, attacker, self._work(scenes), against, tuple(found))

    def _told(self, victim: str, attacker: str) -> Finding:
        """Secrets of a bit a gap, sent by a flood: what the victim's delays, losses and registers have of them."""
        pairs, asked = self.pairs, self.pairs.asked
        secrets = list[list[bool]]()
        seen: dict[str, list[list[Hashable]]] = {"delays": [], "losses": [], "registers": []}
        scenes = list[Scene]()
        for seed in asked.seeds:
            rng = random.Random(f"secret/{seed}")
            secret = [rng.random() < 0.5 for _ in range(asked.count)]
            mine = self._polled(victim, seed)
            theirs = self._attacker(attacker, seed).attack(FLOOD, self._gaps(mine), seed, secret)
            alone, beside = self._seen_alone(victim, seed, mine, polled=True), pairs.stage.play(together(mine, theirs))
            scenes += [mine, together(mine, theirs)]
            secrets.append(secret)
            seen["delays"].append(list(self._later(victim, alone, beside)))
            seen["losses"].append(list(self._lost(victim, alone, beside)))
            seen["registers"].append(list(_changed(alone, beside, asked.count)))
        told = {what: _rate(secrets, each) for what, each in seen.items()}
        # In turns of shares a frame waits for those of others, and is in a queue while it does; lost is none that has room.
        bad = [what for what, rate in told.items() if rate and (pairs.strict or what == "losses")]
        figures = ", ".join(f"{rate:,.0f} by {what}" for what, rate in told.items())
        detail = f"{figures}, of {1e9 / CYCLE_NS / GAP:,.0f} that a flood in every second gap of {GAP} cycles could"
        name = f"what {attacker} can tell {victim}, in bits a second at {CYCLE_NS} ns a cycle"
        return Finding(name, "simulation", not bad, detail, victim, attacker, self._work(scenes))

    def _work(self, scenes: list[Scene]) -> Work:
        lines, toggles = self.pairs.recorder.take(self.pairs.stage)
        return Work(
            depth=f"{max(scene.cycles for scene in scenes)} cycles",
            seeds=self.pairs.asked.seeds,
            cycles=sum(scene.cycles for scene in scenes),
            packets=sum(len(frames) for scene in scenes for frames in (*scene.ports.values(), scene.host)),
            lines=lines,
            toggles=toggles,
        )

    def _scene(self, victim: str, seed: int) -> Scene:
        pairs, count = self.pairs, self.pairs.asked.count
        frames = frames_of(pairs.split, victim, seed, count, GAP, 0)
        late = 4 * pairs.bound(victim) if pairs.strict else 0
        # Nothing stalls: what is compared with a bound must come when it is meant to, and leave by ports that keep their pace.
        return Scene(frames, cycles=GAP * count + CYCLES_AFTER + late, seed=None)

    def _polled(self, victim: str, seed: int) -> Scene:
        """The same, where the victim reads registers of its window in every gap."""
        core, window = self.pairs.core, self._number(victim) + 1
        mine = [r.address for r in core.registers if r.window == window and r.name.rpartition("/")[2] in _POLLED]
        room = (GAP - _POLLS_FROM) // APART
        reads = [
            Access(GAP * index + _POLLS_FROM + APART * place, address)
            for index in range(self.pairs.asked.count)
            for place, address in enumerate(mine[:room])
        ]
        return replace(self._scene(victim, seed), accesses=reads)

    def _gaps(self, mine: Scene) -> Gaps:
        return gaps_of(self.pairs.core, mine, GAP, self.pairs.asked.count)

    def _attacker(self, tenant: str, seed: int) -> Attacker:
        """The tenant with frames of every kind that its configuration tells apart, and with all crossings that lead into hardware."""
        split, number = self.pairs.split, self._number(tenant)
        merged, count = split.merged, 4 * self.pairs.asked.count
        marks = {} if merged.policy.tenant(tenant).vlan is not None else {tenant: mark_of(number)}
        frames: dict[int, list[bytes]] = {port: [] for port in merged.master.ports}
        for port, packet in random_traffic(merged.master, merged.policy, seed + 2_000, count, only=tenant, marks=marks):
            frames[port].append(packet.data)
        bodies = [frame for each in frames.values() for frame in each]
        ways = [crossing for owner, crossing in crossings_in(split) if owner == number]
        host = [shimmed(number, way, bytes(8), body) for way in ways for body in bodies[: max(1, 40 // len(ways))]]
        return Attacker(self.pairs.core, number, frames, host)

    def _number(self, tenant: str) -> int:
        return self.pairs.split.merged.master.tenants.index(tenant)

    def _seen_alone(self, victim: str, seed: int, mine: Scene, *, polled: bool = False) -> Seen:
        key = victim, seed, polled
        if key not in self._alone:
            self._alone[key] = self.pairs.stage.play(mine)
        return self._alone[key]

    def _runs(self, victim: str, attacker: str, mine: Scene, theirs: Scene, seed: int) -> TwoRuns:
        pairs = self.pairs
        us, them = pairs.party(victim), pairs.party(attacker)
        return two_runs(
            pairs.stage,
            us,
            them,
            mine,
            theirs,
            strays=None in (us.vlan, them.vlan),
            but=None if pairs.strict else TIMES,
            timed=pairs.strict,
            alone=self._seen_alone(victim, seed, mine),
            lossy=True,
        )

    def _different(self, victim: str, attacker: str, trial: str, runs: TwoRuns) -> Counterexample:
        return self.pairs.different(victim, trial, runs, f"{victim}-while-{attacker}-attacks")

    def _later(self, victim: str, alone: Seen, beside: Seen) -> Iterator[Hashable]:
        """By how many cycles the frames that began in each gap left later; frames of an output that has others beside say nothing."""
        windows: list[list[int]] = [[] for _ in range(self.pairs.asked.count)]
        party = self.pairs.party(victim)
        ours, theirs = party.timed(alone), party.timed(beside)
        for output, frames in ours.items():
            if [frame for _, frame in frames] != [frame for _, frame in theirs[output]]:
                continue
            for (at, _), (then, _) in zip(frames, theirs[output], strict=True):
                windows[min(at // GAP, len(windows) - 1)].append(then - at)
        return map(tuple, windows)

    def _lost(self, victim: str, alone: Seen, beside: Seen) -> Iterator[Hashable]:
        """How many of the frames that left in each gap do not leave."""
        windows = [0] * self.pairs.asked.count
        party = self.pairs.party(victim)
        theirs = party.frames(beside)
        for output, frames in party.timed(alone).items():
            left = deque(theirs[output])
            for at, frame in frames:
                if left and left[0] == frame:
                    left.popleft()
                else:
                    windows[min(at // GAP, len(windows) - 1)] += 1
        return iter(windows)


def _rate(secrets: list[list[bool]], seen: list[list[Hashable]]) -> float:
    """Bits a second, a secret in each gap: what is seen of it in the same gap or in the next, whichever is more."""

    def within(late: int) -> float:
        sent = [bit for each in secrets for bit in each[: len(each) - late]]
        return bits_per_second(sent, [what for each in seen for what in each[late:]], len(sent) * GAP * CYCLE_NS * 1e-9)

    return max(within(0), within(1))


def _changed(alone: Seen, beside: Seen, count: int) -> Iterator[Hashable]:
    """By how much what is read in each gap is another."""
    differences = [then - now for (_, now), (_, then) in zip(alone.answers, beside.answers, strict=True)]
    each = len(differences) // count
    return (tuple(differences[each * index : each * (index + 1)]) for index in range(count))
