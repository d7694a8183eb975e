"""Gathers the first bytes of each packet into a token for the pipeline, and hands the packet on to the editor when its verdict is there."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.delay_line import DelayLines
from hdl.meta import Meta
from hdl.owner import packet, schedule
from hdl.stream import PacketBeat


class BodyBeat(data.StructLayout):
    """A beat on its way to the editor: ``valid``, ``data``."""

    def __init__(self, width: int) -> None:
        super().__init__({"valid": 1, "data": width})


class Collector(wiring.Component):
    """``token`` is high for one cycle a packet, ``beats`` cycles after the packet's first beat, however long the packet is; ``meta`` and
    ``header`` (first byte in the low bits, zero past the packet's end) go with it. ``body`` has every beat ``beats + wait`` cycles after
    it came, the first ``wait`` cycles after the token; ``body_begins`` is ``begins`` as late, in turns of time (``slots``), and else never
    high.

    The beats of a packet come in one cycle after another. Latency: as said, for every packet. Initiation interval: 1 beat. Registers belong
    to the packet that the beat in them is of; of a packet that ends early the token has nothing of the next.
    """

    def __init__(self, width: int, header_bytes: int, wait: int, *, slots: bool) -> None:
        lanes = width // 8
        self.width: Final = width
        self.beats: Final = max(1, -(-header_bytes // lanes))
        self.header_bytes: Final = self.beats * lanes
        self.wait: Final = wait
        self.slots: Final = slots
        super().__init__(
            {
                "sink": In(stream.Signature(PacketBeat(width, Meta()), always_ready=True)),
                "first": In(1),
                "begins": In(1),
                "body": Out(BodyBeat(width)),
                "body_begins": Out(1),
                "token": Out(1),
                "meta": Out(Meta()),
                "header": Out(8 * self.header_bytes),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat = data.StructLayout({"first": 1, "last": 1, "data": self.width})
        here = Signal(beat)
        m.d.comb += [
            here.first.eq(self.sink.valid & self.first),
            here.last.eq(self.sink.valid & self.sink.p.last),
            here.data.eq(Mux(self.sink.valid, self.sink.p.data, 0)),
        ]
        # The youngest beat first: what came n cycles ago is in window[n].
        window = [here]
        for age in range(1, self.beats):
            held = Signal(beat, name=f"window{age}")
            held.as_value().attrs.update(packet(f"collected {age}"))
            m.d.sync += held.eq(window[-1])
            window.append(held)
        for signal in (self.token, self.header):
            signal.attrs.update(packet("collected"))
        begins = self._carry(m)
        ended = Signal(self.beats + 1)
        lanes = []
        for number in range(self.beats):
            age = self.beats - 1 - number
            lanes.append(Mux(ended[number], 0, window[age].data))
            # What a slot cut off has no last beat.
            m.d.comb += ended[number + 1].eq(ended[number] | window[age].last | (begins[age - 1] if age else 0))
        m.d.sync += [self.token.eq(window[-1].first), self.header.eq(Cat(lanes))]
        return m

    def _carry(self, m: Module) -> list[Value]:
        """What waits until it is asked for. Returns whether a slot began, by the cycles since."""
        lines = DelayLines(m)
        meta = self.sink.p.meta.as_value()
        lines.delay(meta, self.beats, self.meta.as_value())
        body = Signal(BodyBeat(self.width))
        m.d.comb += [body.valid.eq(self.sink.valid), body.data.eq(self.sink.p.data)]
        lines.delay(body.as_value(), self.beats + self.wait, self.body.as_value())
        lines.finish()
        if not self.slots:
            # A chain of registers that are never set: synthesis takes them away one at a time, and each time looks at everything again.
            return [Const(0)] * (self.beats + self.wait + 1)
        begins: list[Value] = [self.begins]
        for cycle in range(2, self.beats + self.wait + 2):
            held = Signal(name=f"begins{cycle}", attrs=schedule())
            m.d.sync += held.eq(begins[-1])
            begins.append(held)
        m.d.comb += self.body_begins.eq(begins[-1])
        return begins
