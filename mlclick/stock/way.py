"""One way in which an element is run: the body of a compound element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SOURCE: Final = "FromDump(in.pcap, STOP false)"


@dataclass(frozen=True)
class Way:
    """``body`` is Click text, in which ``$0`` is the name of the compound element. ``late``: the Unqueues in it that begin when all packets
    have come. ``end``: the seconds after which the machine stops, None where what is in it stops it."""

    body: str
    late: tuple[str, ...] = ()
    end: int | None = 200


def sink(port: int) -> str:
    """What an output leads to: a line with the annotations on standard error, and a capture."""
    return f"Print($0.{port}, CONTENTS NONE, PRINTANNO true) -> ToDump($0.{port}.pcap, 0)"


def text_of(ways: list[Way]) -> str:
    """The configuration in which all of ``ways`` are run at once, by the names w0, w1 and so on."""
    text = "".join(f"w{at} :: {{\n{way.body.rstrip().replace('$0', f'w{at}')}\n}};\n" for at, way in enumerate(ways))
    ends = [way.end for way in ways if way.end is not None]
    if not ends:
        return text
    begin = "".join(f" write w{at}/{name}.active true," for at, way in enumerate(ways) for name in way.late)
    last = max(ends)
    return text + (f"Script(wait {last},{begin} wait {last}, stop);\n" if begin else f"Script(wait {last}, stop);\n")
