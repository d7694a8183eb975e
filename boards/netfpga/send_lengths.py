"""The shell wants a frame's length with its first beat, and the core knows it with the last: frames wait until theirs is known."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.stream import Beat, beat_stream

DEPTH: Final = 128
"""Beats and frames that may wait: of the SUME's beats 2 KiB twice over, so that the port never idles."""


class LengthBeat(data.StructLayout):
    """A beat of a frame of ``length`` bytes."""

    def __init__(self, width: int) -> None:
        super().__init__({"beat": Beat(width), "length": 16})


class SendLengths(wiring.Component):
    """Gives the frames of ``sink`` to ``source``, with their lengths; ``first`` is high with a first beat.

    ``depth``: beats, and frames, that may wait.

    Latency: 2 cycles from a frame's last beat to its first. Initiation interval: 1 beat; a frame has at most ``depth`` beats. Registers: a
    frame in the buffer, with the count of its bytes, is its owner's.
    """

    def __init__(self, width: int, depth: int = DEPTH) -> None:
        self.width: Final = width
        self.depth: Final = depth
        super().__init__({"sink": In(beat_stream(width)), "source": Out(stream.Signature(LengthBeat(width))), "first": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        sink, source, lanes = self.sink, self.source, self.width // 8
        m.submodules.beats = beats = fifo.SyncFIFOBuffered(width=Beat(self.width).size, depth=self.depth)
        m.submodules.lengths = lengths = fifo.SyncFIFOBuffered(width=16, depth=self.depth)
        held = Signal(16)
        count, put = Signal(range(lanes + 1)), Signal()
        first, took = Signal(init=1), Signal()
        m.d.comb += [
            count.eq(sum(sink.p.keep, start=Const(0, 1))),
            sink.ready.eq(beats.w_rdy & lengths.w_rdy),
            put.eq(sink.valid & sink.ready),
            beats.w_en.eq(put),
            beats.w_data.eq(sink.payload.as_value()),
            lengths.w_en.eq(put & sink.p.last),
            lengths.w_data.eq(held + count),
            source.valid.eq(beats.r_rdy & lengths.r_rdy),
            source.p.beat.eq(beats.r_data),
            source.p.length.eq(lengths.r_data),
            took.eq(source.valid & source.ready),
            beats.r_en.eq(took),
            lengths.r_en.eq(took & source.p.beat.last),
            self.first.eq(first),
        ]
        with m.If(put):
            m.d.sync += held.eq(Mux(sink.p.last, 0, held + count))
        with m.If(took):
            m.d.sync += first.eq(source.p.beat.last)
        return m
