"""IPEncap(PROTO, SRC, DST [, TTL, DSCP, ECT, CE, TOS, DF])

Puts an IPv4 header without options in front of packets, marks it, and sets the destination address annotation to its destination.

Identifications count from 0. A packet that would be longer than 65535 bytes is dropped.

Arguments:
    PROTO: the protocol, a number or a name such as `ipip`.
    SRC: source address.
    DST: destination address, or DST_ANNO: that of the destination address annotation.
    TTL: time to live; 250 if not given.
    DSCP: 0 to 63; 0 if not given.
    ECT: whether the packet is marked as ECN-capable, ECT(1); `2` for ECT(0). Not marked if not given.
    CE: whether the packet is marked as having met congestion; false if not given.
    TOS: the whole byte, in the place of DSCP, ECT and CE.
    DF: whether the packet must not be fragmented; false if not given.

Handlers:
    dst (read): destination address, or DST_ANNO.
    dst (write): sets the address, where it is not DST_ANNO; in hardware it is as it was configured.
    src (read): source address.
    src (write): sets that.

Examples:
    IPEncap(ipip, 192.0.2.1, 198.51.100.1)
    IPEncap(4, 192.0.2.1, DST_ANNO, TTL 64, DF true)
    IPEncap(PROTO 50, SRC 10.0.0.1, DST 10.0.0.2, DSCP 46, ECT true)
    IPEncap(50, 10.0.0.1, 10.0.0.2, ECT 2)
    IPEncap(50, 10.0.0.1, 10.0.0.2, CE true)
    IPEncap(50, 10.0.0.1, 10.0.0.2, TOS 0xb8)
"""

from ipaddress import IPv4Address

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, byte, integer, ip_address
from elements.definition.ports import Ports
from elements.filters.names import PROTOCOLS
from elements.program.headers import ones_complement_sum, words_of
from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import Value, cat, const

ANNOTATION = -1


def _protocol(text: str) -> int:
    return PROTOCOLS[text] if text in PROTOCOLS else byte(text)


def _destination(text: str) -> int:
    return ANNOTATION if text == "DST_ANNO" else ip_address(text)


def _capable(text: str) -> int:
    """The two bits of ECN: 1 is ECT(1), 2 ECT(0) (RFC 3168)."""
    return 2 if text == "2" else int(boolean(text))


class IPEncap(Element):
    ports = Ports("1/1", "a/a")
    protocol = Argument("PROTO", _protocol)
    source = Argument("SRC", ip_address)
    destination = Argument("DST", _destination)
    ttl = keyword("TTL", byte, 250)
    dscp = Argument[int | None]("DSCP", integer(0, 63), None, position=False)
    capable = keyword("ECT", _capable, 0)
    congested = keyword("CE", boolean, False)
    tos = Argument[int | None]("TOS", byte, None, position=False)
    whole = keyword("DF", boolean, False)
    identification = StateVariable(16)

    def setup(self) -> None:
        if self.tos is not None and (self.dscp is not None or self.capable or self.congested):
            raise ValueError("TOS is the whole byte: DSCP, ECT and CE cannot be given beside it")
        if self.capable and self.congested:
            raise ValueError("ECT and CE are one field: only one can be given")
        self.source_now = State("source", 32, initial=self.source)
        self.destination_now = State("destination", 32, initial=max(self.destination, 0))
        self.service = self.tos if self.tos is not None else (self.dscp or 0) << 2 | (3 if self.congested else self.capable)

    def program(self, p: Packet) -> None:
        number = p.read(self.identification)
        p.write(self.identification, number + 1)
        destination: Value = p.annotation("dst_ip") if self.destination == ANNOTATION else p.read(self.destination_now)
        p.push(20)
        p.set_network(0)
        front = cat(const(0x4500 | self.service, 16), p.length, number, const(0x4000 * self.whole, 16))
        middle, addresses = const(self.ttl << 8 | self.protocol, 16), cat(p.read(self.source_now), destination)
        checksum = ~ones_complement_sum([*words_of(front), middle, *words_of(addresses)])
        p.data[0:20] = cat(front, middle, checksum, addresses)
        p.annotate("dst_ip", destination)
        p.output(0)

    @reads("src")
    def source_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.source_now)))

    @writes("src")
    def set_source(self, state: StateView, text: str) -> None:
        state.set(self.source_now, ip_address(text.strip()))

    @reads("dst")
    def destination_text(self, state: StateView) -> str:
        return "DST_ANNO" if self.destination == ANNOTATION else str(IPv4Address(state.get(self.destination_now)))

    @writes("dst")
    def set_destination(self, state: StateView, text: str) -> None:
        if self.destination == ANNOTATION:
            raise ValueError("the destination is DST_ANNO: it can be no address")
        state.set(self.destination_now, ip_address(text.strip()))
