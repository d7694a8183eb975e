"""What proofs of those who read stores, the arbiter and the ways out, have in common in both modes: what they are of, and what is claimed
of what is asked for and of what is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from amaranth.hdl import Const
from amaranth.hdl import Value as Wire
from amaranth.lib import wiring

from elements.program.values import FALSE, Value, bit_not, cat, const, eq, extend, mux, part
from hdl.arbiter import TenantArbiter
from hdl.datapath import Datapath
from hdl.egress import EgressPort
from hdl.meta import Meta
from hdl.stream import PacketBeat
from hdl.tools.verilog import to_verilog
from sim.proof import duties
from sim.proof.claims import Claims, one_of
from sim.proof.coming import beats_of
from sim.proof.design import Design
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result
from sim.proof.segments import minus, plus
from sim.proof.sent import Kind, kind_of


@dataclass(frozen=True)
class Reader:
    """One that sends ``lanes`` bytes a beat, of packets of ``tenants`` tenants that have at most ``longest`` bytes, and are charged at most
    ``charged`` where turns are shares. ``stores``: the nets of each store begin so; a note has the packet's length from the bit
    ``length_at`` on. ``growth``: of the arbiter, the beats that it leaves free behind a packet, by tenant; in turns of time it ends with a
    slot what is sent; ``arbiter``: what it keeps of `sim.proof.sent`. The rest are nets: of the store whose note is known, where there are
    several, and of the packet that is sent its tenant, with the lowest bit of that, and its store; ``said_tenant``: whose it is said to be
    beside it, with the lowest bit of that."""

    netlist: Netlist
    tenants: int
    lanes: int
    longest: int
    charged: int
    stores: tuple[str, ...]
    length_at: int
    growth: tuple[int, ...]
    arbiter: Kind | None
    known_store: str
    sent_tenant: tuple[str, int]
    sent_store: str
    said_tenant: tuple[str, int]


def reader_names(datapath: Datapath) -> list[str]:
    """By which name `prove_each` has the arbiter, and then each way out: those that are alike have the same."""
    names = {_kind(egress): f"egress {port}" for port, egress in reversed(list(enumerate(datapath.egress_ports)))}
    return ["arbiter", *(names[_kind(egress)] for egress in datapath.egress_ports)]


def _kind(egress: EgressPort) -> tuple[Any, ...]:
    return egress.with_shim, egress.depth, egress.packets, egress.longest, egress.pace


def prove_each(datapath: Datapath, known_store: str, prove: Callable[[Reader], Result], only: str) -> dict[str, Result]:
    """Of the arbiter, in which ``known_store`` is the store whose note is known, and of each way out; those that are alike once. Of
    ``only`` the one of this name, where there is one."""
    found = {} if only not in ("", "arbiter") else {"arbiter": prove(_of_arbiter(datapath, known_store))}
    for name, egress in zip(reader_names(datapath)[1:], datapath.egress_ports, strict=True):
        if name not in found and only in ("", name):
            found[name] = prove(_of_egress(datapath, egress))
    return found


def _of_arbiter(datapath: Datapath, known_store: str) -> Reader:
    arbiter, meta = datapath.arbiter, Meta()
    return Reader(
        arbiter_netlist(arbiter),
        len(datapath.weights),
        arbiter.lanes,
        arbiter.max_frame,
        arbiter.most_charged,
        tuple(f"store{port}" for port in range(arbiter.ports)),
        meta["length"].offset,
        arbiter.growth,
        kind_of(datapath),
        known_store,
        ("held", meta["tenant"].offset),
        "held_port",
        ("source__payload", PacketBeat(arbiter.width, meta)["meta"].offset + meta["tenant"].offset),
    )


def _of_egress(datapath: Datapath, egress: EgressPort) -> Reader:
    return Reader(
        egress_netlist(egress),
        len(datapath.weights),
        egress.width // 8,
        egress.longest,
        egress.most_charged,
        ("read",),
        egress.note["length"].offset,
        (),
        None,
        "",
        ("held_tenant", 0),
        "",
        ("tenant", 0),
    )


def arbiter_netlist(arbiter: TenantArbiter) -> Netlist:
    """Of an arbiter like this one."""
    return _netlist(TenantArbiter(arbiter.width, arbiter.ports, arbiter.turns, arbiter.growth, arbiter.max_frame), "arbiter")


def egress_netlist(egress: EgressPort) -> Netlist:
    """Of a way out like this one, its store among it, which is read by nets ``read__…``."""
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
    return _netlist(alike, "egress", read=alike.store.read)


def _netlist(component: wiring.Component, name: str, **inside: wiring.PureInterface) -> Netlist:
    """With the names of what is ``inside``, also of what nothing is made of, as of whose words are read where there is one tenant."""
    interfaces = {"": component, **{f"{name}__": interface for name, interface in inside.items()}}
    ports = [
        (f"{prefix}{'__'.join(map(str, path))}", wire, None)
        for prefix, interface in interfaces.items()
        for path, _, value in interface.signature.flatten(interface)
        if not isinstance(wire := Wire.cast(value), Const)
    ]
    return read_netlist(to_verilog(component, name, ports), name)


class Reading:
    """Of any one tenant and store what ``reader`` asks for: ``pops`` and ``looks`` say whether that is theirs. ``netlist`` is the reader's,
    without what writes to its stores. Words that are owed are counted in ``bits``, in which several packets have room."""

    def __init__(self, reader: Reader, netlist: Netlist) -> None:
        self.claims: Final = Claims(Design(netlist))
        self.reader: Final = reader
        self.tenant: Final = self.claims.any_of("the tenant", reader.tenants)
        self.store: Final = self.claims.any_of("the store", len(reader.stores))
        self.bits: Final = 4 + (reader.longest // reader.lanes + 1).bit_length()
        net = self.claims.net
        self.claims.presume("there is no reset", bit_not(net("rst")))
        self.known_store: Final = extend(net(reader.known_store, None), 8) if reader.known_store else const(0, 8)
        self._asked()
        self.waiting: Final = self._waiting()
        self.pops, self.looks = (asked & eq(number, self.tenant) for asked, number in map(self.asks, ("pop", "look")))
        get, number = self.asks("get")
        self.takes: Final = get & eq(number, self.tenant)

    def asks(self, what: str) -> tuple[Value, Value]:
        """Whether it is asked for of the store, and for whom."""
        nets = [(self.claims.net(f"{store}__{what}"), self.claims.net(f"{store}__{what}_tenant", 8)) for store in self.reader.stores]
        return one_of(self.store, [asked for asked, _ in nets]), one_of(self.store, [number for _, number in nets])

    def mine(self, tenant: Value, store: Value) -> Value:
        """Whether numbers (8 bits) are those of the tenant and of the store."""
        return eq(tenant, self.tenant) & eq(store, self.store)

    def beats(self, length: Value) -> Value:
        """The words of so many bytes."""
        beats = beats_of(length, self.reader.lanes)
        return part(beats, 0, self.bits) if beats.width > self.bits else extend(beats, self.bits)

    def known(self, granted: Value) -> Value:
        """The length that the note says that is known, ``granted`` being whether that is a packet's that is granted."""
        note = one_of(self.known_store, [self.claims.net(f"{store}__note", None) for store in self.reader.stores])
        length = part(note, self.reader.length_at, 16)
        self.claims.expects(duties.KNOWN, granted, length, self.reader.longest)
        return length

    def owed(self, came: Value, *, at_once: bool) -> Value:
        """The words that are owed to the tenant by the store, where ``came`` are owed anew: to be read from now on, or only later."""
        owed = self.claims.ghost("words that are owed", const(0, self.bits))
        self.claims.becomes("words that are owed", minus(plus(owed, came), extend(self.takes, self.bits)))
        self.claims.keeps(duties.OWED, self.takes, plus(owed, came) if at_once else owed)
        return owed

    def rest(self) -> Value:
        """The words that are still to be read of what is sent, if that is theirs."""
        claims, reader = self.claims, self.reader
        name, low = reader.sent_tenant
        held = part(claims.net(name, None), low, 8)
        sent = self.mine(held, extend(claims.net(reader.sent_store, None), 8) if reader.sent_store else const(0, 8))
        self._words(sent)
        more, left = claims.net("more"), claims.net("left", 16)
        claims.always("what is sent has something left", left.any() & self.short(left) & (held < reader.tenants), where=more)
        claims.keeps(duties.LEFT, claims.net("source__valid"), claims.net("left_now", 16), state=True)
        return mux(more & sent, self.beats(left), const(0, self.bits))

    def _words(self, sent: Value) -> None:
        """Each word that is read of the tenant's leaves in the next cycle, where ``sent`` says whose it is, and stays until it is taken,
        with those of its bytes that are left of the packet, and is said to be the tenant's; and nothing else is sent as that."""
        claims, lanes = self.claims, self.reader.lanes
        valid, left = claims.net("source__valid"), claims.net("left_now", 16)
        stays = bit_not(claims.net("source__ready")) if "source__ready" in claims.nets else FALSE
        read = claims.ghost("a word was read that is not taken", FALSE)
        claims.becomes("a word was read that is not taken", self.takes | (read & stays))
        claims.always("what is sent is a word that was read, and each is", eq(valid & sent, read))
        anybody, _ = self.asks("get")
        claims.now("no word is read while one waits to be taken", bit_not(read & stays), where=anybody)
        word = one_of(self.store, [claims.net(f"{store}__data", 8 * lanes) for store in self.reader.stores])
        bytes_left = [mux(left > lane, part(word, 8 * lane, 8), const(0, 8)) for lane in reversed(range(lanes))]
        data = part(claims.net("source__payload", None), 0, 8 * lanes)
        claims.always("what is sent has the bytes of the word that was read", eq(data, cat(*bytes_left)), where=read)
        name, low = self.reader.said_tenant
        said = part(claims.net(name, None), low, 8)
        claims.always("what is sent is said to be of the tenant whose word was read", eq(said, self.tenant), where=read)

    def short(self, length: Value) -> Value:
        """Whether it is no longer than the words of a packet are counted."""
        return length < (self.reader.lanes << (self.bits - 4))

    def _waiting(self) -> Value:
        """Whether the store has a packet for the tenant that was not popped."""
        reader = self.reader
        waiting = one_of(self.store, [self.claims.net(f"{store}__waiting", reader.tenants) for store in reader.stores])
        return one_of(self.tenant, [part(waiting, t, 1) for t in range(reader.tenants)])

    def _asked(self) -> None:
        """All that is asked for is asked for a tenant, of a store that there is."""
        claims, reader, stores = self.claims, self.reader, len(self.reader.stores)
        if reader.known_store:
            claims.always("what is known is of a store that there is", self.known_store < stores)
            for t in range(reader.tenants):
                claims.always(f"tenant {t} begins with a store that there is", extend(claims.net(f"first_port_t{t}", None), 8) < stores)
        for what, duty in (("get", duties.GET), ("look", duties.LOOK), ("pop", duties.POP)):
            asked, number = self.asks(what)
            claims.keeps(duty, asked, number, reader.tenants)
