"""Whose turn is it where nobody's turn may depend on anybody else: slots of time, which stay idle where their owner has nothing."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Array, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.owner import packet, schedule

COST_BITS: Final = 18


class TimeSlots(wiring.Component):
    """Slots of ``cycles`` cycles, one after another, of the tenants in ``order``, round and round.

    ``owner`` is whose slot it is; ``ends`` is high in its last cycle. Where the owner is ``waiting`` its packet is looked at (``look``);
    what the packet takes is expected as ``cost``, in cycles, from the next cycle on. ``grant`` says that the packet that was looked at
    begins now: when what it takes fits in the rest of the slot, what began before has had its time, and the sender is ``idle``. What does
    not fit is looked at again in the owner's next slot. A packet that takes more than ``cycles - 2`` never fits: ``ValueError`` where
    ``most`` is more.

    Latency: 2 cycles from ``waiting`` to ``grant`` in the owner's slot. Initiation interval: 2 cycles or the cost. Registers: the schedule
    depends on nothing; ``looked`` and ``busy`` are about the packet of the slot's owner and are cleared where the slot ends.
    """

    def __init__(self, name: str, tenants: int, order: tuple[int, ...], cycles: int, most: int) -> None:
        if most > cycles - 2:
            raise ValueError(f"a packet may take {most} cycles, and a slot of {cycles} has room for {cycles - 2}")
        self.name: Final = name
        self.order: Final = order
        self.cycles: Final = cycles
        super().__init__(
            {
                "waiting": In(tenants),
                "owner": Out(8),
                "ends": Out(1),
                "look": Out(1),
                "cost": In(COST_BITS),
                "idle": In(1),
                "grant": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits = self.cycles.bit_length()
        left = Signal(bits, init=self.cycles - 1, attrs=schedule())
        turn = Signal(range(len(self.order)), attrs=schedule())
        owner = Signal(8, init=self.order[0], attrs=schedule())
        owns = packet(self.name)
        looked = Signal(attrs=owns)
        busy = Signal(bits, attrs=owns)
        ends = left == 0
        following = Mux(turn == len(self.order) - 1, 0, turn + 1)
        with m.If(ends):
            m.d.sync += [left.eq(self.cycles - 1), turn.eq(following), owner.eq(Array(Const(t, 8) for t in self.order)[following])]
        with m.Else():
            m.d.sync += left.eq(left - 1)
        m.d.comb += [
            self.owner.eq(owner),
            self.ends.eq(ends),
            self.look.eq((self.waiting >> owner)[0] & ~looked),
            self.grant.eq(looked & (busy == 0) & self.idle & (self.cost <= left)),
        ]
        m.d.sync += [
            looked.eq(~ends & Mux(looked, ~self.grant, self.look)),
            busy.eq(Mux(ends, 0, Mux(self.grant, self.cost - self.cost.any(), Mux(busy == 0, 0, busy - 1)))),
        ]
        return m
