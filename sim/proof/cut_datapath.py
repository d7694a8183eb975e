"""The data path as its proof takes it: with the pipeline, which has a proof of its own, and the taking off of the shim cut out.

What is presumed of the pipeline is what its own proof shows: a packet takes ``latency`` cycles, keeps its tenant's number, and comes out as
it would alone. So its valid and number are kept here, and what else it says of a packet can be anything.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring

from hdl.crossing import ShimStrip
from hdl.datapath import Datapath
from hdl.egress import EgressPort
from hdl.owner import packet
from hdl.pipeline import Pipeline
from hdl.tools.verilog import to_verilog

_SAYS: Final = ("select", "out_length", "shift_index", "bytes", "shim")


class CutPipeline(wiring.Component):
    """A pipeline of the same latency: ``said`` has inputs for what it says of a packet."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.latency: Final = pipeline.latency
        super().__init__(dict(pipeline.signature.members))
        self.said: Final = {name: Signal(len(getattr(self, name)), name=f"said_{name}") for name in _SAYS}

    def elaborate(self, platform: object) -> Module:
        """A register a cycle for the valid and the number."""
        m = Module()
        valid: Any = self.valid
        tenant: Any = self.tenant
        for stage in range(1, self.latency + 1):
            here = packet(f"pipeline {stage}")
            held, number = Signal(name=f"valid_s{stage}", attrs=here), Signal(8, name=f"tenant_s{stage}", attrs=here)
            m.d.sync += [held.eq(valid), number.eq(tenant)]
            valid, tenant = held, number
        m.d.comb += [self.out_valid.eq(valid), self.out_tenant.eq(tenant)]
        m.d.comb += [getattr(self, name).eq(said) for name, said in self.said.items() if name != "select"]
        m.d.comb += self.select.eq(Mux(valid, self.said["select"], 0))
        return m


class CutStrip(wiring.Component):
    """What stands behind a shim that was taken off: ``valid``, ``payload`` and ``off`` are inputs."""

    def __init__(self, strip: ShimStrip) -> None:
        super().__init__(dict(strip.signature.members))
        self.valid: Final = Signal(name="stripped_valid")
        self.payload: Final = Signal(strip.source.payload.shape(), name="stripped_payload")
        self.off: Final = Signal(128, name="stripped_shim")

    def elaborate(self, platform: object) -> Module:
        """Wires."""
        m = Module()
        m.d.comb += [
            self.source.valid.eq(self.valid),
            self.source.payload.eq(self.payload),
            self.shim.eq(self.off),
            self.sink.ready.eq(1),
        ]
        return m


def _counts(egress: EgressPort) -> list[tuple[str, Any]]:
    strobes: list[tuple[str, Any]] = [("queued", egress.queued), ("dropped", egress.dropped), ("sent", egress.sent)]
    return [*strobes, ("length", egress.sent_length), ("sent_tenant", egress.sent_tenant)]


def cut_verilog(datapath: Datapath) -> str:
    """The Verilog of a data path like ``datapath`` with its cuts; the token is an output, ``token_valid``, ``token_header`` and
    ``token_meta``, and so is what registers count of each egress: ``counts0_queued``, …"""
    alike = copy(datapath)
    pipeline, strip = CutPipeline(datapath.pipeline), CutStrip(datapath.strip)
    # The blocks are made before they are elaborated, so they can be exchanged.
    alike.__dict__.update(pipeline=pipeline, strip=strip)
    named: list[tuple[str, Any, None]] = [
        *(("__".join(map(str, path)), Value.cast(value), None) for path, _, value in datapath.signature.flatten(datapath)),
        *((said.name, said, None) for said in pipeline.said.values()),
        ("stripped_valid", strip.valid, None),
        ("stripped_payload", strip.payload.as_value(), None),
        ("stripped_shim", strip.off, None),
        *((f"counts{port}_{what}", signal, None) for port, egress in enumerate(datapath.egress_ports) for what, signal in _counts(egress)),
        ("token_valid", alike.collector.token, None),
        ("token_header", alike.collector.header, None),
        ("token_meta", alike.collector.meta.as_value(), None),
    ]
    return to_verilog(alike, "datapath", named)
