"""What comes to the pipeline of a packet: what is known of it and its header are the packet's own, as they left the arbiter, a constant
number of cycles before. Of a packet that ends within the header the rest of that is zero.

The beats that wait for the header to be whole are claimed to be those that were sent, and which of them are the packet's follows from where
packets begin and end.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from elements.program.values import TRUE, Value, bit_and, bit_not, const, eq, mux, part
from hdl.collector import Collector
from hdl.composition import META
from hdl.meta import Meta
from sim.proof.claims import Claims, every, implies
from sim.proof.cut_delivery import CAME
from sim.proof.way import Way


def claim_came(way: Way) -> None:
    """It, and what it follows from."""
    _Came(way).claim()


class _Came:
    def __init__(self, way: Way) -> None:
        self.way: Final = way
        self.claims: Final[Claims] = way.claims
        self.collector: Final[Collector] = way.datapath.collector
        self.waits: Final = way.places[1 : self.collector.beats]
        """The beats behind the one at hand that the collector has."""

    def claim(self) -> None:
        """All of it."""
        self._known()
        self._ends()
        self._collected()
        self._header()

    def _known(self) -> None:
        """What is known of it. That it is there is claimed of what leaves the pipeline as many cycles later."""
        way, front = self.way, self.way.places[1 : self.collector.beats + 1]
        for name, bits in META.items():
            known = [(each.first, part(each.meta, Meta()[name].offset, bits)) for each in front]
            way.moves(f"its {name} comes with it", way.net(f"{CAME}_{name}", bits), known)

    def _ends(self) -> None:
        """The last beat of a packet is the one behind which there is none of it."""
        claims, places, out = self.claims, self.way.places, self.way.out
        first = implies(places[1].valid, eq(places[1].last, bit_not(out.to_come.any())))
        pairs = pairwise(places[1 : self.collector.beats + 1])
        behind = [implies(old.valid, eq(old.last, bit_not(bit_and(new.valid, bit_not(new.first))))) for new, old in pairs]
        claims.always("a beat is the last where none of its packet follows", every([first, *behind]))

    def _collected(self) -> None:
        """What waits is what was sent."""
        claims, way = self.claims, self.way
        for age, place in enumerate(self.waits, 1):
            window = f"collector.window{age}"
            for name, was in (
                ("first", place.first),
                ("last", place.last),
                ("data", mux(place.valid, place.data, const(0, place.data.width))),
            ):
                claims.always(f"the {name} of a beat is collected, {age} cycles on", eq(way.net(f"{window}.{name}"), was))
            if way.kind.slots and age + 1 < self.collector.beats:
                begins = way.net(f"collector.begins{age + 1}", 1)
                claims.always(f"that a slot begins is collected, {age} cycles on", eq(begins, place.begins))

    def _header(self) -> None:
        """Its bytes, those of the first beat first."""
        way, beats, lanes = self.way, self.collector.beats, self.collector.width // 8
        header, own, facts = way.net(f"{CAME}_header"), TRUE, []
        for number in range(header.width // 8):
            beat, lane = divmod(number, lanes)
            place = way.places[beats - beat]
            if beat and not lane:
                own = bit_and(own, bit_and(place.valid, bit_not(place.first)))
            facts.append(eq(_byte(header, number), mux(own, _byte(place.data, lane), const(0, 8))))
        self.claims.always("its header is its own first bytes", every(facts), where=way.places[beats].first)


def _byte(word: Value, number: int) -> Value:
    return part(word, 8 * number, 8)
