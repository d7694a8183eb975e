"""What one proof presumes and another shows: the same formula for both, over the words that each has for it.

A proof that presumes a duty takes its formula as given of what comes in; one that keeps it claims the formula of what goes out. What is
presumed and kept by nobody is looked for by `unmet`, so that it can be said. Nothing goes round in a circle: what is presumed of a cycle
is kept by registers, and those were made in the cycles before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from elements.program.values import Value, eq, part, sub
from sim.proof.noninterference import Result


@dataclass(frozen=True)
class Duty:
    """``formula`` of some words, 1 bit, holds where the first of them, 1 bit, does; ``says``: that in words, which no other says."""

    says: str
    formula: Callable[..., Value]


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
SHORT: Final = Duty("a note says 1 to as many bytes as a frame may have", _at_most)
"""The four of what comes to a store: where a beat comes, within a packet, and, for the last two, with the last beat of what is good."""

GET: Final = Duty("words are read for a tenant that there is", lambda number, tenants: number < tenants)
LOOK: Final = Duty("notes are looked at for a tenant that there is", lambda number, tenants: number < tenants)
POP: Final = Duty("packets are popped for a tenant that there is", lambda number, tenants: number < tenants)
WAITING: Final = Duty("a packet that is popped is waiting", lambda waiting: waiting)
LOOKED: Final = Duty("a packet is popped in the cycle in which its note is looked at, and in no other", eq)
OWED: Final = Duty("a word is read only where one is owed for a packet that was popped", lambda owed: owed.any())
KNOWN: Final = Duty("a note that is shown says 1 to as many bytes as a frame may have", _at_most)
"""Of whoever reads a store, and the last of the store that is read."""
LEFT: Final = Duty("a beat that leaves by a port has bytes", lambda left: left.any())
"""Of a way out, where its source is valid."""

THERE: Final = Duty("a word that is read is of a packet that is stored", lambda start, freed: (start ^ freed).any())
FITS: Final = Duty("a packet that is stored has words, and there is room for them and for it", _fits)
STORED: Final = Duty("a packet that is popped is stored", lambda stored, popped: (stored ^ popped).any())
SAID: Final = Duty("a note that is shown says the words of its packet", eq)
"""Between the netlist of a store and the order of its packets."""


def unmet(presumed: Sequence[Result], kept: Sequence[Result]) -> list[str]:
    """What some of the first presume, in words and in order, and not all of the second keep; all of it where there are no second ones."""
    found = {what: None for result in presumed for what in result.presumed}
    return [what for what in found if not kept or not all(what in result.kept for result in kept)]


def joined(one: Result, other: Result) -> Result:
    """Of two proofs of one thing: each may keep what the other presumes."""
    presumed = dict.fromkeys([*unmet([one], [other]), *unmet([other], [one])])
    asked, failures = one.obligations + other.obligations, [*one.failures, *other.failures]
    return Result(asked, failures, presumed=tuple(presumed), kept=(*one.kept, *other.kept))
