"""What one proof presumes and another shows: the same formula for both, over the words that each has for it, with the same bound or less.

A proof that presumes a duty takes its formula as given of what comes in; one that keeps it claims the formula of what goes out. What is
presumed and kept by nobody, or kept with a greater bound only, is looked for by `unmet`, so that it can be said. It compares what is said
and the bound. That a duty is kept where it is presumed, and of the same nets, is matched by hand, by whoever writes the two proofs: `KNOWN`
is presumed where something is granted, and kept from a look at a note until the next look, in which every grant of it is.

Nothing goes round in a circle. What was so in the cycles before may be used by all; of the same cycle, a duty is shown from those of a
lower ``level`` alone, which `sim.proof.claims` sees to, and from registers and ghosts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from elements.program.values import Value, bit_not, eq, part, sub
from sim.proof.noninterference import Result
from sim.proof.said import Said


@dataclass(frozen=True)
class Duty:
    """``formula`` of some words, 1 bit, holds where the first of them, 1 bit, does; ``says``: that in words, which no other says, with
    ``{most}`` for the number among the formula's words, if there is one. It may rest on duties of lower levels in the same cycle."""

    says: str
    formula: Callable[..., Value]
    level: int = 0

    def said(self, *words: Value | int) -> Said:
        """What it says of the words. Errors: ``ValueError`` where there is a number and no place for it in words, or none and a place."""
        numbers = [word for word in words if isinstance(word, int)]
        if len(numbers) != self.says.count("{most}"):
            raise ValueError(f"{self.says!r} has no place for the bounds {numbers}")
        return Said(self.says, *numbers)


def _at_most(length: Value, longest: int) -> Value:
    return length.any() & (length <= longest)


def _fits(came: Value, start: Value, freed: Value, stored: Value, popped: Value) -> Value:
    words, packets = (part(sub(a, b), 0, a.width) for a, b in ((start, freed), (stored, popped)))
    return (packets < (1 << (stored.width - 1))) & came.any() & (came + words <= (1 << (start.width - 1)))


FIRST: Final = Duty("the first beat behind the last of another packet, and no other, is said to be the first", eq)
OF_ONE: Final = Duty("the beats of a packet are of one tenant", eq)
COUNTED: Final = Duty(
    "a note says as many bytes as there are words to keep, and there are some", lambda count, said: eq(count, said) & count.any()
)
SHORT: Final = Duty("a note says 1 to {most} bytes", _at_most)
"""The four of what comes to a store: where a beat comes, within a packet, and, for the last two, with the last beat of what is good."""

GET: Final = Duty("words are read for one of {most} tenants", lambda number, tenants: number < tenants)
LOOK: Final = Duty("notes are looked at for one of {most} tenants", lambda number, tenants: number < tenants)
POP: Final = Duty("packets are popped for one of {most} tenants", lambda number, tenants: number < tenants)
WAITING: Final = Duty("a packet that is popped is waiting", lambda waiting: waiting)
LOOKED: Final = Duty("a packet is popped in the cycle in which its note is looked at, and in no other", eq)
OWED: Final = Duty("a word is read only where one is owed for a packet that was popped", lambda owed: owed.any())
KNOWN: Final = Duty("a note that is shown says 1 to {most} bytes", _at_most)
"""Of whoever reads a store, and the last of the store that is read."""
CHARGED: Final = Duty("what is granted is charged as 1 to {most} bytes", _at_most, level=1)
"""Of whoever reads a store in turns of shares, from what its note says."""
LEFT: Final = Duty("a beat that leaves by a port has bytes", lambda left: left.any())
TOGETHER: Final = Duty(
    "what has left of a packet by a port and what is left of it are at most {most} bytes", lambda before, left, most: before + left <= most
)
"""Both of a way out, where its source is valid; ``before``, the beat at hand, is as `sim.proof.noted.sent_before` counts it."""
ALONE: Final = Duty("nothing begins at the editor while a packet still leaves it", bit_not)
"""Of what comes to the editor, by what it says itself: its ``overrun``."""

THERE: Final = Duty("a word that is read is of a packet that is stored", lambda start, freed: (start ^ freed).any(), level=2)
FITS: Final = Duty("a packet that is stored has words, and there is room for them and for it", _fits, level=1)
STORED: Final = Duty("a packet that is popped is stored", lambda stored, popped: (stored ^ popped).any(), level=1)
SAID: Final = Duty("a note that is shown says the words of its packet", eq, level=3)
"""Between the netlist of a store and the order of its packets. The last is presumed of the cycle of a look and shown of the state behind
it, from all that is so in that cycle, `THERE` among it: of that cycle nothing may rest on it, and so its level is the highest."""


def unmet(presumed: Sequence[Result], kept: Sequence[Result]) -> list[Said]:
    """What some of the first presume, in order, and not all of the second keep; all of it where there are no second ones."""
    found = {what: None for result in presumed for what in result.presumed}
    return [what for what in found if not kept or not all(any(each.shows(what) for each in result.kept) for result in kept)]


def joined(one: Result, other: Result) -> Result:
    """Of two proofs of one thing: each may keep what the other presumes."""
    presumed = dict.fromkeys([*unmet([one], [other]), *unmet([other], [one])])
    asked, failures = one.obligations + other.obligations, [*one.failures, *other.failures]
    return Result(asked, failures, presumed=tuple(presumed), kept=(*one.kept, *other.kept))
