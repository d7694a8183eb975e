"""ToDevice(DEVNAME [, BURST, METHOD, DEBUG])

Sends packets out of a device, as fast as it takes them.

It has no outputs. Those that Click's has at user level, for packets that were sent and for those that could not be, would lie behind the
operator's scheduler, where a packet is no tenant's any more.

Arguments:
    DEVNAME: name of the device; in a merged configuration the number of a physical port.
    BURST: accepted; packets are sent one by one.
    METHOD: accepted; the machine chooses.
    DEBUG: accepted.

Examples:
    ToDevice(eth0)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import boolean, unsigned32, word
from elements.definition.ports import Ports
from elements.reference.machine import Machine


class ToDevice(Element):
    ports = Ports("1/0", "l/")
    hardware_role = "egress"
    device = Argument("DEVNAME", word)
    burst = keyword("BURST", unsigned32, 1)
    method = keyword("METHOD", word, "")
    debug = keyword("DEBUG", boolean, False)

    def task(self, machine: Machine) -> bool:
        packet = machine.pull_in(self.name, 0)
        if packet is None:
            return False
        machine.emit(self.name, packet)
        return True

    def c_source(self) -> CSource:
        return CSource(
            task="""
    struct packet *p = IN(0);
    if (!p) return 0;
    EMIT(p);
    return 1;
"""
        )
