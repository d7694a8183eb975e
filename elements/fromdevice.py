"""FromDevice(DEVNAME [, PROMISC, SNAPLEN, SNIFFER, METHOD, CAPTURE, OUTBOUND, HEADROOM, BURST, TIMESTAMP, ACTIVE])

Packets that arrive at a device. The device and packet type annotations are set.

In a tenant's configuration DEVNAME is the tenant's own name for the device; in a merged configuration it is the number of a physical port.

In hardware, frames that are malformed (broken, or too short or too long for a port) or of no tenant do not arrive. They are nobody's, since
what they say of whose they are is not to be believed, and are counted by the port, for the operator and not for a tenant.

It has one output. The second that Click's has at user level is for what FORCE_IP turns away, and FORCE_IP is not there: a port has Ethernet
frames of every kind.

Arguments:
    DEVNAME: name of the device.
    PROMISC: accepted; every frame is taken.
    SNAPLEN: accepted; frames are taken whole.
    SNIFFER: accepted; devices are always the router's own.
    METHOD: accepted; the machine chooses.
    CAPTURE: an older name of METHOD.
    OUTBOUND: accepted; what the machine sends does not come back.
    HEADROOM: accepted; there is always enough.
    BURST: accepted; packets come one by one.
    TIMESTAMP: accepted; every packet has one.
    ACTIVE: accepted; devices are always active.

Examples:
    FromDevice(eth0)
    FromDevice(0)
    FromDevice(eth0, false, 1500, SNIFFER false, METHOD LINUX)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import boolean, unsigned32, word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class FromDevice(Element):
    ports = Ports("0/1", "/h")
    hardware_role = "ingress"
    device = Argument("DEVNAME", word)
    promiscuous = Argument("PROMISC", boolean, True)
    snaplen = Argument("SNAPLEN", unsigned32, 0)
    sniffer = keyword("SNIFFER", boolean, False)
    method = keyword("METHOD", word, "")
    capture = keyword("CAPTURE", word, "")
    outbound = keyword("OUTBOUND", boolean, False)
    headroom = keyword("HEADROOM", unsigned32, 0)
    burst = keyword("BURST", unsigned32, 1)
    timestamp = keyword("TIMESTAMP", boolean, True)
    active = keyword("ACTIVE", boolean, True)

    def number(self) -> int:
        """The physical port's number, 0 where the device is known by a name."""
        return int(self.device) & 15 if self.device.isdigit() else 0

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        destination = packet.data[:6].ljust(6, b"\0")
        packet.device = self.number()
        packet.packet_type = 1 if destination == b"\xff" * 6 else 2 if destination[0] & 1 else 0
        machine.push_out(self.name, 0, packet)

    def c_source(self) -> CSource:
        return CSource(
            push=f"""
    static const uint8_t broadcast[6] = {{255, 255, 255, 255, 255, 255}};
    int whole = p->length >= 6;
    p->device = {self.number()};
    p->packet_type = whole && !memcmp(p->data, broadcast, 6) ? 1 : p->length && (p->data[0] & 1) ? 2 : 0;
    OUT(0, p);
"""
        )
