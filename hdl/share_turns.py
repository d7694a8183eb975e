"""Whose turn is it where no turn is lost: surplus round robin over bytes."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.owner import shared, tenant

QUANTUM: Final = 1500


class ShareTurns(wiring.Component):
    """Chooses, in a cycle with ``room``, a ``chosen`` tenant of those that are ``waiting``, and says so by ``grant``; in the next cycle
    (``granted``, ``granted_tenant``) its packet's ``length`` is expected: the bytes that it is charged.

    Surplus round robin (Adiseshu, Parulkar and Varghese, 1996): a tenant may send while its credit is positive, and its packet's length is
    then taken off; when no waiting tenant has credit, each gains `QUANTUM` times its weight, and one whose credit is positive with that may
    send in the same cycle. Who is not waiting then gains as much, but no credit beyond 0: being away pays no debts.

    Latency: 0 cycles. Initiation interval: 1 grant. Registers: a tenant's credit is its own; ``turn`` and the grant are shared.
    """

    def __init__(self, weights: tuple[int, ...]) -> None:
        self.weights: Final = weights
        super().__init__(
            {
                "waiting": In(len(weights)),
                "room": In(1),
                "grant": Out(1),
                "chosen": Out(8),
                "granted": Out(1),
                "granted_tenant": Out(8),
                "length": In(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        tenants = len(self.weights)
        waiting = self.waiting
        credit = [Signal(signed(24), name=f"credit_t{t}", attrs=tenant(t)) for t in range(tenants)]
        able, soon = Signal(tenants), Signal(tenants)
        m.d.comb += [
            able.eq(Cat(waiting[t] & (credit[t] > 0) for t in range(tenants))),
            soon.eq(Cat(waiting[t] & (credit[t] > -QUANTUM * weight) for t, weight in enumerate(self.weights))),
        ]
        why = shared("who is next depends on who is waiting")
        turn = Signal(range(tenants), attrs=why)
        chosen = Signal(range(tenants))
        granted, granted_tenant = Signal(attrs=why), Signal(range(tenants), attrs=why)
        gain = ~able.any()
        candidates = Mux(gain, soon, able)
        with m.Switch(turn):
            for first in range(tenants):
                with m.Case(first):
                    for distance in reversed(range(tenants)):
                        index = (first + distance) % tenants
                        with m.If(candidates[index]):
                            m.d.comb += chosen.eq(index)
        m.d.comb += [
            self.grant.eq(candidates.any() & self.room),
            self.chosen.eq(chosen),
            self.granted.eq(granted),
            self.granted_tenant.eq(granted_tenant),
        ]
        m.d.sync += granted.eq(self.grant)
        with m.If(self.grant):
            m.d.sync += [granted_tenant.eq(chosen), turn.eq(Mux(chosen == tenants - 1, 0, chosen + 1))]
        for t, weight in enumerate(self.weights):
            more = credit[t] + QUANTUM * weight
            # Who is away saves no credit, and pays its debts as everybody does.
            gained = Mux(waiting[t], more, Mux(more > 0, 0, more))
            taken = Mux(granted & (granted_tenant == t), self.length, 0)
            m.d.sync += credit[t].eq(Mux(waiting.any() & gain, gained, credit[t]) - taken)
        return m
