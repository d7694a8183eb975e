"""The Ethernet link to the host: MAC addresses around what crosses, and registers beside it.

EtherTypes: 0x88B5 is a crossing frame (its shim begins with the EtherType), 0x88B6 a register access, 0x88B7 a frame of port 1, which has
no socket of its own on this board and stands at the host's end of the link.
"""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.stream import beat_stream

CROSSING: Final = 0x88B5
REGISTERS: Final = 0x88B6
REMOTE: Final = 0x88B7
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
        low = Mux(index == ADDRESS_BYTES + 1, ~byte.data.matches(*(kind & 0xFF for kind in (CROSSING, REGISTERS, REMOTE))), 0)
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
    """Frames by their first two bytes: `REGISTERS` to ``registers``, `REMOTE` to ``remote``, all others to ``crossing``. Latency: 0 cycles.
    Initiation interval: 1 beat.
    """

    def __init__(self, width: int) -> None:
        beats = beat_stream(width)
        super().__init__({"sink": In(beats), "crossing": Out(beats), "registers": Out(beats), "remote": Out(beats)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        begun, held, choice = Signal(), Signal(2), Signal(2)
        beat = self.sink.payload
        kind = Cat(beat.data[8:16], beat.data[:8])
        m.d.comb += choice.eq(Mux(begun, held, Mux(kind == REGISTERS, 1, Mux(kind == REMOTE, 2, 0))))
        for number, source in enumerate((self.crossing, self.registers, self.remote)):
            m.d.comb += [source.payload.eq(beat), source.valid.eq(self.sink.valid & (choice == number))]
            with m.If(choice == number):
                m.d.comb += self.sink.ready.eq(source.ready)
        with m.If(self.sink.valid & self.sink.ready):
            m.d.sync += [begun.eq(~beat.last), held.eq(choice)]
        return m


class LinkJoin(wiring.Component):
    """Whole frames of ``crossing``, ``registers`` and ``remote``, in turn while several have some. Latency: 0 cycles. Initiation interval:
    1 beat.
    """

    def __init__(self, width: int) -> None:
        beats = beat_stream(width)
        super().__init__({"crossing": In(beats), "registers": In(beats), "remote": In(beats), "source": Out(beats)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        sinks = (self.crossing, self.registers, self.remote)
        # ``locked``: a frame has been offered, and stays the one that is offered until its end.
        locked, held, turn, choice = Signal(), Signal(2), Signal(2), Signal(2)
        m.d.comb += choice.eq(held)
        with m.If(~locked), m.Switch(turn):
            for first in range(len(sinks)):
                with m.Case(first):
                    for distance in reversed(range(len(sinks))):
                        with m.If(sinks[(first + distance) % len(sinks)].valid):
                            m.d.comb += choice.eq((first + distance) % len(sinks))
        for number, sink in enumerate(sinks):
            with m.If(choice == number):
                m.d.comb += [self.source.payload.eq(sink.payload), self.source.valid.eq(sink.valid), sink.ready.eq(self.source.ready)]
        with m.If(self.source.valid):
            m.d.sync += [held.eq(choice), locked.eq(1)]
            with m.If(self.source.ready & self.source.payload.last):
                m.d.sync += [locked.eq(0), turn.eq(Mux(choice == len(sinks) - 1, 0, choice + 1))]
        return m


class RemotePort(wiring.Component):
    """A second network port at the host's end of the link: its frames travel behind 8 bytes, `REMOTE` and zeros, which are taken off on the
    way in (``from_link`` to ``rx``) and put on on the way out (``tx`` to ``to_link``). A frame of fewer than 40 bytes is padded by the
    link.

    64 bits wide. Latency: 0 cycles in, 1 out. Initiation interval: 1 beat. Registers belong to the frame.
    """

    def __init__(self) -> None:
        beats = beat_stream(64)
        super().__init__({"from_link": In(beats), "rx": Out(beats), "tx": In(beats), "to_link": Out(beats)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        inside = Signal()
        m.d.comb += [
            self.rx.payload.eq(self.from_link.payload),
            self.rx.valid.eq(self.from_link.valid & inside),
            self.from_link.ready.eq(self.rx.ready | ~inside),
        ]
        with m.If(self.from_link.valid & self.from_link.ready):
            m.d.sync += inside.eq(~self.from_link.payload.last)
        begun = Signal()
        out = self.to_link.payload
        m.d.comb += [self.to_link.valid.eq(self.tx.valid), self.tx.ready.eq(self.to_link.ready & begun), out.eq(self.tx.payload)]
        with m.If(~begun):
            m.d.comb += [out.data.eq(Const((REMOTE & 0xFF) << 8 | REMOTE >> 8, 64)), out.keep.eq(0xFF), out.last.eq(0)]
        with m.If(self.to_link.valid & self.to_link.ready):
            m.d.sync += begun.eq(~out.last)
        return m
