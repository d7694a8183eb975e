"""ICMPPingEncap(SRC, DST [, IDENTIFIER])

Makes packets the data of ICMP echo requests: an ICMP and an IPv4 header are put in front, of which the latter is marked.

Sequence numbers count from 1, leaving 0 out; they are the identification of the IP header, too. The destination annotation is set.

Arguments:
    SRC: source address.
    DST: destination address.
    IDENTIFIER: the identifier in the ICMP header; 0 if not given.

Handlers:
    dst (read): destination address.
    dst (write): sets that.
    src (read): source address.
    src (write): sets that.

Examples:
    ICMPPingEncap(1.0.0.1, 2.0.0.2)
    ICMPPingEncap(1.0.0.1, 2.0.0.2, IDENTIFIER 3)
"""

from elements.checksums.icmp_encap import ICMPEncap


class ICMPPingEncap(ICMPEncap):
    kind = 8
    code = 0
