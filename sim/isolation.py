"""Two-run noninterference: the victim's traffic alone, and beside an attacker's, through the same hardware; what the victim sees must be
equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdl.core import Core
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from sim.frames import FrameReader, encode, stalls
from sim.register_bus import RegisterBus
from sim.verilated import Verilated

Timed = tuple[int, bytes]
"""A frame and the cycle at which it starts."""


@dataclass(frozen=True)
class Scene:
    """Frames by physical port; ``host`` are frames with their shims; ``ready`` says by output when it takes beats (1 a cycle); ``cycles``:
    how long to run. Inputs, and outputs that ``ready`` does not name, stall at random by ``seed``, in the same cycles whatever the frames;
    where it is None, never: for what is measured against a rate."""

    ports: Mapping[int, Sequence[Timed]]
    host: Sequence[Timed] = ()
    ready: Mapping[str, Any] | None = None
    cycles: int = 20_000
    seed: int | None = 1


@dataclass(frozen=True)
class Seen:
    """What came out, by output: (cycle of the frame's end, frame); and every register of the machine at the end, by (window, name)."""

    frames: Mapping[str, tuple[Timed, ...]]
    registers: Mapping[tuple[int, str], int]

    def of(self, belongs: Callable[[bytes], bool], window: int) -> tuple[dict[str, list[bytes]], dict[str, int]]:
        """The frames of one tenant by output, in order, and its registers."""
        frames = {name: [frame for _, frame in each if belongs(frame)] for name, each in self.frames.items()}
        return frames, {name: value for (at, name), value in self.registers.items() if at == window}

    def times(self, belongs: Callable[[bytes], bool], output: str) -> list[int]:
        """When one tenant's frames ended at ``output``."""
        return [cycle for cycle, frame in self.frames[output] if belongs(frame)]


class Stage:
    """A Verilated core on which scenes are played, each from reset.

    It is watched (`hdl.watch`): a stream or bus that breaks a rule raises `sim.verilated.AssertionFailed`. Checkers only read, so what is
    seen here is also true of the core without them, which is the one that evidence is tied to and boards are built of. Where ``watched``
    is false, there are none. ``level`` is how the C++ compiler optimises: it takes longer than a short scene.
    """

    def __init__(self, core: Core, *, watched: bool = True, level: str = "-O3") -> None:
        self.core = core
        self.model = Verilated.from_verilog(to_verilog(Watched(core) if watched else core, "core"), "core", level=level)
        self.bus = RegisterBus(self.model, core.registers)
        self.width = core.datapath.parameters.width
        self.ports = core.datapath.parameters.ports

    def play(self, scene: Scene) -> Seen:
        """Reset, run ``scene``, and read everything."""
        self._rest()
        self.model.reset()
        self.model.set("time", 0)
        self.model.step()
        outputs = [*(f"tx{p}" for p in range(self.ports)), "tx_host"]
        inputs: dict[str, Any] = {}
        for index, (name, frames) in enumerate([*((f"rx{p}", scene.ports.get(p, ())) for p in range(self.ports)), ("rx_host", scene.host)]):
            there = _there(scene, 2 * index)
            inputs[f"{name}__valid"], inputs[f"{name}__payload"] = encode(frames, self.width, scene.cycles, there)
        for index, name in enumerate(outputs):
            ready = (scene.ready or {}).get(name)
            inputs[f"{name}__ready"] = _there(scene, 2 * index + 1) if ready is None else ready
        inputs["time"] = np.arange(scene.cycles, dtype=np.uint64) * 8
        wanted = [f"{name}__{part}" for name in outputs for part in ("valid", "payload")]
        result = self.model.run(inputs, wanted, scene.cycles)
        seen = {}
        for name in outputs:
            taken = result[f"{name}__valid"] & inputs[f"{name}__ready"]
            seen[name] = tuple(FrameReader(self.width).read(taken, result[f"{name}__payload"]))
        return Seen(seen, self.read_all())

    def _rest(self) -> None:
        self.bus.rest()
        for name in (*(f"rx{p}" for p in range(self.ports)), "rx_host"):
            self.model.set(f"{name}__valid", 0)

    def read_all(self) -> dict[tuple[int, str], int]:
        """Every register of every window."""
        self._rest()
        return self.bus.read_all()


def _there(scene: Scene, stream: int) -> Any:
    """When the source or sink of the stream with this number is there."""
    if scene.seed is None:
        return np.ones(scene.cycles, dtype=np.uint8)
    return stalls(np.random.default_rng([scene.seed, stream]), scene.cycles)


def has_tag(vlan: int) -> Callable[[bytes], bool]:
    """Whether a frame is of the tenant with this tag: on a wire by its tag; to the host see `of_tenant`."""
    return lambda frame: frame[12:14] == b"\x81\x00" and int.from_bytes(frame[14:16], "big") & 0xFFF == vlan


def of_tenant(vlan: int, number: int) -> Callable[[bytes], bool]:
    """Whether a frame is of the tenant: by its tag, or by the number in its crossing shim."""
    tagged = has_tag(vlan)
    return lambda frame: frame[3] == number if frame[:2] == b"\x88\xb5" else tagged(frame)
