"""SetIPAddress(IPADDR [, ANNO])

Sets the destination address annotation.

Arguments:
    IPADDR: the address.
    ANNO: which annotation; only DST_IP, the default, exists here.

Handlers:
    addr (read): the address.
    addr (write): sets that; in hardware it is as it was configured.

Examples:
    SetIPAddress(10.1.2.3)
    SetIPAddress(0.0.0.0, ANNO DST_IP)
"""

from ipaddress import IPv4Address

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import ip_address, word
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.program import State


class SetIPAddress(Element):
    ports = Ports("1/1", "a/a")
    address = Argument("IPADDR", ip_address)
    annotation = keyword("ANNO", word, "DST_IP")

    def setup(self) -> None:
        if self.annotation != "DST_IP":
            raise ValueError(f"ANNO: only DST_IP can be set, not {self.annotation!r}")

        self.setting = State("to", 32, initial=self.address)

    def program(self, p: Packet) -> None:
        p.annotate("dst_ip", p.read(self.setting))
        p.output(0)

    @reads("addr")
    def address_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.setting)))

    @writes("addr")
    def set_address(self, state: StateView, text: str) -> None:
        state.set(self.setting, ip_address(text.strip()))
