"""Puts edited header bytes back into packets, moves their start, sets their length, drops what no egress wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.collector import BodyBeat
from hdl.owner import packet, schedule
from hdl.stream import Beat


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
    """Takes a ``verdict`` in the cycle in which its packet's first beat is at ``body``, and the packet's other beats in the cycles behind
    it; gives ``out``, which is never pushed back, and ``first`` with its first beat. A packet that has no bytes left has no beat: ``empty``
    is high, where it was wanted, beside what `EditedBeat` says of it, so that it can be counted. ``begins``: a slot of time begins with the
    beat at ``body``, and what still leaves when that does is cut off.

    ``positions``: the frame positions of `Verdict.bytes`, all from the least shift up to 0 among them; ``shifts``: frame positions at which
    outgoing frames may start. What an outgoing frame has beyond the end of the incoming one is zero.

    Latency: ``latency`` cycles from the verdict to the first beat, for every packet. Initiation interval: 1 beat; a packet that leaves with
    more beats than it came with takes as many cycles, and the next may not come sooner (``overrun`` is high where it does). Registers
    belong to the packet that the beat in them is of.
    """

    def __init__(self, width: int, positions: Sequence[int], shifts: Sequence[int], egresses: int) -> None:
        lanes = width // 8
        self.width: Final = width
        self.lanes: Final = lanes
        self.positions: Final = tuple(positions)
        self.shifts: Final = tuple(shifts)
        self.egresses: Final = egresses
        wholes = [shift // lanes for shift in shifts]
        # Beats that have to have come behind the one with which the first outgoing beat would begin, were nothing moved.
        self.ahead: Final = max(0, *(shift // lanes + bool(shift % lanes) for shift in shifts)) if shifts else 0
        self.depth: Final = self.ahead - min(0, *wholes) + 1
        self.latency: Final = self.ahead + 2
        self.verdict_shape: Final = Verdict(egresses, len(positions))
        super().__init__(
            {
                "body": In(BodyBeat(width)),
                "verdict_valid": In(1),
                "verdict": In(self.verdict_shape),
                "begins": In(1),
                "out": Out(stream.Signature(EditedBeat(width, egresses), always_ready=True)),
                "first": Out(1),
                "empty": Out(1),
                "overrun": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat = data.StructLayout({"valid": 1, "first": 1, "data": self.width})
        window = []
        newest = Signal(beat)
        m.d.comb += [newest.first.eq(self.verdict_valid), newest.valid.eq(self.body.valid), newest.data.eq(self._overlaid(m))]
        coming: data.View[data.StructLayout] = newest
        for age in range(self.depth):
            held = Signal(beat, name=f"window{age}")
            held.as_value().attrs.update(packet(f"edited {age}"))
            m.d.sync += held.eq(coming)
            window.append(held)
            coming = held
        start = window[self.ahead].first
        begins = self.begins
        for age in range(self.ahead + 1):
            held = Signal(name=f"begins{age}", attrs=schedule())
            m.d.sync += held.eq(begins)
            begins = held
        verdict = self._verdict(m, start)
        owns = self._own(m, window, start, begins)
        leaving = packet("leaving")
        active = Signal(attrs=leaving)
        left_next = Signal(16, attrs=leaving)
        number = Signal(range(self._prefix + 2), attrs=leaving)
        for signal in (self.first, self.empty, self.out.valid, self.out.payload.as_value()):
            signal.attrs.update(packet("out"))
        left = Mux(start, verdict.length, left_next)
        at = Mux(start, 0, number)
        wanted = start & verdict.select.any()
        emit = (wanted & (verdict.length != 0)) | (active & ~start & ~begins)
        last = left <= self.lanes
        m.d.comb += self.overrun.eq((start | begins) & active)
        m.d.sync += [
            active.eq(emit & ~last),
            left_next.eq(left - self.lanes),
            number.eq(Mux(at > self._prefix, at, at + 1)),
            self.first.eq(start),
            self.empty.eq(wanted & (verdict.length == 0)),
            self.out.valid.eq(emit),
            self.out.p.beat.last.eq(last),
            self.out.p.beat.keep.eq(Mux(last, (1 << left[: self.lanes.bit_length()]) - 1, ~Const(0, self.lanes))),
            self.out.p.beat.data.eq(self._aligned(m, verdict, at, left, window, owns)),
            self.out.p.select.eq(verdict.select),
            self.out.p.tenant.eq(verdict.tenant),
            self.out.p.length.eq(verdict.length),
            self.out.p.shim.eq(verdict.shim),
        ]
        return m

    @property
    def _prefix(self) -> int:
        """Beats of an outgoing frame that may have bytes from before the incoming one."""
        return -(-max(0, -min(self.shifts)) // self.lanes)

    def _overlaid(self, m: Module) -> Signal:
        """The beat at hand with its edited bytes."""
        here = packet("edited")
        beats = max([0, *self.positions]) // self.lanes + 1
        index_next = Signal(range(beats + 1), attrs=here)
        edits_next = Signal(len(self.verdict.bytes), attrs=here)
        index = Mux(self.verdict_valid, 0, index_next)
        edits = Mux(self.verdict_valid, self.verdict.bytes, edits_next)
        m.d.sync += [index_next.eq(Mux(index == beats, beats, index + 1)), edits_next.eq(edits)]
        lanes = [Signal(8, name=f"lane{lane}") for lane in range(self.lanes)]
        for lane, signal in enumerate(lanes):
            m.d.comb += signal.eq(self.body.data.word_select(lane, 8))
        for number, position in enumerate(self.positions):
            if position < 0:
                continue
            beat, lane = divmod(position, self.lanes)
            with m.If(index == beat):
                m.d.comb += lanes[lane].eq(edits.word_select(number, 8))
        whole = Signal(self.width, name="overlaid")
        m.d.comb += whole.eq(Cat(lanes))
        return whole

    def _verdict(self, m: Module, start: Value) -> data.View[data.StructLayout]:
        """The verdict of the packet that leaves, without the bytes that are in its beats."""
        before = [number for number, position in enumerate(self.positions) if position < 0]
        shape = data.StructLayout(
            {"tenant": 8, "select": self.egresses, "length": 16, "shift_index": 4, "shim": 128, "bytes": 8 * len(before)}
        )
        coming = Signal(shape)
        for field in ("tenant", "select", "length", "shift_index", "shim"):
            m.d.comb += coming[field].eq(self.verdict[field])
        m.d.comb += coming.bytes.eq(Cat(self.verdict.bytes.word_select(number, 8) for number in before))
        for age in range(self.ahead + 1):
            held = Signal(shape, name=f"verdict{age}")
            held.as_value().attrs.update(packet(f"edited {age}"))
            m.d.sync += held.eq(coming)
            coming = held
        kept = Signal(shape)
        now = Signal(shape)
        kept.as_value().attrs.update(packet("leaving"))
        m.d.comb += now.eq(Mux(start, coming, kept))
        m.d.sync += kept.eq(now)
        return now

    def _own(self, m: Module, window: list[data.View[data.StructLayout]], start: Value, begins: Value) -> list[Value]:
        """Which beats of the window are the leaving packet's."""
        leaving = packet("leaving")
        middle = Signal()
        middle_next = Signal(attrs=leaving)
        m.d.comb += middle.eq(start | (middle_next & window[self.ahead].valid & ~begins))
        m.d.sync += middle_next.eq(middle)
        owns: list[Value] = [Const(0)] * self.depth
        owns[self.ahead] = middle
        for age in reversed(range(self.ahead)):
            owns[age] = owns[age + 1] & window[age].valid & ~window[age].first
        for age in range(self.ahead + 1, self.depth):
            own, before = Signal(name=f"own{age}"), Signal(name=f"own{age}_next", attrs=leaving)
            m.d.sync += before.eq(owns[age - 1])
            m.d.comb += own.eq(before & ~start & ~begins)
            owns[age] = own
        return owns

    def _aligned(
        self,
        m: Module,
        verdict: data.View[data.StructLayout],
        at: Value,
        left: Value,
        window: list[data.View[data.StructLayout]],
        owns: list[Value],
    ) -> Signal:
        """The outgoing beat number ``at``: parts of two beats of the window, bytes from before the frame, and zeros past the end."""
        low, high, low_own, high_own = Signal(self.width), Signal(self.width), Signal(), Signal()
        from_high = Signal(self.lanes)
        moved = Signal(self.width)
        with m.Switch(verdict.shift_index):
            for index, shift in enumerate(self.shifts):
                whole, residue = divmod(shift, self.lanes)
                with m.Case(index):
                    age = self.ahead - whole
                    m.d.comb += [low.eq(window[age].data), low_own.eq(owns[age])]
                    if residue:
                        m.d.comb += [high.eq(window[age - 1].data), high_own.eq(owns[age - 1])]
                    m.d.comb += [
                        moved.eq(Cat(low[8 * residue :], high[: 8 * residue])),
                        from_high.eq(~((1 << (self.lanes - residue)) - 1)),
                    ]
        lanes = [Signal(8, name=f"aligned{lane}") for lane in range(self.lanes)]
        for lane, signal in enumerate(lanes):
            # Where every shift leaves a lane with its own beat, there is no other to choose.
            crosses = any(lane >= self.lanes - shift % self.lanes for shift in self.shifts)
            own = Mux(from_high[lane], high_own, low_own) if crosses else low_own
            m.d.comb += signal.eq(Mux(own, moved.word_select(lane, 8), 0))
        before = [position for position in self.positions if position < 0]
        for index, shift in enumerate(self.shifts):
            for number, position in enumerate(before):
                beat, lane = divmod(position - shift, self.lanes)
                if position >= shift:
                    with m.If((verdict.shift_index == index) & (at == beat)):
                        m.d.comb += lanes[lane].eq(verdict.bytes.word_select(number, 8))
        whole_beat = Signal(self.width, name="aligned")
        m.d.comb += whole_beat.eq(Cat(Mux(left > lane, signal, 0) for lane, signal in enumerate(lanes)))
        return whole_beat
