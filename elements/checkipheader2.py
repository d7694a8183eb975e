"""CheckIPHeader2([OFFSET, INTERFACES, BADSRC, GOODDST, CHECKSUM, VERBOSE, DETAILS])

Checks IPv4 headers as CheckIPHeader does, but not their checksum.

Arguments:
    OFFSET: bytes from the start of the packet to its IP header; 0 if not given.
    INTERFACES: addresses with their networks, such as `18.26.4.1/24 10.0.0.1/8`. Stands for a BADSRC of their broadcast addresses, 0.0.0.0
        and 255.255.255.255, and a GOODDST of the addresses.
    BADSRC: source addresses that are bad, in the place of those of INTERFACES.
    GOODDST: destinations for which a bad source is let through, in the place of those of INTERFACES.
    CHECKSUM: whether the checksum is checked; false if not given.
    VERBOSE: accepted; nothing is printed.
    DETAILS: whether packets that did not pass are counted by reason.

Handlers:
    drop_details (read): packets that did not pass and the reason, a line for each reason; all zero without DETAILS,
        where Click does not have it.
    drops (read): packets that did not pass.

Examples:
    CheckIPHeader2
    CheckIPHeader2(14)
    CheckIPHeader2(INTERFACES 18.26.4.1/24 10.0.0.1/8, DETAILS true)
    CheckIPHeader2(OFFSET 14, CHECKSUM true)
    CheckIPHeader2(BADSRC 1.2.3.4 5.6.7.8, GOODDST 10.0.0.1)
"""

from elements.checkipheader import CheckIPHeader
from elements.definition.arguments import keyword
from elements.definition.parsers import boolean


class CheckIPHeader2(CheckIPHeader):
    checksum = keyword("CHECKSUM", boolean, False)
