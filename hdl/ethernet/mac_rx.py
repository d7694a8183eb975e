"""The receiving half of an Ethernet media access controller: GMII bytes in, frames out, with a verdict at their end."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hdl.ethernet.crc import INITIAL, RESIDUE, crc32_next
from hdl.stream import beat_stream

PREAMBLE: Final = 0x55
START: Final = 0xD5
FCS_BYTES: Final = 4
MIN_FRAME: Final = 60


class Gmii(data.StructLayout):
    """One byte time of a gigabit media independent interface: ``data``, ``valid`` (RX_DV or TX_EN), ``error`` (RX_ER or TX_ER)."""

    def __init__(self) -> None:
        super().__init__({"data": 8, "valid": 1, "error": 1})


class RxEvents(data.StructLayout):
    """How a frame ended, one cycle for each: exactly one of ``good``, ``runt`` (below 64 bytes), ``oversize``, ``bad_fcs`` (also: the PHY
    signalled an error within it)."""

    def __init__(self) -> None:
        super().__init__({"good": 1, "runt": 1, "oversize": 1, "bad_fcs": 1})


class MacRx(wiring.Component):
    """Takes preamble, start delimiter and check sequence off frames.

    ``source`` is a byte stream without the check sequence; a MAC cannot wait, so its ``ready`` is not looked at. With the beat that is
    ``last``, ``abort`` says that the frame is bad: whoever stores it must forget it. ``max_frame`` is the longest good frame in bytes
    without its check sequence; a longer one is cut off there, and bad. Shorter than 5 bytes, nothing comes out but the event.

    Latency: 6 cycles. Initiation interval: 1 byte. Registers belong to the port.
    """

    def __init__(self, max_frame: int = 1518) -> None:
        self.max_frame: Final = max_frame
        super().__init__({"gmii": In(Gmii()), "source": Out(beat_stream(8)), "abort": Out(1), "events": Out(RxEvents())})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        gmii, out = self.gmii, self.source.payload
        # The check sequence is known to be one only when the frame ends: five bytes wait.
        # What the controller's first state sets, or makes meaningless, is not reset: the wire of the reset is the longest there is.
        held = Signal(8 * (FCS_BYTES + 1), reset_less=True)
        held_count = Signal(range(FCS_BYTES + 2), reset_less=True)
        length = Signal(range(self.max_frame + FCS_BYTES + 2), reset_less=True)
        crc = Signal(32, reset_less=True)
        broken = Signal(reset_less=True)
        m.d.sync += [self.source.valid.eq(0), self.abort.eq(0), self.events.eq(0)]
        m.d.sync += [out.data.eq(held[:8]), out.keep.eq(1), out.last.eq(0)]
        full = held_count == FCS_BYTES + 1
        too_long = length == self.max_frame + FCS_BYTES
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [crc.eq(INITIAL), length.eq(0), held_count.eq(0), broken.eq(0)]
                with m.If(gmii.valid):
                    with m.If((gmii.data == START) & ~gmii.error):
                        m.next = "FRAME"
                    with m.Elif((gmii.data != PREAMBLE) | gmii.error):
                        m.next = "SKIP"
            with m.State("FRAME"):
                with m.If(gmii.valid & ~too_long):
                    m.d.sync += [
                        held.eq(Cat(held[8:], gmii.data)),
                        crc.eq(crc32_next(crc, gmii.data)),
                        length.eq(length + 1),
                        broken.eq(broken | gmii.error),
                        self.source.valid.eq(full),
                    ]
                    with m.If(~full):
                        m.d.sync += held_count.eq(held_count + 1)
                with m.Else():
                    runt, wrong = length < MIN_FRAME + FCS_BYTES, broken | (crc != RESIDUE)
                    m.d.sync += [
                        self.source.valid.eq(full),
                        out.last.eq(1),
                        self.abort.eq(gmii.valid | runt | wrong),
                        self.events.oversize.eq(gmii.valid),
                        self.events.runt.eq(~gmii.valid & runt),
                        self.events.bad_fcs.eq(~gmii.valid & ~runt & wrong),
                        self.events.good.eq(~gmii.valid & ~runt & ~wrong),
                    ]
                    m.next = "IDLE"
                    with m.If(gmii.valid):
                        m.next = "SKIP"
            with m.State("SKIP"), m.If(~gmii.valid):
                m.next = "IDLE"
        return m
