"""The board's own registers: read-only, 32 bits, from byte address 0x80000000 on."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.versa_ecp5.port import COUNTERS

BASE: Final = 0x80000000
# "MLCK"
IDENTITY: Final = 0x4D4C434B
PORTS: Final = ("port0", "host")
WORDS: Final = ("identity", "status", *(f"{port}_{name}" for port in PORTS for name in COUNTERS))
# Bits of ``status``.
STATUS_BITS: Final = ("port0_found", "port0_up", "host_found", "host_up")


def register_address(name: str) -> int:
    """The byte address of one of `WORDS`."""
    return BASE + 4 * WORDS.index(name)


class BoardRegisters(wiring.Component):
    """``data`` is the word numbered ``word``, one cycle later; beyond the last it is 0. Registers belong to the operator."""

    def __init__(self) -> None:
        counters = {f"{port}_{name}": In(32) for port in PORTS for name in COUNTERS}
        super().__init__({"word": In(29), "data": Out(32), **{name: In(1) for name in STATUS_BITS}, **counters})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        values = {"identity": IDENTITY, "status": Cat(*(getattr(self, name) for name in STATUS_BITS))}
        m.d.sync += self.data.eq(0)
        with m.Switch(self.word):
            for number, name in enumerate(WORDS):
                with m.Case(number):
                    m.d.sync += self.data.eq(values[name] if name in values else getattr(self, name))
        return m
