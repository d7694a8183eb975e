"""A core behind the board's Ethernet port 0, on which other streams are as they are: scenes with what is on that port's line."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from amaranth.hdl import ClockDomain, ClockSignal, Module, ResetSignal
from amaranth.lib import wiring

from boards.versa_ecp5.port import COUNTERS, EthernetPort, PortParameters
from hdl.core import Core
from hdl.tools.verilog import to_verilog
from sim.isolation import Scene, Seen, Stage
from sim.register_bus import RegisterBus
from sim.verilated import Verilated

Byte = tuple[int, int, int]
"""A byte time of the line: data, valid, error."""
IDLE: Final[Byte] = (0, 0, 0)
PREAMBLE: Final = b"\x55" * 7 + b"\xd5"


def line(frame: bytes, *, errors: Iterable[int] = (), wrong: int = 0, fcs: bool = True) -> list[Byte]:
    """``frame`` on the line, with its preamble and the least gap behind it: the PHY signals ``errors`` in these of its bytes; its check
    sequence has the bits ``wrong`` inverted, or is not there."""
    check = (zlib.crc32(frame) ^ wrong).to_bytes(4, "little") if fcs else b""
    bad = {len(PREAMBLE) + place for place in errors}
    return [*((byte, 1, int(place in bad)) for place, byte in enumerate(PREAMBLE + frame + check)), *[IDLE] * 12]


class PortedCore(wiring.Component):
    """``core`` with its ports, of which ``rx0`` is not looked at: what the board's port receives at ``rxd`` and ``rx_ctl`` by the clock
    ``rxc`` comes in instead."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.port = EthernetPort(PortParameters(), "line", "sync", link=False, primitives=False)
        pins = {"rxc": wiring.In(1), "rxd": wiring.In(4), "rx_ctl": wiring.In(1), **{name: wiring.Out(32) for name in COUNTERS}}
        super().__init__({**core.signature.members, **pins})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.core, m.submodules.port = core, port = self.core, self.port
        m.domains.line = ClockDomain("line")
        m.d.comb += [ClockSignal("line").eq(self.rxc), ResetSignal("line").eq(ResetSignal())]
        m.d.comb += [
            port.rxd.eq(self.rxd),
            port.rx_ctl.eq(self.rx_ctl),
            *(getattr(self, name).eq(getattr(port, name)) for name in COUNTERS),
        ]
        wiring.connect(m, port.rx, core.rx0)
        for name, member in core.signature.members.items():
            inner, outer = getattr(core, name), getattr(self, name)
            if not member.is_port and name != "rx0":
                wiring.connect(m, inner, wiring.flipped(outer))
            elif member.is_port:
                m.d.comb += inner.eq(outer) if member.flow == wiring.In else outer.eq(inner)
        return m


class _Lined(Verilated):
    """A model that is driven with a line, too: a byte in two cycles, its low half while ``rxc`` is high."""

    line: Sequence[Byte] = ()

    def run(self, inputs: Mapping[str, Any], outputs: Sequence[str], cycles: int | None = None) -> dict[str, Any]:
        count = len(next(iter(inputs.values())))
        sent = [*self.line, *[IDLE] * (-(-count // 2) - len(self.line))]
        halves = [half for byte, valid, error in sent for half in ((byte & 15, valid), (byte >> 4, valid ^ error))][:count]
        rxd, rx_ctl = (np.array(each, dtype=np.uint8) for each in zip(*halves, strict=True))
        rxc = (np.arange(count) % 2 == 0).astype(np.uint8)
        return super().run({**inputs, "rxc": rxc, "rxd": rxd, "rx_ctl": rx_ctl}, outputs, cycles)


class PortedStage(Stage):
    """Scenes on a `PortedCore`, each with the ``line`` that is set. ``counted``: what the port counted in the last."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.width, self.ports = core.datapath.parameters.width, core.datapath.parameters.ports
        self.line: Sequence[Byte] = ()
        self.counted: dict[str, int] = {}
        self._verilog = to_verilog(PortedCore(core), "core")

    def play(self, scene: Scene) -> Seen:
        # A reset of the core's clock alone would leave the two sides of the port apart: each scene has a model of its own.
        self.model = model = _Lined.from_verilog(self._verilog, "core", level="-O1")
        assert isinstance(model, _Lined)
        assert 2 * len(self.line) < scene.cycles
        model.line, self.bus = self.line, RegisterBus(model, self.core.registers)
        seen = super().play(scene)
        self.counted = {name: model.get(name) for name in COUNTERS if name.startswith("rx_")}
        return seen
