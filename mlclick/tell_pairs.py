"""What one tenant can tell another: secrets of a bit, sent by bursts, and what the other's delays, losses and registers have of them."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mlclick.attack_scenes import AttackScenes
from mlclick.compare_pairs import TIMES
from sim.attacks import FLOOD
from sim.channel import told
from sim.evidence import Finding
from sim.isolation import CYCLE_NS, Party, Scene, Seen, answered, differences, late, together

_ACCEPTED: Final = "/accepted"
OCCUPANCY: Final = "/queued"
"""How registers are called that say how much is in a queue."""


@dataclass(frozen=True)
class Run:
    """A ``secret``, a bit for each ``gap`` cycles, and what was seen: of the victim's scene ``mine`` alone, and beside ``theirs``, which
    has a burst where a bit is set."""

    secret: Sequence[bool]
    gap: int
    mine: Scene
    theirs: Scene
    alone: Seen
    beside: Seen
    read: Sequence[str]
    """The register that each read of the victim is of, in their order."""

    def window(self, at: int) -> int:
        """The gap of a cycle; what comes behind the last is of the last."""
        return min(at // self.gap, len(self.secret) - 1)


@dataclass
class Telling:
    """Measures channels on ``scenes``."""

    scenes: AttackScenes

    def measure(self, attacker: str, victim: str) -> Finding:
        """What the ``victim`` learns of a secret of the ``attacker``. In turns of time it is nothing: frames, their cycles, registers and
        answers are the same. In turns of shares a frame waits for those of others, and is counted in a queue while it does; none is lost.
        A measurement of nothing does not hold. Errors: `AssertionFailed`."""
        pairs, party = self.scenes.pairs, self.scenes.pairs.party(victim)
        runs = [self._run(attacker, victim, seed) for seed in pairs.asked.seeds]
        name = f"what {attacker} tells {victim} by bursts, in bits a second at {CYCLE_NS} ns a cycle"
        missed = _first(pairs.asked.seeds, (unmeasured(run, party) for run in runs))
        if missed:
            return Finding(name, "simulation", False, f"nothing is measured: {missed}", victim, attacker, self.scenes.work())
        wrong = _first(pairs.asked.seeds, (next(_differences(run, party, strict=pairs.strict), "") for run in runs))
        gap = self.scenes.gap(victim)
        rates = {
            what: told([run.secret for run in runs], [see(run, party) for run in runs], gap * CYCLE_NS * 1e-9, late=1)
            for what, see in _WAYS.items()
        }
        figures = ", ".join(f"{found.rate:,.0f} by {what}" for what, found in rates.items())
        chance = max(found.chance for found in rates.values())
        noise = f"what is below {chance:,.0f} may be chance; " if chance else ""
        leave, gaps = sum(len(_windows(run, party)) for run in runs), sum(len(run.secret) for run in runs)
        secrets = (
            f"the secrets are {1e9 / CYCLE_NS / gap:,.0f}, of a bit in {gap:,} cycles; frames of {victim} leave in {leave} of {gaps} gaps"
        )
        detail = f"{f'{wrong}; ' if wrong else ''}by this code at least {figures}; {noise}{secrets}"
        return Finding(name, "simulation", not wrong, detail, victim, attacker, self.scenes.work())

    def _run(self, attacker: str, victim: str, seed: int) -> Run:
        """Half of the bits are set, in a random order, which all orders are as likely as: shuffled, they are what chance makes."""
        count = self.scenes.pairs.asked.count
        secret = [index % 2 == 0 for index in range(count)]
        random.Random(f"secret/{seed}").shuffle(secret)
        mine = self.scenes.mine(victim, seed, polled=True)
        theirs = self.scenes.attack(attacker, victim, seed, FLOOD, mine, secret)
        alone, beside = self.scenes.alone(victim, seed, polled=True), self.scenes.play(together(mine, theirs))
        names = {register.address: register.name for register in self.scenes.pairs.core.registers}
        read = [names[access.address] for access in mine.accesses if access.data is None]
        return Run(secret, self.scenes.gap(victim), mine, theirs, alone, beside, read)


def _first(seeds: Sequence[int], found: Iterable[str]) -> str:
    """The first thing that is ``found`` of a seed, with it; empty where there is none."""
    return next((f"seed {seed}: {what}" for seed, what in zip(seeds, found, strict=True) if what), "")


def unmeasured(run: Run, party: Party) -> str:
    """Why ``run`` says nothing of what ``party`` may learn; empty where it does say something."""
    bits = set(run.secret)
    if len(bits) < 2:
        return "the secret has no two values: there is nothing to tell"
    bursts = {run.window(at) for frames in (*run.theirs.ports.values(), run.theirs.host) for at, _ in frames}
    if bursts != {index for index, bit in enumerate(run.secret) if bit}:
        return f"there are {len(bursts)} bursts for {sum(run.secret)} bits that are set"
    came = [
        sum(value for (at, name), value in seen.registers.items() if not at and name.endswith(_ACCEPTED))
        for seen in (run.alone, run.beside)
    ]
    if came[1] - came[0] < len(bursts):
        return f"of {len(bursts)} bursts only {came[1] - came[0]} frames come in"
    if {run.secret[index] for index in _windows(run, party)} != bits:
        return "the victim's frames do not leave both in gaps with a burst and in others: there is nothing that could be late"
    reads = sum(access.data is None for access in run.mine.accesses)
    if not reads or reads % len(run.secret) or {len(run.alone.answers), len(run.beside.answers)} != {reads}:
        return f"{reads} reads of the victim in {len(run.secret)} gaps have {len(run.alone.answers)} and {len(run.beside.answers)} answers"
    return ""


def _windows(run: Run, party: Party) -> set[int]:
    """The gaps in which frames of ``party`` leave when it is alone."""
    return {run.window(at) for frames in party.timed(run.alone).values() for at, _ in frames}


def _differences(run: Run, party: Party, *, strict: bool) -> Iterator[str]:
    """What there may not be: in turns of time any difference, of cycles and answers too; in turns of shares one of frames and registers."""
    yield from differences(run.alone, run.beside, party, None if strict else TIMES)
    if strict:
        yield from late(run.alone, run.beside, party)
        yield from answered(run.alone, run.beside, run.mine, together(run.mine, run.theirs))


def delays(run: Run, party: Party) -> list[int]:
    """By how many cycles the frames of ``party`` that left in each gap leave later or earlier, added up, so that one does not make up for
    another. Frames of an output that has others beside than alone say nothing: they are lost."""
    windows = [0] * len(run.secret)
    ours, theirs = party.timed(run.alone), party.timed(run.beside)
    for output, frames in ours.items():
        if [frame for _, frame in frames] != [frame for _, frame in theirs[output]]:
            continue
        for (at, _), (then, _) in zip(frames, theirs[output], strict=True):
            windows[run.window(at)] += abs(then - at)
    return windows


def losses(run: Run, party: Party) -> list[int]:
    """How many of the frames of ``party`` that left in each gap do not leave."""
    windows = [0] * len(run.secret)
    theirs = party.frames(run.beside)
    for output, frames in party.timed(run.alone).items():
        left = deque(theirs[output])
        for at, frame in frames:
            if left and left[0] == frame:
                left.popleft()
            else:
                windows[run.window(at)] += 1
    return windows


def occupancy(run: Run, party: Party) -> list[int]:
    """How many of the reads in each gap of how much is in a queue have another answer, or have it in another cycle."""
    return _changes(run, lambda name: name.endswith(OCCUPANCY))


def counters(run: Run, party: Party) -> list[int]:
    """As `occupancy`, of all other registers that are read."""
    return _changes(run, lambda name: not name.endswith(OCCUPANCY))


def _changes(run: Run, of: Callable[[str], bool]) -> list[int]:
    differs = [of(name) and now != then for name, now, then in zip(run.read, run.alone.answers, run.beside.answers, strict=False)]
    each = len(differs) // len(run.secret)
    return [sum(differs[each * index : each * (index + 1)]) for index in range(len(run.secret))]


_WAYS: Final[Mapping[str, Callable[[Run, Party], list[int]]]] = {
    "delays": delays,
    "losses": losses,
    "occupancy": occupancy,
    "counters": counters,
}
"""What may tell the victim something, and what there is of it in each gap."""
