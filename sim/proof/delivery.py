"""That each packet that leaves the arbiter is put into the store of each port that the pipeline selects for it, once, whole and behind the
one before, and into no other; that one with no bytes is counted as dropped there. Proved of the netlist from the arbiter's output to the
stores of the ways out, for every tenant and port at once, and for any latency and width.

A packet's verdict comes a constant number of cycles behind its first beat, and what carries it on the way only moves it: what is claimed of
a place on the way is what will be at its end, as many cycles later. Packets have their cycles where they leave the arbiter
(`sim.proof.sent`), and so they have them at each place behind it; what the editor makes of one takes no more of them. Beats that are owed
to a port are counted by a ghost from the cycle in which a packet that selects it begins to leave.

So the duties are kept that stores presume of what comes to them. Of the pipeline it is presumed what `sim.proof.growth` shows: that a
packet comes out after its latency as its tenant's, and no longer than it may be.
"""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, mux, part
from hdl.datapath import Datapath
from sim.proof import duties
from sim.proof.came import claim_came
from sim.proof.claims import every, one_of
from sim.proof.coming import beats_of
from sim.proof.cut_delivery import COUNTED, delivery_netlist
from sim.proof.netlist import Netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.segments import plus
from sim.proof.sent import LONG, less
from sim.proof.tails import Put, claim_tails, places_beyond
from sim.proof.terms import symbol
from sim.proof.way import Way

_NONE: Final = const(0, LONG)
_OUT: Final = "editor.out__payload"


def prove_delivery(datapath: Datapath) -> Result:
    """Of a data path, in either mode."""
    netlist = delivery_netlist(datapath)
    return deeply(lambda: _Delivery(datapath, netlist).proved())


class _Delivery:
    def __init__(self, datapath: Datapath, netlist: Netlist) -> None:
        self.datapath = datapath
        self.way = Way(datapath, netlist, places_beyond(datapath.editor))
        self.claims = claims = self.way.claims
        self.ports = datapath.egresses
        self.longest = min(egress.longest for egress in datapath.egress_ports)
        self.port = claims.any_of("the port", self.ports)
        self.tenant = claims.any_of("the tenant", len(datapath.weights))

    def proved(self) -> Result:
        """All of it."""
        self._leaves()
        self._put()
        self._stored()
        self._counted()
        claim_came(self.way)
        claim_tails(self.way, Put(self.port, self.begins, self.owed, self._of_port("put.data")))
        return self.claims.proved()

    def _leaves(self) -> None:
        """Nothing is cut off, and what is left of a packet has its cycles."""
        claims, at = self.claims, self.way.start
        active, left = claims.net("editor.active"), self._beats(claims.net("editor.left_next", 16))
        claims.always("what still leaves has its cycles", left.any() & (left <= at.rest), where=active)
        claims.keeps(duties.ALONE, TRUE, claims.net("editor.overrun"))
        selected = one_of(self.port, [part(at.says["select"], port, 1) for port in range(self.ports)])
        self.begins = at.first & selected & at.says["out_length"].any()
        self.none = at.first & selected & bit_not(at.says["out_length"].any())

    def _put(self) -> None:
        """A beat is put where, and only where, one is owed to the port, as what was said of its packet says."""
        claims, at = self.claims, self.way.start
        owed = claims.ghost("beats that are owed", _NONE)
        begun = claims.ghost("a packet begins at the port", self.begins)
        number, length, shim = (
            self._remembered(what, value)
            for what, value in (("tenant", at.tenant), ("length", at.says["out_length"]), ("shim", at.says["shim"]))
        )
        claims.becomes("beats that are owed", mux(self.begins, self._beats(at.says["out_length"]), less(owed)))
        self.comes = self._of_port("put_valid")
        self.owed, self.begun, self.length = owed, begun, length
        put = {name: self._of_port(f"put.{name}") for name in ("first", "last", "write", "good", "tenant")}
        self.note = one_of(self.port, [part(claims.net(f"egress{port}.store.put.note", None), 0, 16) for port in range(self.ports)])
        host = part(claims.net(f"egress{self.ports - 1}.store.put.note", None), 16, 128)
        claims.always("a beat is put into a store where one is owed to its port, and only there", eq(self.comes, owed.any()))
        there = owed.any()
        claims.always("the first is where its packet begins", eq(put["first"], begun), where=there)
        claims.always("the last is where no other is owed", eq(put["last"], eq(owed, const(1, LONG))), where=there)
        claims.always("it is good and has data", put["good"] & put["write"], where=there)
        claims.always(
            "it is of the tenant whose packet it is", eq(put["tenant"], number) & (number < len(self.datapath.weights)), where=there
        )
        claims.always("its note says the length that was said", eq(self.note, length), where=there)
        claims.always("the note for the host has the shim that was said", eq(host, shim), where=there & self.port.equals(self.ports - 1))
        claims.now("a packet begins behind the last of another", owed <= 1, where=at.first)
        self.put = put
        self._left()

    def _left(self) -> None:
        """What is owed is what the editor still has to give, and it gives it as was said."""
        claims, kept = self.claims, "editor.kept"
        active, left = claims.net("editor.active"), self._beats(claims.net("editor.left_next", 16))
        select = claims.net(f"{kept}.select", self.ports)
        mine = one_of(self.port, [part(select, port, 1) for port in range(self.ports)])
        claims.always("what is owed is left of what leaves", eq(less(self.owed), mux(active & mine, left, _NONE)))
        claims.always("what leaves is of the packet that is put", self._as_said(kept), where=active & mine)

    def _as_said(self, net: str) -> Value:
        word = self.claims.net
        facts = [
            eq(word(f"{net}.{what}", width), symbol(f"its {what}", width)) for what, width in (("tenant", 8), ("length", 16), ("shim", 128))
        ]
        return every(facts)

    def _remembered(self, what: str, value: Value) -> Value:
        """Of the packet that began last at the port."""
        name = f"its {what}"
        found = self.claims.ghost(name, value)
        self.claims.becomes(name, mux(self.begins, value, found))
        return found

    # What the stores presume.

    def _stored(self) -> None:
        """With the ghosts that the proof of a store has."""
        claims, put, comes = self.claims, self.put, self.comes
        middle, whose, asked = (
            claims.ghost("within a packet", FALSE),
            claims.ghost("whose packet that is", const(0, 8)),
            claims.ghost("beats to keep", _NONE),
        )
        claims.becomes("within a packet", mux(comes, bit_not(put["last"]), middle))
        claims.becomes("whose packet that is", mux(comes, put["tenant"], whose))
        count = part(mux(put["first"], _NONE, asked) + put["write"], 0, LONG)
        claims.becomes("beats to keep", mux(comes, count, asked))
        within = self.owed.any() & bit_not(self.begun)
        claims.always("within a packet some of it is owed", eq(middle, within))
        claims.always(
            "the beats to keep are those that are owed no more", eq(plus(asked, self.owed), self._beats(self.length)), where=within
        )
        claims.always("within a packet it is of its tenant", eq(whose, symbol("its tenant", 8)), where=within)
        short = self.length.any() & (self.length <= self.longest)
        claims.always("a packet that begins is short", short & (self.owed <= self._beats(self.length)), where=self.owed.any())
        claims.always("all of it is owed where it begins", eq(self.owed, self._beats(self.length)), where=self.begun)
        claims.keeps(duties.FIRST, comes, put["first"], bit_not(middle), state=True)
        claims.keeps(duties.OF_ONE, comes & middle, put["tenant"], whose, state=True)
        ends = comes & put["last"] & put["good"]
        claims.keeps(duties.COUNTED, ends, count, self._beats(self.note), state=True)
        claims.keeps(duties.SHORT, ends, self.note, self.longest, state=True)

    def _counted(self) -> None:
        """Each packet that selects the port is counted as stored or as dropped there, as its tenant's, and nothing else is."""
        claims, at, tenants = self.claims, self.way.start, len(self.datapath.weights)
        none = claims.ghost("a packet for the port has no bytes", self.none)
        number = claims.ghost("whose packet left last", at.tenant)
        stored, lost = self._of_port("stored"), self._of_port("lost")
        mine = eq(self.put["tenant"], self.tenant)
        queued, dropped = (
            one_of(self.tenant, [part(word, t, 1) for t in range(tenants)])
            for word in (one_of(self.port, [claims.net(f"counts{port}_{what}", tenants) for port in range(self.ports)]) for what in COUNTED)
        )
        claims.now("what is stored is counted, as its tenant's", eq(queued, stored & mine))
        nothing = none & eq(number, self.tenant)
        claims.now("what is lost is counted, as its tenant's, and so is what has no bytes", eq(dropped, (lost & mine) | nothing))
        select, tenant = (claims.net(f"{_OUT}.{name}", None) for name in ("select", "tenant"))
        goes = one_of(self.port, [part(select, port, 1) for port in range(self.ports)])
        claims.always("what has no bytes is said to be there, and nothing else is", eq(claims.net("editor.empty") & goes, none))
        claims.always("what has no bytes has no beat, and is its tenant's", bit_not(self.comes) & eq(tenant, number), where=none)

    def _of_port(self, name: str) -> Value:
        return one_of(self.port, [self.claims.net(f"egress{port}.store.{name}", None) for port in range(self.ports)])

    def _beats(self, length: Value) -> Value:
        return beats_of(length, self.way.kind.lanes)
