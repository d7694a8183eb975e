"""Small designs around blocks, for benches that drive ports."""

from __future__ import annotations

from typing import Any, Final

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import axi_lite
from hdl.register_map import LEAST_WINDOW_BITS, Block, Register, place, place_blocks
from hdl.registers import RegisterFile, Word, Words
from hdl.state_memory import StateMemory

_STEPS: Final = place_blocks([Block(48, {(tenant, 0): ("steps", True)}) for tenant in (0, 1)], LEAST_WINDOW_BITS)
_SEEN: Final = place(["seen"], 32, 0, LEAST_WINDOW_BITS)[0]
_CONSTANT: Final = Register(LEAST_WINDOW_BITS, 1, 32, "constant", 64, False)
_SHORT: Final = Register(LEAST_WINDOW_BITS, 2, 32, "short", 7, False)
REGISTERS: Final = (_SEEN, _CONSTANT, _SHORT, *(register for block in _STEPS for register in block.registers.values()))
CONSTANT: Final = 0x0123_4567_89AB_CDEF
INITIAL: Final = 0xFFFF_FFF0
"""What ``steps`` starts from: its low word wraps soon, so that the high word matters."""


class Counters(wiring.Component):
    """A register file of three windows. The ``steps`` of windows 1 and 2 count the cycles in which their bit of ``go`` is high."""

    def __init__(self) -> None:
        super().__init__({"axi": In(axi_lite(LEAST_WINDOW_BITS + 2)), "go": In(2)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        words = [
            Word(_SEEN, Signal(32, init=7)),
            Word(_CONSTANT, Signal(64, init=CONSTANT)),
            Word(_SHORT, Signal(7, init=0x55)),
        ]
        memories = []
        for tenant, block in enumerate(_STEPS):
            m.submodules[f"steps{tenant}"] = steps = StateMemory(48, {(tenant, 0): INITIAL})
            m.d.comb += [steps.tenant.eq(tenant), steps.write.eq(self.go[tenant]), steps.new.eq(steps.old + 1)]
            memories.append(Words(steps, block))
        m.submodules.registers = registers = RegisterFile(words, memories, 3, LEAST_WINDOW_BITS)
        wiring.connect(m, wiring.flipped(self.axi), registers.axi)
        return m


class AxisPins(wiring.Component):
    """The streams of ``inner`` as plain AXI4-Stream pins: ``rx0_tdata`` and so on for its members ``rx0``, ``tx0``, …; what else it has
    stays as it is."""

    FIELDS: Final = (("tdata", "data"), ("tkeep", "keep"), ("tlast", "last"))

    def __init__(self, inner: Any, width: int) -> None:
        self.inner = inner
        self.streams = {name: member for name, member in inner.signature.members.items() if name[:2] in ("rx", "tx")}
        rest = {name: member for name, member in inner.signature.members.items() if name not in self.streams}
        pins: dict[str, Any] = {}
        for name in self.streams:
            ahead, back = (In, Out) if name.startswith("rx") else (Out, In)
            shapes = {"tdata": width, "tkeep": width // 8, "tlast": 1, "tvalid": 1}
            pins |= {f"{name}_{pin}": ahead(shape) for pin, shape in shapes.items()} | {f"{name}_tready": back(1)}
        self.rest = tuple(rest)
        super().__init__({**pins, **rest})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.inner = inner = self.inner
        for name in self.streams:
            stream = getattr(inner, name)
            pins = {field: getattr(self, f"{name}_{field}") for field in ("tvalid", "tready", "tdata", "tkeep", "tlast")}
            pairs = [(pins["tvalid"], stream.valid), *((pins[a], stream.payload[b]) for a, b in self.FIELDS)]
            if name.startswith("rx"):
                m.d.comb += [*(inside.eq(outside) for outside, inside in pairs), pins["tready"].eq(stream.ready)]
            else:
                m.d.comb += [*(outside.eq(inside) for outside, inside in pairs), stream.ready.eq(pins["tready"])]
        for name in self.rest:
            own = getattr(self, name)
            if self.signature.members[name].is_port:
                m.d.comb += getattr(inner, name).eq(own)
            else:
                wiring.connect(m, wiring.flipped(own), getattr(inner, name))
        return m
