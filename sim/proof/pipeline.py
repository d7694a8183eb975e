"""The proof for a generated pipeline: its netlist, and who owns what in it."""

from __future__ import annotations

from hdl.composition import META
from hdl.pipeline import Pipeline
from hdl.tools.verilog import to_verilog
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Ownership, Result, prove


def pipeline_verilog(pipeline: Pipeline) -> str:
    """The pipeline alone, with its tenants' state as outputs and their register resets as inputs."""
    members = [getattr(pipeline, name) for name in pipeline.signature.members]
    states = [signal for word in pipeline.words for signal in (word.value, word.reset) if signal is not None]
    return to_verilog(pipeline, "pipeline", [*members, *states])


def ownership_of(pipeline: Pipeline) -> Ownership:
    """Who owns which state and which input of ``pipeline``."""
    states = {word.value.name: word.tenant for word in pipeline.words}
    inputs = {word.reset.name: word.tenant for word in pipeline.words if word.reset is not None}
    packet = tuple(name for name in (*META, "header") if name != "tenant")
    return Ownership(states, packet, ("time", "clk", "rst"), inputs)


def prove_pipeline(pipeline: Pipeline, netlist: Netlist | None = None) -> dict[int, Result]:
    """For each tenant as the victim, whether all others together cannot influence it."""
    found = netlist or read_netlist(pipeline_verilog(pipeline), "pipeline")
    ownership = ownership_of(pipeline)
    return {tenant: prove(found, ownership, tenant, pipeline.tenants) for tenant in range(pipeline.tenants)}
