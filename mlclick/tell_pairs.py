"""What one tenant can tell another: secrets of a bit, sent by bursts, and what the other's delays, losses and registers have of them."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from mlclick.attack_scenes import AttackScenes
from sim.attacks import FLOOD
from sim.channel import told
from sim.evidence import Finding
from sim.isolation import CYCLE_NS, Party, Seen, together


@dataclass
class Telling:
    """Measures channels on ``scenes``."""

    scenes: AttackScenes

    def measure(self, attacker: str, victim: str) -> Finding:
        """What the ``victim`` learns of a secret of the ``attacker``. In turns of time it is nothing: delays, losses and registers are the
        same in every gap. In turns of shares a frame waits for those of others, and is counted in a queue while it does; none is lost.
        Errors: `AssertionFailed`."""
        pairs, count, gap = self.scenes.pairs, self.scenes.pairs.asked.count, self.scenes.gap(victim)
        party, secrets = pairs.party(victim), list[list[bool]]()
        seen: dict[str, list[list[int]]] = {"delays": [], "losses": [], "registers": []}
        for seed in pairs.asked.seeds:
            rng = random.Random(f"secret/{seed}")
            secrets.append([rng.random() < 0.5 for _ in range(count)])
            mine = self.scenes.mine(victim, seed, polled=True)
            theirs = self.scenes.attack(attacker, victim, seed, FLOOD, mine, secrets[-1])
            alone, beside = self.scenes.alone(victim, seed, polled=True), self.scenes.play(together(mine, theirs))
            seen["delays"].append(delays(party, alone, beside, gap, count))
            seen["losses"].append(losses(party, alone, beside, gap, count))
            seen["registers"].append(list(_changed(alone, beside, count)))
        rates = {what: _rate(secrets, each, gap) for what, each in seen.items()}
        changed = [what for what, each in seen.items() if any(map(any, each)) and (pairs.strict or what == "losses")]
        figures = ", ".join(f"{rate:,.0f} by {what}" for what, rate in rates.items())
        wrong = f"; {' and '.join(changed)} differ" if changed else ""
        detail = f"about {figures}{wrong}; the secrets are {1e9 / CYCLE_NS / gap:,.0f}, of a bit in {gap:,} cycles"
        name = f"what {attacker} tells {victim} by bursts, in bits a second at {CYCLE_NS} ns a cycle"
        return Finding(name, "simulation", not changed, detail, victim, attacker, self.scenes.work())


def delays(party: Party, alone: Seen, beside: Seen, gap: int, count: int) -> list[int]:
    """By how many cycles the frames of ``party`` that left in each gap leave later, added up. Frames of an output that has others beside
    than alone say nothing: they are lost."""
    windows = [0] * count
    ours, theirs = party.timed(alone), party.timed(beside)
    for output, frames in ours.items():
        if [frame for _, frame in frames] != [frame for _, frame in theirs[output]]:
            continue
        for (at, _), (then, _) in zip(frames, theirs[output], strict=True):
            windows[min(at // gap, count - 1)] += then - at
    return windows


def losses(party: Party, alone: Seen, beside: Seen, gap: int, count: int) -> list[int]:
    """How many of the frames of ``party`` that left in each gap do not leave."""
    windows = [0] * count
    theirs = party.frames(beside)
    for output, frames in party.timed(alone).items():
        left = deque(theirs[output])
        for at, frame in frames:
            if left and left[0] == frame:
                left.popleft()
            else:
                windows[min(at // gap, count - 1)] += 1
    return windows


def _changed(alone: Seen, beside: Seen, count: int) -> Iterator[int]:
    """How many of the reads in each gap have another answer, or have it in another cycle."""
    differs = [now != then for now, then in zip(alone.answers, beside.answers, strict=True)]
    each = len(differs) // count
    return (sum(differs[each * index : each * (index + 1)]) for index in range(count))


def _rate(secrets: list[list[bool]], seen: list[list[int]], gap: int) -> float:
    """Bits a second, a secret in each gap: what is seen of it in the same gap or in the next, whichever is more."""

    def within(late: int) -> float:
        sent = [bit for each in secrets for bit in each[: len(each) - late]]
        return told(sent, [what for each in seen for what in each[late:]], len(sent) * gap * CYCLE_NS * 1e-9)

    return max(within(0), within(1))
