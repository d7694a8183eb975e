"""CheckIPHeader([INTERFACES, OFFSET, CHECKSUM, BADSRC, GOODDST, VERBOSE, DETAILS])

Checks IPv4 headers: version, header and packet length, checksum, source address.

Packets that pass have their IP header marked, their destination address annotation set to the header's destination, and are cut to the
length in the header. Others leave by output 1, or are dropped where it is not in use.

Arguments:
    INTERFACES: addresses with their networks, such as `18.26.4.1/24 10.0.0.1/8`: sources that are a broadcast address of one are bad.
    OFFSET: bytes from the start of the packet to its IP header; 0 if not given.
    CHECKSUM: whether the checksum is checked; true if not given.
    BADSRC: source addresses that are bad, beside 0.0.0.0 and 255.255.255.255 (only these two where INTERFACES and BADSRC are not given).
    GOODDST: destinations for which a bad source is let through.
    VERBOSE: accepted; nothing is printed.
    DETAILS: accepted; there are no counts by reason.

Handlers:
    drops (read): packets that did not pass.

Examples:
    CheckIPHeader
    CheckIPHeader(18.26.4.1/24 10.0.0.1/8)
    CheckIPHeader(OFFSET 14, CHECKSUM false)
    CheckIPHeader(BADSRC 1.2.3.4 5.6.7.8, GOODDST 10.0.0.1)
"""

from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean, integer, ip_address, ip_prefix
from elements.definition.ports import Ports
from elements.program.combine import all_of, any_of
from elements.program.headers import ones_complement_sum, words_of
from elements.program.packet import Packet
from elements.program.values import Value, cat, const, extend, mux


def _interfaces(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(ip_prefix(word) for word in text.split())


def _addresses(text: str) -> tuple[int, ...]:
    return tuple(ip_address(word) for word in text.split())


class CheckIPHeader(Element):
    ports = Ports("1/1-2", "a/ah")
    network_bytes: ClassVar[int] = 20
    interfaces = Argument[tuple[tuple[int, int], ...]]("INTERFACES", _interfaces, ())
    offset = Argument("OFFSET", integer(0, 64), 0)
    checksum = keyword("CHECKSUM", boolean, True)
    bad_sources = Argument[tuple[int, ...]]("BADSRC", _addresses, (), position=False)
    good_destinations = Argument[tuple[int, ...]]("GOODDST", _addresses, (), position=False)
    verbose = keyword("VERBOSE", boolean, False)
    details = keyword("DETAILS", boolean, False)
    dropped = StateVariable(32)

    def program(self, p: Packet) -> None:
        p.set_network(self.offset)
        ip = p.ip
        length = p.length - self.offset
        header_length = cat(ip.ihl, const(0, 2))
        good = all_of(
            p.has(20, "network"),
            ip.version.equals(4),
            ip.ihl >= 5,
            extend(header_length, 16) <= length,
            ip.length <= length,
            ip.length >= extend(header_length, 16),
            self._checksum_good(p),
            ~self._source_bad(ip.source) | self._destination_good(ip.destination),
        )
        with p.when(good):
            p.annotate("dst_ip", ip.destination)
            p.take(ip.length + self.offset)
            p.output(0)
        p.write(self.dropped, p.read(self.dropped) + 1)
        if self.outputs > 1:
            p.set_network_back()
            p.output(1)
        p.drop()

    def _checksum_good(self, p: Packet) -> Value:
        """The one's-complement sum over the header's 5 to 15 words is all ones (RFC 1071)."""
        if not self.checksum:
            return const(1, 1)
        words: list[Value] = []
        for index in range(15):
            word = p.field("network", 32 * index, 32)
            words += words_of(word if index < 5 else mux(p.ip.ihl > index, word, const(0, 32)))
        return ones_complement_sum(words).equals(0xFFFF)

    def _source_bad(self, source: Value) -> Value:
        bad = {0, 0xFFFF_FFFF}
        for address, length in self.interfaces:
            host = 0xFFFF_FFFF >> length
            if length < 31:
                bad |= {address | host, address & ~host & 0xFFFF_FFFF}
        bad |= set(self.bad_sources)
        return any_of(*(source.equals(address) for address in sorted(bad)))

    def _destination_good(self, destination: Value) -> Value:
        return any_of(*(destination.equals(address) for address in self.good_destinations))

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
