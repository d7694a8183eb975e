"""Small designs to try the simulators on."""

from amaranth.hdl import Assert, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class Counter(wiring.Component):
    """Counts cycles with ``en``; asserts that it stays below ``limit``."""

    def __init__(self, limit: int = 256) -> None:
        self.limit = limit
        super().__init__({"en": In(1), "count": Out(8), "next_count": Out(8)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        with m.If(self.en):
            m.d.sync += self.count.eq(self.count + 1)
        m.d.comb += self.next_count.eq(self.count + self.en)
        m.d.sync += Assert(self.count < self.limit)
        return m


class WideAdder(wiring.Component):
    """Adds combinationally, and keeps the last sum, in ports of every kind of width."""

    def __init__(self) -> None:
        inputs = {"a__left": In(100), "b": In(100)}
        super().__init__({**inputs, "sum": Out(101), "last": Out(101), "low": Out(40), "mid": Out(12)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += self.sum.eq(self.a__left + self.b)
        m.d.sync += self.last.eq(self.sum)
        m.d.comb += [self.low.eq(self.sum[:40]), self.mid.eq(self.sum[:12])]
        return m
