"""CheckTCPHeader([VERBOSE, DETAILS])

Checks TCP headers: protocol, lengths, checksum.

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
    CheckTCPHeader
    CheckTCPHeader(VERBOSE true, DETAILS true)
"""

from elements.checksums.check import TransportCheck
from elements.checksums.sums import ones_sum, pseudo_sum
from elements.reference.packet import Packet


class CheckTCPHeader(TransportCheck):
    title = "TCP"
    protocol = 6

    def fault(self, packet: Packet, ip: int, message: int) -> int | None:
        buffer = packet.buffer
        length = (int.from_bytes(buffer[ip + 2 : ip + 4], "big") - (message - ip)) & 0xFFFF_FFFF
        header = 4 * (buffer[message + 12] >> 4) if packet.end - message >= 20 else 0
        if header < 20 or length < header or packet.end - message < length:
            return 1
        good = ones_sum(buffer[message : message + length], pseudo_sum(buffer, ip, length)) == 0xFFFF
        return None if good else 2

    def c_fault(self) -> str:
        return """
        uint32_t length = get16(ip + 2) - (uint32_t)(message - ip);
        uint32_t header = left >= 20 ? 4 * (message[12] >> 4) : 0;
        if (header < 20 || length < header || left < (int64_t)length) fault = 1;
        else if (ones_sum(message, length, pseudo_sum(ip, length)) != 0xffff) fault = 2;
"""
