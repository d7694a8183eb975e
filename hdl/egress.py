"""One port's way out: a segment of memory for each tenant, and a scheduler that shares the port's bytes between them."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal, signed
from amaranth.lib import data, fifo, memory, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.editor import EditedBeat
from hdl.stream import Beat, beat_stream

QUANTUM: Final = 1500


class EgressPort(wiring.Component):
    """Stores the packets of ``sink`` in the segment of their tenant, whole or not at all, and gives them to ``source``.

    The input is never pushed back: a packet that finds its tenant's segment (``depth`` beats, ``packets`` packets) full is dropped and the
    tenant's ``dropped`` strobe says so; ``queued`` is for those that are stored, ``sent`` for those that begin to leave, with
    ``sent_length`` (bytes) and ``sent_tenant``. A ``source`` that does not take packets stops this port alone.

    Scheduler: surplus round robin over bytes (Adiseshu, Parulkar and Varghese, 1996): a tenant may send while its credit is positive, and
    its packet's length is then taken off; when no tenant with packets has credit, each gains `QUANTUM` times its weight, and one whose
    credit is positive with that may send in the same cycle.

    Latency: the packet's own beats and 4 cycles. Initiation interval: 1 beat in, 1 beat out. Registers: pointers, counts and credit of a
    tenant are its own; ``turn``, the grant buffer and the output buffer are shared by the tenants of the port, as its wire is.
    """

    def __init__(self, width: int, egresses: int, weights: tuple[int, ...], depth: int, packets: int, *, shim: bool) -> None:
        self.width: Final = width
        self.weights: Final = weights
        self.depth: Final = depth
        self.packets: Final = packets
        self.with_shim: Final = shim
        tenants = len(weights)
        super().__init__(
            {
                "sink": In(stream.Signature(EditedBeat(width, egresses), always_ready=True)),
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

    def elaborate(self, platform: object) -> Module:
        m = Module()
        tenants = len(self.weights)
        place_bits, packet_bits = (self.depth - 1).bit_length(), (self.packets - 1).bit_length()
        tenant_bits = max(1, (tenants - 1).bit_length())
        descriptor = data.StructLayout({"length": 16, "shim": 128 if self.with_shim else 0})
        m.submodules.store = store = memory.Memory(shape=self.width, depth=tenants << place_bits, init=[])
        m.submodules.descriptors = descriptors = memory.Memory(shape=descriptor.size, depth=tenants << packet_bits, init=[])
        put, get = store.write_port(), store.read_port()
        note, look = descriptors.write_port(), descriptors.read_port()

        def each(width: int, name: str) -> Array:
            return Array(Signal(width, name=f"{name}_t{t}") for t in range(tenants))

        # Per tenant: where the next packet starts, what has been read, packets stored and packets granted.
        start, freed = each(place_bits + 1, "start"), each(place_bits + 1, "freed")
        stored, granted = each(packet_bits + 1, "stored"), each(packet_bits + 1, "granted")
        offset, full = Signal(place_bits + 1), Signal()
        beat = self.sink.payload
        mine = beat.tenant[:tenant_bits]
        place = Signal(place_bits + 1)
        m.d.comb += place.eq(start[mine] + offset)
        no_room = ((place - freed[mine])[: place_bits + 1] >= self.depth) | full
        no_slot = (stored[mine] - granted[mine])[: packet_bits + 1] >= self.packets
        enable = self.sink.valid & (beat.tenant < tenants)
        last = beat.beat.last
        keep_it = enable & last & ~no_room & ~no_slot
        m.d.comb += [
            put.addr.eq(Cat(place[:place_bits], mine)),
            put.data.eq(beat.beat.data),
            put.en.eq(enable & ~no_room),
            note.addr.eq(Cat(stored[mine][:packet_bits], mine)),
            note.data.eq(Cat(beat.length, beat.shim if self.with_shim else Const(0, 0))),
            note.en.eq(keep_it),
            self.queued.eq(Mux(keep_it, 1 << mine, 0)),
            self.dropped.eq(Mux(enable & last & ~keep_it, 1 << mine, 0)),
        ]
        with m.If(enable):
            m.d.sync += [offset.eq(Mux(last, 0, offset + 1)), full.eq(Mux(last, 0, no_room))]
            with m.If(keep_it):
                m.d.sync += [start[mine].eq(place + 1), stored[mine].eq(stored[mine] + 1)]

        m.submodules.grants = grants = fifo.SyncFIFO(width=tenant_bits + descriptor.size, depth=4)
        self._grant(m, stored, granted, look, grants, tenant_bits, packet_bits)
        self._send(m, get, freed, grants, descriptor, tenant_bits, place_bits)
        return m

    def _grant(
        self,
        m: Module,
        stored: Array,
        granted: Array,
        look: memory.ReadPort,
        grants: fifo.SyncFIFO,
        tenant_bits: int,
        packet_bits: int,
    ) -> None:
        """Chooses a tenant a cycle; its descriptor is read in the next, and goes to the grant buffer with the tenant's number."""
        tenants = len(self.weights)
        # A packet may be granted one cycle after its descriptor was written.
        visible = [Signal(packet_bits + 1, name=f"visible_t{t}") for t in range(tenants)]
        m.d.sync += [visible[t].eq(stored[t]) for t in range(tenants)]
        credit = Array(Signal(signed(24), name=f"credit_t{t}") for t in range(tenants))
        waiting = Signal(tenants)
        m.d.comb += waiting.eq(Cat(visible[t] != granted[t] for t in range(tenants)))
        able, soon = Signal(tenants), Signal(tenants)
        m.d.comb += [
            able.eq(Cat(waiting[t] & (credit[t] > 0) for t in range(tenants))),
            soon.eq(Cat(waiting[t] & (credit[t] > -QUANTUM * weight) for t, weight in enumerate(self.weights))),
        ]
        turn, chosen = Signal(range(tenants)), Signal(tenant_bits)
        fetching, fetched = Signal(), Signal(tenant_bits)
        # Credit is not gained in a cycle in which a length is taken off.
        gain = ~able.any() & ~fetching
        candidates = Mux(gain, soon, able)
        with m.Switch(turn):
            for first in range(tenants):
                with m.Case(first):
                    for distance in reversed(range(tenants)):
                        index = (first + distance) % tenants
                        with m.If(candidates[index]):
                            m.d.comb += chosen.eq(index)
        room = grants.level + fetching < 4
        grant = candidates.any() & room
        m.d.comb += [look.addr.eq(Cat(granted[chosen][:packet_bits], chosen)), look.en.eq(grant)]
        m.d.sync += [fetching.eq(grant), fetched.eq(chosen)]
        with m.If(grant):
            m.d.sync += [granted[chosen].eq(granted[chosen] + 1), turn.eq(Mux(chosen == tenants - 1, 0, chosen + 1))]
        length = look.data[:16]
        m.d.comb += [grants.w_data.eq(Cat(fetched, look.data)), grants.w_en.eq(fetching), self.sent_tenant.eq(fetched)]
        with m.If(fetching):
            m.d.comb += [self.sent.eq(1 << fetched), self.sent_length.eq(length)]
            m.d.sync += credit[fetched].eq(credit[fetched] - length)
        with m.Elif(waiting.any() & gain):
            for t, weight in enumerate(self.weights):
                with m.If(waiting[t]):
                    m.d.sync += credit[t].eq(credit[t] + QUANTUM * weight)
                with m.Else():
                    m.d.sync += credit[t].eq(0)

    def _send(
        self,
        m: Module,
        get: memory.ReadPort,
        freed: Array,
        grants: fifo.SyncFIFO,
        descriptor: data.StructLayout,
        tenant_bits: int,
        place_bits: int,
    ) -> None:
        """Asks the memory for a beat a cycle while the output buffer has room, and frees it."""
        lanes = self.width // 8
        tenant = grants.r_data[:tenant_bits]
        packet = data.View(descriptor, grants.r_data[tenant_bits:])
        out = data.StructLayout({"beat": Beat(self.width), "tenant": tenant_bits, "shim": 128 if self.with_shim else 0})
        m.submodules.buffer = buffer = fifo.SyncFIFO(width=out.size, depth=4)
        begun, left_after = Signal(), Signal(16)
        left = Mux(begun, left_after, packet.length)
        ask = Signal()
        asked, asked_left = Signal(), Signal(16)
        asked_rest = Signal(tenant_bits + (128 if self.with_shim else 0))
        m.d.comb += [
            ask.eq(grants.r_rdy & (buffer.level + asked < 4)),
            get.addr.eq(Cat(freed[tenant][:place_bits], tenant)),
            get.en.eq(ask),
            grants.r_en.eq(ask & (left <= lanes)),
        ]
        m.d.sync += [
            asked.eq(ask),
            asked_left.eq(left),
            asked_rest.eq(Cat(tenant, packet.shim) if self.with_shim else tenant),
        ]
        with m.If(ask):
            m.d.sync += [begun.eq(left > lanes), left_after.eq(left - lanes), freed[tenant].eq(freed[tenant] + 1)]
        final = asked_left <= lanes
        keep = Mux(final, (1 << asked_left[: lanes.bit_length()]) - 1, ~Const(0, lanes))[:lanes]
        leaving = data.View(out, buffer.r_data)
        m.d.comb += [
            buffer.w_en.eq(asked),
            buffer.w_data.eq(Cat(get.data, keep, final, asked_rest)),
            self.source.valid.eq(buffer.r_rdy),
            self.source.payload.eq(leaving.beat),
            buffer.r_en.eq(self.source.ready & buffer.r_rdy),
            self.tenant.eq(leaving.tenant),
        ]
        if self.with_shim:
            m.d.comb += self.shim.eq(leaving.shim)
