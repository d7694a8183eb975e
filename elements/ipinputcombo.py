"""IPInputCombo(COLOR [, INTERFACES, BADSRC, GOODDST])

Does at once what Paint(COLOR), Strip(14), CheckIPHeader and GetIPAddress(16) do on a router's way in: packets that do not pass are dropped.

Arguments:
    COLOR: the paint annotation.
    INTERFACES: addresses with their networks, as for CheckIPHeader.
    BADSRC: source addresses that are bad, in the place of those of INTERFACES.
    GOODDST: destinations for which a bad source is let through, in the place of those of INTERFACES.

Handlers:
    drops (read): packets that did not pass.

Examples:
    IPInputCombo(1)
    IPInputCombo(2, INTERFACES 18.26.4.1/24 10.0.0.1/8)
    IPInputCombo(2, BADSRC 1.2.3.4, GOODDST 10.0.0.1)
"""

from elements.checkipheader import addresses, bad_sources_of, good_destinations_of, header_faults, interfaces
from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import byte
from elements.definition.ports import Ports
from elements.program.combine import all_of
from elements.program.packet import Packet


class IPInputCombo(Element):
    ports = Ports("1/1", "a/a")
    network_bytes = 20
    color = Argument("COLOR", byte)
    interfaces_given = Argument[tuple[tuple[int, int], ...]]("INTERFACES", interfaces, (), position=False)
    bad_sources = Argument[tuple[int, ...] | None]("BADSRC", addresses, None, position=False)
    good_destinations = Argument[tuple[int, ...] | None]("GOODDST", addresses, None, position=False)
    dropped = StateVariable(32)

    def program(self, p: Packet) -> None:
        p.pull(14)
        p.set_network(0)
        bad = bad_sources_of(self.interfaces_given, self.bad_sources)
        good = good_destinations_of(self.interfaces_given, self.good_destinations)
        with p.when(all_of(*(~fault for fault in header_faults(p, 0, True, bad, good)))):
            p.annotate("paint", self.color)
            p.annotate("dst_ip", p.ip.destination)
            p.take(p.ip.length)
            p.output(0)
        p.write(self.dropped, p.read(self.dropped) + 1)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
