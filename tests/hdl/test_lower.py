"""Comparisons against constants are gates that mean the same as a comparison."""

from amaranth.hdl import Const, Module, Signal
from amaranth.sim import Simulator, SimulatorContext

from hdl.lower import below

WIDTH = 5


def test_below_a_constant_is_below_it() -> None:
    m, x = Module(), Signal(WIDTH)
    found = {}
    for limit in range(1 << WIDTH):
        for constant_first in (False, True):
            found[limit, constant_first] = out = Signal()
            operands = (Const(limit, WIDTH), x) if constant_first else (x, Const(limit, WIDTH))
            m.d.comb += out.eq(below(*operands))

    async def bench(ctx: SimulatorContext) -> None:
        for value in range(1 << WIDTH):
            ctx.set(x, value)
            for (limit, constant_first), out in found.items():
                assert ctx.get(out) == (limit < value if constant_first else value < limit), (value, limit, constant_first)

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()
