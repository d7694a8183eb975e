"""Where the ports come together: whole packets, one after another, in turns of tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.meta import Meta
from hdl.owner import packet, schedule, shared, tenant
from hdl.segment_store import store_reading
from hdl.share_turns import ShareTurns
from hdl.stream import PacketBeat
from hdl.time_slots import TimeSlots
from hdl.turns import Turns


@dataclass(frozen=True)
class _Inside:
    """What the parts of the arbiter share: the ``stores``; which tenants are ``waiting``; for each the port of its next packet, and the
    register with the one to begin with (``ports``). The packet at ``port``, of which ``meta`` is known, begins where ``start`` is high;
    nothing is sent where ``idle`` is; a slot of time ends where ``ends`` is."""

    stores: list[wiring.PureInterface]
    waiting: Signal
    ports: list[tuple[Signal, Signal]]
    start: Signal
    idle: Signal
    ends: Signal
    port: Signal
    meta: data.View[Meta]


class TenantArbiter(wiring.Component):
    """Takes whole packets from the stores of the ports (``store0``, …) by turns of tenants, and of each tenant's ports by turns of packets.

    ``source`` is never pushed back and has the beats of a packet in one cycle after another; ``first`` says which begins one. A packet of a
    tenant whose frames may grow is followed by as many free cycles as the longest growth takes (``growth``, in beats by tenant), so that
    nothing behind has to wait for anything.

    In turns of shares a turn that its tenant does not use goes to the next. In turns of time, `TimeSlots`, it stays unused: what comes out
    for a tenant, and when, depends on what that tenant has in the stores, and on nothing else. ``begins`` is high beside the first beat
    that a slot can have; what would still be sent then is cut off, so that isolation does not rest on anybody's arithmetic.

    Latency: 3 cycles from ``waiting``, in turns of time 2, in its turn. Initiation interval: 1 beat; in turns of time a packet in 2 cycles.
    Registers: a tenant's next port is its own; in turns of time all else belongs to the packet of the slot's owner; in turns of shares the
    grants wait in a buffer that is shared.
    """

    def __init__(self, width: int, ports: int, turns: Turns, growth: tuple[int, ...], longest: int) -> None:
        self.width: Final = width
        self.lanes: Final = width // 8
        self.ports: Final = ports
        self.turns: Final = turns
        self.growth: Final = growth
        self.max_frame: Final = longest
        tenants = len(turns.weights)
        super().__init__(
            {
                **{f"store{i}": In(store_reading(width, tenants, Meta().size)) for i in range(ports)},
                "source": Out(stream.Signature(PacketBeat(width, Meta()), always_ready=True)),
                "first": Out(1),
                "begins": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        stores = [getattr(self, f"store{i}") for i in range(self.ports)]
        tenants = len(self.turns.weights)
        waiting = Signal(tenants)
        m.d.comb += waiting.eq(Cat(Cat(store.waiting[t] for store in stores).any() for t in range(tenants)))
        ports = [self._port(m, stores, t) for t in range(tenants)]
        start, idle, ends = Signal(), Signal(), Signal()
        port, meta = Signal(range(self.ports)), Signal(Meta())
        inside = _Inside(stores, waiting, ports, start, idle, ends, port, meta)
        if self.turns.slot is None:
            self._share(m, inside)
        else:
            self._slots(m, inside)
        self._send(m, inside)
        return m

    def _port(self, m: Module, stores: list[wiring.PureInterface], number: int) -> tuple[Signal, Signal]:
        """The port that ``number``'s next packet comes from, and the register with the one to begin with."""
        first, chosen = (Signal(range(self.ports), name=f"{what}_port_t{number}") for what in ("first", "chosen"))
        first.attrs.update(tenant(number))
        with m.Switch(first):
            for begin in range(self.ports):
                with m.Case(begin):
                    for distance in reversed(range(self.ports)):
                        index = (begin + distance) % self.ports
                        with m.If(stores[index].waiting[number]):
                            m.d.comb += chosen.eq(index)
        return chosen, first

    def _after(self, port: Value) -> Value:
        return Mux(port == self.ports - 1, 0, port + 1)

    def _share(self, m: Module, inside: _Inside) -> None:
        """Grants are made ahead, one a cycle, and wait in a buffer with what is known of their packets."""
        why = shared("who is next depends on who is waiting")
        m.submodules.turns = turns = ShareTurns(self.turns.weights)
        granted = data.StructLayout({"port": range(self.ports), "meta": Meta()})
        m.submodules.grants = grants = fifo.SyncFIFO(width=granted.size, depth=4)
        ahead, ahead_port = Signal(range(self.ports)), Signal(range(self.ports), attrs=why)
        m.d.comb += [
            turns.waiting.eq(inside.waiting),
            turns.room.eq(grants.level + turns.granted < 4),
            ahead.eq(Array(chosen for chosen, _ in inside.ports)[turns.chosen]),
        ]
        for index, store in enumerate(inside.stores):
            mine = turns.grant & (ahead == index)
            m.d.comb += [store.look.eq(mine), store.look_tenant.eq(turns.chosen), store.pop.eq(mine), store.pop_tenant.eq(turns.chosen)]
        with m.If(turns.grant):
            m.d.sync += ahead_port.eq(ahead)
            for number, (_, first) in enumerate(inside.ports):
                with m.If(turns.chosen == number):
                    m.d.sync += first.eq(self._after(ahead))
        note = self._note(m, inside.stores, ahead_port, turns.granted_tenant)
        out = data.View(granted, grants.r_data)
        m.d.comb += [
            # What it takes of the place, which is whole beats, and not what it says.
            turns.length.eq(self._beats(note) * self.lanes),
            grants.w_data.eq(Cat(ahead_port, note)),
            grants.w_en.eq(turns.granted),
            inside.start.eq(grants.r_rdy & inside.idle),
            grants.r_en.eq(inside.start),
            inside.port.eq(out.port),
            inside.meta.eq(out.meta),
        ]

    def _slots(self, m: Module, inside: _Inside) -> None:
        """The oldest packet of the slot's owner is looked at, and begins when it fits."""
        assert self.turns.slot is not None
        most = -(-self.max_frame // self.lanes) + max(self.growth)
        m.submodules.turns = turns = TimeSlots("arbiter", len(self.turns.weights), self.turns.order, self.turns.slot, most)
        begun, begins = (Signal(init=1, name=name, attrs=schedule()) for name in ("begun", "slot_begins"))
        m.d.comb += [inside.ends.eq(turns.ends), self.begins.eq(begins)]
        m.d.sync += [begun.eq(inside.ends), begins.eq(begun)]
        looked_port = Signal(range(self.ports), attrs=packet("arbiter"))
        chosen = Signal(range(self.ports))
        m.d.comb += [
            chosen.eq(Array(chosen for chosen, _ in inside.ports)[turns.owner]),
            turns.waiting.eq(inside.waiting),
            turns.idle.eq(inside.idle),
            inside.meta.eq(self._note(m, inside.stores, looked_port, turns.owner)),
            turns.cost.eq(self._beats(inside.meta)),
            inside.start.eq(turns.grant),
            inside.port.eq(looked_port),
        ]
        for index, store in enumerate(inside.stores):
            m.d.comb += [
                store.look.eq(turns.look & (chosen == index)),
                store.look_tenant.eq(turns.owner),
                store.pop.eq(turns.grant & (looked_port == index)),
                store.pop_tenant.eq(turns.owner),
            ]
        with m.If(turns.look):
            m.d.sync += looked_port.eq(chosen)
        with m.If(turns.grant):
            for number, (_, first) in enumerate(inside.ports):
                with m.If(turns.owner == number):
                    m.d.sync += first.eq(self._after(looked_port))

    def _note(self, m: Module, stores: list[wiring.PureInterface], port: Value, number: Value) -> data.View[Meta]:
        """What is known of the packet that was looked at. Whose it is says the segment, and nothing that stands in it."""
        note = Signal(Meta())
        m.d.comb += [note.eq(Array(store.note for store in stores)[port]), note.tenant.eq(number)]
        return note

    def _beats(self, packet_meta: data.View[Meta]) -> Value:
        """The cycles that a packet takes, those that it may grow by among them."""
        return ((packet_meta.length + self.lanes - 1) >> (self.lanes - 1).bit_length()) + self._growth(packet_meta.tenant)

    def _growth(self, number: Value) -> Value:
        return Array(Const(beats, range(max(self.growth) + 1)) for beats in self.growth)[number]

    def _send(self, m: Module, inside: _Inside) -> None:
        """A beat is asked for in the cycle of the start and in those behind it, and leaves in the cycle after it was asked for."""
        sending = packet("sent")
        more = Signal(attrs=sending)
        left = Signal(16, attrs=sending)
        rest = Signal(range(max(self.growth) + 2), attrs=sending)
        valid = Signal(attrs=sending)
        begins_packet = Signal(attrs=sending)
        left_now = Signal(16, attrs=sending)
        held = Signal(Meta())
        held_port = Signal(range(self.ports), attrs=sending)
        held.as_value().attrs.update(sending)
        remaining, get = Signal(16), Signal()
        now_port, now = Mux(inside.start, inside.port, held_port), Signal(Meta())
        goes_on = Signal()
        m.d.comb += [
            inside.idle.eq(~more & (rest == 0)),
            get.eq(inside.start | more),
            remaining.eq(Mux(inside.start, inside.meta.length, left)),
            goes_on.eq(get & (remaining > self.lanes)),
            now.eq(Mux(inside.start, inside.meta, held)),
        ]
        for index, store in enumerate(inside.stores):
            m.d.comb += [store.get.eq(get & (now_port == index)), store.get_tenant.eq(now.tenant)]
        m.d.sync += [
            more.eq(goes_on & ~inside.ends),
            valid.eq(get),
            begins_packet.eq(inside.start),
            left_now.eq(Mux(get, remaining, 0)),
            left.eq(remaining - self.lanes),
        ]
        if any(self.growth):
            with m.If(get & ~goes_on):
                m.d.sync += rest.eq(self._growth(now.tenant))
            with m.Elif(rest != 0):
                m.d.sync += rest.eq(rest - 1)
            if self.turns.slot is not None:
                with m.If(inside.ends):
                    m.d.sync += rest.eq(0)
        with m.If(inside.start):
            m.d.sync += [held.eq(inside.meta), held_port.eq(inside.port)]
        words = Array(store.data for store in inside.stores)[held_port]
        last = left_now <= self.lanes
        out = self.source.p
        m.d.comb += [
            self.source.valid.eq(valid),
            self.first.eq(begins_packet),
            out.last.eq(last),
            out.keep.eq(Mux(last, (1 << left_now[: self.lanes.bit_length()]) - 1, ~Const(0, self.lanes))),
            out.data.eq(Cat(Mux(left_now > lane, words.word_select(lane, 8), 0) for lane in range(self.lanes))),
            out.meta.eq(held),
        ]
