"""The register bus's rules as hardware that looks on (AMBA AXI and ACE protocol specification, chapters A3 and B1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from amaranth.hdl import Assert, Cat, Module, ResetSignal, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import OKAY, SLVERR, axi_lite

RULES: Final[Mapping[int, str]] = {
    1: "the manager took back or changed a request before it was taken",
    2: "bvalid fell or bresp changed before bready took the answer",
    3: "rvalid fell or the answer changed before rready took it",
    4: "a write is answered that has no address or no data yet",
    5: "a read is answered that was not asked",
    6: "an answer is neither OKAY nor SLVERR",
    7: "valid is high in the first cycle after reset",
    8: "an answer with SLVERR carries data",
}
"""What is wrong where rule Ln of the bus is broken. L1 is the manager's; L7 both sides'; the others the subordinate's. L8 is this
project's own: what is refused tells nothing."""

_MOST: Final = 15


class AxiLiteRules(wiring.Component):
    """Watches a bus of ``address_width``; drives nothing but what it reports.

    ``broken``, ``first`` and ``name`` are as in `hdl.stream_rules.StreamRules`, for the rules Ln. At most 15 requests of a kind may be
    under way.

    Latency: 0 cycles to ``broken``. Initiation interval: 1. Registers belong to the checker, which is no part of a bitstream.
    """

    def __init__(self, address_width: int, name: str | None = None) -> None:
        self.name: Final = name
        members = {member: In(description.shape) for member, description in axi_lite(address_width).members.items()}
        super().__init__({**members, "broken": Out(max(RULES) + 1), "first": Out(4)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        asked_address, asked_data = self._under_way(m, "aw", "b"), self._under_way(m, "w", "b")
        asked_read = self._under_way(m, "ar", "r")
        fresh = Signal(init=1)
        m.d.sync += fresh.eq(0)
        valids = Cat(self.awvalid, self.wvalid, self.arvalid, self.bvalid, self.rvalid)
        channels = (("aw", [self.awaddr]), ("w", [self.wdata, self.wstrb]), ("ar", [self.araddr]))
        requests = [self._lost(m, channel, payload) for channel, payload in channels]
        found: dict[int, Value] = {
            1: requests[0] | requests[1] | requests[2],
            2: self._lost(m, "b", [self.bresp]),
            3: self._lost(m, "r", [self.rdata, self.rresp]),
            4: self.bvalid & ((asked_address == 0) | (asked_data == 0)),
            5: self.rvalid & (asked_read == 0),
            6: (self.bvalid & ~_legal(self.bresp)) | (self.rvalid & ~_legal(self.rresp)),
            7: fresh & valids.any(),
            8: self.rvalid & (self.rresp == SLVERR) & self.rdata.any(),
        }
        active = ~ResetSignal(allow_reset_less=True)
        for number, wrong in found.items():
            m.d.comb += self.broken[number].eq(wrong & active)
            if self.name is not None:
                m.d.sync += Assert(~self.broken[number], f"{self.name} breaks L{number}: {RULES[number]}")
        with m.If(self.first == 0):
            for number in sorted(found, reverse=True):
                with m.If(self.broken[number]):
                    m.d.sync += self.first.eq(number)
        return m

    def _taken(self, channel: str) -> Value:
        return getattr(self, f"{channel}valid") & getattr(self, f"{channel}ready")

    def _under_way(self, m: Module, request: str, answer: str) -> Signal:
        """Requests of a channel that were taken in earlier cycles, and whose answers were not."""
        count = Signal(range(_MOST + 1), name=f"{request}_under_way")
        begun, ended = self._taken(request) & (count != _MOST), self._taken(answer) & (count != 0)
        m.d.sync += count.eq(count + begun - ended)
        return count

    def _lost(self, m: Module, channel: str, payload: list[Value]) -> Value:
        """A transfer was offered in the cycle before and not taken, and is not offered now as it was."""
        now = Cat(*payload)
        waiting, held = Signal(name=f"{channel}_waiting"), Signal(len(now), name=f"{channel}_held")
        valid = getattr(self, f"{channel}valid")
        m.d.sync += [waiting.eq(valid & ~getattr(self, f"{channel}ready")), held.eq(now)]
        return waiting & (~valid | (now != held))


def _legal(response: Value) -> Value:
    return (response == OKAY) | (response == SLVERR)
