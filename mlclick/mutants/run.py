"""Plants every mutant and asks the check that is there for it: a check that cannot fail is no check."""

from __future__ import annotations

from typing import Final

from mlclick.design import Progress
from mlclick.mutants import of_entry, of_exit, of_pipeline, of_software, of_stores, of_turns
from mlclick.mutants.caught import caught_by
from mlclick.mutants.mutant import Mutant, planted

MUTANTS: Final = (
    *of_software.MUTANTS,
    *of_entry.MUTANTS,
    *of_stores.MUTANTS,
    *of_turns.MUTANTS,
    *of_pipeline.MUTANTS,
    *of_exit.MUTANTS,
)


class SoundDesignFails(Exception):
    """A check fails where nothing is planted, so that it shows nothing of a mutant; the text names it."""


def run_mutants(progress: Progress) -> list[tuple[Mutant, str | None]]:
    """Every mutant and what caught it, None where nothing did. Errors: `SoundDesignFails` where there is no mutant and a check fails."""
    progress("no mutant: every check must hold")
    wrong = caught_by()
    if wrong is not None:
        raise SoundDesignFails(f"the sound design fails: {wrong}")
    results = []
    for mutant in MUTANTS:
        with planted(mutant):
            found = caught_by(mutant.check)
        progress(f"{mutant.name}: {found or 'SURVIVED'}")
        results.append((mutant, found))
    return results
