"""Proves each part of a packet's way, one after another: one of which the proof breaks off has failed, and the others stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from mlclick.design import Progress
from mlclick.parts import Parts
from sim.evidence import BREAKS, why_broken
from sim.proof.noninterference import Result

ALONE: Final = {
    "growth": "how long packets are behind the pipeline",
    "delivery": "that each packet comes to the ways out that are selected for it",
    "edited": "that the editor sends what is said beside it",
    "joints": "that the parts are joined as they are proved",
}
"""Of which there is one result, by their names in `Parts`, with what is said of them."""
EACH: Final = {
    "arrivals": "that what comes is given to the stores, and counted",
    "stores": "that packets stay whole in their tenants' segments",
    "readers": "that each word is read once",
    "sent": "that packets are sent as their notes say",
    "ports": "that the rules are kept at every port",
    "counted": "that counters count what is said of frames",
}
"""Of which there is one for each place."""


def prove_parts(parts: Parts, progress: Progress) -> None:
    """All of ``parts`` are asked for here."""
    for name, what in {**EACH, **ALONE}.items():
        progress(f"proof: {what}")
        try:
            getattr(parts, name)
        except BREAKS as error:
            broken = Result(failures=[why_broken(error)])
            setattr(parts, name, _everywhere(name, broken) if name in EACH else broken)


def _everywhere(name: str, result: Result) -> Mapping[str, Result]:
    """The same of each place, whichever is asked for."""
    return defaultdict(lambda: result, {name: result})
