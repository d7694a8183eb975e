"""CheckICMPHeader([VERBOSE, DETAILS])

Checks ICMP headers: protocol, the least length of the type, checksum.

The IP header must be marked. Packets that do not pass leave by output 1, or are dropped where it is not in use; the first of them is told
of on standard error.

Arguments:
    VERBOSE: whether every packet that does not pass is told of; false if not given.
    DETAILS: whether packets that did not pass are counted by reason.

Handlers:
    drop_details (read): packets that did not pass and the reason, a line for each reason; all zero without DETAILS,
        where Click does not have it, whose counts begin at whatever was in memory.
    drops (read): packets that did not pass.

Examples:
    CheckICMPHeader
    CheckICMPHeader(VERBOSE true, DETAILS true)
"""

from elements.checksums.check import TransportCheck
from elements.checksums.sums import ones_sum
from elements.reference.packet import Packet

QUOTING = (3, 4, 5, 11, 12)
"""Types that quote an IP header and eight bytes behind it, at least."""


class CheckICMPHeader(TransportCheck):
    title = "ICMP"
    protocol = 1

    def fault(self, packet: Packet, ip: int, message: int) -> int | None:
        length = packet.end - message
        if length < 8:
            return 1
        kind = packet.buffer[message]
        if (kind in QUOTING and length < 36) or (kind in (13, 14) and length != 20) or (kind in (15, 16) and length != 8):
            return 1
        return None if ones_sum(packet.buffer[message : packet.end]) == 0xFFFF else 2

    def c_fault(self) -> str:
        return """
        int kind = left < 8 ? -1 : message[0], quoting = kind == 3 || kind == 4 || kind == 5 || kind == 11 || kind == 12;
        if (kind < 0 || (quoting && left < 36) || ((kind == 13 || kind == 14) && left != 20) || ((kind == 15 || kind == 16) && left != 8))
            fault = 1;
        else if (ones_sum(message, (uint32_t)left, 0) != 0xffff)
            fault = 2;
"""
