"""That every packet that is accepted leaves once, with all that is to be left of it, or is counted as dropped: put together of what is
proved of each part of its way, and of nothing else.

Each part is a link, and links stand in the order of the way. The whole holds where each link's proofs do, and each duty that one presumes
is kept by another beside it: by all of those on one of its sides, where there are several, as in front of the arbiter there are the stores
of all ways in. What is presumed and kept by none, but that there is no reset, is against it. Ports that are alike have one result.

Links say what is so in every cycle, and so the whole says that nothing is lost, doubled or cut, and not that something happens: what is
needed for that is said beside it, with the findings that show it, where there are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib.metadata import version
from typing import Final

from mlclick.parts import Parts
from sim.evidence import UNBOUNDED, Finding, Work
from sim.proof.arrivals import arrival_names
from sim.proof.duties import joined, unmet
from sim.proof.noninterference import Result
from sim.proof.reading import reader_names
from sim.proof.said import Said
from sim.proof.stores import store_names

WHOLE: Final = (
    "every packet that is accepted at a way in leaves once by each port that is selected for it, with the bytes that are to be left of it, "
    "or is counted there as dropped"
)
NO_RESET: Final = Said("there is no reset")
BY_CONSTRUCTION: Final = (
    "by construction, that what two links say in the same words is of the same nets, which is read off the core's netlist from the ways in "
    "to the collector and at its ports, and that a tenant's registers count each packet that "
    "a way out says it stored or dropped"
)
MEANT: Final = (
    "which ports are selected, or none, from which byte on a packet leaves and how long, and what is written over it or in front of it is "
    "what the tenant's elements mean, by the findings of agreement"
)
IN_SHARES: Final = (
    "that a packet leaves at all needs ports that take what is offered; how long it waits at most is in the findings of what other tenants "
    "are granted while one waits"
)
IN_SLOTS: Final = (
    "that a packet leaves at all needs ports that take what is offered, and slots, which come round by construction: how long one waits "
    "for them at most is reckoned from their order and not proved, but that it depends on no other tenant is in the findings of the data "
    "path"
)


@dataclass(frozen=True)
class Link:
    """A ``part`` of the way, at a ``place``, where there are several: what is proved of it, and of each of its ``sides`` the names of those
    who together may keep what it presumes."""

    part: str
    place: str
    proofs: tuple[Result, ...]
    sides: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        """By which others name it."""
        return f"{self.part} {self.place}".rstrip()

    @property
    def together(self) -> Result:
        """Its proofs, of which one may keep what another presumes."""
        return reduce(joined, self.proofs)


def links_of(parts: Parts) -> list[Link]:
    """In the order of a packet's way. Errors: ``KeyError`` where a part has no result for a port."""
    datapath = parts.datapath
    wires, places = _ports(datapath.parameters.ports)
    readers = reader_names(datapath)
    stores, arrivals = store_names(datapath), arrival_names(datapath)
    in_stores, out_stores = stores[: len(places)], stores[len(places) :]
    ways_in, ways_out = (tuple(f"the store of the way {way} {place}" for place in places) for way in ("in of", "out to"))
    found = [
        Link("what comes by", place, (parts.counted[f"rx{wire}"], parts.ports[f"rx{wire}"]))
        for wire, place in zip(wires, places, strict=True)
    ]
    found += [Link("the way in of", place, (parts.arrivals[name],)) for place, name in zip(places, arrivals, strict=True)]
    found += [
        Link("the store of the way in of", place, (parts.stores[name],), ((f"the way in of {place}",), ("the arbiter",)))
        for place, name in zip(places, in_stores, strict=True)
    ]
    found += [
        Link("the arbiter", "", (parts.readers["arbiter"], parts.sent["arbiter"], parts.joints), (ways_in,)),
        Link("the pipeline", "", (parts.growth,), (("the arbiter",),)),
        Link("the editor", "", (parts.delivery, parts.edited), (("the arbiter",), ("the pipeline",))),
    ]
    found += [
        Link("the store of the way out to", place, (parts.stores[name],), (("the editor",), (f"the way out to {place}",)))
        for place, name in zip(places, out_stores, strict=True)
    ]
    found += [
        Link("the way out to", place, (parts.readers[name], parts.sent[name]), ((store,),))
        for place, name, store in zip(places, readers[1:], ways_out, strict=True)
    ]
    found += [
        Link("what leaves by", place, (parts.ports[f"tx{wire}"],), ((f"the way out to {place}",),))
        for wire, place in zip(wires, places, strict=True)
    ]
    return found


def put_together(links: Sequence[Link], *, strict: bool) -> Finding:
    """The finding of the whole, of links in the order of the way; ``strict``: turns are of time."""
    wrong = next(_against(links), "")
    asked = sum(proof.obligations for proof in {id(proof): proof for link in links for proof in link.proofs}.values())
    order = dict.fromkeys(link.part for link in links)
    way = " -> ".join(_named(part, [link.place for link in links if link.part == part]) for part in order)
    detail = (
        f"{len(links)} links, of {asked} questions, each of which is proved, and all that it presumes is kept by one beside it: {way}; "
        f"presumed, and not shown: {NO_RESET}; {BY_CONSTRUCTION}; {MEANT}; {IN_SLOTS if strict else IN_SHARES}"
    )
    return Finding(WHOLE, "proof", not wrong, wrong or detail, work=Work(solver=f"bitwuzla {version('bitwuzla')}", depth=UNBOUNDED))


def _against(links: Sequence[Link]) -> Iterator[str]:
    """What there is against the whole: first what is not proved, and then what is presumed and kept by nobody."""
    if not links:
        yield "there are no links"
    for link in links:
        for proof in link.proofs:
            if not proof.proved:
                yield f"{link.name}: {[*proof.failures, 'nothing was proved'][0]}"
    known = {link.name: link.together for link in links}
    for link in links:
        sides = [[known[name] for name in side] for side in link.sides]
        for what in known[link.name].presumed:
            if what != NO_RESET and all(what in unmet([known[link.name]], side) for side in sides):
                yield f"{link.name} presumes what none beside it keeps: {what}"


def _ports(count: int) -> tuple[list[str], list[str]]:
    """How the core calls its streams, and what they are called here."""
    numbers = [str(port) for port in range(count)]
    return [*numbers, "_host"], [*(f"port {number}" for number in numbers), "the host"]


def _named(part: str, places: Sequence[str]) -> str:
    return f"{part} {', '.join(places)}".rstrip()
