"""What one proof presumes and another shows: the same formula for both, over the words that each has for it, with the same bound or less.

A proof that presumes a duty takes its formula as given of what comes in; one that keeps it claims the formula of what goes out. What is
presumed and kept by nobody, or kept with a greater bound only, is looked for by `unmet`, so that it can be said. It compares what is said
and the bound. That a duty is kept where it is presumed, and of the same nets, is matched by hand, by whoever writes the two proofs: `KNOWN`
is presumed where something is granted, and kept from a look at a note until the next look, in which every grant of it is. In turns
of time that is shown, too: from `LATELY` it follows in a store that the note is still that of the oldest packet.

Nothing goes round in a circle. What was so in the cycles before may be used by all; of the same cycle, a duty is shown from those of a
lower ``level`` alone, which `sim.proof.claims` sees to, and from registers and ghosts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from elements.program.values import Value, bit_not, eq, mux, part, sub
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


def _in_time(leaves: Value, number: Value, came: Value, tenant: Value) -> Value:
    return eq(leaves, came) & (bit_not(came) | eq(number, tenant))


FIRST: Final = Duty("the first beat behind the last of another packet, and no other, is said to be the first", eq)
OF_ONE: Final = Duty("the beats of a packet are of one tenant", eq)
COUNTED: Final = Duty(
    "a note says as many bytes as there are words to keep, and there are some", lambda count, said: eq(count, said) & count.any()
)
SHORT: Final = Duty("a note says 1 to {most} bytes", _at_most)
"""The four of what comes to a store: where a beat comes, within a packet, and, for the last two, with the last beat of what is good."""

SENT_OF: Final = Duty("a packet that leaves the arbiter is of one of {most} tenants", lambda number, tenants: number < tenants)
SENT_LENGTH: Final = Duty("a packet leaves the arbiter with 1 to {most} bytes", _at_most)
SENT_APART: Final = Duty("a packet leaves the arbiter when the one before has had its cycles", lambda rest: bit_not(rest.any()))
SENT_TOGETHER: Final = Duty("the beats of a packet leave the arbiter one cycle after another, as many as its length takes", eq)
SENT_LAST: Final = Duty("the last beat of a packet that leaves the arbiter, and no other, is said to be the last", eq)
SLOT_APART: Final = Duty("a slot of time begins when the packet before has had its cycles", lambda rest: bit_not(rest.any()))
"""Of the arbiter, all but the fourth and the fifth where a packet, or the slot, begins: `sim.proof.sent` says them. The cycles of a packet
are those of its beats and as many as packets of its tenant may grow by."""
IN_TIME: Final = Duty("a packet leaves the pipeline after its latency, as its tenant's, and nothing else does", _in_time)
GROWS: Final = Duty(
    "a packet leaves the pipeline longer by no more than its tenant's may grow", lambda length, before, growth: length <= before + growth
)
"""Of the pipeline; the second, for what goes anywhere, of its length, that with which it came, and the most bytes by which its tenant's
packets grow."""

GET: Final = Duty("words are read for one of {most} tenants", lambda number, tenants: number < tenants)
LOOK: Final = Duty("notes are looked at for one of {most} tenants", lambda number, tenants: number < tenants)
POP: Final = Duty("packets are popped for one of {most} tenants", lambda number, tenants: number < tenants)
WAITING: Final = Duty("a packet that is popped is waiting", lambda waiting: waiting, level=1)
LOOKED: Final = Duty("a packet is popped in the cycle in which its note is looked at, and in no other", eq)
LATELY: Final = Duty("the note of a packet that is popped is the one that was looked at last", lambda shown: shown)
OWED: Final = Duty("a word is read only where one is owed for a packet that was popped", lambda owed: owed.any(), level=1)
STAYS: Final = Duty("who waits goes on waiting until a packet of it is popped", lambda waiting: waiting)
KNOWN: Final = Duty("a note that is shown says 1 to {most} bytes", _at_most)
"""Of whoever reads a store, and the last two of the store that is read. `LOOKED` is so in turns of shares, and `LATELY`, of what `shown`
says, in turns of time; `STAYS` is of what `not_popped` says."""
CHARGED: Final = Duty("what is granted is charged as 1 to {most} bytes", _at_most, level=1)
"""Of whoever reads a store in turns of shares, from what its note says."""
LEFT: Final = Duty("a beat that leaves by a port has bytes", lambda left: left.any())
TOGETHER: Final = Duty(
    "what has left of a packet by a port and what is left of it are at most {most} bytes", lambda before, left, most: before + left <= most
)
"""Both of a way out, where its source is valid; ``before``, the beat at hand, is as `sim.proof.noted.sent_before` counts it."""
ALONE: Final = Duty("nothing begins at the editor while a packet still leaves it", bit_not)
"""Of what comes to the editor, by what it says itself: its ``overrun``."""

THERE: Final = Duty("a word that is read is of a packet that is stored", lambda start, freed: (start ^ freed).any(), level=3)
FITS: Final = Duty("a packet that is stored has words, and there is room for them and for it", _fits, level=1)
STORED: Final = Duty("a packet that is popped is stored", lambda stored, popped: (stored ^ popped).any(), level=2)
SAID: Final = Duty("a note that is shown says the words of its packet", eq, level=4)
"""Between the netlist of a store and the order of its packets. The last is presumed of the cycle of a look, or of a pop in turns of time,
and shown of the state behind a look, from all that is so in that cycle, `THERE` among it: of that cycle nothing may rest on it, and so its
level is the highest."""


def shown(before: Value, anybody: Value, looks: Value, pops: Value) -> Value:
    """Whether from the next cycle on the note that is shown is that of a tenant's oldest packet that waits, where it was so ``before``:
    ``anybody``'s may be looked at, the tenant's ``looks``, and ``pops``."""
    return mux(anybody, looks, before) & bit_not(pops)


def not_popped(waiting: Value, pops: Value) -> Value:
    """Whether in the next cycle a packet waits since it did before and none was popped."""
    return waiting & bit_not(pops)


def unmet(presumed: Sequence[Result], kept: Sequence[Result]) -> list[Said]:
    """What some of the first presume, in order, and not all of the second keep; all of it where there are no second ones."""
    found = {what: None for result in presumed for what in result.presumed}
    return [what for what in found if not kept or not all(any(each.shows(what) for each in result.kept) for result in kept)]


def joined(one: Result, other: Result) -> Result:
    """Of two proofs of one thing: each may keep what the other presumes."""
    presumed = dict.fromkeys([*unmet([one], [other]), *unmet([other], [one])])
    asked, failures = one.obligations + other.obligations, [*one.failures, *other.failures]
    return Result(asked, failures, presumed=tuple(presumed), kept=(*one.kept, *other.kept))
