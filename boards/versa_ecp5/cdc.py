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
    """A packet stream of ``width`` bits from the domain ``source_domain`` to ``target_domain``, through 4 beats.

    Only whole and good packets should enter: what is here cannot be taken back. Latency: about 4 cycles of the target's clock. Initiation
    interval: 4 beats in about 3 cycles of each clock, which is the way there and back; a line of 1 Gb/s has a beat of 64 bits in 8 cycles
    of its own. Registers belong to the port.
    """

    # Where beats are read at 125 MHz, what comes from comparing pointers addresses the memory in the same cycle: they are short.
    DEPTH: Final = 5

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
