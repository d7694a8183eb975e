"""A memory with a segment for each tenant, in which packets wait whole."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Array, Cat, Module, Mux, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from hdl.owner import tenant


class Put(data.StructLayout):
    """A beat for a store. ``first`` and ``last`` of its packet; ``write``: it has ``data`` to keep; ``tenant`` and, on the last beat,
    ``good`` (the packet is to be kept) and ``note`` (what is kept with it)."""

    def __init__(self, width: int, note_bits: int) -> None:
        super().__init__({"first": 1, "last": 1, "write": 1, "good": 1, "tenant": 8, "data": width, "note": note_bits})


def store_reading(width: int, tenants: int, note_bits: int) -> wiring.Signature:
    """How a store is read. ``waiting``: a bit for each tenant that has a packet whose note was not popped. ``note`` is, in the cycle after
    ``look``, that of the oldest such packet of ``look_tenant``, and stays; ``pop`` goes on to the next one of ``pop_tenant``. ``data`` is,
    in the cycle after ``get``, the next beat of ``get_tenant``, and stays; reading a beat frees its place."""
    return wiring.Signature(
        {
            "waiting": Out(tenants),
            "look": In(1),
            "look_tenant": In(8),
            "note": Out(note_bits),
            "pop": In(1),
            "pop_tenant": In(8),
            "get": In(1),
            "get_tenant": In(8),
            "data": Out(width),
        }
    )


class SegmentStore(wiring.Component):
    """Stores the packets that come by ``put`` (valid in ``put_valid``) in the segment of their tenant, whole or not at all.

    A packet that finds its tenant's segment (``depth`` beats, ``packets`` packets; powers of two) full is ``lost``, one that is kept
    ``stored``: strobes in the cycle of its last beat. Nobody else's packets make a segment full. Packets come one after another, without
    beats of others between.

    Latency: a packet is ``waiting`` 2 cycles after its last beat. Initiation interval: 1 beat in, 1 beat out. Registers: all of a segment,
    that of the packet that is coming in among them, is its tenant's.
    """

    def __init__(self, width: int, tenants: int, depth: int, packets: int, note_bits: int) -> None:
        self.tenants: Final = tenants
        self.place_bits: Final = (depth - 1).bit_length()
        self.packet_bits: Final = (packets - 1).bit_length()
        self.note_bits: Final = note_bits
        self.width: Final = width
        super().__init__(
            {
                "put_valid": In(1),
                "put": In(Put(width, note_bits)),
                "stored": Out(1),
                "lost": Out(1),
                "read": Out(store_reading(width, tenants, note_bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        tenants, place_bits, packet_bits = self.tenants, self.place_bits, self.packet_bits
        tenant_bits = (tenants - 1).bit_length()
        m.submodules.words = words = memory.Memory(shape=self.width, depth=tenants << place_bits, init=[])
        m.submodules.notes = notes = memory.Memory(shape=max(1, self.note_bits), depth=tenants << packet_bits, init=[])
        write, get = words.write_port(), words.read_port()
        keep, look = notes.write_port(), notes.read_port()

        def each(bits: int, name: str) -> Array:
            return Array(Signal(bits, name=f"{name}_t{t}", attrs=tenant(t)) for t in range(tenants))

        # Per tenant: where the packet that comes in starts, where its next beat goes, and whether one had no room; what has been read;
        # packets stored, those of them that are seen, and those popped.
        start, following, freed = (each(place_bits + 1, name) for name in ("start", "following", "freed"))
        full = each(1, "full")
        stored, seen, popped = (each(packet_bits + 1, name) for name in ("stored", "seen", "popped"))
        beat, mine = self.put, self.put.tenant[:tenant_bits]
        # A number that is nobody's has no segment.
        comes = Signal()
        m.d.comb += comes.eq(self.put_valid & (beat.tenant < tenants))
        place, after = Signal(place_bits + 1), Signal(place_bits + 1)
        free = Signal(place_bits + 1)
        m.d.comb += [
            place.eq(Mux(beat.first, start[mine], following[mine])),
            free.eq(place - freed[mine]),
            after.eq(place + beat.write),
        ]
        # Pointers wrap: the difference is a number of beats only when it is cut to their width.
        no_room = Signal()
        m.d.comb += no_room.eq((beat.write & free[place_bits]) | (full[mine] & ~beat.first))
        no_slot = (stored[mine] - popped[mine])[packet_bits]
        ends = comes & beat.last & beat.good
        m.d.comb += [
            write.addr.eq(Cat(place[:place_bits], mine)),
            write.data.eq(beat.data),
            write.en.eq(comes & beat.write & ~no_room),
            self.stored.eq(ends & ~no_room & ~no_slot),
            self.lost.eq(ends & (no_room | no_slot)),
            keep.addr.eq(Cat(stored[mine][:packet_bits], mine)),
            keep.data.eq(beat.note),
            keep.en.eq(self.stored),
        ]
        with m.If(comes):
            m.d.sync += [following[mine].eq(after), full[mine].eq(no_room)]
        with m.If(self.stored):
            m.d.sync += [start[mine].eq(after), stored[mine].eq(stored[mine] + 1)]
        self._read(m, look, get, popped, seen, freed)
        # A packet is seen a cycle late: its note and its last beat are then in memory.
        m.d.sync += [seen[t].eq(stored[t]) for t in range(tenants)]
        return m

    def _read(self, m: Module, look: memory.ReadPort, get: memory.ReadPort, popped: Array, seen: Array, freed: Array) -> None:
        tenants = self.tenants
        tenant_bits = (tenants - 1).bit_length()
        looked, taken, got = (getattr(self.read, f"{what}_tenant")[:tenant_bits] for what in ("look", "pop", "get"))
        m.d.comb += [
            self.read.waiting.eq(Cat(seen[t] != popped[t] for t in range(tenants))),
            look.addr.eq(Cat(popped[looked][: self.packet_bits], looked)),
            look.en.eq(self.read.look),
            self.read.note.eq(look.data),
            get.addr.eq(Cat(freed[got][: self.place_bits], got)),
            get.en.eq(self.read.get),
            self.read.data.eq(get.data),
        ]
        with m.If(self.read.pop):
            m.d.sync += popped[taken].eq(popped[taken] + 1)
        with m.If(self.read.get):
            m.d.sync += freed[got].eq(freed[got] + 1)
