"""Round robin by packet over streams of one kind."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.meta import Meta
from hdl.stream import packet_stream


class PacketArbiter(wiring.Component):
    """Takes whole packets from ``sink0``, ``sink1``, … in turn; an input that has none is passed over, and no cycle is lost between
    packets.

    ``hold`` lets no new packet start; it never interrupts one, nor takes back one that is offered. Latency: 0 cycles. Initiation interval:
    1 beat.

    Registers (``turn``, ``locked``) are shared: whose turn it is depends on which ports have packets, so a tenant waits for at most one
    packet of every other port.
    """

    def __init__(self, width: int, inputs: int) -> None:
        self.inputs: Final = inputs
        super().__init__(
            {
                **{f"sink{i}": In(packet_stream(width, Meta())) for i in range(inputs)},
                "source": Out(packet_stream(width, Meta())),
                "hold": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        sinks = [getattr(self, f"sink{i}") for i in range(self.inputs)]
        locked, turn = Signal(), Signal(range(self.inputs))
        chosen = Signal(range(self.inputs))
        # Later assignments win: the nearest input at or behind ``turn`` that has a packet.
        m.d.comb += chosen.eq(turn)
        with m.If(~locked), m.Switch(turn):
            for first in range(self.inputs):
                with m.Case(first):
                    for distance in reversed(range(self.inputs)):
                        index = (first + distance) % self.inputs
                        with m.If(sinks[index].valid):
                            m.d.comb += chosen.eq(index)
        allowed = locked | ~self.hold
        with m.Switch(chosen):
            for index, sink in enumerate(sinks):
                with m.Case(index):
                    m.d.comb += [
                        self.source.p.eq(sink.p),
                        self.source.valid.eq(sink.valid & allowed),
                        sink.ready.eq(self.source.ready & allowed),
                    ]
        # What is offered stays offered, whoever else comes and whatever ``hold`` says, until it is taken.
        ends = self.source.ready & self.source.p.last
        with m.If(self.source.valid):
            m.d.sync += [locked.eq(~ends), turn.eq(Mux(ends, Mux(chosen == self.inputs - 1, Const(0), chosen + 1), chosen))]
        return m
