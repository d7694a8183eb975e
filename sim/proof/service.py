"""How many bytes others may be granted while a tenant waits in turns of shares: the bound of `hdl.bounds.bytes_to`, proved of the netlist.

It is shown in two steps, so that what it takes grows with the tenants and not with their pairs. Of the netlist, tenant by tenant: its
credit moves, in every cycle, as `_Turn` says, where all gain if some wait and none of those has credit, and it is granted something only
where that allows it. Of any two tenants of which that is so, by their weights: the bytes granted to the one are counted, by a ghost, from
when the other begins to wait, and invariants hold them against the credits. What the one gets comes out of its credit, and that grows only
where the waiting one's does: as often as all gain, which is counted too.

What a packet is charged is presumed to be 1 to so many bytes, which `sim.proof.readers` shows of those who grant.

There is no bound on time in it: it holds in every cycle that can be. In the second step, what the scheduler chooses and when all gain can
be anything that the first one allows: so two stand for any two, whatever others do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, reduce
from typing import Final

from elements.program.values import Value, add, bit_and, bit_not, bit_or, cat, const, eq, extend, mul, mux, part, ult
from hdl.bounds import bytes_to
from hdl.share_turns import QUANTUM, ShareTurns
from hdl.tools.verilog import to_verilog
from sim.proof import duties
from sim.proof.claims import Claims, implies
from sim.proof.design import Design
from sim.proof.duties import Duty, joined
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result, deeply

SPLIT: Final = "of each tenant's turns in the netlist, and of any two that keep to those, by their weights"
"""Of what the obligations are, in words."""
_BYTES: Final = 24
_CREDIT: Final = 24
_TIMES: Final = 8
_NOBODY, _WAITING, _OTHER = range(3)


def prove_service(weights: tuple[int, ...], longest: int) -> dict[int, Result]:
    """By tenant number, whether others get no more than `bytes_to` says while it waits, where one is charged 1 to ``longest`` bytes."""
    turns = _prove_turns(to_verilog(ShareTurns(weights), "turns"), weights)
    found = {}
    for number, own in enumerate(weights):
        result = turns
        for pair in sorted({(weight, bytes_to(weights, number, t, longest)) for t, weight in enumerate(weights) if t != number}):
            beside = _prove_pair(own, *pair, longest)
            failures = [f"beside a tenant of weight {pair[0]}: {failure}" for failure in beside.failures]
            result = joined(result, replace(beside, failures=failures))
        found[number] = result
    return found


def _gains(weight: int) -> Duty:
    """Who has credit is served before anybody gains."""
    return Duty(f"nobody gains while a tenant of weight {weight} waits with credit", bit_not)


def _turns_of(weight: int) -> Duty:
    """Its `_Turn.rule`."""
    return Duty(f"a tenant of weight {weight} is granted something only where it waits, with credit", lambda rule: rule)


@dataclass(frozen=True)
class _Turn:
    """One tenant of ``weight`` in one cycle: whether it is ``waiting``, its ``credit`` and whether it is ``granted`` something; whether its
    packet that was granted in the cycle before is ``charged`` now."""

    weight: int
    waiting: Value
    credit: Value
    granted: Value
    charged: Value

    @property
    def gain(self) -> int:
        """What its credit grows by where it gains."""
        return QUANTUM * self.weight

    def later(self, gains: Value, length: Value) -> Value:
        """Its credit in the next cycle, where ``gains`` says whether all gain and what is charged has this ``length``."""
        sums = Sums(_CREDIT + 2 + self.gain.bit_length())
        now, zero = sums.signed(self.credit), const(0, sums.width)
        more = sums.add(now, const(self.gain, sums.width))
        away = mux(sums.at_most(more, 0), more, zero)
        left = sums.add(mux(gains, mux(self.waiting, more, away), now), sums.times(mux(self.charged, extend(length, sums.width), zero), -1))
        return part(left, 0, _CREDIT)

    @property
    def able(self) -> Value:
        """Whether it waits and has credit: then nobody gains."""
        return bit_and(self.waiting, self._above(0))

    def rule(self, gains: Value) -> Value:
        """Whether it may be granted something: where it waits, with credit, or with what it gains."""
        return mux(gains, bit_and(self.waiting, self._above(-self.gain)), self.able)

    def _above(self, number: int) -> Value:
        sums = Sums(_CREDIT + 2 + self.gain.bit_length())
        return bit_not(sums.at_most(sums.signed(self.credit), number))


@cache
def _prove_turns(verilog: str, weights: tuple[int, ...]) -> Result:
    """That of the scheduler with this text each tenant's turns are those of `_Turn`."""
    return deeply(lambda: _turns(Claims(Design(read_netlist(verilog, "turns"))), weights).proved())


def _turns(claims: Claims, weights: tuple[int, ...]) -> Claims:
    net, tenants = claims.net, len(weights)
    grant, granted, length, waiting = net("grant"), net("granted"), net("length", 16), net("waiting", tenants)
    chosen, whose = (extend(net(name, 8), 8) for name in ("chosen", "granted_tenant"))
    claims.presume("there is no reset", bit_not(net("rst")))
    claims.always("a grant is somebody's", ult(whose, const(tenants, 8)))
    if tenants > 1:
        claims.always("a turn is somebody's", ult(extend(net("turn", None), 8), const(tenants, 8)))
    turns = []
    for t, weight in enumerate(weights):
        to = bit_and(grant, chosen.equals(t))
        credit, charged = claims.ghost(f"credit of {t}", const(0, _CREDIT)), claims.ghost(f"charged to {t}", to)
        turns.append(_Turn(weight, part(waiting, t, 1), credit, to, charged))
        claims.always(f"the credit of tenant {t} is that of its turns", eq(net(f"credit_t{t}", _CREDIT), credit))
        claims.always(f"what tenant {t} is granted is charged to it", eq(bit_and(granted, whose.equals(t)), charged))
    gains = bit_and(waiting.any(), bit_not(reduce(bit_or, (turn.able for turn in turns))))
    for t, turn in enumerate(turns):
        claims.becomes(f"credit of {t}", turn.later(gains, length))
        claims.keeps(_gains(turn.weight), turn.able, gains, of=f"tenant {t}")
        claims.keeps(_turns_of(turn.weight), turn.granted, turn.rule(gains), of=f"tenant {t}")
    return claims


@cache
def _prove_pair(own: int, weight: int, bound: int, longest: int) -> Result:
    """That a tenant of ``weight`` is granted at most ``bound`` bytes while one of weight ``own`` waits, for packets that are
    charged 1 to ``longest`` bytes."""
    return deeply(lambda: _pair(Claims(), own, weight, bound, longest).proved())


def _pair(claims: Claims, own: int, weight: int, bound: int, longest: int) -> Claims:
    gains, length, to = claims.input("all gain", 1), claims.input("length", 16), claims.input("granted to", 2)
    whose, ghost = claims.ghost("charged", to), claims.ghost("bytes granted to the other", const(0, _BYTES))
    times = claims.ghost("times that all gain", const(0, _TIMES))

    def turn(name: str, its: int, number: int) -> _Turn:
        credit = claims.ghost(f"credit of {name}", const(0, _CREDIT))
        found = _Turn(its, claims.input(f"{name} waits", 1), credit, to.equals(number), whose.equals(number))
        claims.becomes(f"credit of {name}", found.later(gains, length))
        claims.expects(_gains(its), found.able, gains, of=name)
        claims.expects(_turns_of(its), found.granted, found.rule(gains), of=name)
        return found

    mine, other = turn("who waits", own, _WAITING), turn("the other", weight, _OTHER)
    claims.expects(duties.CHARGED, bit_or(mine.charged, other.charged), length, longest)
    counted = add(ghost, mux(other.charged, extend(length, _BYTES), const(0, _BYTES)))
    kept = bit_and(mine.waiting, bit_not(mine.granted))
    claims.becomes("bytes granted to the other", mux(kept, part(counted, 0, _BYTES), const(0, _BYTES)))
    more = times + gains
    claims.becomes("times that all gain", mux(kept, part(more, 0, _TIMES), const(0, _TIMES)))
    sums = Sums(_BYTES + 2 + (QUANTUM * max(own, weight)).bit_length())
    for name, each in (("who waits", mine), ("the other", other)):
        credit = sums.signed(each.credit)
        claims.always(f"the credit of {name} is at most its gain", sums.at_most(credit, each.gain))
        claims.always(f"the credit of {name} is at least what two packets leave", bit_not(sums.at_most(credit, -2 * longest)))
        one = implies(each.charged, bit_not(sums.at_most(credit, -longest)))
        claims.always(f"the credit of {name} is at least what one packet leaves", one)
    none = bit_not(bit_or(ghost.any(), times.any()))
    claims.always("who was just granted has not been kept waiting", implies(mine.charged, none))
    # What the other gets comes out of its credit, and that grows only where the waiting one's does, weight for weight.
    theirs = sums.add(sums.signed(cat(const(0, 1), ghost)), sums.signed(other.credit))
    paid, earned = (sums.times(extend(times, sums.width), each.gain) for each in (other, mine))
    claims.always("what the other gets is paid for", sums.at_most(sums.add(theirs, sums.times(paid, -1)), other.gain))
    grown = sums.add(sums.signed(mine.credit), sums.times(earned, -1))
    claims.always("the credit of who waits grows as often", bit_not(sums.at_most(grown, -2 * longest)))
    claims.now("the other gets no more than its bound", bit_not(ult(const(bound, _BYTES), ghost)))
    claims.now("all that the other gets is counted", bit_not(part(counted, _BYTES, 1)))
    claims.now("all times are counted", bit_not(part(more, _TIMES, 1)))
    return claims


class Sums:
    """Sums of two's complement numbers of ``width`` bits."""

    def __init__(self, width: int) -> None:
        self.width = width

    def signed(self, value: Value) -> Value:
        """A number of fewer bits."""
        extra = self.width - value.width
        return cat(mux(part(value, value.width - 1, 1), const((1 << extra) - 1, extra), const(0, extra)), value)

    def add(self, a: Value, b: Value) -> Value:
        """Their sum."""
        return part(add(a, b), 0, self.width)

    def times(self, value: Value, number: int) -> Value:
        """Its product with a constant."""
        return part(mul(value, const(number % (1 << self.width), self.width)), 0, self.width)

    def at_most(self, a: Value, b: int) -> Value:
        """Whether ``a`` is no more than ``b``."""
        half = 1 << (self.width - 1)
        return bit_not(ult(const(b + half, self.width), self.add(a, const(half, self.width))))
