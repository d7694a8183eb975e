"""Between the bytes of a media access controller and the wide beats of the data path."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.stream import beat_stream


class BytesToBeats(wiring.Component):
    """Gathers bytes into beats of ``width`` bits, first byte in lane 0. ``abort``, given with a frame's last byte, comes with its last
    beat.

    Latency: 1 cycle from the byte that completes a beat. Initiation interval: 1 byte; a sink that takes a beat every ``width``/8 cycles,
    and one at a frame's end, never stalls it. Registers belong to the frame.
    """

    def __init__(self, width: int) -> None:
        self.width: Final = width
        super().__init__({"sink": In(beat_stream(8)), "abort": In(1), "source": Out(beat_stream(width)), "source_abort": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.width // 8
        # A bit for each lane but the last that has its byte, from the lowest on: no number to be added to or compared, and with what the
        # lane had and the byte that comes, as many as one lookup table takes.
        filled = Signal(lanes - 1)
        gathered = Signal(self.width - 8, reset_less=True)
        byte, out = self.sink.payload, self.source.payload
        ends = byte.last | filled[-1]
        m.d.comb += self.sink.ready.eq(~ends | ~self.source.valid | self.source.ready)
        with m.If(self.source.ready):
            m.d.sync += self.source.valid.eq(0)
        with m.If(self.sink.valid & self.sink.ready):
            m.d.sync += filled.eq(Cat(1, filled))
            for lane in range(lanes - 1):
                with m.If(~filled[lane]):
                    m.d.sync += gathered[8 * lane : 8 * lane + 8].eq(byte.data)
            with m.If(ends):
                m.d.sync += [
                    filled.eq(0),
                    self.source.valid.eq(1),
                    out.last.eq(byte.last),
                    out.keep.eq(Cat(1, filled)),
                    self.source_abort.eq(self.abort & byte.last),
                ]
                # Lanes beyond the frame's end are zero, whatever the last beat left there.
                here = Cat(1, filled)
                for lane in range(lanes):
                    new = byte.data & here[lane].replicate(8)
                    old = Mux(filled[lane], gathered[8 * lane : 8 * lane + 8], new) if lane < lanes - 1 else new
                    m.d.sync += out.data[8 * lane : 8 * lane + 8].eq(old)
        return m


class BeatsToBytes(wiring.Component):
    """Sends the bytes of beats of ``width`` bits one by one, lane 0 first.

    Latency: 2 cycles. Initiation interval: ``width``/8 cycles a beat, at a frame's end as many as it has bytes and no less than 2: while
    the source is never empty, neither is the output, but for a cycle before a frame that follows a last beat of one byte. Registers
    belong to the frame.
    """

    def __init__(self, width: int) -> None:
        self.width: Final = width
        super().__init__({"sink": In(beat_stream(width)), "source": Out(beat_stream(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        held = Signal(self.width, reset_less=True)
        keep = Signal(self.width // 8)
        last = Signal(reset_less=True)
        # The beat that comes next waits here, so that ``ready`` is a register: what empties ``held`` is a controller's state, and what it
        # would reach is a memory's pointers.
        following = Signal(self.sink.payload.shape(), reset_less=True)
        waits = Signal()
        ends = ~keep[1]
        taken = self.source.valid & self.source.ready
        m.d.comb += [
            self.source.valid.eq(keep[0]),
            self.source.payload.eq(Cat(held[:8], Const(1, 1), last & ends)),
            self.sink.ready.eq(~waits),
        ]
        with m.If(taken):
            m.d.sync += [held.eq(held >> 8), keep.eq(keep >> 1)]
        with m.If(waits & (~keep[0] | (ends & self.source.ready))):
            m.d.sync += [held.eq(following.data), keep.eq(following.keep), last.eq(following.last), waits.eq(0)]
        with m.If(self.sink.valid & self.sink.ready):
            m.d.sync += [following.eq(self.sink.payload), waits.eq(1)]
        return m
