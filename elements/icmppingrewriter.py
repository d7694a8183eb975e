"""ICMPPingRewriter(INPUTSPEC1, ..., INPUTSPECn [, TIMEOUT, GUARANTEE, MAPPING_CAPACITY, REAP_INTERVAL, REPLY_ANNO])

Rewrites addresses and numbers of pings (ICMP echo requests and replies), and their checksums.

A table of mappings says what a ping's addresses and number become, and by which output it leaves, whichever input it came by. A request
without one is treated as the input's specification says; a new flow brings two mappings, for requests and for their replies. Replies that
nobody asked for, other packets than pings and later fragments are dropped, or passed as they are where the specification is `pass`. The IP
header must be marked.


Arguments:
    INPUTSPEC: one for each input:
        `pattern SADDR DADDR [NUMBERS] FOUTPUT ROUTPUT`: a flow that becomes the pattern, in which `-` leaves as it is. NUMBERS, a number
            or a range such as `0-65535`, is what source ports are in patterns of IPRewriter, with `#` and `?` behind it. A pattern of four
            words SADDR SPORT DADDR DPORT is taken, too, without DPORT. A number is not given to two pings at once; Click may do so.
        `pattern NAME FOUTPUT ROUTPUT`: by a pattern of an IPRewriterPatterns; `#` counts for each input on its own.
        `drop`, `pass`, `keep` and `NAME`: as of IPRewriter.
    MAPPING_CAPACITY: flows in the table, at most 65535, which it is if not given; or the name of another rewriter, whose capacity is then
        shared. When there would be more, the one that expires first goes, of those that are not guaranteed; where all are, no flow is added
        and the packet is dropped.
    CAPACITY: the same.
    REAP_INTERVAL: flows that have expired are removed after each such time since the first packet of an empty table; 15 min if not given, 0
        for never. A flow that has expired lives on until then, or until there is no room.
    REPLY_ANNO: PAINT, for answers to get the paint of the packet that made the flow; they keep their own if not given.
    DST_ANNO: whether the destination annotation becomes the new destination; true if not given.
    TIMEOUT: how long a flow lasts after a packet; 5 min if not given. Times are whole seconds.
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
    table (read): a line for each mapping: what addresses and number become what, outputs (the mapping's with a star), the input that made
        it, and the seconds until it expires; what is over is exp0, other than in Click. The number of
        a mapping for replies has one more in its first byte, as Click prints it.
    table_size (read): flows in the table.

Examples:
    ICMPPingRewriter(pattern 1.0.0.1 - 0-65535# 0 1, drop)
    ICMPPingRewriter(keep 0 1, pattern 10.1.2.3 - 5-9 1 0, TIMEOUT 2, GUARANTEE 1, MAPPING_CAPACITY 3, DST_ANNO false)
"""

from typing import ClassVar, Literal

from elements.definition.arguments import keyword
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import seconds
from elements.rewriter.flows import UDP
from elements.rewriter.rewriter import FollowedRewriter


class ICMPPingRewriter(FollowedRewriter):
    keyed_by: ClassVar[Literal["flows", "hosts", "pairs", "pings"]] = "pings"
    timeout = keyword("TIMEOUT", seconds, 300)
    guarantee = keyword("GUARANTEE", seconds, 5)
    protocols: ClassVar[dict[int, int]] = {}

    def list_seconds(self) -> tuple[int, ...]:
        return (0, self.guarantee, 0, 0, 0, self.timeout, self.timeout)

    @reads("table")
    def table(self, state: StateView) -> str:
        return self.mappings(state, UDP)

    @reads("mappings")
    def mappings_text(self, state: StateView) -> str:
        return self.mappings(state, UDP)
