"""One way in which an element is run: the body of a compound element."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

from mlclick.stock.feeds import DRESS, FEEDS

SOURCE: Final = "FromDump(in.pcap, STOP false)"
TIMED_SOURCE: Final = "FromDump(in.pcap, STOP false, TIMING true)"
"""Whose packets come when their times say so."""


@dataclass(frozen=True)
class Way:
    """``body`` is Click text, in which ``$0`` is the name of the compound element. ``feed``: what comes to its input, None where it has
    none. ``late``: the Unqueues in it that begin when all packets have come. ``end``: the seconds after which the machine stops, None where
    what is in it stops it."""

    body: str
    feed: str | None = None
    late: tuple[str, ...] = ()
    end: float | None = 200


def sink(port: int) -> str:
    """What an output leads to: a line with the annotations on standard error, and a capture."""
    return f"Print($0.{port}, CONTENTS NONE, PRINTANNO true) -> ToDump($0.{port}.pcap, 0)"


def text_of(ways: list[Way]) -> str:
    """The configuration in which all of ``ways`` are run at once, by the names w0, w1 and so on, on the packets of one capture."""
    text = "".join(f"w{at} :: {{\n{way.body.rstrip().replace('$0', f'w{at}')}\n}};\n" for at, way in enumerate(ways))
    text = (DRESS if "Dressed" in text or any(way.feed for way in ways) else "") + text + _feeding(ways)
    ends = [way.end for way in ways if way.end is not None]
    if not ends:
        return text
    begin = "".join(f" write w{at}/{name}.active true," for at, way in enumerate(ways) for name in way.late)
    last = max(ends)
    return text + (f"Script(wait {last},{begin} wait {last}, stop);\n" if begin else f"Script(wait {last}, stop);\n")


def seconds_of(ways: list[Way]) -> float:
    """How long the configuration of ``ways`` runs at most, by its clock."""
    ends = [way.end for way in ways if way.end is not None]
    # What begins late has as long again.
    return max(ends) * (2 if any(way.late for way in ways) else 1) if ends else inf


def _feeding(ways: list[Way]) -> str:
    """The capture, the part of its packets that each feed is, and a copy of that for each of its ways."""
    feeds = list(dict.fromkeys(way.feed for way in ways if way.feed is not None))
    lines = [f"{SOURCE} -> Dressed -> t :: Tee({len(feeds)});"] if feeds else []
    for number, feed in enumerate(feeds):
        fed = [at for at, way in enumerate(ways) if way.feed == feed]
        behind = f" -> {FEEDS[feed]}" if FEEDS[feed] else ""
        lines.append(f"t [{number}]{behind} -> t{number} :: Tee({len(fed)});")
        lines += [f"t{number} [{port}] -> w{at};" for port, at in enumerate(fed)]
    return "".join(f"{line}\n" for line in lines)
