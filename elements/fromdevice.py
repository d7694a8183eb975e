"""FromDevice(DEVNAME [, PROMISC, SNAPLEN, SNIFFER, METHOD, CAPTURE, OUTBOUND, HEADROOM, BURST, TIMESTAMP, ACTIVE])

Packets that arrive at a device. The device and packet type annotations are set.

In a tenant's configuration DEVNAME is the tenant's own name for the device; in a merged configuration it is the number of a physical port.

In hardware, frames that are malformed (broken, or too short or too long for a port) or of no tenant do not arrive. They are nobody's, since
what they say of whose they are is not to be believed, and are counted by the port, for the operator and not for a tenant.

It has one output. The second that Click's has at user level is for what FORCE_IP turns away, and FORCE_IP is not there: a port has Ethernet
frames of every kind.

Where the machine runs by itself, packets are those of the host's device of that name (of a port, a device or alternative name that is its
number), from a ring that the kernel writes to (Linux, PACKET_MMAP). A VLAN tag that the kernel took off is put back, and TCP and UDP
checksums that a sender on this host left to the device are put in. Packets that were cut have their extra length annotation set. A device
that goes down or is taken away is reported, once. Handlers are then, as Click's: `count`, packets that came; `reset_counts`;
`kernel_drops`, packets that found no room in the ring; and `encap`.

Arguments:
    DEVNAME: name of the device.
    PROMISC: whether packets to others are taken, too; if not given, true of a port and false of other devices. Packets that are offered to
        the machine are all taken.
    SNAPLEN: bytes of a packet that are taken, at most 65424; if 0 or not given, those of the device's longest frame, and at least 2046.
        Packets that are offered to the machine are taken whole.
    SNIFFER: accepted; the host deals with the device's packets, too, unless it is told otherwise (a device without addresses, for one),
        and where this is false a line says so.
    METHOD: accepted; the machine chooses.
    CAPTURE: an older name of METHOD.
    OUTBOUND: whether what the host sends by the device is taken, too; false if not given.
    HEADROOM: bytes in front of a packet, where that is more than there are anyway.
    BURST: packets that are dealt with before other tasks have their turn; 32 if not given.
    TIMESTAMP: whether packets have the time at which the kernel got them; true if not given. Packets that are offered to the machine have
        one.
    ACTIVE: accepted; devices are always active.

Examples:
    FromDevice(eth0)
    FromDevice(0)
    FromDevice(eth0, false, 1500, SNIFFER false, METHOD LINUX)
    FromDevice(eth0, PROMISC true, BURST 8, OUTBOUND true)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import ABREAST, CSource, c_string
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView
from elements.definition.host import Address, Host
from elements.definition.parsers import boolean, integer, unsigned16, word
from elements.definition.ports import Ports
from elements.devices.driven import FAILED, FRAME, OPEN_C, SNAPLEN, Device, title
from elements.devices.packet_socket import MOST, Reception, dropped_by_kernel, open_to_receive
from elements.devices.ring_c import COMMON, RECEIVE
from elements.reference.machine import Machine
from elements.reference.packet import HEADROOM, Packet

_burst = integer(1, 1 << 16)
_snaplen = integer(0, MOST)


class FromDevice(Element):
    ports = Ports("0/1", "/h")
    hardware_role = "ingress"
    device = Argument("DEVNAME", word)
    promiscuous = Argument[bool | None]("PROMISC", boolean, None)
    snaplen = Argument("SNAPLEN", _snaplen, 0)
    sniffer = keyword("SNIFFER", boolean, True)
    method = keyword("METHOD", word, "")
    capture = keyword("CAPTURE", word, "")
    outbound = keyword("OUTBOUND", boolean, False)
    headroom = keyword("HEADROOM", unsigned16, 0)
    burst = keyword("BURST", _burst, 32)
    timestamp = keyword("TIMESTAMP", boolean, True)
    active = keyword("ACTIVE", boolean, True)
    received = StateVariable(64)
    descriptor = StateVariable(32)

    def setup(self) -> None:
        promiscuous = self._is_port() if self.promiscuous is None else self.promiscuous
        wanted = Reception(self.snaplen, promiscuous, self.outbound)
        self.live = Device(self, self.device, lambda: open_to_receive(self.device, wanted))
        self.dropped = 0

    def number(self) -> int:
        """The physical port's number, 0 where the device is known by a name."""
        return int(self.device) & 15 if self._is_port() else 0

    def _is_port(self) -> bool:
        return re.fullmatch("[0-9]{1,15}", self.device) is not None

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        destination = packet.data[:6].ljust(6, b"\0")
        packet.device = self.number()
        packet.packet_type = 1 if destination == b"\xff" * 6 else 2 if destination[0] & 1 else 0
        machine.push_out(self.name, 0, packet)

    def c_source(self) -> CSource:
        name = c_string(title(self, self.device).encode())
        return CSource(
            is_short=True,
            fields="uint64_t received; int32_t descriptor; uint32_t index, frame, snaplen, next, places; uint8_t *ring;",
            helpers=COMMON + RECEIVE,
            initialize=f"""{OPEN_C}
    if (self->descriptor >= 0) {{
        self->frame = CALL({FRAME}, NULL);
        self->snaplen = CALL({SNAPLEN}, NULL);
        self->places = RING_BLOCK / self->frame * RING_BLOCKS;
        self->ring = ring_map(self->descriptor);
        if (self->ring) WATCH(self->descriptor, POLLIN);
        else CALL({FAILED} + errno, NULL);
    }}
""",
            push=f"""
    static const uint8_t broadcast[6] = {{255, 255, 255, 255, 255, 255}};
    int whole = p->length >= 6;
    p->device = {self.number()};
    p->packet_type = whole && !memcmp(p->data, broadcast, 6) ? 1 : p->length && (p->data[0] & 1) ? 2 : 0;
    OUT(0, p);
""",
            task=f"""
    if (!self->ring) return 0;
    uint32_t done = 0, most = BATCH({self.burst}), count;
    do {{
        struct packet *burst[{ABREAST}];
        uint32_t room = most - done < {ABREAST} ? most - done : {ABREAST};
        count = 0;
        for (struct tpacket2_hdr *h; count < room && (h = ring_at(self->ring, self->frame, self->next)); count++) {{
            struct packet *p = burst[count] = ring_packet(&m->base, h, {max(HEADROOM, self.headroom)}, self->snaplen);
            p->device = {self.number()};
            p->time = {"(uint64_t)h->tp_sec * 1000000000u + h->tp_nsec" if self.timestamp else "0"};
            ring_done(h);
            if (++self->next == self->places) self->next = 0;
        }}
        self->received += count;
        LOOK_AHEAD(burst, count);
        for (uint32_t i = 0; i < count; i++) OUT(0, burst[i]);
        done += count;
    }} while (done < most && count == {ABREAST});
    return done;
""",
            ready=f"""
    int why = events & ~POLLIN ? device_error(fd) : 0;
    if (why && device_failed(&m->base, {name}, self->index, why)) WATCH(fd, 0);
    WAKE;
""",
            finish="""
    if (self->ring) munmap(self->ring, (size_t)RING_BLOCK * RING_BLOCKS);
    if (self->descriptor >= 0) close(self->descriptor);
""",
            state=(("received", "self->received"), ("descriptor", "self->descriptor")),
        )

    # By itself

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        return self.live.answer(what)

    def started(self, host: Host) -> None:
        self.live.check()
        if not self.sniffer:
            host.say(f"{title(self, self.device)}: the host deals with the packets, too")

    def more_handlers(self, kind: Literal["read", "write"]) -> Mapping[str, Callable[[str], str | None]]:
        if self.host is None:
            return {}
        state = self.host.words(self.name)
        if kind == "write":
            return {"reset_counts": lambda _: state.set(self.received, 0)}
        ethernet = self.live.opened is not None and self.live.opened.is_ethernet
        return {
            "count": lambda _: str(state.get(self.received)),
            "encap": lambda _: "ETHER" if ethernet else "??",
            "kernel_drops": lambda _: self._drops(state),
        }

    def _drops(self, state: StateView) -> str:
        self.dropped += dropped_by_kernel(state.get(self.descriptor))
        return str(self.dropped)
