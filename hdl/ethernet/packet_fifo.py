"""A store-and-forward packet memory that can forget the packet it is being given."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from hdl.stream import beat_stream


class PacketFifo(wiring.Component):
    """A packet shows at ``source`` only when all of it is here, and then without a gap; one whose last beat comes with ``abort`` never
    does.

    ``depth`` in beats, a power of two. With ``drop`` the sink is always ready (nothing before a MAC can wait) and a packet that does not
    fit is forgotten; without, the sink waits for room, and only a packet longer than the whole memory is forgotten. Either way ``dropped``
    is high for a cycle.

    Latency: 2 cycles from the last beat. Initiation interval: 1 beat. Registers and memory belong to the port.
    """

    def __init__(self, width: int, depth: int, *, drop: bool) -> None:
        if depth < 2 or depth & (depth - 1):
            raise ValueError(f"a packet memory has a power of two of beats, at least 2, not {depth}")
        self.width: Final = width
        self.depth: Final = depth
        self.drop: Final = drop
        super().__init__({"sink": In(beat_stream(width)), "abort": In(1), "source": Out(beat_stream(width)), "dropped": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.width // 8
        pointer = (self.depth - 1).bit_length()
        count_bits = max(1, (lanes - 1).bit_length())
        beat, out = self.sink.payload, self.source.payload
        # A beat's keep is its number of bytes less one: what is stored fits a narrower memory.
        m.submodules.memory = memory = Memory(shape=self.width + count_bits + 1, depth=self.depth, init=[])
        write, read = memory.write_port(), memory.read_port()
        head = Signal(pointer + 1)
        committed = Signal(pointer + 1)
        tail = Signal(pointer + 1)
        forgetting = Signal()
        # ``full``: from ``tail`` to ``head`` it is the whole memory; ``alone``: from ``tail`` to ``committed`` there is nothing. Both are
        # registers: ``ready`` reaches into the FIFO before this memory in the same cycle. What they become is chosen among comparisons
        # of the pointers that are, not compared of those that come.
        full = Signal()
        alone = Signal(init=1)
        fetch = Signal()
        store = Signal()
        commit = Signal()
        back = Signal()
        give_up = full if self.drop else full & alone
        m.d.comb += [
            self.sink.ready.eq(1 if self.drop else ~full | alone | forgetting),
            write.addr.eq(head[:pointer]),
            write.data.eq(Cat(beat.data, _bytes_less_one(beat.keep, count_bits), beat.last)),
            write.en.eq(store),
        ]
        with m.If(self.sink.valid & self.sink.ready):
            with m.If(forgetting | give_up):
                m.d.sync += forgetting.eq(~beat.last)
                m.d.comb += [back.eq(1), self.dropped.eq(beat.last & ~self.abort)]
            with m.Elif(beat.last & self.abort):
                m.d.comb += back.eq(1)
            with m.Else():
                m.d.comb += [store.eq(1), commit.eq(beat.last)]
        with m.If(store):
            m.d.sync += head.eq(head + 1)
        with m.If(back):
            m.d.sync += head.eq(committed)
        with m.If(commit):
            m.d.sync += committed.eq(head + 1)
        wrap = Const(1 << pointer, pointer + 1)
        # Nothing is stored while it is full, and what is fetched makes room; what is committed is something.
        m.d.sync += full.eq(~fetch & Mux(store, (head + 1)[: pointer + 1] == tail ^ wrap, Mux(back, committed == tail ^ wrap, full)))
        m.d.sync += alone.eq(~commit & (alone | (fetch & ((tail + 1)[: pointer + 1] == committed))))
        m.d.comb += [
            fetch.eq(~alone & (~self.source.valid | self.source.ready)),
            read.en.eq(fetch),
            read.addr.eq(tail[:pointer]),
            out.data.eq(read.data[: self.width]),
            out.last.eq(read.data[-1]),
            out.keep.eq(Cat(~out.last | (read.data[self.width : self.width + count_bits] >= lane) for lane in range(lanes))),
        ]
        with m.If(fetch):
            m.d.sync += [tail.eq(tail + 1), self.source.valid.eq(1)]
        with m.Elif(self.source.ready):
            m.d.sync += self.source.valid.eq(0)
        return m


def _bytes_less_one(keep: Signal, bits: int) -> Signal:
    """The number of the highest lane that is kept, of a contiguous run from lane 0: each bit is a few lanes' ends."""
    lanes = len(keep)
    ends = [keep[lane] & (~keep[lane + 1] if lane + 1 < lanes else 1) for lane in range(lanes)]
    return Cat(*(Cat(*(ends[lane] for lane in range(lanes) if lane >> bit & 1)).any() for bit in range(bits)))
