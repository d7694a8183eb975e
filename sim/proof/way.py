"""The way from the arbiter's output to the editor's, for the proof of it: what was sent so many cycles ago, in ghosts, and that it is what
there is in the hardware.

A place is a number of cycles behind the arbiter's output, and what is there moves on by one in each cycle. Of a net it is claimed what it
is and, for each place in front of it, what it will be when that has come: so registers between need no names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, part
from hdl.datapath import Datapath
from hdl.meta import Meta
from hdl.stream import PacketBeat
from sim.proof import duties
from sim.proof.claims import Claims, every, implies, one_of
from sim.proof.cut_delivery import SENT
from sim.proof.cut_stores import cut_stores
from sim.proof.design import Design, where
from sim.proof.netlist import Netlist
from sim.proof.sent import Kind, Sent, follows, kind_of, say, sent
from sim.proof.unroll_delays import unroll_delays

_RESET: Final = "rst"
_SAYS: Final = ("select", "out_length", "shim", "shift_index", "bytes")
SAID: Final = {"select": "select", "length": "out_length", "shim": "shim", "shift_index": "shift_index"}
"""What the editor has of a packet, and what the pipeline calls that."""


@dataclass(frozen=True)
class Place:
    """What there is in one: whether a packet begins (``first``), and then how long it came, whose it is, and the cycles that the one
    before still has; whether there is a beat (``valid``), its ``data``, and whether it is the ``last`` of its packet; whether a slot
    begins; as far as the pipeline what is known of the packet beside its beats (``meta``), and from there on what the pipeline says of it.
    """

    first: Value
    length: Value
    tenant: Value
    rest: Value
    valid: Value
    data: Value
    last: Value
    begins: Value
    meta: Value
    says: Mapping[str, Value]


class Way:
    """``places`` from the arbiter's output on, ``beyond`` of them behind that from which packets leave the editor, which is ``start``;
    ``out``: what is sent."""

    def __init__(self, datapath: Datapath, netlist: Netlist, beyond: int) -> None:
        self.datapath: Final = datapath
        self.kind: Final[Kind] = kind_of(datapath)
        stores, _ = cut_stores(netlist)
        self.design: Final = Design(unroll_delays(stores, _RESET))
        self.claims: Final = Claims(self.design)
        collector = datapath.collector
        self.verdict: Final = collector.beats + collector.wait
        self.leaves: Final = self.verdict + datapath.editor.ahead + 1
        self.claims.presume("there is no reset", bit_not(self.claims.net(_RESET)))
        valid, first, begins, payload = (self.net(f"{SENT}_{what}") for what in ("valid", "first", "begins", "payload"))
        self.out: Final[Sent] = sent(self.claims, self.kind, valid, first, begins, payload)
        say(self.claims.expects, self.kind, self.out)
        self.places: Final = self._places(payload, beyond)
        self.start: Final = self.places[self.leaves]
        self._sent_as_sent()
        self._carried()

    def net(self, name: str, width: int | None = None) -> Value:
        """A net of the design."""
        return self.claims.net(name, width)

    def _places(self, payload: Value, beyond: int) -> list[Place]:
        out, width = self.out, self.datapath.parameters.width
        data, meta = (part(payload, (at := PacketBeat(width, Meta())[name]).offset, at.width) for name in ("data", "meta"))
        found = [Place(out.first, out.length, out.tenant, out.rest, out.valid, data, out.last, out.begins, meta, {})]
        for cycle in range(1, self.leaves + beyond + 1):
            says = {name: self.net(f"pipeline.{name}") for name in _SAYS} if cycle == self.verdict + 1 else found[-1].says
            found.append(self._later(found[-1], says, cycle))
        return found

    def _later(self, place: Place, says: Mapping[str, Value], cycle: int) -> Place:
        """A place that is a cycle on: ghosts that become what ``place`` is."""

        def ghost(what: str, value: Value) -> Value:
            return self.claims.ghost(f"{what}, sent {cycle} cycles ago", value)

        return Place(
            ghost("first", place.first),
            ghost("length", place.length),
            ghost("tenant", place.tenant),
            ghost("rest", place.rest),
            ghost("valid", place.valid),
            ghost("data", place.data),
            ghost("last", place.last),
            ghost("slot", place.begins),
            ghost("known", place.meta) if cycle <= self.datapath.collector.beats else place.meta,
            {name: ghost(name, value) for name, value in says.items()},
        )

    def _sent_as_sent(self) -> None:
        """What is so of packets where they leave the arbiter is so on the way, and of lengths behind the pipeline."""
        claims, kind, places = self.claims, self.kind, self.places[: self.leaves + 1]
        came = places[self.verdict]
        says = {name: self.net(f"pipeline.{name}") for name in SAID.values()}
        leaves, number = self.net("pipeline.out_valid", 1), self.net("pipeline.out_tenant", 8)
        claims.expects(duties.IN_TIME, TRUE, leaves, number, came.first, came.tenant)
        goes = came.first & leaves & says["select"].any()
        claims.expects(duties.GROWS, goes & self._is_sent(came), says["out_length"], came.length, self._growth(came))
        claims.always("a packet is as it was sent", every(implies(each.first, self._is_sent(each)) for each in places[1:]))
        apart = [implies(each.first | (each.begins if kind.slots else FALSE), bit_not(each.rest.any())) for each in places[1:]]
        claims.always("a packet begins when the one before has had its cycles", every(apart))
        moves = [eq(one.rest, follows(kind, other.first, other.length, other.tenant, other.rest)) for one, other in pairwise(places)]
        claims.always("its cycles are had on the way as where it was sent", every(moves))
        short = [
            implies(each.first & each.says["select"].any(), each.says["out_length"] <= each.length + self._growth(each))
            for each in places[self.verdict + 1 :]
        ]
        claims.always("what goes anywhere is no longer than it may be", every(short))

    def _carried(self) -> None:
        """That what there is where a packet leaves is what was sent, and said of it."""
        ahead, behind = self.datapath.editor.ahead, self.places[1 : self.leaves + 1]
        start = self.net(f"editor.window{ahead}.first")
        self.moves("a packet leaves when its time is come, and nothing else does", start, [(TRUE, place.first) for place in behind])
        # Where turns are shares there are no slots, and nothing of them is carried as far as the editor.
        slots = [(TRUE, place.begins) for place in behind] if self.kind.slots else [(TRUE, FALSE)] * (ahead + 1)
        self.moves("a slot begins when its time is come, and no other does", self.net(f"editor.begins{ahead}"), slots)
        number = self.net(f"editor.verdict{ahead}.tenant", 8)
        self.moves("its number goes with it", number, [(place.first, place.tenant) for place in behind])
        for net, name in SAID.items():
            said = [(place.first, place.says[name]) for place in behind[self.verdict :]]
            self.moves(f"what is said of its {net} goes with it", self.net(f"editor.verdict{ahead}.{net}"), said)

    def moves(self, name: str, net: Value, was: Sequence[tuple[Value, Value]]) -> None:
        """In each place, where the first of the two is so, the ``net`` will be the second: in the last one it is, in the one before it will
        be in a cycle, and so on."""
        facts = []
        for premise, value in reversed(was):
            facts.append(implies(premise, eq(net, value)))
            net = where(where(net, self.design.next), {_RESET: FALSE})
        self.claims.always(name, every(facts))

    def _growth(self, place: Place) -> Value:
        """The bytes by which packets of the tenant grow."""
        growth = self.datapath.composition.growth
        return one_of(place.tenant, [const(growth.get(number, 0), 16) for number in range(len(self.datapath.weights))])

    def _is_sent(self, place: Place) -> Value:
        """Whether a packet is a tenant's, and as long as it may be."""
        length = place.length
        return (place.tenant < len(self.datapath.weights)) & length.any() & (length <= self.kind.longest)
