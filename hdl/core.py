"""The data path with its registers: what a board puts between its ports, its host and its bus."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import axi_lite
from hdl.datapath import Datapath
from hdl.register_map import WINDOW_BITS, Register, place
from hdl.registers import RegisterFile, Word
from hdl.stream import beat_stream

COUNTER_BITS: Final = 48
PORT_COUNTER_BITS: Final = 32
_INGRESS: Final = ("accepted", "malformed", "overflow", "unknown")
_EGRESS: Final = ("queued", "dropped", "sent", "sent_bytes")


class Core(wiring.Component):
    """``rx0``, ``tx0``, … and ``rx_host``, ``tx_host``: packet streams; ``axi``: registers; ``time`` in ns.

    Window 0 has the ports' counters of frames accepted, malformed, lost for want of room and owned by nobody. A tenant's window has its
    elements' state, by the names of their handlers' variables, resettable where a write handler of the element resets it and the merge did
    not add the element; and for each egress its packets queued, dropped and sent and the bytes sent. A tenant's counters have 48 bits and
    the ports' 32; they wrap.
    """

    def __init__(self, datapath: Datapath) -> None:
        self.datapath: Final = datapath
        self.tenants: Final = len(datapath.weights)
        self.registers: Final[tuple[Register, ...]] = place(self._entries())
        windows = self.tenants + 1
        ports, width = datapath.parameters.ports, datapath.parameters.width
        super().__init__(
            {
                **{f"rx{i}": In(beat_stream(width)) for i in range(ports)},
                **{f"tx{i}": Out(beat_stream(width)) for i in range(ports)},
                "rx_host": In(beat_stream(width)),
                "tx_host": Out(beat_stream(width)),
                "axi": In(axi_lite(WINDOW_BITS + max(1, (windows - 1).bit_length()))),
                "time": In(48),
            }
        )

    def _egress_name(self, egress: int) -> str:
        return "host" if egress == self.datapath.parameters.ports else f"port{egress}"

    def _entries(self) -> list[tuple[int, str, int, bool]]:
        egresses = range(self.datapath.egresses)
        entries = [(0, f"{self._egress_name(e)}/{name}", PORT_COUNTER_BITS, False) for e in egresses for name in _INGRESS]
        for tenant in range(self.tenants):
            for word in self.datapath.pipeline.words:
                if word.tenant == tenant:
                    entries.append((tenant + 1, f"{word.home.element}.{word.home.state.name}", word.home.state.width, word.home.resettable))
            entries += [(tenant + 1, f"{self._egress_name(e)}/{name}", COUNTER_BITS, False) for e in egresses for name in _EGRESS]
        return entries

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.datapath = datapath = self.datapath
        for port in range(datapath.parameters.ports):
            wiring.connect(m, wiring.flipped(getattr(self, f"rx{port}")), getattr(datapath, f"in{port}"))
            wiring.connect(m, getattr(datapath, f"out{port}"), wiring.flipped(getattr(self, f"tx{port}")))
        wiring.connect(m, wiring.flipped(self.rx_host), datapath.host_in)
        wiring.connect(m, datapath.host_out, wiring.flipped(self.tx_host))
        m.d.comb += datapath.time.eq(self.time)
        by_name = {(r.window, r.name): r for r in self.registers}
        words = []
        for e, ingress in enumerate(datapath.ingresses):
            for name in _INGRESS:
                value = self._counter(m, getattr(ingress, name), Const(1, 1), f"{self._egress_name(e)}_{name}", PORT_COUNTER_BITS)
                words.append(Word(by_name[0, f"{self._egress_name(e)}/{name}"], value))
        for state in datapath.pipeline.words:
            register = by_name[state.tenant + 1, f"{state.home.element}.{state.home.state.name}"]
            words.append(Word(register, state.value, state.reset))
        for e, egress in enumerate(datapath.egress_ports):
            for tenant in range(self.tenants):
                for name in _EGRESS:
                    strobe = getattr(egress, "sent" if name == "sent_bytes" else name)[tenant]
                    amount = egress.sent_length if name == "sent_bytes" else Const(1, 1)
                    value = self._counter(m, strobe, amount, f"{self._egress_name(e)}_t{tenant}_{name}")
                    words.append(Word(by_name[tenant + 1, f"{self._egress_name(e)}/{name}"], value))
        m.submodules.registers = registers = RegisterFile(words, self.tenants + 1)
        wiring.connect(m, wiring.flipped(self.axi), registers.axi)
        return m

    @staticmethod
    def _counter(m: Module, strobe: Signal, amount: Signal | Const, name: str, width: int = COUNTER_BITS) -> Signal:
        """Counts ``amount`` with each strobe. Owner: the tenant whose strobe it is, or the operator."""
        value = Signal(width, name=name)
        m.d.sync += value.eq(value + Mux(strobe, amount, 0))
        return value
