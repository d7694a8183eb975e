"""The Ethernet link to the host: MAC addresses around what crosses, and registers beside it.

Two EtherTypes of IEEE 802's local experiments: 0x88B5 is a crossing frame (its shim begins with the EtherType), 0x88B6 a register access.
"""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.stream import beat_stream

CROSSING: Final = 0x88B5
REGISTERS: Final = 0x88B6
ADDRESS_BYTES: Final = 12
# To whoever is at the other end; from a locally administered address.
HOST: Final = bytes.fromhex("ffffffffffff")
BOARD: Final = bytes.fromhex("020000004d4c")


class LinkReceive(wiring.Component):
    """Takes the 12 bytes of addresses off each frame and aborts frames of other EtherTypes; ``refused`` is high for a cycle with each good
    one.

    Bytes as `hdl.ethernet.mac_rx.MacRx` gives them: ``ready`` is not looked at, ``abort`` comes with the last. Latency: 0 cycles.
    Initiation interval: 1 byte. Registers belong to the link.
    """

    def __init__(self) -> None:
        super().__init__(
            {"sink": In(beat_stream(8)), "abort": In(1), "source": Out(beat_stream(8)), "source_abort": Out(1), "refused": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        index = Signal(range(ADDRESS_BYTES + 3))
        wrong = Signal()
        byte = self.sink.payload
        body = index >= ADDRESS_BYTES
        low = Mux(index == ADDRESS_BYTES + 1, (byte.data != CROSSING & 0xFF) & (byte.data != REGISTERS & 0xFF), 0)
        wrong_now = wrong | low | (index < ADDRESS_BYTES + 1)
        m.d.comb += [
            self.sink.ready.eq(1),
            self.source.payload.eq(byte),
            self.source.valid.eq(self.sink.valid & body),
            self.source_abort.eq(self.abort | wrong_now),
            self.refused.eq(self.sink.valid & byte.last & ~self.abort & wrong_now),
        ]
        with m.If(self.sink.valid):
            with m.If(byte.last):
                m.d.sync += [index.eq(0), wrong.eq(0)]
            with m.Else():
                m.d.sync += index.eq(Mux(index == ADDRESS_BYTES + 2, index, index + 1))
                with m.If(index == ADDRESS_BYTES):
                    m.d.sync += wrong.eq(byte.data != CROSSING >> 8)
                with m.If(low):
                    m.d.sync += wrong.eq(1)
        return m


class LinkSend(wiring.Component):
    """Puts ``host`` and ``board``, 6 bytes each, in front of each frame. Latency: 12 cycles. Initiation interval: 1 byte and 12 a frame."""

    def __init__(self, host: bytes = HOST, board: bytes = BOARD) -> None:
        if len(host) != 6 or len(board) != 6:
            raise ValueError("a MAC address has six bytes")
        self.addresses: Final = host + board
        super().__init__({"sink": In(beat_stream(8)), "source": Out(beat_stream(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        index = Signal(range(ADDRESS_BYTES + 1))
        body = index == ADDRESS_BYTES
        out = self.source.payload
        front = Const(int.from_bytes(self.addresses, "little"), 8 * ADDRESS_BYTES)
        m.d.comb += [
            self.source.valid.eq(self.sink.valid),
            self.sink.ready.eq(self.source.ready & body),
            out.data.eq(Mux(body, self.sink.payload.data, front.word_select(index, 8))),
            # Not a constant: Yosys writes a constant part of a vector as a block that a simulator never runs.
            out.keep.eq(self.source.valid),
            out.last.eq(body & self.sink.payload.last),
        ]
        with m.If(self.source.valid & self.source.ready):
            m.d.sync += index.eq(Mux(out.last, 0, Mux(body, index, index + 1)))
        return m


class LinkSplit(wiring.Component):
    """Frames whose first two bytes are `REGISTERS` to ``registers``, all others to ``crossing``. Latency: 0 cycles. Initiation interval: 1
    beat.
    """

    def __init__(self, width: int) -> None:
        super().__init__({"sink": In(beat_stream(width)), "crossing": Out(beat_stream(width)), "registers": Out(beat_stream(width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        begun, held, choice = Signal(), Signal(), Signal()
        beat = self.sink.payload
        m.d.comb += [
            choice.eq(Mux(begun, held, Cat(beat.data[8:16], beat.data[:8]) == REGISTERS)),
            self.crossing.payload.eq(beat),
            self.registers.payload.eq(beat),
            self.crossing.valid.eq(self.sink.valid & ~choice),
            self.registers.valid.eq(self.sink.valid & choice),
            self.sink.ready.eq(Mux(choice, self.registers.ready, self.crossing.ready)),
        ]
        with m.If(self.sink.valid & self.sink.ready):
            m.d.sync += [begun.eq(~beat.last), held.eq(choice)]
        return m


class LinkJoin(wiring.Component):
    """Whole frames of ``crossing`` and ``registers``, in turn while both have some. Latency: 0 cycles. Initiation interval: 1 beat."""

    def __init__(self, width: int) -> None:
        super().__init__({"crossing": In(beat_stream(width)), "registers": In(beat_stream(width)), "source": Out(beat_stream(width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # ``locked``: a frame has been offered, and stays the one that is offered until its end.
        locked, held, turn, choice = Signal(), Signal(), Signal(), Signal()
        m.d.comb += choice.eq(Mux(locked, held, Mux(turn, self.registers.valid, ~self.crossing.valid)))
        for number, sink in enumerate((self.crossing, self.registers)):
            with m.If(choice == number):
                m.d.comb += [self.source.payload.eq(sink.payload), self.source.valid.eq(sink.valid), sink.ready.eq(self.source.ready)]
        with m.If(self.source.valid):
            m.d.sync += [held.eq(choice), locked.eq(1)]
            with m.If(self.source.ready & self.source.payload.last):
                m.d.sync += [locked.eq(0), turn.eq(~choice)]
        return m
