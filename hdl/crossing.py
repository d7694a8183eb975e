"""The shim in front of frames that cross to and from the host: taken off on the way in, put on on the way out."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.meta import SHIM_BYTES
from hdl.owner import packet
from hdl.stream import beat_stream


class ShimStrip(wiring.Component):
    """Takes the first 16 bytes of every frame: they are in ``shim`` (first byte in the low bits), constant from the first beat of
    ``source`` on.

    ``sink.ready`` is always 1 and ``source`` is never pushed back. A frame of 16 bytes or fewer leaves nothing and is dropped; ``short``
    says so. A frame that breaks rules R3 or R4 anywhere, in its shim too, breaks them at ``source``, where they are judged. Latency: 1
    cycle, and one more where a frame's end does not fill its beat. Initiation interval: 1 beat. Registers belong to the frame.
    """

    framed: Final = False
    """Frames leave as well framed as they came (`hdl.watch`)."""

    def __init__(self, width: int) -> None:
        self.width: Final = width
        super().__init__({"sink": In(beat_stream(width)), "source": Out(beat_stream(width)), "shim": Out(128), "short": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.width // 8
        whole, residue = divmod(SHIM_BYTES, lanes)
        beat, out = self.sink.payload, self.source.payload
        index = Signal(range(whole + 3))
        shim_now = Signal(128)
        m.d.comb += [self.sink.ready.eq(1), shim_now.eq(self.shim)]
        with m.Switch(index):
            for number in range(max(1, whole)):
                with m.Case(number):
                    low = number * self.width
                    m.d.comb += shim_now[low : low + min(self.width, 128)].eq(beat.data[:128])
        m.d.sync += self.source.valid.eq(0)
        with m.If(self.sink.valid):
            with m.If(beat.last):
                m.d.sync += index.eq(0)
            with m.Elif(index <= whole):
                m.d.sync += index.eq(index + 1)
        if not residue:
            # Nobody behind sees the shim's beats: where one has a hole, the beats behind it keep nothing, which no frame's may.
            holed = Signal()
            with m.If(self.sink.valid):
                m.d.sync += [
                    self.shim.eq(shim_now),
                    self.source.valid.eq(index >= whole),
                    out.data.eq(beat.data),
                    out.keep.eq(Mux(holed, 0, beat.keep)),
                    out.last.eq(beat.last),
                    holed.eq(~beat.last & (holed | ((index < whole) & ~beat.keep.all()))),
                ]
                m.d.comb += self.short.eq(beat.last & (index < whole))
            return m
        held = Signal(self.width)
        held_keep = Signal(lanes)
        # The next frame may begin while the end of the last one leaves: its shim waits in ``coming``.
        coming = Signal(128)
        flush = Signal()
        kept = beat.keep[residue:]
        joined = Cat(held[8 * residue :], beat.data[: 8 * residue])
        with m.If(flush):
            # What is left of a frame whose last beat had more bytes than were taken; a one-beat gap follows every such frame.
            m.d.sync += [
                flush.eq(0),
                self.shim.eq(coming),
                self.source.valid.eq(1),
                out.data.eq(Cat(held[8 * residue :], Const(0, 8 * residue))),
                out.keep.eq(held_keep[residue:]),
                out.last.eq(1),
            ]
        with m.If(self.sink.valid):
            # A hole in the shim, of which nobody behind sees a lane, shows as the lanes behind it.
            holed = (index == 0) & ~beat.keep[:residue].all()
            m.d.sync += [held.eq(beat.data), held_keep.eq(Mux(holed, 0, beat.keep))]
            with m.If(index == 0):
                m.d.sync += flush.eq(beat.last & kept.any())
                m.d.comb += self.short.eq(beat.last & ~kept.any())
            with m.Else():
                more = beat.last & kept.any()
                m.d.sync += [
                    self.shim.eq(coming),
                    self.source.valid.eq(1),
                    out.data.eq(joined),
                    # An empty beat, which no frame may have, empties what it is joined to.
                    out.keep.eq(Cat(Mux(beat.keep[0], held_keep[residue:], 0), beat.keep[:residue])),
                    out.last.eq(beat.last & ~kept.any()),
                    flush.eq(more),
                ]
            with m.If(index == 0):
                m.d.sync += coming.eq(beat.data[:128])
        return m


class ShimPrepend(wiring.Component):
    """Puts ``shim`` (constant over a frame, first byte in the low bits) in front of every frame.

    Latency: 0 cycles where the shim fills beats, else 0 with the frame's bytes moved up. Initiation interval: 1 beat, with one cycle more a
    frame where its end moves into a beat of its own, or 128/width where the shim fills beats. Registers belong to the frame.
    """

    def __init__(self, width: int) -> None:
        self.width: Final = width
        super().__init__({"sink": In(beat_stream(width)), "shim": In(128), "source": Out(beat_stream(width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.width // 8
        whole, residue = divmod(SHIM_BYTES, lanes)
        beat, out = self.sink.payload, self.source.payload
        owner = packet("leaving for the host")
        index = Signal(range(whole + 2), attrs=owner)
        transfer = self.source.valid & self.source.ready
        m.d.comb += self.source.valid.eq(self.sink.valid)
        if not residue:
            m.d.comb += [out.eq(beat), self.sink.ready.eq(self.source.ready & (index == whole))]
            with m.If(index < whole):
                m.d.comb += [out.data.eq(self.shim.word_select(index, self.width)), out.keep.eq(-1), out.last.eq(0)]
            with m.If(transfer):
                m.d.sync += index.eq(Mux(index == whole, Mux(beat.last, 0, whole), index + 1))
            return m
        # ``carry``: the last 16 bytes of the beat before, or the shim; ``flush``: a beat of its own for what is left of the frame's end.
        begun = Signal(attrs=owner)
        flush = Signal(attrs=owner)
        carry = Signal(8 * residue, attrs=owner)
        carry_keep = Signal(residue, attrs=owner)
        over = beat.keep[lanes - residue :].any()
        front = Mux(begun, carry, self.shim)
        m.d.comb += [
            out.data.eq(Cat(front, beat.data[: self.width - 8 * residue])),
            out.keep.eq(Cat(Const(-1, residue), beat.keep[: lanes - residue])),
            out.last.eq(beat.last & ~over),
            self.sink.ready.eq(self.source.ready & ~flush),
        ]
        with m.If(flush):
            m.d.comb += [self.source.valid.eq(1), out.data.eq(carry), out.keep.eq(carry_keep), out.last.eq(1)]
        with m.If(transfer):
            m.d.sync += [
                carry.eq(beat.data[self.width - 8 * residue :]),
                carry_keep.eq(beat.keep[lanes - residue :]),
                begun.eq(~flush & ~beat.last | (~flush & beat.last & over)),
                flush.eq(~flush & beat.last & over),
            ]
        return m
