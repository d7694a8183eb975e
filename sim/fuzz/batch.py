"""The split machine for whole volleys: frames follow each other as closely as wires let them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from elements.placement.crossings import Crossing
from partition.split import crossing_name
from sim.crossing_frames import by_number, unwrap, wrap
from sim.fuzz.scenario import Arrival, Volley
from swclick.machine import Machine

MOST_TRIPS: Final = 60
"""Trips between the halves in a volley; more is a packet that goes round and round."""
Offered = Sequence[Sequence[Arrival]]
"""Frames for each physical port, and for the host's as the last."""


class Hardware(Protocol):
    """The hardware half, whatever it is made of."""

    @property
    def ports(self) -> int:
        """Physical ports."""

    @property
    def cycles(self) -> int:
        """Cycles that it was given."""

    def registers(self) -> dict[tuple[int, str], int]:
        """Registers by (window, name)."""

    def carry(self, offered: Offered, volley: Volley, trip: int) -> list[list[bytes]]:
        """Take frames at all inputs at once until nothing moves any more; frames by output, the host's as the last."""


@dataclass
class Answer:
    """What a volley brought: frames by (trips to the host and back, physical port) in the order in which they left; ``log``: lines that
    elements printed."""

    frames: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    crossed: int = 0
    log: list[str] = field(default_factory=list)


class BatchMachine:
    """The hardware and the compiled software half, both from their start. Packets of one trip pass the hardware together, in the order of
    each port; what crosses is worked on in the order in which it came, and enters the hardware again when that is idle."""

    def __init__(self, hardware: Hardware, software: Machine, tenants: tuple[str, ...], crossings: tuple[Crossing, ...]) -> None:
        self._hardware = hardware
        self._software = software
        self._crossings = by_number(tenants, crossings)
        self._numbers = {crossing_name(c): (tenants.index(c.tenant), c.number) for c in crossings}
        software.clear()

    def fire(self, volley: Volley) -> Answer:
        """Offer ``volley`` and go on until nothing moves any more. Errors: ``RuntimeError`` where it does not come to rest, ``ValueError``
        for a shim that is none of ours."""
        answer, ports = Answer(), self._hardware.ports
        offered: list[list[Arrival]] = [[a for a in volley.arrivals if a.port == port] for port in range(ports)]
        offered.append([])
        for trip in range(MOST_TRIPS):
            *wires, host = self._hardware.carry(offered, volley, trip)
            answer.frames |= {(trip, port): frames for port, frames in enumerate(wires) if frames}
            answer.crossed += len(host)
            back = self._in_software(host, volley.time)
            answer.log += self._software.log
            self._software.clear()
            if not back:
                return answer
            offered = [*([] for _ in range(ports)), back]
        raise RuntimeError("a packet goes round between hardware and software without end")

    def _in_software(self, frames: Sequence[bytes], now: int) -> list[Arrival]:
        """What software makes of ``frames``; where there are none, time passes for it all the same."""
        arrived = [unwrap(self._crossings, frame, now) for frame in frames]
        if arrived:
            self._software.run([crossing_name(crossing) for crossing, _ in arrived], [packet for _, packet in arrived])
        else:
            self._software.settle(now)
        return [Arrival(-1, wrap(self._crossings, *self._numbers[sink], out)) for sink, out in self._software.emitted]
