"""What a round of fuzzing offers to a machine: volleys of frames, each at one time, some of them broken on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hdl.ingress import SHORTEST

Fault = Literal["", "hole", "partial", "empty", "endless"]
"""How a frame is broken: not at all; a lane is missing in the middle of a beat; its first beat has not all lanes and more follow; its last
beat has no lane; its end is not marked, so that the next frame of the port goes on where it ends."""
FAULTS: Final[tuple[Fault, ...]] = ("hole", "partial", "empty", "endless")
LONGEST: Final = 1600
"""Bytes of the longest frame that a port takes."""


@dataclass(frozen=True)
class Arrival:
    """A frame at a physical port."""

    port: int
    frame: bytes
    fault: Fault = ""


@dataclass(frozen=True)
class Volley:
    """Frames that arrive at one ``time`` (ns), on all ports at once, on each in their order. ``pace``: the share of cycles in which a port
    has a beat; ``patience``: the share of those in which an output takes one."""

    time: int
    arrivals: tuple[Arrival, ...]
    pace: float = 0.25
    patience: float = 0.75


def let_in(arrivals: Sequence[Arrival]) -> tuple[list[int], int]:
    """Of the frames of one port: the places of those that are whole, and how many frames the port sees as malformed."""
    whole, malformed, running_on = [], 0, False
    for place, arrival in enumerate(arrivals):
        if arrival.fault == "endless":
            running_on = True
            continue
        if running_on or arrival.fault or not SHORTEST <= len(arrival.frame) <= LONGEST:
            malformed += 1
        else:
            whole.append(place)
        running_on = False
    return whole, malformed


def closed(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """``arrivals`` with no frame without its end as a port's last: one that would be is left out."""
    last = {arrival.port: place for place, arrival in enumerate(arrivals)}
    kept = [arrival for place, arrival in enumerate(arrivals) if not (arrival.fault == "endless" and last[arrival.port] == place)]
    return kept if len(kept) == len(arrivals) else closed(kept)
