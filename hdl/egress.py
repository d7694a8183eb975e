"""One port's way out: a segment of memory for each tenant, and turns in which they leave."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.editor import EditedBeat
from hdl.owner import packet, shared
from hdl.segment_store import SegmentStore
from hdl.share_turns import ShareTurns
from hdl.stream import beat_stream
from hdl.time_slots import TimeSlots
from hdl.turns import Pace, Turns


class EgressPort(wiring.Component):
    """Stores the packets of ``sink`` (``first`` says which beat begins one) in the segment of their tenant, whole or not at all, and gives
    them to ``source``.

    The input is never pushed back: a packet that finds its tenant's segment (``depth`` beats, ``packets`` packets) full is dropped and the
    tenant's ``dropped`` strobe says so. It says so, too, of one that has no bytes and so no beat: ``empty`` says that one is there, and
    ``sink`` whose. ``queued`` is for those that are stored, ``sent`` for those that begin to leave, with ``sent_length`` (bytes) and
    ``sent_tenant``. A ``source`` that does not take packets stops this port alone.

    In turns of shares a turn that its tenant does not use goes to the next. In turns of time, `TimeSlots`, it stays unused, and a packet
    takes what it takes at the port's ``pace``: when a tenant's packets leave depends on no other tenant as long as the port keeps that
    pace. One that the port has held up beyond its slot goes on, and holds up the others as the port does.

    Latency: the packet's own beats and 4 cycles, in turns of time 3, in its turn. Initiation interval: 1 beat in, 1 beat out. Registers:
    in turns of time the packet that leaves belongs to the owner of the slot; in turns of shares the grants wait in a buffer that is shared,
    as the wire is.
    """

    def __init__(
        self, name: str, width: int, egresses: int, turns: Turns, depth: int, packets: int, *, pace: Pace, longest: int, shim: bool
    ) -> None:
        self.name: Final = name
        self.width: Final = width
        self.turns: Final = turns
        self.depth: Final = depth
        self.packets: Final = packets
        self.pace: Final = pace
        self.longest: Final = longest
        self.with_shim: Final = shim
        self.note: Final = data.StructLayout({"length": 16, "shim": 128 if shim else 0})
        tenants = len(turns.weights)
        self.store: Final = SegmentStore(width, tenants, depth, packets, self.note.size)
        super().__init__(
            {
                "sink": In(stream.Signature(EditedBeat(width, egresses), always_ready=True)),
                "first": In(1),
                "empty": In(1),
                "source": Out(beat_stream(width)),
                "tenant": Out(8),
                "shim": Out(128),
                "queued": Out(tenants),
                "dropped": Out(tenants),
                "sent": Out(tenants),
                "sent_length": Out(16),
                "sent_tenant": Out(8),
            }
        )

    @property
    def most_charged(self) -> int:
        """The most bytes that a packet is charged in turns of shares."""
        return self.pace.charge(self.longest, self.width // 8)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.store = store = self.store
        beat, put = self.sink.payload, store.put
        m.d.comb += [
            store.put_valid.eq(self.sink.valid),
            put.first.eq(self.first),
            put.last.eq(beat.beat.last),
            put.write.eq(1),
            put.good.eq(1),
            put.tenant.eq(beat.tenant),
            put.data.eq(beat.beat.data),
            put.note.eq(Cat(beat.length, beat.shim) if self.with_shim else beat.length),
            self.queued.eq(Mux(store.stored, 1 << beat.tenant, 0)),
            self.dropped.eq(Mux(store.lost | self.empty, 1 << beat.tenant, 0)),
        ]
        start, tenant, note = Signal(), Signal(8), Signal(self.note)
        idle = Signal()
        if self.turns.slot is None:
            self._share(m, start, idle, tenant, note)
        else:
            self._slots(m, start, idle, tenant, note)
        self._send(m, start, idle, tenant, note)
        return m

    def _share(self, m: Module, start: Signal, idle: Signal, tenant: Signal, note: data.View[data.StructLayout]) -> None:
        """Grants are made ahead, one a cycle, and wait in a buffer with what is known of their packets."""
        m.submodules.turns = turns = ShareTurns(self.turns.weights)
        granted = data.StructLayout({"tenant": 8, "note": self.note})
        m.submodules.grants = grants = fifo.SyncFIFO(width=granted.size, depth=4)
        read, out = self.store.read, data.View(granted, grants.r_data)
        known = data.View(self.note, read.note)
        m.d.comb += [
            turns.waiting.eq(read.waiting),
            turns.room.eq(grants.level + turns.granted < 4),
            turns.length.eq(self.pace.charged(known.length, self.width // 8)),
            read.look.eq(turns.grant),
            read.look_tenant.eq(turns.chosen),
            read.pop.eq(turns.grant),
            read.pop_tenant.eq(turns.chosen),
            grants.w_data.eq(Cat(turns.granted_tenant, read.note)),
            grants.w_en.eq(turns.granted),
            start.eq(grants.r_rdy & idle),
            grants.r_en.eq(start),
            tenant.eq(out.tenant),
            note.eq(out.note),
            self.sent.eq(Mux(turns.granted, 1 << turns.granted_tenant, 0)),
            self.sent_tenant.eq(turns.granted_tenant),
            self.sent_length.eq(known.length),
        ]

    def _slots(self, m: Module, start: Signal, idle: Signal, tenant: Signal, note: data.View[data.StructLayout]) -> None:
        """The oldest packet of the slot's owner is looked at, and begins when it fits."""
        assert self.turns.slot is not None
        most = self.pace.cycles(self.longest)
        m.submodules.turns = turns = TimeSlots(self.name, len(self.turns.weights), self.turns.order, self.turns.slot, most)
        read = self.store.read
        m.d.comb += [
            turns.waiting.eq(read.waiting),
            turns.idle.eq(idle),
            turns.cost.eq(self.pace.hardware(note.length)),
            read.look.eq(turns.look),
            read.look_tenant.eq(turns.owner),
            read.pop.eq(turns.grant),
            read.pop_tenant.eq(turns.owner),
            note.eq(read.note),
            tenant.eq(turns.owner),
            start.eq(turns.grant),
            self.sent.eq(Mux(turns.grant, 1 << turns.owner, 0)),
            self.sent_tenant.eq(turns.owner),
            self.sent_length.eq(note.length),
        ]

    def _send(self, m: Module, start: Signal, idle: Signal, tenant: Signal, note: data.View[data.StructLayout]) -> None:
        """A beat is asked for in the cycle of the start and in those behind it, unless the one that was asked for has not left."""
        lanes, read = self.width // 8, self.store.read
        owner = packet(f"leaving by {self.name}") if self.turns.slot is not None else shared("the wire of the port")
        more = Signal(attrs=owner)
        left = Signal(16, attrs=owner)
        held_tenant = Signal(8, attrs=owner)
        valid = Signal(attrs=owner)
        left_now = Signal(16, attrs=owner)
        held_shim = Signal(128, attrs=owner)
        go, get, goes_on, remaining = Signal(), Signal(), Signal(), Signal(16)
        m.d.comb += [
            go.eq(~valid | self.source.ready),
            idle.eq(~more & go),
            get.eq(start | (more & go)),
            remaining.eq(Mux(start, note.length, left)),
            goes_on.eq(get & (remaining > lanes)),
            read.get.eq(get),
            read.get_tenant.eq(Mux(start, tenant, held_tenant)),
        ]
        with m.If(go):
            m.d.sync += [more.eq(goes_on), valid.eq(get), left_now.eq(remaining), left.eq(remaining - lanes)]
        with m.If(start):
            m.d.sync += held_tenant.eq(tenant)
            if self.with_shim:
                m.d.sync += held_shim.eq(note.shim)
        last = left_now <= lanes
        words = read.data
        m.d.comb += [
            self.source.valid.eq(valid),
            self.source.p.last.eq(last),
            self.source.p.keep.eq(Mux(last, (1 << left_now[: lanes.bit_length()]) - 1, ~Const(0, lanes))),
            self.source.p.data.eq(Cat(Mux(left_now > lane, words.word_select(lane, 8), 0) for lane in range(lanes))),
            self.tenant.eq(held_tenant),
            self.shim.eq(held_shim),
        ]
