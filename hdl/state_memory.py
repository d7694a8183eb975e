"""State of several tenants in one memory: one atomic read-modify-write a cycle, and a second look for the registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

Place = tuple[int, int]
"""(tenant, slot): where a word is."""

FEWEST: Final = 2
"""So many words take less room as registers: choosing one of two, or its initial value, is one lookup table a bit."""


class StateMemory(wiring.Component):
    """Words of ``width`` bits at the places that ``initial`` has, each its initial value at first and after its `resets` strobe.

    ``old`` is the word at (``tenant``, ``slot``); ``new`` is stored there at the end of a cycle with ``write``, and the next cycle sees it.
    ``peek`` is the word at (``peek_tenant``, ``peek_slot``). A place that there is not reads as zero and is not written. With a reset
    and a write of a word in one cycle the reset wins; the write is lost.

    Latency: 0 cycles. Initiation interval: 1. Owner of a word and of its ``fresh`` bit: the tenant of its place. What a reset word had is
    never seen again: ``fresh`` stands for the initial value until the word is written.
    """

    def __init__(self, width: int, initial: Mapping[Place, int]) -> None:
        self.width: Final = width
        self.initial: Final = dict(sorted(initial.items()))
        self.tenants: Final = tuple(sorted({tenant for tenant, _ in initial}))
        self.slot_bits: Final = max(1, max(slot for _, slot in initial).bit_length())
        self.fresh: Final = {place: Signal(init=1, name=f"fresh_t{place[0]}_{place[1]}") for place in self.initial}
        self.resets: Final = {place: Signal(name=f"reset_t{place[0]}_{place[1]}") for place in self.initial}
        super().__init__(
            {
                "tenant": In(8),
                "slot": In(self.slot_bits),
                "old": Out(width),
                "write": In(1),
                "new": In(width),
                "peek_tenant": In(8),
                "peek_slot": In(self.slot_bits),
                "peek": Out(width),
            }
        )

    @property
    def depth(self) -> int:
        """Words that the memory has room for: each tenant's stand together, in the order of `tenants`."""
        return len(self.tenants) << self.slot_bits

    def address(self, place: Place) -> int:
        """Where in the memory the word at ``place`` is."""
        return self.tenants.index(place[0]) << self.slot_bits | place[1]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        style = "registers" if self.slot_bits == 1 and len(self.initial) <= FEWEST else "distributed"
        m.submodules.words = words = memory.Memory(shape=self.width, depth=self.depth, init=[], attrs={"ram_style": style})
        put, get, look = words.write_port(), words.read_port(domain="comb"), words.read_port(domain="comb")
        address, there, initial = self._find(m, "at", self.tenant, self.slot)
        peeked, peek_there, peek_initial = self._find(m, "peek", self.peek_tenant, self.peek_slot)
        m.d.comb += [
            get.addr.eq(address),
            self.old.eq(Mux(there, get.data, initial)),
            put.addr.eq(address),
            put.data.eq(self.new),
            look.addr.eq(peeked),
            self.peek.eq(Mux(peek_there, look.data, peek_initial)),
        ]
        here = {place: Cat(self.slot, self.tenant) == self._key(place) for place in self.initial}
        m.d.comb += put.en.eq(self.write & Cat(here.values()).any())
        m.d.sync += [fresh.eq((fresh & ~(self.write & here[place])) | self.resets[place]) for place, fresh in self.fresh.items()]
        return m

    def _key(self, place: Place) -> int:
        return place[0] << self.slot_bits | place[1]

    def _find(self, m: Module, name: str, tenant: Value, slot: Value) -> tuple[Value, Signal, Signal]:
        """The address of a place, whether its word has been written, and what it is where it has not."""
        index = Signal(range(len(self.tenants)), name=f"{name}_index")
        with m.Switch(tenant):
            for number, each in enumerate(self.tenants):
                with m.Case(each):
                    m.d.comb += index.eq(number)
        address = Cat(slot, index)
        written, initial = Signal(name=f"{name}_written"), Signal(self.width, name=f"{name}_initial")
        with m.Switch(Cat(slot, tenant)):
            for place, value in self.initial.items():
                with m.Case(self._key(place)):
                    m.d.comb += [written.eq(~self.fresh[place]), initial.eq(Const(value, self.width))]
        return address, written, initial
