"""That every packet that is accepted leaves once, with all that is to be left of it, or is counted as dropped: put together of what is
proved of each part of its way, and of nothing else.

The whole holds where the proofs of each of `mlclick.links` do, and each duty that one presumes is kept by another beside it. What is
presumed and kept by none, but that there is no reset, is against it.

Links say what is so in every cycle, and so the whole says that nothing is lost, doubled or cut, and not that something happens: what is
needed for that is said beside it, with the findings that show it, where there are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final

from mlclick.links import Link, keepers
from sim.evidence import UNBOUNDED, Finding, Work
from sim.proof.said import Said

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
        for what in known[link.name].presumed:
            if what != NO_RESET and keepers(link, what, known) is None:
                yield f"{link.name} presumes what none beside it keeps: {what}"


def _named(part: str, places: Sequence[str]) -> str:
    return f"{part} {', '.join(places)}".rstrip()
