"""The register file: a window for each tenant on AXI4-Lite. Reading changes nothing that anybody else can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from hdl.axi_lite import OKAY, SLVERR, axi_lite
from hdl.register_map import PlacedBlock, Register
from hdl.state_memory import StateMemory


@dataclass(frozen=True)
class Word:
    """A register that can only be read, and the signal that it shows."""

    register: Register
    value: Signal


@dataclass(frozen=True)
class Words:
    """The registers of a memory, in the windows of their tenants."""

    memory: StateMemory
    placed: PlacedBlock


def address_width(windows: int, window_bits: int) -> int:
    """Address bits of so many ``windows``."""
    return window_bits + max(1, (windows - 1).bit_length())


class RegisterFile(wiring.Component):
    """An AXI4-Lite subordinate for ``words`` and ``memories`` in so many ``windows`` of ``window_bits`` address bits.

    A read of a low word keeps the high word of the same register in the window's own latch, from which the high word is then read; a write
    of a low word, whatever its data, resets a resettable register to its initial value, as the element's write handler does. Unmapped and
    unaligned addresses, writes to anything else, and writes with a partial strobe are answered with SLVERR.

    Latency: 2 cycles from a request to its answer. One request of each kind at a time. Registers: the latches belong to the window's
    tenant; the channel registers are shared by all windows, as the bus is.
    """

    def __init__(self, words: Sequence[Word], memories: Sequence[Words], windows: int, window_bits: int) -> None:
        self.words: Final = tuple(words)
        self.memories: Final = tuple(memories)
        self.windows: Final = windows
        self.window_bits: Final = window_bits
        self.address_width: Final = address_width(windows, window_bits)
        super().__init__({"axi": In(axi_lite(self.address_width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        self._reads(m)
        self._writes(m)
        return m

    def _reads(self, m: Module) -> None:
        axi = self.axi
        asked, address = Signal(), Signal(self.address_width)
        m.d.comb += axi.arready.eq(~asked & ~axi.rvalid)
        with m.If(axi.arvalid & axi.arready):
            m.d.sync += [asked.eq(1), address.eq(axi.araddr)]
        held = [Signal(32, name=f"read_high_w{window}") for window in range(self.windows)]
        low, high, known = Signal(32), Signal(32), Signal()
        with m.Switch(address[3:]):
            for word in self.words:
                with m.Case(word.register.address >> 3):
                    value = Cat(word.value, Const(0, 64 - len(word.value))) if len(word.value) < 64 else word.value
                    m.d.comb += [low.eq(value[:32]), high.eq(value[32:]), known.eq(1)]
        is_high, window = address[2], address[self.window_bits :]
        self._look(m, address, low, high, known)
        latched, good = Signal(32), known & (address[:2] == 0)
        with m.Switch(window):
            for number, latch in enumerate(held):
                with m.Case(number):
                    m.d.comb += latched.eq(latch)
                    with m.If(asked & good & ~is_high):
                        m.d.sync += latch.eq(high)
        with m.If(asked):
            m.d.sync += [
                asked.eq(0),
                axi.rvalid.eq(1),
                axi.rdata.eq(Mux(good, Mux(is_high, latched, low), 0)),
                axi.rresp.eq(Mux(good, OKAY, SLVERR)),
            ]
        with m.Elif(axi.rready):
            m.d.sync += axi.rvalid.eq(0)

    def _look(self, m: Module, address: Signal, low: Signal, high: Signal, known: Signal) -> None:
        """Every memory is asked for the slot that the address has in its block; the one whose block it is answers."""
        place, window = address[3 : self.window_bits], address[self.window_bits :]
        for words in self.memories:
            memory, block = words.memory, words.placed.base >> 3
            m.d.comb += [memory.peek_tenant.eq(window - 1), memory.peek_slot.eq(place)]
            with m.If((place[memory.slot_bits :] == block >> memory.slot_bits) & (window != 0)):
                m.d.comb += [low.eq(memory.peek[:32]), high.eq(memory.peek[32:])]
        with m.Switch(address[3:]), m.Case(*(r.address >> 3 for words in self.memories for r in words.placed.registers.values())):
            m.d.comb += known.eq(1)

    def _writes(self, m: Module) -> None:
        axi = self.axi
        has_address, has_data = Signal(), Signal()
        address, strobe = Signal(self.address_width), Signal(4)
        m.d.comb += [axi.awready.eq(~has_address & ~axi.bvalid), axi.wready.eq(~has_data & ~axi.bvalid)]
        with m.If(axi.awvalid & axi.awready):
            m.d.sync += [has_address.eq(1), address.eq(axi.awaddr)]
        with m.If(axi.wvalid & axi.wready):
            m.d.sync += [has_data.eq(1), strobe.eq(axi.wstrb)]
        go, known = has_address & has_data, Signal()
        good = known & (address[:3] == 0) & strobe.all()
        with m.Switch(address[3:]):
            for words in self.memories:
                for place, register in words.placed.registers.items():
                    if register.resettable:
                        with m.Case(register.address >> 3):
                            m.d.comb += [known.eq(1), words.memory.resets[place].eq(go & good)]
        with m.If(go):
            m.d.sync += [has_address.eq(0), has_data.eq(0), axi.bvalid.eq(1), axi.bresp.eq(Mux(good, OKAY, SLVERR))]
        with m.Elif(axi.bready):
            m.d.sync += axi.bvalid.eq(0)
