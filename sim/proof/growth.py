"""How a packet leaves the pipeline: a constant number of cycles after it came, as its tenant's, and longer by no more than it may grow.

It is proved of the pipeline's netlist, for all packets, and whatever state and tables hold. What leaves is followed back to what came in,
cycle by cycle. What a tenant's state is on the way can be anything in each of them, and so can what a lookup finds. A solver is asked about
what is left, and whether nothing leaves of what registers hold at first.

What it presumes of a packet that comes is said of one that left the arbiter, a constant number of cycles earlier. That what is known of it
comes with it is shown by `sim.proof.came`, of the way from the arbiter, and that rests on nothing that is shown here: only what is claimed
behind the pipeline, which is of later cycles, does. So there is no circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elements.program.combine import walk
from elements.program.values import FALSE, TRUE, Value, bit_not, bit_or, const
from hdl.pipeline import Pipeline
from sim.proof import duties
from sim.proof.claims import Claims, one_of
from sim.proof.design import Design, one_clock, where
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.pipeline import ownership_of, pipeline_verilog
from sim.proof.spread_memories import spread_memories
from sim.proof.terms import symbol
from sim.proof.unroll_delays import unroll_delays

_CLOCK: Final = "clk"
_RESET: Final = "rst"


def prove_growth(pipeline: Pipeline, longest: int, netlist: Netlist | None = None) -> Result:
    """Of packets that come in with 1 to ``longest`` bytes, of the tenants that there are."""
    found = netlist or read_netlist(pipeline_verilog(pipeline), "pipeline")
    return deeply(lambda: _prove(pipeline, longest, found))


def _prove(pipeline: Pipeline, longest: int, netlist: Netlist) -> Result:
    one_clock(netlist, _CLOCK)
    ownership = ownership_of(pipeline, netlist)
    design = Design(unroll_delays(spread_memories(netlist, ownership.memories), _RESET))
    behind = {name: design.outputs[name] for name in ("out_valid", "out_tenant", "select", "out_length")}
    came = followed_back(design, behind, pipeline.latency)
    early = _leaves_at_first(design, pipeline.latency)
    claims = Claims()
    for value in walk([*came.values(), early]):
        if value.op == "meta":
            claims.input(str(value.attributes[0]), value.width)
    valid, length, tenant = (
        claims.input(f"{name}, {pipeline.latency} cycles ago", design.widths[name]) for name in ("valid", "length", "tenant")
    )
    # They left the arbiter before they came, since the collector stands between.
    claims.expects(duties.SENT_OF, valid, tenant, pipeline.tenants, before=True)
    claims.expects(duties.SENT_LENGTH, valid, length, longest, before=True)
    claims.now("nothing leaves before the first that came", bit_not(early))
    growth = [const(pipeline.composition.growth.get(number, 0), 16) for number in range(pipeline.tenants)]
    claims.presume("there is no reset", TRUE)
    claims.keeps(duties.IN_TIME, TRUE, came["out_valid"], came["out_tenant"], valid, tenant)
    claims.keeps(duties.GROWS, came["out_valid"] & came["select"].any(), came["out_length"], length, one_of(tenant, growth))
    return claims.proved()


def _leaves_at_first(design: Design, cycles: int) -> Value:
    """Whether something leaves in one of so many cycles from the first on, in which there is no reset, of what registers hold at first."""
    term, result = design.outputs["out_valid"], FALSE
    for cycle in range(cycles):
        first = {name: const(design.initial.get(name, 0), design.widths[name]) for name in design.registers}
        result = bit_or(result, where(term, first | _inputs(design, f"{cycle} cycles ago")))
        term = where(term, design.next | _inputs(design, f"{cycle} cycles ago"))
    return result


def _inputs(design: Design, when: str) -> dict[str, Value]:
    """What comes in then; there is no reset."""
    return {name: symbol(f"{name}, {when}", design.widths[name]) for name in design.inputs} | {_RESET: FALSE}


def followed_back(design: Design, terms: Mapping[str, Value], cycles: int) -> dict[str, Value]:
    """What ``terms`` of registers are made of so many cycles before: inputs are called ``NAME, N cycles ago``, and registers too that are
    made of themselves, as a tenant's state is, which are followed no further. There is no reset."""
    found = dict(terms)
    for cycle in range(cycles + 1):
        step = {
            name: symbol(f"{name}, {cycle} cycles ago", width) if cycle == cycles or name in design.support[name] else design.next[name]
            for name, width in design.widths.items()
            if name in design.registers
        } | _inputs(design, f"{cycle} cycles ago")
        found = {name: where(term, step) for name, term in found.items()}
    return found
