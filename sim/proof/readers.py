"""That whoever reads a store in turns of shares keeps to what `sim.proof.stores` presumes, and reads each word of what it takes once and no
more: proved of the netlists of the arbiter and of a way out, for every tenant and store at once.

A packet that is popped waits in a buffer of grants until it is sent. The words that are owed for it, counted by a ghost from the cycle in
which its note is known, are always those of the packets in the buffer and what is left of the one that is sent: so a word is read only
where one is owed, none is left over, and the buffer is never too full for a grant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from amaranth.hdl import Const
from amaranth.hdl import Value as Wire
from amaranth.lib import wiring

from elements.program.values import TRUE, Value, bit_not, const, eq, extend, mux, part, sub
from hdl.arbiter import TenantArbiter
from hdl.datapath import Datapath
from hdl.egress import EgressPort
from hdl.meta import Meta
from hdl.tools.verilog import to_verilog
from sim.proof import duties
from sim.proof.claims import Claims, one_of
from sim.proof.cut_stores import cut_stores
from sim.proof.design import Design
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.segments import minus, plus
from sim.proof.sent import Kind, kind_of, leaves
from sim.proof.spread_memories import spread_memories, word_name
from sim.proof.stores import beats_of

_BUFFER: Final = "grants.storage"
_GRANTS: Final = 4


@dataclass(frozen=True)
class _Reader:
    """``stores``: the nets of each store begin so; in the buffer a grant has the tenant's number and the note's length from these bits on,
    and, where there are several stores, the store's number in its lowest ones. The rest are nets: of the store whose note is known, and
    of the packet that is sent its tenant, with the lowest bit of that, and its store; ``arbiter``: what `sim.proof.sent` says is kept."""

    stores: tuple[str, ...]
    tenant_at: int
    length_at: int
    known_store: str
    sent_tenant: tuple[str, int]
    sent_store: str
    arbiter: Kind | None = None


def reader_names(datapath: Datapath) -> list[str]:
    """By which name `prove_readers` has the arbiter, and then each way out: those that are alike have the same."""
    names = {_kind(egress): f"egress {port}" for port, egress in reversed(list(enumerate(datapath.egress_ports)))}
    return ["arbiter", *(names[_kind(egress)] for egress in datapath.egress_ports)]


def _kind(egress: EgressPort) -> tuple[Any, ...]:
    return egress.with_shim, egress.depth, egress.packets, egress.longest, egress.pace


def prove_readers(datapath: Datapath) -> dict[str, Result]:
    """Of the arbiter and of each way out, where turns are shares; those that are alike are proved once."""
    lanes, tenants = datapath.parameters.width // 8, len(datapath.weights)
    arbiter = datapath.arbiter
    found = {
        "arbiter": prove_reader(arbiter_netlist(arbiter), _of_arbiter(datapath), tenants, lanes, arbiter.max_frame, arbiter.most_charged)
    }
    for name, egress in zip(reader_names(datapath)[1:], datapath.egress_ports, strict=True):
        if name not in found:
            found[name] = prove_reader(egress_netlist(egress), _OF_EGRESS, tenants, lanes, egress.longest, egress.most_charged)
    return found


def _of_arbiter(datapath: Datapath) -> _Reader:
    arbiter, meta = datapath.arbiter, Meta()
    bits = (arbiter.ports - 1).bit_length()
    stores = tuple(f"store{port}" for port in range(arbiter.ports))
    tenant_at, length_at = bits + meta["tenant"].offset, bits + meta["length"].offset
    return _Reader(stores, tenant_at, length_at, "ahead_port", ("held", meta["tenant"].offset), "held_port", kind_of(datapath))


_OF_EGRESS: Final = _Reader(("store.read",), 0, 8, "", ("held_tenant", 0), "")


def arbiter_netlist(arbiter: TenantArbiter) -> Netlist:
    """Of an arbiter like this one."""
    return _netlist(TenantArbiter(arbiter.width, arbiter.ports, arbiter.turns, arbiter.growth, arbiter.max_frame), "arbiter")


def egress_netlist(egress: EgressPort) -> Netlist:
    """Of a way out like this one, its store among it."""
    shape = egress.sink.payload.shape()
    alike = EgressPort(
        egress.name,
        egress.width,
        shape["select"].width,
        egress.turns,
        egress.depth,
        egress.packets,
        pace=egress.pace,
        longest=egress.longest,
        shim=egress.with_shim,
    )
    return _netlist(alike, "egress")


def _netlist(component: wiring.Component, name: str) -> Netlist:
    ports = [
        ("__".join(map(str, path)), wire, None)
        for path, _, value in component.signature.flatten(component)
        if not isinstance(wire := Wire.cast(value), Const)
    ]
    return read_netlist(to_verilog(component, name, ports), name)


def prove_reader(netlist: Netlist, reader: _Reader, tenants: int, lanes: int, longest: int, charged: int) -> Result:
    """Of one that sends so many bytes a beat, of packets of at most ``longest`` bytes, for which at most ``charged`` are charged."""
    return deeply(lambda: _Sends(netlist, reader, tenants, lanes, longest, charged).claims.proved())


class _Sends:
    def __init__(self, netlist: Netlist, reader: _Reader, tenants: int, lanes: int, longest: int, charged: int) -> None:
        cut, _ = cut_stores(spread_memories(netlist, [_BUFFER]))
        self.claims = claims = Claims(Design(cut))
        self.reader, self.lanes, self.tenants, self.longest = reader, lanes, tenants, longest
        self.tenant = claims.any_of("the tenant", tenants)
        self.store = claims.any_of("the store", len(reader.stores))
        # What is owed is at most that of the buffer, of a grant that comes to it and of the packet that is sent.
        self.bits = 4 + (longest // lanes + 1).bit_length()
        claims.presume("there is no reset", bit_not(claims.net("rst")))
        self.granted = claims.net("turns.granted")
        self.known_tenant = claims.net("turns.granted_tenant", 8)
        self.known_store = extend(claims.net(reader.known_store, None), 8) if reader.known_store else const(0, 8)
        self._buffer()
        self._turns()
        claims.keeps(duties.CHARGED, self.granted, claims.net("turns.length", 16), charged)
        self._owed(self._known(longest))
        if reader.arbiter is not None:
            leaves(claims, reader.arbiter)

    @property
    def _in_front(self) -> int:
        """Bits of a grant in front of its note."""
        return (len(self.reader.stores) - 1).bit_length() if self.reader.known_store else 8

    def _beats(self, length: Value) -> Value:
        beats = beats_of(length, self.lanes)
        return part(beats, 0, self.bits) if beats.width > self.bits else extend(beats, self.bits)

    def _mine(self, tenant: Value, store: Value) -> Value:
        """Whether numbers (8 bits) are those of the tenant and of the store."""
        return eq(tenant, self.tenant) & eq(store, self.store)

    def _asks(self, what: str) -> tuple[Value, Value]:
        """Whether it is asked for of the store, and for whom."""
        nets = [(self.claims.net(f"{store}__{what}"), self.claims.net(f"{store}__{what}_tenant", 8)) for store in self.reader.stores]
        return one_of(self.store, [asked for asked, _ in nets]), one_of(self.store, [number for _, number in nets])

    def _buffer(self) -> None:
        """It has room for every grant."""
        claims = self.claims
        self.level, self.consume, produce = (
            claims.net(f"grants.{name}", bits) for name, bits in (("level", 3), ("consume", 2), ("produce", 2))
        )
        claims.always(
            "the buffer's ends are as far apart as it is full", eq(part(self.level, 0, 2), part(sub(produce, self.consume), 0, 2))
        )
        claims.always("there is room for a grant", self.level + self.granted <= _GRANTS)

    def _turns(self) -> None:
        """Who is granted waits, and is a tenant."""
        claims, reader, stores = self.claims, self.reader, self.reader.stores
        claims.always("a grant is somebody's", self.known_tenant < self.tenants)
        claims.always("a turn is somebody's", extend(claims.net("turns.turn", None), 8) < self.tenants)
        if reader.known_store:
            claims.always("what is known is of a store that there is", self.known_store < len(stores))
            for t in range(self.tenants):
                claims.always(
                    f"tenant {t} begins with a store that there is", extend(claims.net(f"first_port_t{t}", None), 8) < len(stores)
                )
        for what, duty in (("get", duties.GET), ("look", duties.LOOK), ("pop", duties.POP)):
            asked, number = self._asks(what)
            claims.keeps(duty, asked, number, self.tenants)
        waiting = one_of(self.store, [claims.net(f"{store}__waiting", self.tenants) for store in stores])
        self.pops, looks = (asked & eq(number, self.tenant) for asked, number in map(self._asks, ("pop", "look")))
        claims.keeps(duties.WAITING, self.pops, one_of(self.tenant, [part(waiting, t, 1) for t in range(self.tenants)]))
        claims.keeps(duties.LOOKED, TRUE, self.pops, looks)

    def _known(self, longest: int) -> Value:
        """The words of the tenant's packet that was popped of the store in the cycle before: its note is known, and it is granted."""
        claims, told = self.claims, self.claims.ghost("a packet was popped", self.pops)
        granted = self.granted & self._mine(self.known_tenant, self.known_store)
        claims.always("what was popped is granted, and nothing else", eq(told, granted))
        note = one_of(self.known_store, [claims.net(f"{store}__note", None) for store in self.reader.stores])
        length = part(note, self.reader.length_at - self._in_front, 16)
        claims.expects(duties.KNOWN, self.granted, length, longest)
        return mux(told, self._beats(length), const(0, self.bits))

    def _owed(self, came: Value) -> None:
        """What is owed to the tenant by the store is what is still to be sent."""
        claims, reader = self.claims, self.reader
        owed = claims.ghost("words that are owed", const(0, self.bits))
        get, number = self._asks("get")
        takes = get & eq(number, self.tenant)
        claims.becomes("words that are owed", minus(plus(owed, came), extend(takes, self.bits)))
        claims.keeps(duties.OWED, takes, owed)
        waits = self._grants(came)
        name, low = reader.sent_tenant
        held = part(claims.net(name, None), low, 8)
        sent = self._mine(held, extend(claims.net(reader.sent_store, None), 8) if reader.sent_store else const(0, 8))
        more, left = claims.net("more"), claims.net("left", 16)
        rest = mux(more & sent, self._beats(left), const(0, self.bits))
        claims.always("what is sent has something left", left.any() & self._short(left) & (held < self.tenants), where=more)
        claims.keeps(duties.LEFT, claims.net("source__valid"), claims.net("left_now", 16), state=True)
        claims.always("what is owed is granted, or left of what is sent", eq(owed, plus(waits, rest)))

    def _grants(self, came: Value) -> Value:
        """The words of the grants in the buffer, one behind another."""
        claims, reader, none = self.claims, self.reader, const(0, self.bits)
        store_bits = self._in_front if reader.known_store else 0
        waits = claims.ghost("words that are granted", none)
        rests = [claims.ghost(f"words from grant {n} on", none) for n in range(_GRANTS)]
        produce, starts = claims.net("grants.produce", 2), claims.net("grants.r_en") & self.level.any()
        ages = [part(sub(const(n, 2), self.consume), 0, 2) for n in range(_GRANTS)]
        live = [extend(age, 3) < self.level for age in ages]
        mine = []
        for n in range(_GRANTS):
            grant = claims.register(word_name(_BUFFER, n))
            tenant, length = part(grant, reader.tenant_at, 8), part(grant, reader.length_at, 16)
            store = extend(part(grant, 0, store_bits), 8) if store_bits else const(0, 8)
            mine.append(mux(self._mine(tenant, store), self._beats(length), none))
            fits = (tenant < self.tenants) & length.any() & (length <= self.longest)
            claims.always(f"grant {n} is of a tenant's packet", fits, where=live[n])
        taken = mux(starts, one_of(self.consume, mine), none)
        claims.becomes("words that are granted", minus(plus(waits, came), taken))
        claims.always("where nothing is granted, nothing is owed for it", eq(waits, none), where=bit_not(self.level.any()))
        most = const(1 << (self.bits - 4), self.bits)
        for n in range(_GRANTS):
            comes = self.granted & eq(produce, const(n, 2))
            claims.becomes(f"words from grant {n} on", mux(comes, came, plus(rests[n], came)))
            oldest = eq(ages[n], const(0, 2))
            claims.always(f"grant {n} is the oldest", eq(rests[n], waits), where=live[n] & oldest)
            last = eq(extend(ages[n], 4) + 1, extend(self.level, 5))
            follows = eq(rests[n], mux(last, mine[n], plus(mine[n], rests[(n + 1) % _GRANTS])))
            claims.always(f"grant {n} is followed", follows, where=live[n])
            behind = extend(part(sub(self.level, extend(ages[n], 3)), 0, 3), self.bits)
            claims.always(f"grant {n} has so many behind it", rests[n] <= part(behind * most, 0, self.bits), where=live[n])
        return waits

    def _short(self, length: Value) -> Value:
        """Whether it is no longer than the words of a packet are counted."""
        return length < (self.lanes << (self.bits - 4))
