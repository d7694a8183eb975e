"""Where frames enter: checked, known by tenant, stored whole in the tenant's segment, or dropped and counted. Never pushes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hdl.identity import IDENTITY_BYTES, Identity, Rule
from hdl.meta import SHIM_ETHERTYPE, SHIM_VERSION, Meta
from hdl.owner import packet
from hdl.segment_store import Put, SegmentStore, store_reading
from hdl.stream import beat_stream

SHORTEST: Final = 14
PACKETS: Final = 64
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
    (``malformed``), where its tenant's segment has no room (``overflow``), or where it belongs to no tenant (``unknown``); those are
    strobes, as is ``accepted``. Latency: the frame's own beats, `Ingress.held` and 3 cycles. Initiation interval: 1 beat.

    With ``host_edges`` (by tenant number, the number of crossings) the port is the host's: ``shim`` is what stood in front of the frame and
    says tenant, crossing and annotations; one that names no tenant or no crossing is ``unknown``, and bytes behind its length are padding.

    A frame's tenant is known with the beat that has the last byte of its identity. The ``held`` beats before that wait in registers, so
    that no beat is stored before it is known whose it is; those that are left when the frame ends are stored in the cycles behind it, in
    which the next frame's first beats wait in their turn.

    Registers: those of the frame on the wire belong to that frame; those of the store are their tenants'.
    """

    def __init__(
        self,
        width: int,
        port: int,
        depth: int,
        max_frame: int,
        rules: Sequence[Rule],
        host_edges: Mapping[int, int] | None = None,
        *,
        tenants: int,
    ) -> None:
        self.width: Final = width
        self.port: Final = port
        self.depth: Final = depth
        self.max_frame: Final = max_frame
        self.rules: Final = rules
        self.host_edges: Final = host_edges
        self.tenants: Final = tenants
        self.held: Final = 0 if host_edges is not None else -(-IDENTITY_BYTES // (width // 8)) - 1
        self.store: Final = SegmentStore(width, tenants, depth, min(depth, PACKETS), Meta().size)
        super().__init__(
            {
                "sink": In(beat_stream(width)),
                "shim": In(128),
                "read": Out(store_reading(width, tenants, Meta().size)),
                "accepted": Out(1),
                "malformed": Out(1),
                "overflow": Out(1),
                "unknown": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes = self.width // 8
        m.submodules.store = store = self.store
        wiring.connect(m, store.read, wiring.flipped(self.read))
        wire = packet(f"on the wire of port {self.port}")
        length = Signal(range(self.max_frame + 2 * lanes + 1), attrs=wire)
        bad = Signal(attrs=wire)
        # Beats of the frame that came before this one, as far as it matters.
        index = Signal(range(max(self.held, IDENTITY_BYTES // lanes) + 2), attrs=wire)
        beat = self.sink.payload
        count = Signal(range(lanes + 1))
        m.d.comb += [self.sink.ready.eq(1), count.eq(sum(beat.keep, start=Const(0, 1)))]
        contiguous = (beat.keep & (beat.keep + 1)[:lanes]) == 0
        wrong = Mux(beat.last, ~contiguous | ~beat.keep.any(), ~beat.keep.all())
        total = Signal.like(length, attrs={})
        m.d.comb += total.eq(length + count)
        over = total > self.max_frame
        meta, known, short = self._meta(m, total, index)
        broken = bad | wrong | over | short
        good = Signal()
        with m.If(self.sink.valid):
            m.d.sync += [length.eq(Mux(over, length, total)), bad.eq(bad | wrong | over)]
            with m.If(index <= max(self.held, IDENTITY_BYTES // lanes)):
                m.d.sync += index.eq(index + 1)
            with m.If(beat.last):
                m.d.sync += [length.eq(0), bad.eq(0), index.eq(0)]
                m.d.comb += [self.malformed.eq(broken), self.unknown.eq(~broken & ~known), good.eq(~broken & known)]
        wanted = ~over & ((length < meta.length) if self.host_edges is not None else Const(1, 1))
        put, valid = Signal(Put(self.width, Meta().size)), Signal()
        owned, owner = self._owner(m, index, known, meta)
        m.d.comb += put.tenant.eq(owner)
        if self.held:
            self._after_holding(m, index, owned, owner, meta, good, wanted, put, valid)
        else:
            m.d.comb += [
                valid.eq(self.sink.valid & owned),
                put.first.eq(index == 0),
                put.last.eq(beat.last),
                put.write.eq(wanted),
                put.data.eq(beat.data),
                put.good.eq(good),
                put.note.eq(meta),
            ]
        stage = packet(f"to the store of port {self.port}")
        known_put = Signal(Put(self.width, Meta().size))
        known_valid = Signal(attrs=stage)
        known_put.as_value().attrs.update(stage)
        m.d.sync += [known_valid.eq(valid), known_put.eq(put)]
        m.d.comb += [
            store.put_valid.eq(known_valid),
            store.put.eq(known_put),
            self.accepted.eq(store.stored),
            self.overflow.eq(store.lost),
        ]
        return m

    def _owner(self, m: Module, index: Signal, known: Value, meta: data.View[Meta]) -> tuple[Signal, Signal]:
        """Whether the frame is somebody's, and whose: settled by the first beat that can tell, whatever a broken frame says later."""
        wire = packet(f"on the wire of port {self.port}")
        settles = index <= self.held
        owned = Signal()
        owner = Signal(8)
        was_owned = Signal(attrs=wire)
        was_owner = Signal(8, attrs=wire)
        m.d.comb += [owned.eq(Mux(settles, known, was_owned)), owner.eq(Mux(settles, meta.tenant, was_owner))]
        with m.If(self.sink.valid):
            m.d.sync += [was_owned.eq(owned), was_owner.eq(owner)]
        return owned, owner

    def _after_holding(
        self,
        m: Module,
        index: Signal,
        owned: Value,
        owner: Value,
        meta: data.View[Meta],
        good: Value,
        wanted: Value,
        put: data.View[Put],
        valid: Signal,
    ) -> None:
        """Beats leave ``held`` beats late, the last ones in the cycles behind the frame's end."""
        beat = self.sink.payload
        wire, ending = packet(f"on the wire of port {self.port}"), packet(f"ending at port {self.port}")
        waiting = [Signal(self.width, name=f"waiting{n}", attrs=wire) for n in range(self.held)]
        rest = [Signal(self.width, name=f"rest{n}", attrs=ending) for n in range(self.held)]
        left = Signal(range(self.held + 1), attrs=ending)
        alone = Signal(attrs=ending)
        keeps = Signal(attrs=ending)
        ended = Signal(Meta())
        ended_good = Signal(attrs=ending)
        ended_owner = Signal(8, attrs=ending)
        ended.as_value().attrs.update(ending)
        with m.If(left != 0):
            m.d.sync += [left.eq(left - 1), alone.eq(0), *(a.eq(b) for a, b in pairwise(rest))]
            m.d.comb += [
                valid.eq(1),
                put.first.eq(alone),
                put.last.eq(left == 1),
                put.write.eq(keeps),
                put.data.eq(rest[0]),
                put.tenant.eq(ended_owner),
                put.good.eq(ended_good),
                put.note.eq(ended),
            ]
        with m.Else():
            m.d.comb += [
                valid.eq(self.sink.valid & owned & (index >= self.held)),
                put.first.eq(index == self.held),
                put.write.eq(wanted),
                put.data.eq(waiting[-1]),
            ]
        with m.If(self.sink.valid):
            m.d.sync += [a.eq(b) for a, b in zip(waiting, [beat.data, *waiting], strict=False)]
            # A frame of fewer beats than are held is too short to be anybody's.
            with m.If(beat.last & owned & (index + 1 >= self.held)):
                oldest_first = [*reversed(waiting[: self.held - 1]), beat.data]
                m.d.sync += [
                    left.eq(self.held),
                    alone.eq(index + 1 == self.held),
                    keeps.eq(wanted),
                    ended.eq(meta),
                    ended_owner.eq(owner),
                    ended_good.eq(good),
                    *(a.eq(b) for a, b in zip(rest, oldest_first, strict=True)),
                ]

    def _meta(self, m: Module, total: Signal, index: Signal) -> tuple[data.View[Meta], Value, Value]:
        """The frame's metadata as of its last beat, whether somebody owns it, and whether it is too short."""
        meta = Signal(Meta())
        if self.host_edges is None:
            m.submodules.identity = identity = Identity(self.rules, self.port)
            m.d.comb += [
                identity.header.eq(self._header(m, index)),
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

    def _header(self, m: Module, index: Signal) -> Value:
        """The first bytes of the frame at hand, those of the present beat included."""
        lanes = self.width // 8
        held = Signal(8 * IDENTITY_BYTES, attrs=packet(f"on the wire of port {self.port}"))
        header = Signal(8 * IDENTITY_BYTES)
        m.d.comb += header.eq(held)
        with m.Switch(index):
            for number in range((IDENTITY_BYTES + lanes - 1) // lanes):
                with m.Case(number):
                    low, high = number * self.width, min((number + 1) * self.width, 8 * IDENTITY_BYTES)
                    m.d.comb += header[low:high].eq(self.sink.payload.data[: high - low])
        with m.If(self.sink.valid):
            m.d.sync += held.eq(header)
        return header
