"""One Ethernet port, from the pins to the core's clock: RGMII, MAC, packet memories, clock crossings, counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from amaranth.hdl import Const, DomainRenamer, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.versa_ecp5.cdc import EventCounter, StreamCrossing
from boards.versa_ecp5.link import ADDRESS_BYTES, LinkReceive, LinkSend
from boards.versa_ecp5.rgmii import RgmiiRx, RgmiiTx
from elements.placement.lengths import CARRIED, TAKEN
from hdl.ethernet.mac_rx import MacRx
from hdl.ethernet.mac_tx import MacTx
from hdl.ethernet.packet_fifo import PacketFifo
from hdl.ethernet.width import BeatsToBytes, BytesToBeats
from hdl.meta import SHIM_BYTES
from hdl.stream import beat_stream

# What is counted, in the order of the registers. ``rx_full``: good, but no room for it; ``rx_refused``: good, but of no EtherType that the
# link knows; ``tx_long``: longer than the packet memory. The last three and the errors are drops.
COUNTERS: Final = ("rx_good", "rx_runt", "rx_oversize", "rx_bad_fcs", "rx_full", "rx_refused", "tx_sent", "tx_underrun", "tx_long")
LINK_ROOM: Final = ADDRESS_BYTES + SHIM_BYTES + CARRIED - TAKEN
"""Bytes by which a frame of the link is longer than one of a port: what stands in front of it, and what software made it longer."""
DROPS: Final = tuple(name for name in COUNTERS if name not in ("rx_good", "tx_sent"))


@dataclass(frozen=True)
class PortParameters:
    """``depth`` of each packet memory in beats; ``max_frame`` of a port in bytes without the check sequence; delays of the pins in ps."""

    width: int = 64
    depth: int = 512
    max_frame: int = 1600
    rx_delay_ps: int = 0
    tx_delay_ps: int = 0


class EthernetPort(wiring.Component):
    """Received frames at ``rx`` and frames to send at ``tx``, in ``sync``; pins in the domain ``rx_domain``, whose clock is the received
    one, and ``tx_domain``, 125 MHz.

    Only whole frames with a right check sequence come out, and sending starts when a whole frame is there. With ``link`` the frames are
    those behind the host link's addresses. ``dropped`` is high for a cycle with each frame lost. Latency: a frame's length each way, and
    about 20 cycles. Initiation interval: 1 byte of the line. Registers belong to the port.
    """

    def __init__(self, parameters: PortParameters, rx_domain: str, tx_domain: str, *, link: bool, primitives: bool) -> None:
        self.parameters: Final = parameters
        self.rx_domain: Final = rx_domain
        self.tx_domain: Final = tx_domain
        self.link: Final = link
        self.primitives: Final = primitives
        width = parameters.width
        super().__init__(
            {
                "rx": Out(beat_stream(width)),
                "tx": In(beat_stream(width)),
                "rxd": In(4),
                "rx_ctl": In(1),
                "txd": Out(4),
                "tx_ctl": Out(1),
                "txc": Out(1),
                "dropped": Out(1),
                **{name: Out(32) for name in COUNTERS},
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        events = {**self._receive(m), **self._send(m)}
        for name in COUNTERS:
            domain, event = events[name]
            m.submodules[f"count_{name}"] = counter = EventCounter(domain)
            m.d.comb += [counter.event.eq(event), getattr(self, name).eq(counter.count)]
            if name in DROPS:
                with m.If(counter.seen):
                    m.d.comb += self.dropped.eq(1)
        return m

    def _receive(self, m: Module) -> dict[str, tuple[str, Any]]:
        parameters = self.parameters
        here = DomainRenamer(self.rx_domain)
        pins = RgmiiRx(primitives=self.primitives, delay_ps=parameters.rx_delay_ps)
        mac = MacRx(parameters.max_frame + (LINK_ROOM if self.link else 0))
        refused: Any = Const(0, 1)
        gather, memory = BytesToBeats(parameters.width), PacketFifo(parameters.width, parameters.depth, drop=True)
        m.submodules.rx_pins, m.submodules.rx_mac = here(pins), here(mac)
        m.submodules.rx_gather, m.submodules.rx_memory = here(gather), here(memory)
        m.submodules.rx_crossing = crossing = StreamCrossing(parameters.width, self.rx_domain, "sync")
        m.d.comb += [pins.rxd.eq(self.rxd), pins.rx_ctl.eq(self.rx_ctl), mac.gmii.eq(pins.gmii)]
        if self.link:
            link = LinkReceive()
            m.submodules.rx_link = here(link)
            refused = link.refused
            wiring.connect(m, mac.source, link.sink)
            wiring.connect(m, link.source, gather.sink)
            m.d.comb += [link.abort.eq(mac.abort), gather.abort.eq(link.source_abort)]
        else:
            wiring.connect(m, mac.source, gather.sink)
            m.d.comb += gather.abort.eq(mac.abort)
        wiring.connect(m, gather.source, memory.sink)
        m.d.comb += memory.abort.eq(gather.source_abort)
        wiring.connect(m, memory.source, crossing.sink)
        wiring.connect(m, crossing.source, wiring.flipped(self.rx))
        events = {f"rx_{name}": (self.rx_domain, mac.events[name]) for name in ("good", "runt", "oversize", "bad_fcs")}
        return {**events, "rx_full": (self.rx_domain, memory.dropped), "rx_refused": (self.rx_domain, refused)}

    def _send(self, m: Module) -> dict[str, tuple[str, Any]]:
        parameters = self.parameters
        here = DomainRenamer(self.tx_domain)
        memory, spread = PacketFifo(parameters.width, parameters.depth, drop=False), BeatsToBytes(parameters.width)
        mac, pins = MacTx(), RgmiiTx(primitives=self.primitives, delay_ps=parameters.tx_delay_ps)
        m.submodules.tx_crossing = crossing = StreamCrossing(parameters.width, "sync", self.tx_domain)
        m.submodules.tx_memory, m.submodules.tx_spread = here(memory), here(spread)
        m.submodules.tx_mac, m.submodules.tx_pins = here(mac), here(pins)
        wiring.connect(m, wiring.flipped(self.tx), crossing.sink)
        wiring.connect(m, crossing.source, memory.sink)
        wiring.connect(m, memory.source, spread.sink)
        if self.link:
            link = LinkSend()
            m.submodules.tx_link = here(link)
            wiring.connect(m, spread.source, link.sink)
            wiring.connect(m, link.source, mac.sink)
        else:
            wiring.connect(m, spread.source, mac.sink)
        m.d.comb += [pins.gmii.eq(mac.gmii), self.txd.eq(pins.txd), self.tx_ctl.eq(pins.tx_ctl), self.txc.eq(pins.txc)]
        domain = self.tx_domain
        return {"tx_sent": (domain, mac.sent), "tx_underrun": (domain, mac.underrun), "tx_long": (domain, memory.dropped)}
