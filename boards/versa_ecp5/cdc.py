"""Between clock domains: packet streams through asynchronous FIFOs, events as toggles."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.cdc import PulseSynchronizer
from amaranth.lib.fifo import AsyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from hdl.stream import beat_stream


class StreamCrossing(wiring.Component):
    """A packet stream of ``width`` bits from the domain ``source_domain`` to ``target_domain``, through 16 beats.

    Only whole and good packets should enter: what is here cannot be taken back. Latency: about 4 cycles of the target's clock. Initiation
    interval: 1 beat of the slower clock. Registers belong to the port.
    """

    DEPTH: Final = 17

    def __init__(self, width: int, source_domain: str, target_domain: str) -> None:
        self.width: Final = width
        self.source_domain: Final = source_domain
        self.target_domain: Final = target_domain
        super().__init__({"sink": In(beat_stream(width)), "source": Out(beat_stream(width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits = len(self.sink.payload.as_value())
        m.submodules.fifo = fifo = AsyncFIFOBuffered(width=bits, depth=self.DEPTH, w_domain=self.source_domain, r_domain=self.target_domain)
        m.d.comb += [
            fifo.w_data.eq(self.sink.payload.as_value()),
            fifo.w_en.eq(self.sink.valid),
            self.sink.ready.eq(fifo.w_rdy),
            self.source.payload.as_value().eq(fifo.r_data),
            self.source.valid.eq(fifo.r_rdy),
            fifo.r_en.eq(self.source.ready),
        ]
        return m


class EventCounter(wiring.Component):
    """Counts, in ``sync``, the pulses of another domain; 32 bits, wrapping. ``seen`` is high for a cycle with each.

    Two events must be at least two cycles of ``sync`` apart (ends of frames are: even without a gap a frame has 9 bytes of preamble and
    data).
    """

    def __init__(self, source_domain: str) -> None:
        self.source_domain: Final = source_domain
        super().__init__({"event": In(1), "seen": Out(1), "count": Out(32)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.pulse = pulse = PulseSynchronizer(self.source_domain, "sync")
        m.d.comb += [pulse.i.eq(self.event), self.seen.eq(pulse.o)]
        m.d.sync += self.count.eq(self.count + pulse.o)
        return m
