"""The parts of a packet's way through a core as links, in the order of the way, and what the proofs of a link rest on.

What a link presumes is kept by another beside it: by all of those on one of its sides, where there are several, as in front of the arbiter
there are the stores of all ways in. Ports that are alike have one result.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from mlclick.parts import Parts
from sim.proof.arrivals import arrival_names
from sim.proof.duties import joined, unmet
from sim.proof.noninterference import Result
from sim.proof.reading import reader_names
from sim.proof.said import Said
from sim.proof.stores import store_names

COMES: Final = "what comes by"
WAY_IN: Final = "the way in of"
STORE_IN: Final = "the store of the way in of"
ARBITER: Final = "the arbiter"
PIPELINE: Final = "the pipeline"
EDITOR: Final = "the editor"
STORE_OUT: Final = "the store of the way out to"
WAY_OUT: Final = "the way out to"
LEAVES: Final = "what leaves by"


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
        """Its proofs, of which one may keep what another presumes; where one does not hold, none keeps anything for others."""
        found = reduce(joined, self.proofs)
        return found if all(proof.proved for proof in self.proofs) else replace(found, kept=())


def links_of(parts: Parts) -> list[Link]:
    """In the order of a packet's way. Errors: ``KeyError`` where a part has no result for a port."""
    datapath = parts.datapath
    wires, places = _ports(datapath.parameters.ports)
    readers = reader_names(datapath)
    stores, arrivals = store_names(datapath), arrival_names(datapath)
    in_stores, out_stores = stores[: len(places)], stores[len(places) :]
    ways_in, ways_out = (tuple(f"{store} {place}" for place in places) for store in (STORE_IN, STORE_OUT))
    found = [Link(COMES, place, (parts.counted[f"rx{wire}"], parts.ports[f"rx{wire}"])) for wire, place in zip(wires, places, strict=True)]
    found += [Link(WAY_IN, place, (parts.arrivals[name],)) for place, name in zip(places, arrivals, strict=True)]
    found += [
        Link(STORE_IN, place, (parts.stores[name],), ((f"{WAY_IN} {place}",), (ARBITER,)))
        for place, name in zip(places, in_stores, strict=True)
    ]
    found += [
        Link(ARBITER, "", (parts.readers["arbiter"], parts.sent["arbiter"], parts.joints), (ways_in,)),
        Link(PIPELINE, "", (parts.growth,), ((ARBITER,),)),
        Link(EDITOR, "", (parts.delivery, parts.edited), ((ARBITER,), (PIPELINE,))),
    ]
    found += [
        Link(STORE_OUT, place, (parts.stores[name],), ((EDITOR,), (f"{WAY_OUT} {place}",)))
        for place, name in zip(places, out_stores, strict=True)
    ]
    found += [
        Link(WAY_OUT, place, (parts.readers[name], parts.sent[name]), ((store,),))
        for place, name, store in zip(places, readers[1:], ways_out, strict=True)
    ]
    found += [
        Link(LEAVES, place, (parts.ports[f"tx{wire}"],), ((f"{WAY_OUT} {place}",),)) for wire, place in zip(wires, places, strict=True)
    ]
    return found


def keepers(link: Link, what: Said, known: Mapping[str, Result]) -> tuple[str, ...] | None:
    """The names of those beside a ``link`` who keep what it presumes, by what is ``known`` of each by name; None where none do."""
    return next((side for side in link.sides if not unmet([Result(presumed=(what,))], [known[name] for name in side])), None)


def rests_on(links: Sequence[Link], parts: Collection[str]) -> list[Said]:
    """What is presumed for the proofs of some ``parts`` of the way and kept by nobody: by those who keep what they presume, and so on, too;
    each once."""
    known = {link.name: link.together for link in links}
    asked = {link.name: link for link in links if link.part in parts}
    waiting, found = [*asked.values()], dict[Said, None]()
    for link in waiting:
        for what in known[link.name].presumed:
            side = keepers(link, what, known)
            if side is None:
                found[what] = None
                continue
            for other in links:
                if other.name in side and other.name not in asked:
                    asked[other.name] = other
                    waiting.append(other)
    return [*found]


def _ports(count: int) -> tuple[list[str], list[str]]:
    """How the core calls its streams, and what they are called here."""
    numbers = [str(port) for port in range(count)]
    return [*numbers, "_host"], [*(f"port {number}" for number in numbers), "the host"]
