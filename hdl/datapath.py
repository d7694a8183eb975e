"""The whole data path of a card: ingresses, arbiter, collector, pipeline, editor, egresses and the crossing to the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from elements.placement.lengths import TAKEN
from elements.program.program import TIME_WIDTH
from hdl.arbiter import TenantArbiter
from hdl.collector import Collector
from hdl.composition import META, Composition
from hdl.crossing import ShimPrepend, ShimStrip
from hdl.editor import Editor
from hdl.egress import EgressPort
from hdl.identity import Rule
from hdl.ingress import Ingress
from hdl.meta import SHIM_BYTES
from hdl.owner import operator
from hdl.pipeline import Pipeline
from hdl.stream import beat_stream
from hdl.turns import Pace, Turns


@dataclass(frozen=True)
class DatapathParameters:
    """``width`` of streams in bits; ``ports`` physical ports; ``budget``: levels of logic a stage; ``max_frame`` in bytes, as ports take
    it; depths, per tenant and port, in beats (``ingress_depth``, ``egress_depth``) and packets (``egress_packets``); ``strict``: turns are
    slots of time, of at least ``slot`` cycles; ``paces`` of the ports and, last, the host's, or none for a beat a cycle."""

    width: int
    ports: int
    budget: int = 8
    max_frame: int = TAKEN
    ingress_depth: int = 512
    egress_depth: int = 512
    egress_packets: int = 64
    strict: bool = False
    slot: int | None = None
    paces: tuple[Pace, ...] = ()


class Datapath(wiring.Component):
    """Frames in by ``in0``…, out by ``out0``…; the host's, each behind a crossing shim, by ``host_in`` and ``host_out``. ``time`` in ns.

    Latency: constant from the arbiter's grant to the egress queue, plus storing the frame on both sides. Initiation interval: 1 beat.
    Tenants are numbered in the order of ``weights``; ``edges`` says how many crossings each has. From the host frames of ``returned`` bytes
    come, behind the shim.
    """

    def __init__(
        self,
        parameters: DatapathParameters,
        rules: tuple[Rule, ...],
        composition: Composition,
        weights: tuple[int, ...],
        edges: Mapping[int, int],
    ) -> None:
        self.parameters: Final = parameters
        self.composition: Final = composition
        self.rules: Final = rules
        self.weights: Final = weights
        self.edges: Final = dict(edges)
        width, ports, tenants = parameters.width, parameters.ports, len(weights)
        if len(composition.select) != ports + 1:
            raise ValueError(f"the composition is for {len(composition.select) - 1} ports, the data path for {ports}")
        self.egresses: Final = ports + 1
        self.pipeline: Final = Pipeline(composition, tenants, parameters.budget)
        self.editor: Final = Editor(width, tuple(composition.edits), composition.shifts, self.egresses)
        lanes = width // 8
        growth = tuple(-(-composition.growth.get(t, 0) // lanes) for t in range(tenants))
        # Software may have made a frame longer, and hardware makes it longer again.
        self.returned: Final = parameters.max_frame + composition.returned
        grown = self.returned + max((*composition.growth.values(), 0))
        turns = self._turns(-(-self.returned // lanes) + max(growth))
        self.arbiter: Final = TenantArbiter(width, self.egresses, turns, growth, self.returned)
        self.strip: Final = ShimStrip(width)
        self.collector: Final = Collector(width, composition.header_bytes, self.pipeline.latency, slots=parameters.strict)
        self.ingresses: Final = [
            Ingress(
                width,
                port,
                parameters.ingress_depth,
                self.returned if port == ports else parameters.max_frame,
                rules,
                self.edges if port == ports else None,
                tenants=tenants,
            )
            for port in range(self.egresses)
        ]
        # Without others: a beat a cycle, and at the host's port what the shim takes.
        paces = parameters.paces or (*[Pace(256 // lanes, 0)] * ports, Pace(256 // lanes, SHIM_BYTES + lanes))
        if len(paces) != self.egresses:
            raise ValueError(f"there are {len(paces)} paces for {self.egresses} ways out")
        self.egress_ports: Final = [
            EgressPort(
                "the host" if port == ports else f"port {port}",
                width,
                self.egresses,
                self._turns(pace.cycles(grown)),
                parameters.egress_depth,
                parameters.egress_packets,
                pace=pace,
                longest=grown,
                shim=port == ports,
            )
            for port, pace in enumerate(paces)
        ]
        super().__init__(
            {
                **{f"in{i}": In(beat_stream(width)) for i in range(ports)},
                **{f"out{i}": Out(beat_stream(width)) for i in range(ports)},
                "host_in": In(beat_stream(width)),
                "host_out": Out(beat_stream(width)),
                "time": In(TIME_WIDTH),
                "idle": Out(1),
                "overrun": Out(1),
            }
        )

    def _turns(self, most: int) -> Turns:
        """Turns at a place where a packet takes at most ``most`` cycles."""
        return Turns(self.weights, max(self.parameters.slot or 0, most + 2) if self.parameters.strict else None)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports = self.parameters.ports
        m.submodules.arbiter = arbiter = self.arbiter
        m.submodules.collector = collector = self.collector
        m.submodules.pipeline = pipeline = self.pipeline
        m.submodules.editor = editor = self.editor
        m.submodules.strip = strip = self.strip
        m.submodules.prepend = prepend = ShimPrepend(self.parameters.width)
        wiring.connect(m, wiring.flipped(self.host_in), strip.sink)
        for port, ingress in enumerate(self.ingresses):
            m.submodules[f"ingress{port}"] = ingress
            wiring.connect(m, ingress.read, getattr(arbiter, f"store{port}"))
            if port < ports:
                wiring.connect(m, wiring.flipped(getattr(self, f"in{port}")), ingress.sink)
        host = self.ingresses[ports]
        wiring.connect(m, strip.source, host.sink)
        m.d.comb += host.shim.eq(strip.shim)
        wiring.connect(m, arbiter.source, collector.sink)
        m.d.comb += [
            collector.first.eq(arbiter.first),
            collector.begins.eq(arbiter.begins),
            editor.begins.eq(collector.body_begins),
            editor.body.eq(collector.body),
            pipeline.valid.eq(collector.token),
            pipeline.header.eq(collector.header),
            pipeline.time.eq(self.time),
            *(getattr(pipeline, name).eq(getattr(collector.meta, name)) for name in META),
            editor.verdict_valid.eq(pipeline.out_valid),
            editor.verdict.tenant.eq(pipeline.out_tenant),
            editor.verdict.select.eq(pipeline.select),
            editor.verdict.length.eq(pipeline.out_length),
            editor.verdict.shift_index.eq(pipeline.shift_index),
            editor.verdict.bytes.eq(pipeline.bytes),
            editor.verdict.shim.eq(pipeline.shim),
        ]
        for port, egress in enumerate(self.egress_ports):
            m.submodules[f"egress{port}"] = egress
            m.d.comb += [
                egress.sink.payload.eq(editor.out.payload),
                egress.sink.valid.eq(editor.out.valid & editor.out.p.select[port]),
                egress.first.eq(editor.first),
                egress.empty.eq(editor.empty & editor.out.p.select[port]),
            ]
            if port < ports:
                wiring.connect(m, egress.source, wiring.flipped(getattr(self, f"out{port}")))
        out = self.egress_ports[ports]
        wiring.connect(m, out.source, prepend.sink)
        m.d.comb += prepend.shim.eq(out.shim)
        wiring.connect(m, prepend.source, wiring.flipped(self.host_out))
        self._quiet(m)
        return m

    def _quiet(self, m: Module) -> None:
        """``idle`` is high when nothing has moved for longer than anything takes to pass; ``overrun`` is sticky and never set."""
        quiet = Signal(range(1024), attrs=operator())
        self.overrun.attrs.update(operator())
        sources = [ingress.read.waiting.any() for ingress in self.ingresses]
        sinks = [egress.source.valid | egress.store.read.waiting.any() for egress in self.egress_ports]
        inputs = [getattr(self, f"in{i}").valid for i in range(self.parameters.ports)] + [self.host_in.valid]
        busy = Cat(
            *sources, *sinks, *inputs, self.arbiter.source.valid, self.editor.out.valid, self.pipeline.out_valid, self.collector.token
        ).any()
        wait = min(1000, 2 * self.pipeline.latency + 100)
        with m.If(busy):
            m.d.sync += quiet.eq(0)
        with m.Elif(quiet < wait):
            m.d.sync += quiet.eq(quiet + 1)
        m.d.comb += self.idle.eq(quiet >= wait)
        m.d.sync += self.overrun.eq(self.overrun | self.editor.overrun)
