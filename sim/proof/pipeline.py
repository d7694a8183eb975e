"""The proof for a generated pipeline: its netlist, and who owns what in it."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Signal

from hdl.composition import META
from hdl.pipeline import Pipeline
from hdl.state_memory import Place
from hdl.tools.verilog import to_verilog
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, prove_victims
from sim.proof.ownership import Ownership
from sim.proof.spread_memories import word_name

SHIM_TENANT: Final = 8 * 3
"""The lowest bit of the tenant's number in the shim: byte 3, behind EtherType and version."""


def pipeline_verilog(pipeline: Pipeline) -> str:
    """The pipeline alone, with the look that registers have into its state as outputs and their resets as inputs."""
    members = [getattr(pipeline, name) for name in pipeline.signature.members]
    named: list[tuple[str, Signal, None]] = []
    for number, memory in pipeline.memories.items():
        looks = {"peek_tenant": memory.peek_tenant, "peek_slot": memory.peek_slot, "peek": memory.peek}
        named += [(f"state{number}_{name}", signal, None) for name, signal in looks.items()]
        named += [(_reset_name(number, place), reset, None) for place, reset in memory.resets.items()]
    return to_verilog(pipeline, "pipeline", [*members, *named])


def _reset_name(number: int, place: Place) -> str:
    return f"state{number}_reset_t{place[0]}_{place[1]}"


def ownership_of(pipeline: Pipeline, netlist: Netlist) -> Ownership:
    """Who owns which state and which input of ``pipeline``, whose ``netlist`` has small memories as registers already."""
    cells = {cell.name for cell in netlist.cells}
    whole = {number for number in pipeline.memories if f"state{number}.words" in cells}
    states: dict[str, int] = {}
    inputs: dict[str, int] = {}
    asking: list[str] = []
    for number, memory in pipeline.memories.items():
        name = f"state{number}"
        # Words at places that there are not are nobody's: whoever they are given to, nothing reads them.
        there = range(memory.depth) if number in whole else sorted(memory.address(place) for place in memory.initial)
        states |= {word_name(f"{name}.words", address): memory.tenants[address >> memory.slot_bits] for address in there}
        states |= {f"{name}.{fresh.name}": place[0] for place, fresh in memory.fresh.items()}
        inputs |= {_reset_name(number, place): place[0] for place in memory.resets}
        asking += [f"{name}_peek_tenant", f"{name}_peek_slot"]
    return Ownership(
        states,
        packet_inputs=tuple(name for name in (*META, "header") if name != "tenant"),
        common_inputs=("time", "clk", "rst"),
        tenant_inputs=inputs,
        memories=tuple(f"state{number}.words" for number in sorted(whole)),
        shows={f"state{number}_peek": f"state{number}_peek_tenant" for number in pipeline.memories},
        asking_inputs=tuple(asking),
        quiet=("out_valid", "select"),
        numbers={"out_tenant": 0, "shim": SHIM_TENANT},
    )


def prove_pipeline(pipeline: Pipeline, netlist: Netlist | None = None) -> dict[int, Result]:
    """For each tenant as the victim, whether all others together cannot influence it."""
    found = netlist or read_netlist(pipeline_verilog(pipeline), "pipeline")
    return prove_victims(found, ownership_of(pipeline, found), range(pipeline.tenants), pipeline.tenants)
