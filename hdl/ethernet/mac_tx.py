"""The sending half of an Ethernet media access controller: frames in, GMII bytes out."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.ethernet.crc import INITIAL, crc32_next
from hdl.ethernet.mac_rx import FCS_BYTES, MIN_FRAME, PREAMBLE, START, Gmii
from hdl.stream import beat_stream

PREAMBLE_BYTES: Final = 7
GAP: Final = 12


class MacTx(wiring.Component):
    """Puts preamble, padding to 60 bytes, check sequence and a gap of 12 bytes around frames.

    ``sink`` must have a byte in every cycle from a frame's first to its last: a frame that runs dry is ended with an error on the wire
    and a wrong check sequence, the rest of it is taken and dropped, and ``underrun`` is high for a cycle. ``sent``: a frame is complete.

    Latency: 9 cycles from the first byte to itself. Initiation interval: 1 byte, 24 bytes a frame more than it has. Registers belong to the
    port.
    """

    def __init__(self) -> None:
        super().__init__({"sink": In(beat_stream(8)), "gmii": Out(Gmii()), "sent": Out(1), "underrun": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat = self.sink.payload
        byte = Signal(8)
        enable = Signal()
        error = Signal()
        # What the controller's state says the meaning of is not reset: the wire of the reset is the longest there is.
        count = Signal(range(max(MIN_FRAME, GAP) + 1), reset_less=True)
        crc = Signal(32, reset_less=True)
        discard = Signal()
        wire = Signal(Gmii(), reset_less=True)
        m.d.sync += [wire.data.eq(byte), wire.valid.eq(enable), wire.error.eq(error)]
        m.d.comb += self.gmii.eq(wire)
        m.d.sync += [self.sent.eq(0), self.underrun.eq(0), count.eq(count + 1)]
        with m.If(discard):
            m.d.comb += self.sink.ready.eq(1)
            with m.If(self.sink.valid & beat.last):
                m.d.sync += discard.eq(0)
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [count.eq(1), crc.eq(INITIAL)]
                with m.If(self.sink.valid & ~discard):
                    m.d.comb += [enable.eq(1), byte.eq(PREAMBLE)]
                    m.next = "PREAMBLE"
            with m.State("PREAMBLE"):
                m.d.comb += [enable.eq(1), byte.eq(PREAMBLE)]
                with m.If(count == PREAMBLE_BYTES):
                    m.d.comb += byte.eq(START)
                    m.d.sync += count.eq(1)
                    m.next = "DATA"
            with m.State("DATA"):
                # ``count`` is this byte's number, from 1, up to the number from which no padding is needed.
                m.d.comb += [enable.eq(1), byte.eq(beat.data), error.eq(~self.sink.valid), self.sink.ready.eq(1)]
                # Not of ``byte``, which is chosen late.
                m.d.sync += crc.eq(crc32_next(crc, beat.data))
                with m.If(count == MIN_FRAME):
                    m.d.sync += count.eq(count)
                with m.If(~self.sink.valid):
                    m.d.sync += [self.underrun.eq(1), discard.eq(1), count.eq(0), crc.eq(~crc)]
                    m.next = "FCS"
                with m.Elif(beat.last & (count < MIN_FRAME)):
                    m.next = "PAD"
                with m.Elif(beat.last):
                    m.d.sync += count.eq(0)
                    m.next = "FCS"
            with m.State("PAD"):
                m.d.comb += enable.eq(1)
                m.d.sync += crc.eq(crc32_next(crc, Const(0, 8)))
                with m.If(count == MIN_FRAME):
                    m.d.sync += count.eq(0)
                    m.next = "FCS"
            with m.State("FCS"):
                m.d.comb += [enable.eq(1), byte.eq(~crc[:8])]
                m.d.sync += crc.eq(crc >> 8)
                with m.If(count == FCS_BYTES - 1):
                    m.d.sync += [count.eq(1), self.sent.eq(~discard)]
                    m.next = "GAP"
            with m.State("GAP"), m.If(count == GAP):
                m.next = "IDLE"
        return m
