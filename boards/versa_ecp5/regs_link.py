"""Registers over the link: a frame asks, a frame answers.

Behind the MAC addresses, big-endian: 0-1 EtherType 0x88B6; 2 version 1; 3 operation (0 read, 1 write; the answer has bit 7 set as well);
4-5 number, echoed; 6 status in the answer (0 done, 2 the core's error or a write to what cannot be written, 3 no such address or
operation); 7 zero; 8-11 byte address; 12-15 data. What follows is padding. An address with bit 31 set is the board's
(`boards.versa_ecp5.registers`), any other the core's. One request at a time: one that comes before the last answer has left is dropped, so
that the crossing never waits behind it.
"""

from __future__ import annotations

from typing import Any, Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.versa_ecp5.link import REGISTERS
from hdl.axi_lite import OKAY, SLVERR, axi_lite
from hdl.stream import beat_stream

VERSION: Final = 1
READ: Final = 0
WRITE: Final = 1
ANSWER: Final = 0x80
WIDTH: Final = 64
DECERR: Final = 3
BUS_BITS: Final = 31
"""Address bits that the board has for the core's registers; bit 31 is the board's own."""
BUS_WAY: Final = "a register frame on port 1 with ADDRESS in it (boards/versa_ecp5/regs_link.py)"
"""How the host reaches the core's register at ADDRESS."""
# As lane 0 comes first.
_ETHERTYPE: Final = int.from_bytes(REGISTERS.to_bytes(2, "big"), "little")


class RegsLink(wiring.Component):
    """Frames of 64-bit beats in, AXI4-Lite out, and answers. ``board_word`` numbers a 32-bit word of the board's, read in the next cycle.

    ``sink.ready`` is always 1. A frame of another version or shorter than 16 bytes is not answered. Latency: 5 cycles and the core's.
    Registers belong to the operator.
    """

    def __init__(self, address_width: int) -> None:
        self.address_width: Final = address_width
        super().__init__(
            {
                "sink": In(beat_stream(WIDTH)),
                "source": Out(beat_stream(WIDTH)),
                "bus": Out(axi_lite(address_width)),
                "board_word": Out(29),
                "board_data": In(32),
                "ignored": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat, bus, out = self.sink.payload, self.bus, self.source.payload
        number, operation = Signal(16), Signal(8)
        address, value = Signal(32), Signal(32)
        status = Signal(2)
        position = Signal(range(3))
        busy, good = Signal(), Signal()
        write = operation == WRITE
        m.d.comb += [
            self.sink.ready.eq(1),
            self.ignored.eq(self.sink.valid & (position == 0) & busy),
            self.board_word.eq(address[2:31]),
            bus.awaddr.eq(address),
            bus.araddr.eq(address),
            bus.wdata.eq(value),
            bus.wstrb.eq(0xF),
            # Not a constant: Yosys writes a constant part of a vector as a block that a simulator never runs.
            out.keep.eq(self.source.valid.replicate(8)),
        ]
        with m.If(self.sink.valid):
            m.d.sync += position.eq(Mux(beat.last, 0, Mux(position == 2, 2, position + 1)))
        whole = beat.keep.all()
        with m.FSM():
            with m.State("REQUEST"):
                with m.If(self.sink.valid & (position == 0)):
                    fields = beat.data
                    m.d.sync += [
                        operation.eq(fields[24:32]),
                        number.eq(_swapped(fields[32:48])),
                        good.eq((fields[16:24] == VERSION) & ~beat.last),
                    ]
                with m.If(self.sink.valid & (position == 1) & good & whole):
                    m.d.sync += [address.eq(_swapped(beat.data[:32])), value.eq(_swapped(beat.data[32:])), good.eq(0)]
                    m.next = "DECIDE"
            with m.State("DECIDE"):
                m.d.comb += busy.eq(1)
                beyond = address[self.address_width : 31].any()
                m.d.sync += status.eq(OKAY)
                with m.If((operation > WRITE) | address[:2].any() | (~address[31] & beyond)):
                    m.d.sync += status.eq(DECERR)
                    m.next = "ANSWER"
                with m.Elif(address[31]):
                    m.d.sync += status.eq(Mux(write, SLVERR, OKAY))
                    m.next = "BOARD"
                with m.Elif(write):
                    m.d.sync += [bus.awvalid.eq(1), bus.wvalid.eq(1)]
                    m.next = "CORE"
                with m.Else():
                    m.d.sync += bus.arvalid.eq(1)
                    m.next = "CORE"
            with m.State("BOARD"):
                m.d.comb += busy.eq(1)
                with m.If(~write):
                    m.d.sync += value.eq(self.board_data)
                m.next = "ANSWER"
            with m.State("CORE"):
                m.d.comb += [busy.eq(1), bus.bready.eq(write), bus.rready.eq(~write)]
                for channel in ("aw", "w", "ar"):
                    valid, ready = getattr(bus, f"{channel}valid"), getattr(bus, f"{channel}ready")
                    with m.If(ready):
                        m.d.sync += valid.eq(0)
                with m.If(write & bus.bvalid):
                    m.d.sync += status.eq(bus.bresp)
                    m.next = "ANSWER"
                with m.If(~write & bus.rvalid):
                    m.d.sync += [status.eq(bus.rresp), value.eq(bus.rdata)]
                    m.next = "ANSWER"
            with m.State("ANSWER"):
                m.d.comb += [busy.eq(1), self.source.valid.eq(1)]
                front = Cat(Const(_ETHERTYPE, 16), Const(VERSION, 8), operation | ANSWER)
                m.d.comb += out.data.eq(Cat(front, _swapped(number), status, Const(0, 14)))
                with m.If(self.source.ready):
                    m.next = "ANSWER-DATA"
            with m.State("ANSWER-DATA"):
                m.d.comb += [busy.eq(1), self.source.valid.eq(1), out.last.eq(1), out.data.eq(Cat(_swapped(address), _swapped(value)))]
                with m.If(self.source.ready):
                    m.next = "REQUEST"
        return m


def _swapped(value: Any) -> Any:
    """The bytes of a number in the other order."""
    return Cat(*(value[low : low + 8] for low in reversed(range(0, len(value), 8))))
