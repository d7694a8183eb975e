"""CheckIPHeader([OFFSET, INTERFACES, BADSRC, GOODDST, CHECKSUM, VERBOSE, DETAILS])

Checks IPv4 headers: version, header and packet length, checksum, source address.

Packets that pass have their IP header marked, their destination address annotation set to the header's destination, and are cut to the
length in the header. Others leave by output 1, or are dropped where it is not in use. Source addresses are checked where INTERFACES or
BADSRC is given. (Click's deprecated form with addresses as the first argument is not taken.)

Arguments:
    OFFSET: bytes from the start of the packet to its IP header; 0 if not given.
    INTERFACES: addresses with their networks, such as `18.26.4.1/24 10.0.0.1/8`. Stands for a BADSRC of their broadcast addresses, 0.0.0.0
        and 255.255.255.255, and a GOODDST of the addresses.
    BADSRC: source addresses that are bad, in the place of those of INTERFACES.
    GOODDST: destinations for which a bad source is let through, in the place of those of INTERFACES.
    CHECKSUM: whether the checksum is checked; true if not given.
    VERBOSE: accepted; nothing is printed.
    DETAILS: whether packets that did not pass are counted by reason.

Handlers:
    drop_details (read): packets that did not pass and the reason, a line for each reason; all zero without DETAILS,
        where Click does not have it.
    drops (read): packets that did not pass.

Examples:
    CheckIPHeader
    CheckIPHeader(14)
    CheckIPHeader(INTERFACES 18.26.4.1/24 10.0.0.1/8, DETAILS true)
    CheckIPHeader(OFFSET 14, CHECKSUM false)
    CheckIPHeader(BADSRC 1.2.3.4 5.6.7.8, GOODDST 10.0.0.1)
"""

from typing import ClassVar, Final

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean, integer, ip_address, ip_prefix
from elements.definition.ports import Ports
from elements.program.combine import all_of, any_of, one_hot_mux
from elements.program.headers import ones_complement_sum, words_of
from elements.program.packet import Packet
from elements.program.values import FALSE, Value, cat, const, extend, mux

REASONS: Final = ("tiny packet", "bad IP version", "bad IP header length", "bad IP length", "bad IP checksum", "bad source address")
"""Why a packet does not pass, in the order in which Click checks."""


def interfaces(text: str) -> tuple[tuple[int, int], ...]:
    """Prefixes with spaces between them."""
    return tuple(ip_prefix(word) for word in text.split())


def addresses(text: str) -> tuple[int, ...]:
    """Addresses with spaces between them."""
    return tuple(ip_address(word) for word in text.split())


def header_faults(p: Packet, offset: int, checked: bool, bad: tuple[int, ...], good: tuple[int, ...]) -> tuple[Value, ...]:
    """What can be wrong with the marked header, ``offset`` bytes from the data's start, in the order of `REASONS`; the checksum where it is
    ``checked``."""
    ip = p.ip
    length = p.length - offset
    header_length = extend(cat(ip.ihl, const(0, 2)), 16)
    return (
        ~p.has(20, "network"),
        ip.version.differs(4),
        ip.ihl < 5,
        (ip.length > length) | (ip.length < header_length),
        ~_checksum_good(p) if checked else FALSE,
        _is_one_of(ip.source, bad) & ~_is_one_of(ip.destination, good),
    )


def bad_sources_of(interfaces: tuple[tuple[int, int], ...], given: tuple[int, ...] | None) -> tuple[int, ...]:
    """The source addresses that are bad: those that are ``given``, else broadcast addresses of the interfaces."""
    broadcast = tuple(address | 0xFFFF_FFFF >> length for address, length in interfaces)
    return given if given is not None else (*broadcast, 0, 0xFFFF_FFFF) if interfaces else ()


def good_destinations_of(interfaces: tuple[tuple[int, int], ...], given: tuple[int, ...] | None) -> tuple[int, ...]:
    """The destinations for which a bad source is let through."""
    return tuple(address for address, _ in interfaces) if given is None else given


class CheckIPHeader(Element):
    ports = Ports("1/1-2", "a/ah")
    network_bytes: ClassVar[int] = 20
    offset = Argument("OFFSET", integer(0, 64), 0)
    interfaces_given = Argument[tuple[tuple[int, int], ...]]("INTERFACES", interfaces, (), position=False)
    bad_sources = Argument[tuple[int, ...] | None]("BADSRC", addresses, None, position=False)
    good_destinations = Argument[tuple[int, ...] | None]("GOODDST", addresses, None, position=False)
    checksum = keyword("CHECKSUM", boolean, True)
    verbose = keyword("VERBOSE", boolean, False)
    details = keyword("DETAILS", boolean, False)
    dropped = StateVariable(32)
    reasons = StateVariable(32, depth=len(REASONS))

    def setup(self) -> None:
        self.bad = bad_sources_of(self.interfaces_given, self.bad_sources)
        self.good = good_destinations_of(self.interfaces_given, self.good_destinations)

    def program(self, p: Packet) -> None:
        p.set_network(self.offset)
        ip = p.ip
        faults = header_faults(p, self.offset, self.checksum, self.bad, self.good)
        with p.when(all_of(*(~fault for fault in faults))):
            p.annotate("dst_ip", ip.destination)
            p.take(ip.length + self.offset)
            p.output(0)
        p.write(self.dropped, p.read(self.dropped) + 1)
        if self.details:
            reason = one_hot_mux([(fault, const(i, 3)) for i, fault in enumerate(faults[:-1])], const(len(faults) - 1, 3))
            p.write(self.reasons, p.read(self.reasons, reason) + 1, reason)
        if self.outputs > 1:
            p.set_network_back()
            p.output(1)
        p.drop()

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @reads("drop_details")
    def drop_details(self, state: StateView) -> str:
        return "".join(f"{state.get(self.reasons, i) if self.details else 0}\t{text}\n" for i, text in enumerate(REASONS))


def _checksum_good(p: Packet) -> Value:
    """The one's-complement sum over the header's 5 to 15 words is all ones (RFC 1071)."""
    words: list[Value] = []
    for index in range(15):
        word = p.field("network", 32 * index, 32)
        words += words_of(word if index < 5 else mux(p.ip.ihl > index, word, const(0, 32)))
    return ones_complement_sum(words).equals(0xFFFF)


def _is_one_of(address: Value, numbers: tuple[int, ...]) -> Value:
    return any_of(*(address.equals(number) for number in sorted(set(numbers))))
