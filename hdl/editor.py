"""Puts edited header bytes back into packets, moves their start, sets their length, drops what no egress wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.stream import Beat, beat_stream


class Verdict(data.StructLayout):
    """What the pipeline says of a packet. ``select``: a bit per egress; ``length``: bytes of the outgoing frame; ``shift_index``: which of
    the editor's shifts; ``bytes``: one per edited position; ``shim``: for the host.
    """

    def __init__(self, egresses: int, positions: int) -> None:
        super().__init__(
            {
                "tenant": 8,
                "select": egresses,
                "length": 16,
                "shift_index": 4,
                "bytes": 8 * max(1, positions),
                "shim": 128,
            }
        )


class EditedBeat(data.StructLayout):
    """A beat for the egresses: `Beat` and, constant over the packet, ``select``, ``tenant``, ``length`` (bytes) and ``shim``."""

    def __init__(self, width: int, egresses: int) -> None:
        super().__init__({"beat": Beat(width), "select": egresses, "tenant": 8, "length": 16, "shim": 128})


class Editor(wiring.Component):
    """Takes ``body`` beats and, in the same order, a ``verdict`` per packet; gives ``out``, which is never pushed back.

    ``positions``: the frame positions of `Verdict.bytes`; ``shifts``: frame positions at which outgoing frames may start. A beat in, a beat
    out in each cycle; a packet takes one cycle more where its shift is no multiple of the beat, and one for each beat that it grows. What
    this adds up to is taken up by the body buffer; ``hold`` is high when that is half full, and no new packet may then be let in.

    Latency: 2 cycles from body and verdict both being there. Initiation interval: 1 beat. Registers belong to the packet at hand.
    """

    def __init__(
        self, width: int, positions: Sequence[int], shifts: Sequence[int], egresses: int, body_depth: int, verdict_depth: int
    ) -> None:
        lanes = width // 8
        self.width: Final = width
        self.lanes: Final = lanes
        self.positions: Final = tuple(positions)
        self.shifts: Final = tuple(shifts)
        self.prefix_beats: Final = -(-max(0, -min(shifts)) // lanes)
        self.body_depth: Final = body_depth
        self.verdict_depth: Final = verdict_depth
        self.verdict_shape: Final = Verdict(egresses, len(positions))
        super().__init__(
            {
                "body": In(beat_stream(width)),
                "verdict_valid": In(1),
                "verdict": In(self.verdict_shape),
                "out": Out(stream.Signature(EditedBeat(width, egresses), always_ready=True)),
                "hold": Out(1),
                "overrun": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.lanes
        m.submodules.bodies = bodies = fifo.SyncFIFOBuffered(width=self.width + 1, depth=self.body_depth)
        m.submodules.verdicts = verdicts = fifo.SyncFIFOBuffered(width=self.verdict_shape.size, depth=self.verdict_depth)
        m.d.comb += [
            bodies.w_data.eq(Cat(self.body.p.data, self.body.p.last)),
            bodies.w_en.eq(self.body.valid),
            self.body.ready.eq(1),
            verdicts.w_data.eq(self.verdict.as_value()),
            verdicts.w_en.eq(self.verdict_valid),
            self.hold.eq(bodies.level >= self.body_depth // 2),
            self.overrun.eq((self.body.valid & ~bodies.w_rdy) | (self.verdict_valid & ~verdicts.w_rdy)),
        ]
        verdict = data.View(self.verdict_shape, verdicts.r_data)
        body_data, body_last = bodies.r_data[: self.width], bodies.r_data[self.width]
        skip, residues = self._shift(m, verdict)
        drop = verdict.select == 0

        most = self.prefix_beats + 4096
        begun, index_next = Signal(), Signal(range(most))
        sent_next, flushing = Signal(16), Signal()
        held = Signal(self.width)
        first_index = Mux(drop | (skip > self.prefix_beats), self.prefix_beats, skip)
        index = Mux(begun, index_next, first_index)
        sent = Mux(begun, sent_next, 0)
        prefix = index < self.prefix_beats
        step = verdicts.r_rdy & (flushing | prefix | bodies.r_rdy)
        virtual = Signal(self.width)
        m.d.comb += virtual.eq(self._overlaid(m, verdict, index, body_data))
        left = Mux(sent < verdict.length, verdict.length - sent, 0)
        emit, aligned = Signal(), Signal(self.width)
        m.d.comb += aligned.eq(virtual)
        moved = Signal()
        for number, residue in residues.items():
            with m.If(verdict.shift_index == number):
                m.d.comb += [
                    aligned.eq(Cat(held[8 * residue :], Mux(flushing, Const(0, 8 * residue), virtual[: 8 * residue]))),
                    moved.eq(1),
                ]
        m.d.comb += emit.eq(step & ~drop & (left > 0) & Mux(moved, index > skip, index >= skip))
        after = Mux(emit, Mux(left > lanes, left - lanes, 0), left)
        ends = flushing | (~prefix & body_last)
        finish = step & ends & (flushing | ~moved | drop | (after == 0))
        with m.If(step):
            m.d.comb += bodies.r_en.eq(~flushing & ~prefix)
            m.d.sync += [held.eq(virtual), begun.eq(1), index_next.eq(index + 1), flushing.eq(ends)]
            with m.If(emit):
                m.d.sync += sent_next.eq(sent + lanes)
            with m.Elif(~begun):
                m.d.sync += sent_next.eq(0)
        with m.If(finish):
            m.d.comb += verdicts.r_en.eq(1)
            m.d.sync += [begun.eq(0), flushing.eq(0)]
        last = left <= lanes
        m.d.sync += [
            self.out.valid.eq(emit),
            self.out.p.beat.last.eq(last),
            self.out.p.beat.keep.eq(Mux(last, (1 << left[: lanes.bit_length()]) - 1, ~Const(0, lanes))),
            self.out.p.beat.data.eq(Cat(Mux(left > lane, aligned.word_select(lane, 8), 0) for lane in range(lanes))),
            self.out.p.select.eq(verdict.select),
            self.out.p.tenant.eq(verdict.tenant),
            self.out.p.length.eq(verdict.length),
            self.out.p.shim.eq(verdict.shim),
        ]
        return m

    def _shift(self, m: Module, verdict: data.View[Verdict]) -> tuple[Signal, dict[int, int]]:
        """Whole beats before the outgoing frame's first byte, and for each shift the bytes of a beat before it, where there are any."""
        skip = Signal(range(self.prefix_beats + max(0, max(self.shifts)) // self.lanes + 2))
        residues: dict[int, int] = {}
        with m.Switch(verdict.shift_index):
            for number, shift in enumerate(self.shifts):
                whole, residue = divmod(self.prefix_beats * self.lanes + shift, self.lanes)
                if residue:
                    residues[number] = residue
                with m.Case(number):
                    m.d.comb += skip.eq(whole)
        return skip, residues

    def _overlaid(self, m: Module, verdict: data.View[Verdict], index: Value, body: Value) -> Signal:
        """The beat at ``index`` of the frame with its prefix, edited bytes in place."""
        lanes = [Signal(8, name=f"lane{lane}") for lane in range(self.lanes)]
        prefix = index < self.prefix_beats
        for lane, signal in enumerate(lanes):
            m.d.comb += signal.eq(Mux(prefix, 0, body.word_select(lane, 8)))
        for number, position in enumerate(self.positions):
            beat, lane = divmod(position + self.prefix_beats * self.lanes, self.lanes)
            with m.If(index == beat):
                m.d.comb += lanes[lane].eq(verdict.bytes.word_select(number, 8))
        whole = Signal(self.width, name="overlaid")
        m.d.comb += whole.eq(Cat(lanes))
        return whole
