"""How many bytes others may be granted while a tenant waits in turns of shares: the bound of `hdl.bounds.bytes_to`, proved of the netlist.

The bytes granted to others are counted, by a ghost, from when the tenant begins to wait. An invariant holds them against the credits: what
others get while one waits comes out of credits, and credits grow only where the waiting tenant's does. There is no bound on time in it: it
holds in every cycle that can be.
"""

from __future__ import annotations

from elements.program.values import FALSE, TRUE, Value, add, bit_and, bit_not, bit_or, cat, const, eq, extend, mul, mux, part, ult
from hdl.bounds import bytes_to
from hdl.share_turns import QUANTUM, ShareTurns
from hdl.tools.verilog import to_verilog
from sim.proof.design import Design
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.relation import Part, Problem, check
from sim.proof.terms import symbol

_BYTES = 24


def prove_service(weights: tuple[int, ...], longest: int, netlist: Netlist | None = None) -> dict[int, Result]:
    """By tenant number, whether others get no more than `bytes_to` says while it waits, where a packet has 1 to ``longest`` bytes."""
    found = netlist or read_netlist(to_verilog(ShareTurns(weights), "turns"), "turns")

    def all_tenants() -> dict[int, Result]:
        design = Design(found)
        results = {}
        for number in range(len(weights)):
            answer = check(_problem(design, weights, longest, number))
            results[number] = Result(answer.asked, answer.failures[0])
        return results

    return deeply(all_tenants)


def _problem(design: Design, weights: tuple[int, ...], longest: int, number: int) -> Problem:
    evaluator = design.evaluator({name: symbol(name, width) for name, width in design.widths.items()})

    def net(name: str) -> Value:
        return evaluator.word(design.netlist.names[name])

    tenants, own = range(len(weights)), weights[number]
    sums = Sums(26 + (2 * max(weights)).bit_length())
    credit = [sums.signed(net(f"credit_t{t}")) for t in tenants]
    pending, whose, length = net("granted"), extend(net("granted_tenant"), 8), net("length")
    asked = [bit_and(pending, eq(whose, const(t, 8))) for t in tenants]
    waits = part(net("waiting"), number, 1)
    kept = bit_and(waits, bit_not(bit_and(net("grant"), eq(extend(net("chosen"), 8), const(number, 8)))))
    following = dict(design.next)
    nobody = const(len(weights), 8)
    invariants = {"a grant is somebody's": ult(whose, nobody), "a turn is somebody's": ult(extend(net("turn"), 8), nobody)}
    for t, weight in enumerate(weights):
        invariants[f"the credit of {t} is at most its gain"] = sums.at_most(credit[t], QUANTUM * weight)
        invariants[f"the credit of {t} is at least what two packets leave"] = bit_not(sums.at_most(credit[t], -2 * longest))
        invariants[f"the credit of {t} is at least what one packet leaves"] = implies(asked[t], bit_not(sums.at_most(credit[t], -longest)))
    for t, weight in enumerate(weights):
        if t == number:
            continue
        ghost = symbol(f"bytes granted to {t}", _BYTES)
        counted = part(add(ghost, mux(asked[t], extend(length, _BYTES), const(0, _BYTES))), 0, _BYTES)
        following[f"bytes granted to {t}"] = mux(kept, counted, const(0, _BYTES))
        invariants[f"who was just granted has not been kept waiting by {t}"] = implies(asked[number], eq(ghost, const(0, _BYTES)))
        # What the other gets comes out of its credit, and that grows only as the waiting one's does, weight for weight.
        theirs = sums.add(sums.signed(cat(const(0, 1), ghost)), credit[t])
        balance = sums.add(sums.times(theirs, own), sums.times(credit[number], -weight))
        invariants[f"what {t} gets is paid for"] = sums.at_most(balance, own * QUANTUM * weight + weight * (2 * longest))
        invariants[f"{t} gets no more than its bound"] = bit_not(ult(const(bytes_to(weights, number, t, longest), _BYTES), ghost))
    presumed = {
        "a packet has a length": implies(pending, bit_and(length.any(), bit_not(ult(const(longest, 16), length)))),
        "there is no reset": bit_not(symbol("rst", 1)),
    }
    initial = {name: const(first, design.widths[name]) for name, first in design.initial.items()}
    widths = dict(design.widths) | {name: value.width for name, value in following.items()}
    parts = {name: [Part(0, width, TRUE if name in design.inputs else FALSE)] for name, width in widths.items()}
    return Problem(following, initial, widths, parts, invariants, presumed)


def implies(given: Value, then: Value) -> Value:
    """Whether ``then`` holds where ``given`` does."""
    return bit_or(bit_not(given), then)


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
