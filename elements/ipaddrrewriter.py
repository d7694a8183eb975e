"""IPAddrRewriter(INPUTSPEC1, ..., INPUTSPECn [, TIMEOUT, GUARANTEE, MAPPING_CAPACITY, REAP_INTERVAL, REPLY_ANNO])

Rewrites source addresses of IP packets, and checksums: a network address translator (RFC 3022), a host of its own address at a time.

A table of mappings says what a host's address becomes, of whatever packets, and by which output they leave. What comes from a known host
gets the host's new source address; what goes to a new address gets the old destination. Where neither is known, the input's specification
says what to do. The IP header must be marked; packets without a whole one are dropped, or passed as they are where the specification is
`pass`. The destination annotation follows the destination. Checksums of TCP and UDP follow, but in later fragments; a UDP checksum of 0
stays 0, and one that becomes 0 is sent as 0xffff.


Arguments:
    INPUTSPEC: one for each input:
        `pattern SADDR - FOUTPUT ROUTPUT`: a flow that becomes the pattern, in which `-` leaves as it is. SADDR may be a range
            `1.0.0.1-1.0.0.9` or a network `1.0.0.0/24` without its first and last address: the first that is free is taken, in an
            order that a hash of the flow gives where Click's is random; from the one behind the last given on where `#` stands behind it.
            Where none of 1024 that are tried is free, the packet is dropped.
        `pattern NAME FOUTPUT ROUTPUT`: by a pattern of an IPRewriterPatterns; `#` counts for each input on its own.
        `drop`, `pass`, `keep` and `NAME`: as of IPRewriter.
    MAPPING_CAPACITY: flows in the table, at most 65535, which it is if not given; or the name of another rewriter, whose capacity is then
        shared. When there would be more, the one that expires first goes, of those that are not guaranteed; where all are, no flow is added
        and the packet is dropped.
    CAPACITY: the same.
    REAP_INTERVAL: flows that have expired are removed after each such time since the first packet of an empty table; 15 min if not given, 0
        for never. A flow that has expired lives on until then, or until there is no room.
    REPLY_ANNO: PAINT, for answers to get the paint of the packet that made the flow; they keep their own if not given.
        (Click takes the argument, and forgets it here.)
    TIMEOUT: how long a flow lasts after a packet; 2 h if not given. Times are whole seconds.
    GUARANTEE: how long a flow cannot be removed after a packet; 5 s if not given.

Handlers:
    capacity (read): flows that there may be, in all tables that share them. (In Click, 2147483647 if not given.)
    capacity (write): sets that; what is too much is removed, those that expire first before others.
    clear (write): removes every flow, of all tables that share a capacity.
    mapping_failures (read): flows that found no port, or no room.
    mappings (read): an old name of table.
    nmappings (read): an old name of table_size.
    pattern# (read): the line of patterns for input #.
    pattern# (write): another specification for input #, whose flows are forgotten; one that maps by another element cannot be given.
    patterns (read): a line for each input: its pattern, and in brackets the flows that it made, if any.
    size (read): flows in all tables that share a capacity.
    table (read): a line for each mapping: what address becomes what, outputs (the mapping's with a star), the input that made it, and the
        seconds until it expires; what is over is exp0, other than in Click. Of an answer 0.0.0.0 becomes 0.0.0.0.
    table_size (read): flows in the table.

Examples:
    IPAddrRewriter(pattern 1.0.0.1-1.0.0.254# - 0 1, drop)
    IPAddrRewriter(keep 0 1, pattern 10.1.0.0/30 - 1 0, TIMEOUT 2, GUARANTEE 1, MAPPING_CAPACITY 3, REPLY_ANNO PAINT)
"""

from typing import ClassVar, Literal

from elements.rewriter.rewriter import HostRewriter


class IPAddrRewriter(HostRewriter):
    keyed_by: ClassVar[Literal["flows", "hosts", "pairs", "pings"]] = "hosts"
