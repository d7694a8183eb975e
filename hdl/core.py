"""The data path with its registers: what a board puts between its ports, its host and its bus."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import axi_lite
from hdl.composition import Bank
from hdl.datapath import Datapath
from hdl.egress import EgressPort
from hdl.owner import operator
from hdl.register_map import Block, place, place_blocks, window_bits
from hdl.registers import RegisterFile, Word, Words, address_width
from hdl.state_memory import StateMemory
from hdl.stream import beat_stream

COUNTER_BITS: Final = 48
PORT_COUNTER_BITS: Final = 32
_INGRESS: Final = ("accepted", "malformed", "overflow", "unknown")
_EGRESS: Final = (("queued", "dropped"), ("sent",), ("sent_bytes",))


class Core(wiring.Component):
    """``rx0``, ``tx0``, … and ``rx_host``, ``tx_host``: packet streams; ``axi``: registers; ``time`` in ns; ``idle``: no frame is
    on its way.

    Window 0 has the ports' counters of frames accepted, malformed, lost for want of room and owned by nobody. A tenant's window has its
    elements' state, by the names of their handlers' variables, resettable where a write handler of the element resets it and the merge did
    not add the element; and for each egress its packets queued, dropped and sent and the bytes sent. A tenant's counters have 48 bits and
    the ports' 32; they wrap.
    """

    def __init__(self, datapath: Datapath) -> None:
        self.datapath: Final = datapath
        self.tenants: Final = len(datapath.weights)
        egresses = [self._egress_name(e) for e in range(datapath.egresses)]
        operators = [f"{name}/{what}" for name in egresses for what in _INGRESS]
        blocks = [*map(_state_block, datapath.composition.banks), *self._egress_blocks(egresses)]
        self.window_bits: Final = window_bits(len(operators), blocks)
        self._ports: Final = place(operators, PORT_COUNTER_BITS, 0, self.window_bits)
        self._blocks: Final = place_blocks(blocks, self.window_bits)
        self.registers: Final = tuple(
            sorted([*self._ports, *(r for block in self._blocks for r in block.registers.values())], key=lambda r: r.address)
        )
        ports, width = datapath.parameters.ports, datapath.parameters.width
        super().__init__(
            {
                **{f"rx{i}": In(beat_stream(width)) for i in range(ports)},
                **{f"tx{i}": Out(beat_stream(width)) for i in range(ports)},
                "rx_host": In(beat_stream(width)),
                "tx_host": Out(beat_stream(width)),
                "axi": In(axi_lite(address_width(self.tenants + 1, self.window_bits))),
                "time": In(48),
                "idle": Out(1),
            }
        )

    def _egress_name(self, egress: int) -> str:
        return "host" if egress == self.datapath.parameters.ports else f"port{egress}"

    def _egress_blocks(self, egresses: list[str]) -> list[Block]:
        return [
            Block(COUNTER_BITS, {(t, slot): (f"{name}/{what}", False) for t in range(self.tenants) for slot, what in enumerate(kinds)})
            for name in egresses
            for kinds in _EGRESS
        ]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.datapath = datapath = self.datapath
        for port in range(datapath.parameters.ports):
            wiring.connect(m, wiring.flipped(getattr(self, f"rx{port}")), getattr(datapath, f"in{port}"))
            wiring.connect(m, getattr(datapath, f"out{port}"), wiring.flipped(getattr(self, f"tx{port}")))
        wiring.connect(m, wiring.flipped(self.rx_host), datapath.host_in)
        wiring.connect(m, datapath.host_out, wiring.flipped(self.tx_host))
        m.d.comb += [datapath.time.eq(self.time), self.idle.eq(datapath.idle)]
        signals = [(e, ingress, name) for e, ingress in enumerate(datapath.ingresses) for name in _INGRESS]
        strobes = [getattr(ingress, name) for _, ingress, name in signals]
        # What is too short for a shim does not come as far as the ingress.
        strobes[signals.index((datapath.parameters.ports, datapath.ingresses[-1], "malformed"))] += datapath.strip.short
        words = [
            Word(register, self._counter(m, strobe, f"{self._egress_name(e)}_{name}"))
            for register, strobe, (e, _, name) in zip(self._ports, strobes, signals, strict=True)
        ]
        memories = [
            *datapath.pipeline.memories.values(),
            *(c for e, egress in enumerate(datapath.egress_ports) for c in self._counts(m, e, egress)),
        ]
        blocks = [Words(memory, block) for memory, block in zip(memories, self._blocks, strict=True)]
        m.submodules.registers = registers = RegisterFile(words, blocks, self.tenants + 1, self.window_bits)
        wiring.connect(m, wiring.flipped(self.axi), registers.axi)
        return m

    def _counts(self, m: Module, number: int, egress: EgressPort) -> list[StateMemory]:
        """What an egress did, by tenant: packets stored and dropped, which exclude each other; packets sent; bytes sent.

        They count a cycle later: whether there is room for a packet is known late in its cycle. The registers between are shared, as the
        egress's input is: they have what one packet did, for one cycle.
        """
        name = self._egress_name(number)
        stored, dropped, sent = egress.queued.any(), egress.dropped.any(), egress.sent.any()
        made = []
        for kinds, write, slot, amount, tenant in (
            (_EGRESS[0], stored | dropped, dropped, Const(1, 1), egress.sink.payload.tenant),
            (_EGRESS[1], sent, Const(0, 1), Const(1, 1), egress.sent_tenant),
            (_EGRESS[2], sent, Const(0, 1), egress.sent_length, egress.sent_tenant),
        ):
            counts = StateMemory(COUNTER_BITS, {(t, slot): 0 for t in range(self.tenants) for slot in range(len(kinds))})
            m.submodules[f"{name}_{kinds[0]}"] = counts
            gained = Signal.like(amount, name=f"{name}_{kinds[0]}_gained")
            m.d.sync += [counts.tenant.eq(tenant), counts.slot.eq(slot), counts.write.eq(write), gained.eq(amount)]
            m.d.comb += counts.new.eq(counts.old + gained)
            made.append(counts)
        return made

    @staticmethod
    def _counter(m: Module, strobe: Value, name: str) -> Signal:
        """Counts strobes."""
        value = Signal(PORT_COUNTER_BITS, name=name, attrs=operator())
        m.d.sync += value.eq(value + strobe)
        return value


def _state_block(bank: Bank) -> Block:
    return Block(bank.width, {place: (f"{home.element}.{home.state.name}", home.resettable) for place, home in bank.homes.items()})
