"""Noninterference of the data path in turns of time, to the cycle and without a bound: from every port's wire to every port's wire.

The relation follows from who owns what. A tenant's registers and segments are equal in both copies for the victim. What stands in a place
of the data path is equal where the slot that it came in was the victim's: whose slot that was is remembered by ghosts, one for each cycle
that a packet is under way, and depends on no packet. A frame on a wire is equal where it is the victim's, by what the ingress finds
(`sim.construction` shows that it finds what the policy says).

What is presumed is `PRESUMED`, beside the parts that `sim.proof.cut_datapath` cuts out.
"""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_not, const, part, ult
from hdl.datapath import Datapath
from sim.proof.cut_datapath import cut_verilog
from sim.proof.cut_stores import Written, cut_stores
from sim.proof.design import Design, one_clock
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.relate.arbiter import relate_arbiter
from sim.proof.relate.collector import relate_collector
from sim.proof.relate.editor import relate_editor
from sim.proof.relate.egress import relate_egress
from sim.proof.relate.ingress import relate_ingress
from sim.proof.relate.owners import relate_owners
from sim.proof.relate.path import Path, relate_path
from sim.proof.relate.pipeline import relate_pipeline
from sim.proof.relate.vocabulary import VICTIM, Presumed, Relation
from sim.proof.relation import Memory, Problem, check
from sim.proof.terms import symbol
from sim.proof.unroll_delays import unroll_delays

PRESUMED: Final = tuple(each.value for each in Presumed)
"""What the proof takes for granted, in words."""


def prove_datapath(datapath: Datapath, netlist: Netlist | None = None) -> dict[int, Result]:
    """For each tenant as the victim, whether all others together cannot influence what it sees, and when; nothing for one that is alone.
    Errors: ``ValueError`` for a data path in turns of shares, where that is not so, and for a netlist that the prover has no meaning
    for."""
    if datapath.parameters.strict and len(datapath.weights) == 1:
        return {}
    cut = datapath_netlist(datapath) if netlist is None else netlist
    return deeply(lambda: _prove(datapath, cut))


def datapath_netlist(datapath: Datapath) -> Netlist:
    """The netlist that the proof is of. Errors: as `prove_datapath`."""
    if not datapath.parameters.strict:
        raise ValueError("in turns of shares, tenants do delay each other")
    return read_netlist(cut_verilog(datapath), "datapath")


def _prove(datapath: Datapath, netlist: Netlist) -> dict[int, Result]:
    tenants = range(len(datapath.weights))
    problem, failures = state_problem(datapath, netlist)
    if failures:
        return {tenant: Result(failures=list(failures)) for tenant in tenants}
    answer = check(problem, {tenant: symbol(VICTIM, 8).equals(tenant) for tenant in tenants})
    return {tenant: Result(answer.asked, answer.failures[tenant]) for tenant in tenants}


def state_problem(datapath: Datapath, netlist: Netlist) -> tuple[Problem, list[str]]:
    """All that is to be shown, for every victim at once, and what cannot be stated: registers of which nobody says whose they are."""
    one_clock(netlist, "clk")
    stores, written = cut_stores(netlist)
    relation = Relation(datapath, Design(unroll_delays(stores)))
    path = Path(relation)
    relate_path(relation, path)
    relate_arbiter(relation, path)
    relate_collector(relation, path)
    relate_pipeline(relation, path)
    relate_editor(relation, path)
    for port in range(datapath.egresses):
        relate_ingress(relation, port)
        relate_egress(relation, port)
    relate_owners(relation)
    reset = relation.equal_input("rst", TRUE)
    relation.presume(Presumed.RESET, "rst", bit_not(reset))
    relation.presume(Presumed.FRAMES, "the victim is a tenant", ult(symbol(VICTIM, 8), const(len(datapath.weights), 8)))
    for name in relation.design.inputs:
        if name not in relation.parts:
            relation.equal_input(name, FALSE)
    return _problem(relation, written), relation.failures


def _problem(relation: Relation, written: tuple[Written, ...]) -> Problem:
    design, ghosts = relation.design, relation.ghosts
    following = dict(design.next) | {name: value for name, (value, _) in ghosts.items()}
    widths = dict(design.widths) | {name: value.width for name, value in following.items()} | relation.inputs
    initial = {name: const(first, widths[name]) for name, first in design.initial.items()}
    initial |= {name: first for name, (_, first) in ghosts.items()}
    memories = {each.memory: _memory(relation, each) for each in written}
    claims = relation.parts, relation.invariants, relation.presumed
    return Problem(following, initial, widths, *claims, memories, relation.shown, relation.called, relation.nets)


def _memory(relation: Relation, written: Written) -> Memory:
    """A store, of which the victim's segment is equal: it is told by the first bits of the address."""
    bits = (len(relation.datapath.weights) - 1).bit_length()

    def segment(address: Value) -> Value:
        return relation.mine(part(address, address.width - bits, bits)) if bits else TRUE

    word = relation.word
    return Memory(word(written.enable), word(written.address), word(written.data), segment)
