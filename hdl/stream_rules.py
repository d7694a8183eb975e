"""The handshake's rules as hardware that looks on: one checker for simulation and for proof.

What a rule says is in `RULES`, by its number. `StreamRules` watches one stream; `hdl.watch` finds the streams of a design.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from amaranth.hdl import Assert, Cat, Const, Module, Mux, ResetSignal, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

RULES: Final[Mapping[int, str]] = {
    1: "valid fell before ready took the beat",
    2: "the payload changed while it waited for ready",
    3: "a lane of a beat that is not the last is not kept",
    4: "keep of the last beat is empty or not a run from lane 0",
    5: "the packet is longer than its source says packets are",
    6: "valid or the payload follows ready in the same cycle",
    7: "what is known of the packet changed within it",
    8: "the packet does not have the length that goes with it",
    9: "a lane past the packet's end is not zero",
    10: "valid is high in the first cycle after reset",
}
"""What is wrong where rule Rn of `hdl.stream` is broken. R6 is of the design, not of a cycle: `hdl.watch` looks for the path."""


class StreamRules(wiring.Component):
    """Watches one stream; drives nothing but what it reports.

    ``broken`` has bit n high in each cycle in which Rn is broken; ``first`` is the number of the rule that was broken first, from the cycle
    after, and 0 while none was. With ``name``, each rule is also asserted at the clock's edge, in words that name stream and rule.

    Which rules there are depends on ``payload``. Every stream: R1, R2, R10. With ``keep`` and ``last`` (in the payload, or in its field
    ``beat``): R3 and R4 where it is ``framed``, and R5 for ``longest`` bytes. With further fields, which are known of the packet: R7 and
    R9, and R8 where ``length`` is among them or within ``meta``. Nothing is reported while reset is active.

    Latency: 0 cycles to ``broken``. Initiation interval: 1 beat. Registers belong to the checker, which is no part of a bitstream.
    """

    def __init__(self, payload: Any, longest: int | None = None, name: str | None = None, *, framed: bool = True) -> None:
        self.longest: Final = longest
        self.name: Final = name
        self.framed: Final = framed
        super().__init__({"valid": In(1), "ready": In(1), "payload": In(payload), "broken": Out(max(RULES) + 1), "first": Out(4)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        found = {**self._handshake(m), **self._packet(m)}
        active = ~ResetSignal(allow_reset_less=True)
        for number, wrong in sorted(found.items()):
            m.d.comb += self.broken[number].eq(wrong & active)
            if self.name is not None:
                m.d.sync += Assert(~self.broken[number], f"{self.name} breaks R{number}: {RULES[number]}")
        with m.If(self.first == 0):
            for number in sorted(found, reverse=True):
                with m.If(self.broken[number]):
                    m.d.sync += self.first.eq(number)
        return m

    def _handshake(self, m: Module) -> dict[int, Value]:
        raw = Value.cast(self.payload)
        waiting, held, fresh = Signal(), Signal(len(raw)), Signal(init=1)
        m.d.sync += [waiting.eq(self.valid & ~self.ready), held.eq(raw), fresh.eq(0)]
        return {1: waiting & ~self.valid, 2: waiting & self.valid & (raw != held), 10: fresh & self.valid}

    def _packet(self, m: Module) -> dict[int, Value]:
        payload = self.payload
        if not isinstance(payload, data.View) or not isinstance(payload.shape(), data.StructLayout):
            return {}
        fields = payload.shape().members
        beat = payload["beat"] if "beat" in fields else payload
        if "keep" not in beat.shape().members or "last" not in beat.shape().members:
            return {}
        keep, last = beat["keep"], beat["last"]
        transfer, inside = self.valid & self.ready, Signal()
        with m.If(transfer):
            m.d.sync += inside.eq(~last)
        found = dict[int, Value]()
        if self.framed:
            found[3] = self.valid & ~last & ~keep.all()
            found[4] = self.valid & last & (~keep.any() | (keep & (keep + 1)[: len(keep)]).any())
        length = _length(payload)
        if self.longest is not None or length is not None:
            total = self._total(m, transfer, keep, last)
            if self.longest is not None:
                found[5] = self.valid & (total > self.longest)
            if length is not None:
                found[8] = self.valid & Mux(last, total != length, total > length)
        known = [Value.cast(payload[name]) for name in fields if name not in ("beat", "data", "keep", "last")]
        if known:
            now = Cat(*known)
            before = Signal(len(now))
            m.d.sync += before.eq(Mux(transfer, now, before))
            found[7] = self.valid & inside & (now != before)
            found[9] = self.valid & Cat(~keep[lane] & beat["data"].word_select(lane, 8).any() for lane in range(len(keep))).any()
        return found

    @staticmethod
    def _total(m: Module, transfer: Value, keep: Value, last: Value) -> Signal:
        """Bytes of the packet up to and with this beat. It stays at the most that it can say."""
        so_far, total = Signal(24), Signal(25)
        m.d.comb += total.eq(so_far + sum(keep, start=Const(0, 1)))
        with m.If(transfer):
            m.d.sync += so_far.eq(Mux(last, 0, Mux(total[24], so_far, total)))
        return total


def _length(payload: data.View[data.StructLayout]) -> Value | None:
    """The packet's length in bytes, where the payload says it."""
    fields = payload.shape().members
    if "length" in fields:
        return Value.cast(payload["length"])
    if "meta" in fields and "length" in payload["meta"].shape().members:
        return Value.cast(payload["meta"]["length"])
    return None
