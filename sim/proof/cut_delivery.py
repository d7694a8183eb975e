"""The way from the arbiter's output to the stores of the ways out, as its proof takes it: with what is in front of it, and the pipeline,
which have proofs of their own, cut out."""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring

from hdl.arbiter import TenantArbiter
from hdl.composition import META
from hdl.datapath import Datapath
from hdl.ingress import Ingress
from hdl.tools.verilog import to_verilog
from sim.proof.cut_datapath import CutPipeline
from sim.proof.netlist import Netlist, read_netlist

SENT: Final = "sent"
"""What the arbiter gives, as inputs: ``sent_valid``, ``sent_payload``, ``sent_first`` and ``sent_begins``."""

CAME: Final = "came"
"""What the pipeline gets, as outputs: ``came_header`` and, by the names of `hdl.composition.META`, what is known of a
packet."""

COUNTED: Final = ("queued", "dropped")


class CutArbiter(wiring.Component):
    """An arbiter of which ``given`` has inputs for what it gives."""

    def __init__(self, arbiter: TenantArbiter) -> None:
        super().__init__(dict(arbiter.signature.members))
        payload = arbiter.source.payload.as_value()
        self.given: Final = [
            (self.source.valid, Signal(name=f"{SENT}_valid")),
            (self.source.payload.as_value(), Signal(len(payload), name=f"{SENT}_payload")),
            (self.first, Signal(name=f"{SENT}_first")),
            (self.begins, Signal(name=f"{SENT}_begins")),
        ]

    def elaborate(self, platform: object) -> Module:
        """Wires."""
        m = Module()
        m.d.comb += [output.eq(given) for output, given in self.given]
        return m


class CutIngress(wiring.Component):
    """Nothing in the place of a way in."""

    def __init__(self, ingress: Ingress) -> None:
        super().__init__(dict(ingress.signature.members))

    def elaborate(self, platform: object) -> Module:
        """It takes what comes."""
        m = Module()
        m.d.comb += self.sink.ready.eq(1)
        return m


def delivery_netlist(datapath: Datapath) -> Netlist:
    """Of a data path like ``datapath`` without what is in front of the arbiter's output. What the pipeline says of a packet can be
    anything; that one comes, and whose it is, is kept, and what comes to it are outputs (`CAME`). What registers count as stored and as
    dropped at each egress are outputs: ``counts0_queued``, …"""
    alike = copy(datapath)
    pipeline, arbiter = CutPipeline(datapath.pipeline), CutArbiter(datapath.arbiter)
    # The blocks are made before they are elaborated, so they can be exchanged.
    alike.__dict__.update(pipeline=pipeline, arbiter=arbiter, ingresses=[CutIngress(each) for each in datapath.ingresses])
    named: list[tuple[str, Any, None]] = [
        *(("__".join(map(str, path)), Value.cast(value), None) for path, _, value in datapath.signature.flatten(datapath)),
        *((said.name, said, None) for said in pipeline.said.values()),
        *((given.name, given, None) for _, given in arbiter.given),
        *((f"{CAME}_{name}", getattr(pipeline, name), None) for name in ("header", *META)),
        *((f"counts{port}_{what}", getattr(each, what), None) for port, each in enumerate(alike.egress_ports) for what in COUNTED),
    ]
    return read_netlist(to_verilog(alike, "delivery", named), "delivery")
