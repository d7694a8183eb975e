"""CheckUDPHeader([VERBOSE, DETAILS])

Checks UDP headers: protocol, length, checksum, where there is one.

The IP header must be marked. Packets that do not pass leave by output 1, or are dropped where it is not in use; the first of them is told
of on standard error.

Arguments:
    VERBOSE: whether every packet that does not pass is told of; false if not given.
    DETAILS: whether packets that did not pass are counted by reason.

Handlers:
    drop_details (read): packets that did not pass and the reason, a line for each reason; all zero without DETAILS,
        where Click does not have it.
    drops (read): packets that did not pass.

Examples:
    CheckUDPHeader
    CheckUDPHeader(VERBOSE true, DETAILS true)
"""

from elements.checksums.check import TransportCheck
from elements.checksums.sums import ones_sum, pseudo_sum
from elements.reference.packet import Packet


class CheckUDPHeader(TransportCheck):
    title = "UDP"
    protocol = 17
    named = False

    def fault(self, packet: Packet, ip: int, message: int) -> int | None:
        buffer = packet.buffer
        length = int.from_bytes(buffer[message + 4 : message + 6], "big") if packet.end - message >= 8 else 0
        if length < 8 or packet.end - message < length:
            return 1
        if buffer[message + 6 : message + 8] == b"\0\0":
            return None
        good = ones_sum(buffer[message : message + length], pseudo_sum(buffer, ip, length)) == 0xFFFF
        return None if good else 2

    def c_fault(self) -> str:
        return """
        uint32_t length = left >= 8 ? get16(message + 4) : 0;
        if (length < 8 || left < (int64_t)length) fault = 1;
        else if (get16(message + 6) && ones_sum(message, length, pseudo_sum(ip, length)) != 0xffff) fault = 2;
"""
