"""A tenant beside another that attacks it: what it sees must be as when it is alone, or within what its mode promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlclick.attack_scenes import LONGEST, AttackScenes
from mlclick.compare_pairs import TIMES
from mlclick.work import frames_in
from sim.attacks import MALFORMED, REGISTERS, WORDS
from sim.evidence import Finding, Latencies, Mode
from sim.exercises import miscounted
from sim.isolation import Scene, Seen, TwoRuns, together, two_runs
from sim.latency import Took, histograms, latencies, within
from sim.malformed import malformed
from sim.verilated import AssertionFailed


@dataclass
class Attacks:
    """Plays attacks on ``scenes``."""

    scenes: AttackScenes

    def compare(self, victim: str, attacker: str) -> Iterator[Finding]:
        """What the ``victim`` sees of each of the ``attacker``'s attacks. Errors: `AssertionFailed`, once the finding has been told of
        which it is the end."""
        pairs, asked = self.scenes.pairs, self.scenes.pairs.asked
        bad, against, found, sent = "", None, list[Latencies](), list[str]()
        name = f"{victim}'s frames, their order, delays and registers are as promised while {attacker} attacks"
        for attack in WORDS:
            taken, frames = list[Took](), 0
            for seed in asked.seeds:
                trial = f"{attack}, seed {seed}"
                mine = self.scenes.mine(victim, seed, polled=attack == REGISTERS)
                theirs = self.scenes.attack(attacker, victim, seed, attack, mine)
                frames += frames_in(theirs, pairs.core.datapath.parameters.width) + len(theirs.accesses)
                try:
                    runs = self._runs(victim, attacker, attack, seed, mine, theirs)
                except AssertionFailed as error:
                    seen = pairs.broken(trial, together(mine, theirs), error, f"{victim}-while-{attacker}-attacks")
                    work = self.scenes.work()
                    yield Finding(name, "simulation", False, f"{trial}: {error}", victim, attacker, work, seen, tuple(found))
                    raise
                taken += latencies(mine, runs, pairs.party(victim), pairs.core.datapath.pipeline.latency)
                wrong = runs.differences[0] if runs.differences else self._missed(attack, theirs, runs)
                if wrong and not bad:
                    bad = f"{trial}: {wrong}"
                    against = pairs.different(victim, trial, runs, f"{victim}-while-{attacker}-attacks") if runs.differences else None
            sent.append(f"{attack} ({WORDS[attack]}): {frames:,}")
            mode: Mode = "strict" if pairs.strict else "shared"
            histogram = histograms(taken, mode, None if pairs.strict else pairs.bounds(victim), attack)
            if histogram is not None:
                found.append(histogram)
                late = within(histogram)
                bad = bad or (f"{attack}: {late}" if late else "")
        calm = f"{victim} has a frame of {LONGEST} bytes or less in {self.scenes.gap(victim):,} cycles"
        detail = bad or f"{len(asked.seeds)} seeds; {calm}; {'; '.join(sent)}"
        yield Finding(name, "simulation", not bad, detail, victim, attacker, self.scenes.work(), against, tuple(found))

    def _runs(self, victim: str, attacker: str, attack: str, seed: int, mine: Scene, theirs: Scene) -> TwoRuns:
        pairs = self.scenes.pairs
        us, them = pairs.party(victim), pairs.party(attacker)
        # Accesses hold up no frame, and no other access, in either mode.
        exact = pairs.strict or attack == REGISTERS
        runs = two_runs(
            pairs.stage,
            us,
            them,
            mine,
            theirs,
            strays=None in (us.vlan, them.vlan),
            but=None if exact else TIMES,
            timed=exact,
            alone=self.scenes.alone(victim, seed, polled=attack == REGISTERS),
            # In turns of shares an attacker may lose other frames beside the victim than alone.
            lossy=not pairs.strict,
        )
        self.scenes.played(*runs.scenes[1:])
        return runs

    def _missed(self, attack: str, theirs: Scene, runs: TwoRuns) -> str:
        """Whether the attack did not come to the core as it was meant: then that was not tried."""
        core, both, beside = self.scenes.pairs.core, runs.scenes[1], runs.beside
        if attack == REGISTERS:
            asked = sum(access.data is None for access in both.accesses)
            if not theirs.accesses or len(beside.answers) != asked:
                return f"{asked} reads, of both, have {len(beside.answers)} answers beside {len(theirs.accesses)} accesses of the attacker"
            return ""
        wrong = miscounted(core, both, beside)
        if wrong:
            return wrong
        came, spoiled = (_counted(beside, how) - _counted(runs.alone, how) for how in ("accepted", "malformed"))
        if came <= 0:
            return "none of the attacker's frames comes in: there is nothing to compare"
        expected = malformed(core, theirs)
        if spoiled != expected or (attack == MALFORMED and not expected):
            return f"of the attacker's frames {expected} are malformed, and {spoiled} are counted as that"
        return ""


def _counted(seen: Seen, how: str) -> int:
    """The frames that were counted so where they came in, at all ports."""
    return sum(value for (window, name), value in seen.registers.items() if not window and name.endswith(f"/{how}"))
