"""That a way in gives its store what `sim.proof.stores` presumes, and that each frame that ends on its wire is counted, once: proved of the
netlists of the ways in, the host's with what takes off the shim, for whatever comes by the wire.

Where the first beat of a frame is said, whose all are, and how many are to be kept follow from what was seen of it: the bytes that came are
counted in whole beats as long as nothing is wrong with it, and what is to be kept of it is counted by what goes to the store.

A frame that ends is malformed, somebody's or nobody's, and what is good goes to the store, which says whether it was stored or lost. What
is put of it is what came by the wire: behind the wire's own beats, which ghosts count (`sim.proof.frames`), are those of
`sim.proof.arrived_shim`, and the words of `sim.proof.arrived_words`.
"""

from __future__ import annotations

from typing import Any, Final

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from elements.program.values import FALSE, Value, bit_not, const, eq, extend, mux, part
from hdl.crossing import ShimStrip
from hdl.datapath import Datapath
from hdl.identity import IDENTITY_BYTES
from hdl.ingress import Ingress
from hdl.meta import Meta
from hdl.segment_store import store_reading
from hdl.stream import beat_stream
from hdl.tools.verilog import to_verilog
from sim.proof import duties
from sim.proof.arrived_shim import Shims
from sim.proof.arrived_words import Words
from sim.proof.claims import Claims, implies
from sim.proof.coming import COUNT, Coming, beats_of
from sim.proof.cut_stores import cut_stores
from sim.proof.design import Design, where
from sim.proof.frames import Frames
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.segments import minus, plus

_UNDER_WAY: Final = 4
"""Bits in which frames are counted that are counted nowhere yet."""


def arrival_names(datapath: Datapath) -> list[str]:
    """By which name `prove_arrivals` has each way in: those that are alike have the same."""
    names = {_kind(ingress): f"ingress {port}" for port, ingress in reversed(list(enumerate(datapath.ingresses)))}
    return [names[_kind(ingress)] for ingress in datapath.ingresses]


def _kind(ingress: Ingress) -> tuple[Any, ...]:
    rules = tuple((rule.tenant, rule.vlan, rule.mac) for rule in ingress.rules if rule.port in (None, ingress.port))
    return ingress.max_frame, ingress.host_edges is not None, rules


def prove_arrivals(datapath: Datapath) -> dict[str, Result]:
    """Of each way in, in either mode; those that are alike are proved once."""
    found: dict[str, Result] = {}
    for name, ingress in zip(arrival_names(datapath), datapath.ingresses, strict=True):
        if name not in found:
            found[name] = prove_arrival(ingress)
    return found


def prove_arrival(ingress: Ingress) -> Result:
    """Of a way in like this one."""
    return deeply(lambda: _Arrives(arrival_netlist(ingress), ingress).proved())


def arrival_netlist(ingress: Ingress) -> Netlist:
    """Of a way in like this one, ``way``, at the host's behind what takes off the shim, ``strip``."""
    return read_netlist(to_verilog(_Entry(ingress), "entry"), "entry")


class _Entry(wiring.Component):
    """A way in from its wire on. ``short``: a frame ended that had no more than a shim. Latency and initiation interval are those of the
    two blocks behind each other."""

    def __init__(self, ingress: Ingress) -> None:
        width, tenants = ingress.width, ingress.tenants
        self.strip: Final = ShimStrip(width) if ingress.host_edges is not None else None
        self.way: Final = Ingress(
            width, ingress.port, ingress.depth, ingress.max_frame, ingress.rules, ingress.host_edges, tenants=ingress.tenants
        )
        strobes = ("accepted", "malformed", "overflow", "unknown", "short")
        reading = store_reading(width, tenants, Meta().size)
        super().__init__({"sink": In(beat_stream(width)), "read": Out(reading), **{strobe: Out(1) for strobe in strobes}})

    def elaborate(self, platform: object) -> Module:
        """Wires."""
        m = Module()
        m.submodules.way = way = self.way
        wiring.connect(m, way.read, wiring.flipped(self.read))
        for strobe in ("accepted", "malformed", "overflow", "unknown"):
            m.d.comb += getattr(self, strobe).eq(getattr(way, strobe))
        if self.strip is None:
            wiring.connect(m, wiring.flipped(self.sink), way.sink)
            return m
        m.submodules.strip = strip = self.strip
        wiring.connect(m, wiring.flipped(self.sink), strip.sink)
        wiring.connect(m, strip.source, way.sink)
        m.d.comb += [way.shim.eq(strip.shim), self.short.eq(strip.short)]
        return m


class _Arrives:
    def __init__(self, netlist: Netlist, ingress: Ingress) -> None:
        self.ingress = ingress
        edges = ingress.host_edges
        self.anybody = any(rule.port in (None, ingress.port) for rule in ingress.rules) if edges is None else any(edges.values())
        """A frame can be somebody's."""
        self.lanes, self.held, self.longest = ingress.width // 8, ingress.held, ingress.max_frame
        cut, _ = cut_stores(netlist)
        self.claims = claims = Claims(Design(cut))
        claims.presume("there is no reset", bit_not(claims.net("rst")))
        net = claims.net
        self.index, self.length, self.bad = net("way.index", None), extend(net("way.length", None), 16), net("way.bad")
        self.was_owned, self.was_owner = net("way.was_owned"), net("way.was_owner", 8)
        self.left = net("way.left", None) if self.held else const(0, 1)
        self.ending = self.left.any()
        self.frame = Frames(claims, "way.sink", ingress.width)
        self.wire = self.frame if edges is None else Frames(claims, "sink", ingress.width)
        self.shims = None if edges is None else Shims(claims, ingress.width, self.wire, self.frame)
        # Of the frame on the wire there is a beat that is no longer held.
        self.begun = self.held < self.index
        self.coming = Coming(claims, "way.store.", Meta().size, Meta()["length"].offset, self.lanes)

    def proved(self) -> Result:
        """All of it."""
        if self.shims is not None:
            self.shims.claim()
        if not self.anybody:
            return self._nobodys()
        self._wire()
        self._owner()
        self._puts()
        self._counts()
        return self.claims.proved()

    def _nobodys(self) -> Result:
        """Where no frame that comes is anybody's: nothing is put, so that all that is presumed of what is put is kept."""
        claims, came = self.claims, self.coming
        claims.always("of nobody's frames nothing is left to be put", bit_not(self.ending | self.was_owned))
        claims.always("nobody's frames are not put", bit_not(came.comes))
        self._counts()
        result = claims.proved()
        vacuous = (duties.FIRST.said(), duties.OF_ONE.said(), duties.COUNTED.said(), duties.SHORT.said(came.length, self.longest))
        result.kept = vacuous if result.proved else ()
        return result

    # What comes.

    @property
    def _ended(self) -> Value:
        """The note of the frame whose last beats are still to be put."""
        return self.claims.net("way.ended", Meta().size)

    def _said(self, note: Value, field: str) -> Value:
        return part(note, Meta()[field].offset, Meta()[field].width)

    def _wire(self) -> None:
        """What is known of the frame on the wire by its beats so far."""
        claims, lanes = self.claims, self.lanes
        most = max(self.held, IDENTITY_BYTES // lanes) + 1
        claims.always("beats are counted as far as it matters", self.index <= most)
        claims.always("no more bytes are counted than there may be", self.length <= self.longest)
        counted = (self.length >= most * lanes) & bit_not(part(self.length, 0, (lanes - 1).bit_length()).any())
        for beats in range(most):
            counted = mux(self.index.equals(beats), self.length.equals(beats * lanes), counted)
        claims.always("the bytes of a frame with which nothing is wrong fill its beats", counted, where=bit_not(self.bad))
        if not self.held:
            return
        behind = extend(self.index, 8) + self.left <= self.held
        claims.always("where beats are left of a frame, no more came of the next one than are gone", behind, where=self.ending)
        claims.always("no more beats are left than were held", self.left <= self.held)
        alone = self.left.equals(self.held)
        claims.always("where no beat of a frame was put, all are left", alone, where=self.ending & claims.net("way.alone"))

    def _at_rest(self) -> tuple[Value, Value]:
        """Whether the frame on the wire is somebody's, and whose, by what came before: its first bytes, or its shim."""
        claims = self.claims
        if self.ingress.host_edges is None:
            still = {"sink__payload": const(0, self.ingress.width + self.lanes + 1)}
            return where(claims.net("way.identity.known"), still), where(claims.net("way.identity.tenant", 8), still)
        begins = {str(self.index.attributes[0]): const(0, self.index.width)}
        return where(claims.net("way.owned"), begins), where(claims.net("way.owner", 8), begins)

    def _owner(self) -> None:
        """Whose the frame on the wire is stays so."""
        owned, owner = self._at_rest()
        same = eq(self.was_owned, owned) & implies(owned, eq(self.was_owner, owner))
        self.claims.always("whose a frame is stays so while it comes", same, where=self.begun & bit_not(self.bad))

    # What is put.

    def _puts(self) -> None:
        """What goes to the store."""
        claims, came, longest = self.claims, self.coming, self.longest
        alone = claims.net("way.alone") if self.held else FALSE
        owner = mux(self.ending, claims.net("way.ended_owner", 8), self.was_owner) if self.held else self.was_owner
        middle = mux(self.ending, bit_not(alone), self.begun & self.was_owned)
        claims.always("more is put of a packet as long as more comes of its frame", eq(came.middle_then, middle))
        claims.always("what is put of a packet is of its frame's owner", eq(came.whose_then, owner), where=middle)
        on_wire = bit_not(self.ending) & middle & bit_not(self.bad)
        shift = (self.lanes - 1).bit_length()
        full = extend(part(self.length, shift, 16 - shift), COUNT)
        if self.ingress.host_edges is None:
            kept = minus(full, const(self.held, COUNT))
        else:
            said = self._said(claims.net("way.meta", Meta().size), "length")
            kept = mux(self.length < said, full, beats_of(said, self.lanes))
        claims.always("of the frame on the wire so many beats were kept", eq(came.asked_then, kept), where=on_wire)
        if self.held:
            self._ends(alone)
        rest = self.ending & claims.net("way.ended_good") if self.held else FALSE
        Words(self.ingress, self.frame, came, on_wire=on_wire, rest=rest, left=self.left, alone=alone).claim()
        claims.keeps(duties.FIRST, came.comes, came.put["first"], bit_not(came.middle), state=True)
        claims.keeps(duties.OF_ONE, came.comes & came.middle, came.put["tenant"], came.whose, state=True)
        claims.keeps(duties.COUNTED, came.ends, came.count, came.beats, state=True)
        claims.keeps(duties.SHORT, came.ends, came.length, longest, state=True)
        whose = eq(self._said(came.note, "tenant"), came.put["tenant"]) & (came.put["tenant"] < self.ingress.tenants)
        claims.always("what is good is put for a tenant that there is, as its note says", whose, where=came.ends)

    def _ends(self, alone: Value) -> None:
        """What is still to be put of a frame that ended."""
        claims, ended = self.claims, self._ended
        good = self.ending & claims.net("way.ended_good")
        length, owner = self._said(ended, "length"), claims.net("way.ended_owner", 8)
        there = plus(mux(alone, const(0, COUNT), self.coming.asked_then), extend(self.left, COUNT))
        claims.always("what is left of a good frame is kept", claims.net("way.keeps"), where=good)
        claims.always("of a good frame that ended all is put or left", eq(there, beats_of(length, self.lanes)), where=good)
        claims.always(
            "a good frame that ended has bytes, and no more than there may be", length.any() & (length <= self.longest), where=good
        )
        whose = eq(self._said(ended, "tenant"), owner) & (owner < self.ingress.tenants)
        claims.always("a good frame that ended is of a tenant that there is", whose, where=good)

    # What is counted.

    def _counts(self) -> None:
        """A frame that ends is counted once, and soon."""
        claims, net = self.claims, self.claims.net
        stored, lost, malformed, unknown, short = map(net, ("accepted", "overflow", "malformed", "unknown", "short"))
        ends, good, shims = self.wire.ends, net("way.good"), self.shims
        one = eq(extend(malformed, 2) + unknown + good, extend(self.frame.ends, 4))
        claims.now("a frame that ends is malformed, nobody's or good, and one of them", one)
        ago = self.frame.ago("what was good", good, self.held + 1)
        for n in range(self.held):
            left = self.left.equals(self.held - n) & net("way.ended_good")
            claims.always(f"what was good is left to be put, {n + 1} ago", eq(ago[n], left))
        claims.always("what was good ends at the store", eq(ago[-1], self.coming.ends))
        claims.always("a good frame is stored or lost, and nothing else is", eq(stored ^ lost, ago[-1]) & bit_not(stored & lost))
        slowest = len(ago) + (0 if shims is None else len(shims.late))
        ended = self.wire.ago("an end", ends, slowest)
        came = ended if shims is None else shims.ends(ended)
        late = ago if shims is None else [*ago, *shims.late]
        if not self.anybody:
            claims.always("nobody's frames are not good", bit_not(_sum(ago).any()))
        for n, (was_good, came_then) in enumerate(zip(ago if self.anybody else [], came, strict=False), 1):
            claims.always(f"what was good ended, {n} ago", came_then, where=was_good)
        name = "frames that ended and were not counted"
        under_way = claims.ghost(name, const(0, _UNDER_WAY))
        claims.becomes(name, minus(plus(under_way, ends), _sum([stored, lost, malformed, unknown, short])))
        claims.always("what ended and was not counted is on its way to a counter", eq(under_way, _sum(late)))
        claims.always(f"a frame that ended is counted once, within {slowest} cycles", under_way <= _sum(ended))


def _sum(bits: list[Value]) -> Value:
    total = const(0, _UNDER_WAY)
    for bit in bits:
        total = plus(total, bit)
    return total
