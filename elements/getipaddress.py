"""GetIPAddress([OFFSET, ANNO, IP])

Sets the destination address annotation from four bytes of the packet.

Arguments:
    OFFSET: bytes from the start of the packet, usually 16 (no Ethernet header) or 30.
    ANNO: which annotation; only DST_IP, the default, exists here.
    IP: `src` or `dst`: take it from the marked IP header instead.

Examples:
    GetIPAddress(16)
    GetIPAddress(30, DST_IP)
    GetIPAddress(IP src)
    GetIPAddress(IP dst)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.parsers import integer, word
from elements.definition.ports import Ports
from elements.program.packet import Packet


class GetIPAddress(Element):
    ports = Ports("1/1", "a/a")
    offset = Argument("OFFSET", integer(0, 124), -1)
    annotation = Argument("ANNO", word, "DST_IP")
    which = keyword("IP", word, "")

    def setup(self) -> None:
        if self.annotation != "DST_IP":
            raise ValueError(f"ANNO: only DST_IP can be set, not {self.annotation!r}")
        if (self.offset < 0) == (self.which == ""):
            raise ValueError("either OFFSET or IP is wanted")
        if self.which not in ("", "src", "dst"):
            raise ValueError(f"IP: src or dst is wanted, not {self.which!r}")

    def program(self, p: Packet) -> None:
        if self.which:
            p.annotate("dst_ip", p.ip.source if self.which == "src" else p.ip.destination)
        else:
            p.annotate("dst_ip", p.data[self.offset : self.offset + 4])
        p.output(0)
