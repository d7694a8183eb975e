"""Gathers the first bytes of each packet into a token for the pipeline, and lets the packet pass to the body buffer."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.meta import Meta
from hdl.stream import beat_stream, packet_stream


class Collector(wiring.Component):
    """``token`` is high for one cycle a packet, in the cycle after the beat that completes ``header_bytes`` or ends the packet; ``meta``
    and ``header`` (first byte in the low bits, zero past the packet's end) go with it. ``body`` has every beat in the cycle in which it
    comes.

    Latency: 1 cycle from the completing beat. Initiation interval: 1 beat. ``sink.ready`` follows ``body.ready``, which the body buffer
    keeps high. Registers belong to the packet at hand.
    """

    def __init__(self, width: int, header_bytes: int) -> None:
        lanes = width // 8
        self.width: Final = width
        self.beats: Final = max(1, -(-header_bytes // lanes))
        self.header_bytes: Final = self.beats * lanes
        super().__init__(
            {
                "sink": In(packet_stream(width, Meta())),
                "body": Out(beat_stream(width)),
                "token": Out(1),
                "meta": Out(Meta()),
                "header": Out(8 * self.header_bytes),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat = self.sink.p
        m.d.comb += [
            self.body.valid.eq(self.sink.valid),
            self.sink.ready.eq(self.body.ready),
            self.body.p.data.eq(beat.data),
            self.body.p.keep.eq(beat.keep),
            self.body.p.last.eq(beat.last),
        ]
        index = Signal(range(self.beats + 1))
        m.d.sync += self.token.eq(0)
        with m.If(self.sink.valid & self.sink.ready):
            # The header stays what it is in the token's cycle: the next packet's first beat changes it in the cycle after.
            for number in range(self.beats):
                lane = self.header[number * self.width : (number + 1) * self.width]
                with m.If(index == number):
                    m.d.sync += lane.eq(beat.data)
                with m.Elif(index == 0):
                    m.d.sync += lane.eq(0)
            with m.If((index < self.beats) & (beat.last | (index == self.beats - 1))):
                m.d.sync += [self.token.eq(1), self.meta.eq(beat.meta)]
            with m.If(beat.last):
                m.d.sync += index.eq(0)
            with m.Elif(index < self.beats):
                m.d.sync += index.eq(index + 1)
        return m
