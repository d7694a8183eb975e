"""Where frames enter: stored whole, checked, known by tenant, or dropped and counted. Never pushes back to the port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, fifo, memory, wiring
from amaranth.lib.wiring import In, Out

from hdl.identity import IDENTITY_BYTES, Identity, Rule
from hdl.meta import SHIM_ETHERTYPE, SHIM_VERSION, Meta
from hdl.stream import beat_stream, packet_stream

SHORTEST: Final = 14
_SHIM_FIELDS: Final = {
    "type": (0, 2),
    "version": (2, 3),
    "tenant": (3, 4),
    "edge": (4, 6),
    "paint": (7, 8),
    "dst_ip": (8, 12),
    "vlan_tci": (12, 14),
    "length": (14, 16),
}
"""First byte and one past the last of what the shim says."""


class Ingress(wiring.Component):
    """Store and forward, one beat in and one beat out a cycle, no bubble between packets.

    ``sink.ready`` is always 1. A frame is dropped, whole, where its framing breaks rules R3 to R5 or it is shorter than an Ethernet header
    (``malformed``), where there is no room (``overflow``), or where it belongs to no tenant (``unknown``); those are strobes, as is
    ``accepted``. Lanes past the frame's end leave as zero. Latency: the frame's own beats and 2 cycles. Initiation interval: 1 beat.

    With ``host_edges`` (by tenant number, the number of crossings) the port is the host's: ``shim`` is what stood in front of the frame and
    says tenant, crossing and annotations; one that names no tenant or no crossing is ``unknown``, and bytes behind its length are padding.

    Registers: pointers and memory are shared by the tenants of one port, whose packets are stored in the order in which they came; the
    port's own wire shares them in the same way.
    """

    def __init__(
        self, width: int, port: int, depth: int, max_frame: int, rules: Sequence[Rule], host_edges: Mapping[int, int] | None = None
    ) -> None:
        self.width: Final = width
        self.port: Final = port
        self.depth: Final = depth
        self.max_frame: Final = max_frame
        self.rules: Final = rules
        self.host_edges: Final = host_edges
        super().__init__(
            {
                "sink": In(beat_stream(width)),
                "shim": In(128),
                "source": Out(packet_stream(width, Meta())),
                "accepted": Out(1),
                "malformed": Out(1),
                "overflow": Out(1),
                "unknown": Out(1),
                "tenant": Out(8),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.width // 8
        pointer = (self.depth - 1).bit_length()
        m.submodules.store = store = memory.Memory(shape=self.width, depth=1 << pointer, init=[])
        write, read = store.write_port(), store.read_port()
        m.submodules.metas = metas = fifo.SyncFIFOBuffered(width=Meta().size, depth=min(1 << pointer, 64))
        start, place, committed = (Signal(pointer + 1, name=n) for n in ("start", "place", "committed"))
        taken = Signal(pointer + 1)
        length = Signal(range(self.max_frame + 2 * lanes + 1))
        bad, full = Signal(), Signal()
        beat = self.sink.payload
        count = Signal(range(lanes + 1))
        m.d.comb += [self.sink.ready.eq(1), count.eq(sum(beat.keep, start=Const(0, 1)))]
        contiguous = (beat.keep & (beat.keep + 1)[:lanes]) == 0
        whole = beat.keep.all()
        wrong = Mux(beat.last, ~contiguous | ~beat.keep.any(), ~whole)
        total = Signal.like(length)
        m.d.comb += total.eq(length + count)
        over = total > self.max_frame
        # Pointers wrap: the difference is a number of beats only when it is cut to their width.
        no_room = (place - taken)[: pointer + 1] >= (1 << pointer)
        meta, known, short = self._meta(m, total)
        wanted = length < meta.length if self.host_edges is not None else Const(1, 1)
        stored, after = Signal(), Signal.like(place)
        m.d.comb += [
            stored.eq(self.sink.valid & ~no_room & ~full & ~over & wanted),
            after.eq(place + stored),
            write.addr.eq(place[:pointer]),
            write.data.eq(beat.data),
            write.en.eq(stored),
        ]
        metas_full = ~metas.w_rdy
        broken = bad | wrong | over | short
        lost = full | no_room | metas_full
        m.d.comb += [metas.w_data.eq(meta.as_value()), self.tenant.eq(meta.tenant)]
        with m.If(self.sink.valid):
            m.d.sync += [
                place.eq(after),
                length.eq(Mux(over, length, total)),
                bad.eq(bad | wrong | over),
                full.eq(full | no_room),
            ]
            with m.If(beat.last):
                m.d.sync += [length.eq(0), bad.eq(0), full.eq(0), place.eq(start)]
                with m.If(broken):
                    m.d.comb += self.malformed.eq(1)
                with m.Elif(~known):
                    m.d.comb += self.unknown.eq(1)
                with m.Elif(lost):
                    m.d.comb += self.overflow.eq(1)
                with m.Else():
                    m.d.comb += [self.accepted.eq(1), metas.w_en.eq(1)]
                    m.d.sync += [place.eq(after), start.eq(after), committed.eq(after)]
        self._read(m, read, metas, committed, taken, pointer)
        return m

    def _meta(self, m: Module, total: Signal) -> tuple[data.View[Meta], Value, Value]:
        """The frame's metadata as of its last beat, whether somebody owns it, and whether it is too short."""
        meta = Signal(Meta())
        if self.host_edges is None:
            header = self._header(m)
            m.submodules.identity = identity = Identity(self.rules, self.port)
            m.d.comb += [
                identity.header.eq(header),
                identity.length.eq(total),
                meta.length.eq(total),
                meta.tenant.eq(identity.tenant),
                meta.port.eq(self.port),
                meta.device.eq(self.port),
            ]
            return meta, identity.known, total < SHORTEST
        fields = [self.shim[8 * i : 8 * i + 8] for i in range(16)]
        number = {name: Cat(*reversed(fields[a:b])) for name, (a, b) in _SHIM_FIELDS.items()}
        known = Const(0, 1)
        for tenant, edges in self.host_edges.items():
            known = known | ((number["tenant"] == tenant) & (number["edge"] > 0) & (number["edge"] <= edges))
        known = known & (number["type"] == SHIM_ETHERTYPE) & (number["version"] == SHIM_VERSION)
        m.d.comb += [
            meta.length.eq(number["length"]),
            meta.tenant.eq(number["tenant"]),
            meta.port.eq(self.port),
            meta.edge.eq(number["edge"]),
            meta.from_host.eq(1),
            meta.device.eq(fields[6][:4]),
            meta.fix_ip_src.eq(fields[6][4]),
            meta.packet_type.eq(fields[6][5:]),
            meta.paint.eq(number["paint"]),
            meta.dst_ip.eq(number["dst_ip"]),
            meta.vlan_tci.eq(number["vlan_tci"]),
        ]
        return meta, known, (number["length"] > total) | (number["length"] == 0)

    def _header(self, m: Module) -> Value:
        """The first bytes of the frame at hand, those of the present beat included."""
        lanes = self.width // 8
        index = Signal(range(IDENTITY_BYTES // lanes + 2))
        held = Signal(8 * IDENTITY_BYTES)
        header = Signal(8 * IDENTITY_BYTES)
        m.d.comb += header.eq(held)
        with m.Switch(index):
            for number in range((IDENTITY_BYTES + lanes - 1) // lanes):
                with m.Case(number):
                    low, high = number * self.width, min((number + 1) * self.width, 8 * IDENTITY_BYTES)
                    m.d.comb += header[low:high].eq(self.sink.payload.data[: high - low])
        with m.If(self.sink.valid):
            m.d.sync += held.eq(header)
            with m.If(self.sink.payload.last):
                m.d.sync += index.eq(0)
            with m.Elif(index <= IDENTITY_BYTES // lanes):
                m.d.sync += index.eq(index + 1)
        return header

    def _read(self, m: Module, read: memory.ReadPort, metas: fifo.SyncFIFOBuffered, committed: Signal, taken: Signal, pointer: int) -> None:
        """A beat is there when its address was presented in the cycle before and had been committed by then."""
        lanes = self.width // 8
        readable, meta = Signal.like(committed), data.View(Meta(), metas.r_data)
        # Bytes of the present packet that have not left; the metadata says so for its first beat.
        begun, left_after = Signal(), Signal(16)
        left = Mux(begun, left_after, meta.length)
        last = left <= lanes
        transfer = self.source.valid & self.source.ready
        following = Signal.like(taken)
        m.d.comb += [
            self.source.valid.eq(metas.r_rdy & (readable != taken)),
            self.source.p.meta.eq(meta),
            self.source.p.last.eq(last),
            self.source.p.keep.eq(Mux(last, (1 << left[: (lanes).bit_length()]) - 1, ~Const(0, lanes))),
            self.source.p.data.eq(Cat(Mux(left > lane, read.data.word_select(lane, 8), 0) for lane in range(lanes))),
            following.eq(taken + transfer),
            read.addr.eq(following[:pointer]),
            read.en.eq(committed != following),
        ]
        m.d.sync += [readable.eq(committed), taken.eq(following)]
        with m.If(transfer):
            m.d.sync += [begun.eq(~last), left_after.eq(left - lanes)]
            m.d.comb += metas.r_en.eq(last)
