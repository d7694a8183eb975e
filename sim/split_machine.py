"""The split machine: the Verilated core and the software half, joined by the crossing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from elements.placement.crossings import Crossing
from elements.reference.packet import Packet
from hdl.core import Core
from partition.split import crossing_name
from sim.crossing_frames import Crossings, by_number, unwrap, wrap
from sim.frames import FrameReader, cycles_for, encode, stalls
from sim.register_bus import RegisterBus
from sim.shim import Probe
from sim.verilated import Verilated
from sim.watched_text import watched_text

CHUNK = 256
MOST_CHUNKS = 400
"""Runs of `CHUNK` cycles within which every packet has come to rest; more is a packet that goes round and round, or hardware that hangs."""
LATELY = 4
"""Chunks in which a packet that goes round has come to software at least once."""


class GoesRound(RuntimeError):
    """A packet crosses between the halves again and again, and does not come to rest. ``crossing``: its way to software."""

    def __init__(self, crossing: Crossing) -> None:
        name = crossing.edge.target
        super().__init__(f"a packet comes to {name} again and again: the configuration sends it round between hardware and software")
        self.crossing = crossing


class SoftwareHalf(Protocol):
    """What the split machine needs of the software half: any machine with `FromCrossing` and `ToCrossing` elements."""

    @property
    def emitted(self) -> list[tuple[str, Packet]]:
        """Packets that reached a sink."""

    @property
    def log(self) -> list[str]:
        """Lines that elements printed."""

    def settle(self, now: int = 0) -> None:
        """Run tasks at ``now``: sources in the software half have packets that nothing from outside asks for."""

    def inject(self, source: str, packet: Packet) -> None:
        """Offer a packet to a source."""

    def clear(self) -> None:
        """Forget what was emitted."""


@dataclass
class Journeys:
    """How packets went: those that stayed in hardware, and those that crossed by the reason."""

    offered: int = 0
    crossed: int = 0
    by_crossing: dict[str, int] = field(default_factory=dict)


class SplitMachine:
    """Packets go in one by one, by physical port; each is followed until nothing moves any more, so that order is that of arrival.

    The hardware is watched (`hdl.watch`): a stream that breaks a rule raises `sim.verilated.AssertionFailed`. Sources and sinks stall at
    random, by ``seed``. ``probe``: what the model of the hardware has beside its ports.
    """

    def __init__(
        self,
        core: Core,
        software: SoftwareHalf,
        tenants: tuple[str, ...],
        crossings: tuple[Crossing, ...],
        seed: int = 1,
        probe: Probe = "none",
    ) -> None:
        self.width = core.datapath.parameters.width
        self.ports = core.datapath.parameters.ports
        self.software = software
        self.model = Verilated.from_verilog(watched_text(core)[0], "core", probe=probe)
        self._bus = RegisterBus(self.model, core.registers)
        self._bus.rest()
        self.model.reset()
        self.model.step()
        self._chance = np.random.default_rng(seed)
        self.crossings: Crossings = by_number(tenants, crossings)
        self.numbers = {crossing_name(c): (tenants.index(c.tenant), c.number) for c in crossings}
        self.emitted: list[tuple[int, bytes]] = []
        self.log: list[str] = []
        self.journeys = Journeys()
        self._outs = [*(f"tx{p}" for p in range(self.ports)), "tx_host"]
        self._readers = {name: FrameReader(self.width) for name in self._outs}

    def inject(self, port: int, packet: Packet) -> None:
        """A frame arrives at physical ``port``; everything that follows from it happens before this returns. Errors: `GoesRound`;
        ``RuntimeError`` where the hardware does not come to rest; ``ValueError`` where it sends to the host what is no packet of ours."""
        self.journeys.offered += 1
        self.journeys.crossed += self._until_quiet([(f"rx{port}", packet.data)], packet.time)

    def settle(self, now: int = 0) -> None:
        """Run the software half's own sources at ``now``, and what follows from that. Errors: as of `inject`."""
        self._until_quiet([], now)

    def _until_quiet(self, waiting: list[tuple[str, bytes]], now: int) -> bool:
        """Offer frames to the hardware and go on until nothing moves any more; whether anything crossed to software."""
        self.model.set("time", now & ((1 << 48) - 1))
        crossed, last, when = False, b"", -LATELY
        for chunk in range(MOST_CHUNKS):
            to_software = self._run(waiting)
            if to_software:
                crossed, last, when = True, to_software[-1], chunk
            waiting = [("rx_host", frame) for each in to_software for frame in self._cross(each, now)]
            if not waiting and self.model.get("idle"):
                waiting = [("rx_host", frame) for frame in self._settle(now)]
            if not waiting and self.model.get("idle"):
                return crossed
        if when < MOST_CHUNKS - LATELY:
            raise RuntimeError("the hardware has not come to rest")
        raise GoesRound(unwrap(self.crossings, last, now)[0])

    def registers(self) -> dict[tuple[int, str], int]:
        """Every register by (window, name), as the bus has it."""
        return self._bus.read_all()

    def _run(self, frames: list[tuple[str, bytes]]) -> list[bytes]:
        """Offer frames in one stretch of cycles; returns those that came out to the host."""
        beats = sum(-(-len(frame) // (self.width // 8)) for _, frame in frames)
        cycles = CHUNK + cycles_for(beats)
        inputs = {f"{name}__ready": stalls(self._chance, cycles) for name in self._outs}
        for name in (*(f"rx{p}" for p in range(self.ports)), "rx_host"):
            mine = [(0, frame) for at, frame in frames if at == name]
            inputs[f"{name}__valid"], inputs[f"{name}__payload"] = encode(mine, self.width, cycles, stalls(self._chance, cycles))
        wanted = [f"{name}__{part}" for name in self._outs for part in ("valid", "payload")]
        outputs = self.model.run(inputs, wanted, cycles)
        taken = {name: outputs[f"{name}__valid"] & inputs[f"{name}__ready"] for name in self._outs}
        read = {name: self._readers[name].read(taken[name], outputs[f"{name}__payload"]) for name in self._outs}
        for port in range(self.ports):
            self.emitted += [(port, frame) for _, frame in read[f"tx{port}"]]
        return [frame for _, frame in read["tx_host"]]

    def _cross(self, frame: bytes, time: int) -> list[bytes]:
        """A frame reaches the software half; returns what that sends back."""
        crossing, packet = unwrap(self.crossings, frame, time)
        name = crossing_name(crossing)
        why = f"{crossing.edge.target} is left by the hardware" if crossing.punt else f"{crossing.edge.target} is software"
        self.journeys.by_crossing[why] = self.journeys.by_crossing.get(why, 0) + 1
        self._forget()
        self.software.inject(name, packet)
        return self._sent()

    def _settle(self, now: int) -> list[bytes]:
        """The software half's own sources and queues at ``now``; returns what they send."""
        self._forget()
        self.software.settle(now)
        return self._sent()

    def _forget(self) -> None:
        """Start a new turn of the software half; what it printed in the last one, or when it was made, is kept."""
        self.log += self.software.log
        self.software.clear()

    def _sent(self) -> list[bytes]:
        return [wrap(self.crossings, *self.numbers[sink], out) for sink, out in self.software.emitted]
