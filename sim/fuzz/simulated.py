"""The hardware as it is simulated: whole volleys of frames on all ports at once, with sources and sinks that are there now and then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.fuzz.batch import Offered
from sim.fuzz.scenario import Arrival, Volley
from sim.fuzz.volleys import MOST_BEATS, MOST_FRAMES, beats_of
from sim.fuzz.wire import Array, Reader, to_beats
from sim.isolation import Stage

STRETCH: Final = 256
"""Cycles from one look at whether the hardware is idle to the next."""
MOST_STRETCHES: Final = 400
HOST_PACE: Final = 0.4


class Simulated:
    """``stage``, from reset. ``seed`` chooses the cycles in which there are beats and takers."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.ports: Final = stage.ports
        self.cycles = 0
        self._stage = stage
        self._seed = seed
        self._outs = [*(f"tx{p}" for p in range(stage.ports)), "tx_host"]
        self._ins = [*(f"rx{p}" for p in range(stage.ports)), "rx_host"]
        stage.bus.rest()
        for name in self._ins:
            stage.model.set(f"{name}__valid", 0)
        stage.model.reset()
        stage.model.step()
        self._growth = max((*stage.core.datapath.composition.growth.values(), 0))
        self._readers = {name: Reader(stage.width) for name in self._outs}

    def registers(self) -> dict[tuple[int, str], int]:
        """Every register, by the bus."""
        return self._stage.read_all()

    def carry(self, offered: Offered, volley: Volley, trip: int) -> list[list[bytes]]:
        """See `sim.fuzz.batch.Hardware`; what the host has comes in parts that every queue can hold. Errors: ``RuntimeError`` where it does
        not come to rest."""
        seen: list[list[bytes]] = [[] for _ in self._outs]
        *wires, host = offered
        for number, part in enumerate(self._parts(host)):
            self._carry([*([] if number else arrivals for arrivals in wires), part], volley, (trip, number), seen)
        return seen

    def _parts(self, host: Sequence[Arrival]) -> list[list[Arrival]]:
        parts: list[list[Arrival]] = [[]]
        beats = 0
        for arrival in host:
            size = beats_of(len(arrival.frame), self._stage.width // 8, self._growth)
            if beats + size > MOST_BEATS or len(parts[-1]) == MOST_FRAMES:
                parts.append([])
                beats = 0
            parts[-1].append(arrival)
            beats += size
        return parts

    def _carry(self, offered: Offered, volley: Volley, place: tuple[int, int], seen: list[list[bytes]]) -> None:
        chance = np.random.default_rng([self._seed, volley.time, *place])
        model, trip = self._stage.model, place[0]
        model.set("time", volley.time)
        beats = {name: to_beats(arrivals, self._stage.width) for name, arrivals in zip(self._ins, offered, strict=True)}
        pace = HOST_PACE if trip else volley.pace
        cycles = int(max(max(map(len, beats.values())) / pace, sum(map(len, beats.values())))) + STRETCH
        inputs: dict[str, Array] = {}
        for name, each in beats.items():
            at = _cycles(len(each), pace, cycles, chance)
            valid, payload = np.zeros(cycles, dtype=np.uint8), np.zeros((cycles, each.shape[1]), dtype=np.uint32)
            valid[at], payload[at] = 1, each
            inputs[f"{name}__valid"], inputs[f"{name}__payload"] = valid, payload
        self._stretch(inputs, cycles, volley.patience, chance, seen)
        for name in self._ins:
            model.set(f"{name}__valid", 0)
        for _ in range(MOST_STRETCHES):
            if model.get("idle"):
                return
            self._stretch({}, STRETCH, volley.patience, chance, seen)
        raise RuntimeError("the hardware does not come to rest")

    def _stretch(
        self, inputs: dict[str, Array], cycles: int, patience: float, chance: np.random.Generator, seen: list[list[bytes]]
    ) -> None:
        ready = {f"{name}__ready": (chance.random(cycles) < patience).astype(np.uint8) for name in self._outs}
        wanted = [f"{name}__{part}" for name in self._outs for part in ("valid", "payload")]
        found = self._stage.model.run({**inputs, **ready}, wanted, cycles)
        self.cycles += cycles
        for name, frames in zip(self._outs, seen, strict=True):
            frames += self._readers[name].read(found[f"{name}__valid"] & ready[f"{name}__ready"], found[f"{name}__payload"])


def _cycles(beats: int, pace: float, cycles: int, chance: np.random.Generator) -> Array:
    """The cycles in which a source has its beats: as many as are there, a share of ``pace`` of them until they are done."""
    room = min(cycles, max(beats, int(beats / pace)))
    return np.sort(chance.permutation(room)[:beats])
