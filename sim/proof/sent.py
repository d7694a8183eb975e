"""How packets leave the arbiter, said once for the proofs that presume it and for those that keep it, of the same words.

A packet has its cycles: a beat in each, one after another, and then as many without as packets of its tenant may grow by. They are counted
by ghosts, from the first beat on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from elements.program.values import Value, bit_and, bit_not, const, eq, extend, mux, part
from hdl.datapath import Datapath
from hdl.meta import Meta
from hdl.stream import PacketBeat
from sim.proof import duties
from sim.proof.claims import Claims, one_of
from sim.proof.coming import COUNT, beats_of
from sim.proof.segments import minus

LONG: Final = COUNT
"""Bits in which beats and cycles are counted, as in stores."""


@dataclass(frozen=True)
class Kind:
    """What is said of an arbiter by its data path: ``lanes`` bytes of a beat, packets of at most ``longest`` bytes, and in how many beats
    packets of each tenant may grow; ``slots``: turns are of time."""

    lanes: int
    longest: int
    growth: tuple[int, ...]
    slots: bool


def kind_of(datapath: Datapath) -> Kind:
    """Of the data path's arbiter."""
    arbiter = datapath.arbiter
    return Kind(arbiter.lanes, arbiter.max_frame, arbiter.growth, arbiter.turns.slot is not None)


@dataclass(frozen=True)
class Sent:
    """What leaves in a cycle: whether a packet begins (``first``), and then its ``length`` and its ``tenant``; whether there is a beat
    (``valid``), and whether that is said to be the ``last`` of its packet; whether a slot of time begins. Ghosts: ``rest``, the cycles
    that the packet before still has, this one among them; ``to_come``, its beats among those. ``rest_after`` and ``to_come_after`` are
    what they are in the next cycle."""

    first: Value
    valid: Value
    last: Value
    begins: Value
    length: Value
    tenant: Value
    rest: Value
    rest_after: Value
    to_come: Value
    to_come_after: Value


def growth_of(kind: Kind, tenant: Value) -> Value:
    """The beats by which packets of the tenant may grow, in `LONG` bits."""
    return one_of(tenant, [const(beats, LONG) for beats in kind.growth])


def follows(kind: Kind, first: Value, length: Value, tenant: Value, rest: Value) -> Value:
    """The cycles that there still are a cycle later."""
    cycles = part(beats_of(length, kind.lanes) + growth_of(kind, tenant), 0, LONG)
    return mux(first, minus(cycles, const(1, LONG)), less(rest))


def less(count: Value) -> Value:
    """One less, and not below 0."""
    return minus(count, extend(count.any(), count.width))


def sent(claims: Claims, kind: Kind, valid: Value, first: Value, begins: Value, payload: Value) -> Sent:
    """Of the beats with this ``payload``; with its ghosts, which are made here."""
    width = 8 * kind.lanes
    shape = PacketBeat(width, Meta())
    low = shape["meta"].offset
    length, tenant = (part(payload, low + Meta()[name].offset, Meta()[name].width) for name in ("length", "tenant"))
    starts, last = bit_and(valid, first), bit_and(valid, part(payload, shape["last"].offset, 1))
    rest, to_come = (claims.ghost(f"{what} of what was sent", const(0, LONG)) for what in ("cycles", "beats"))
    rest_after = follows(kind, starts, length, tenant, rest)
    to_come_after = mux(starts, minus(beats_of(length, kind.lanes), const(1, LONG)), less(to_come))
    claims.becomes("cycles of what was sent", rest_after)
    claims.becomes("beats of what was sent", to_come_after)
    return Sent(starts, valid, last, begins, length, tenant, rest, rest_after, to_come, to_come_after)


def say(tell: Callable[..., None], kind: Kind, out: Sent) -> None:
    """Each duty, by `Claims.keeps` or by `Claims.expects`."""
    tell(duties.SENT_OF, out.first, out.tenant, len(kind.growth))
    tell(duties.SENT_LENGTH, out.first, out.length, kind.longest)
    tell(duties.SENT_APART, out.first, out.rest)
    tell(duties.SENT_TOGETHER, out.valid | out.to_come.any(), out.valid & bit_not(out.first), out.to_come.any())
    tell(duties.SENT_LAST, out.valid, out.last, bit_not(out.to_come_after.any()))
    if kind.slots:
        tell(duties.SLOT_APART, out.begins, out.rest)


def leaves(claims: Claims, kind: Kind) -> None:
    """That an arbiter keeps all of it, in the claims of its netlist: each packet leaves in its cycles, since what it still has of them is
    left of what is sent, or is rest. It follows from what is claimed besides: that what begins is a tenant's, and as long as it may be,
    and, in turns of time, that nothing is left when a slot begins."""
    valid, first, begins, payload = (claims.net(name, None) for name in ("source__valid", "first", "begins", "source__payload"))
    out = sent(claims, kind, valid, first, begins, payload)
    more, left = claims.net("more"), beats_of(claims.net("left", 16), kind.lanes)
    rest = extend(claims.net("rest", None), LONG) if any(kind.growth) else const(0, LONG)
    number = part(claims.net("held", None), Meta()["tenant"].offset, 8)
    here = mux(more, part(left + growth_of(kind, number), 0, LONG), rest)
    claims.always("its cycles are before it", eq(out.rest_after, here), where=out.first)
    claims.always("cycles are no more than are left", out.rest <= here + 1, where=bit_not(out.first))
    claims.always("its beats are left", eq(out.to_come_after, mux(more, left, const(0, LONG))))
    say(partial(claims.keeps, state=True), kind, out)
