"""TCPRewriter(INPUTSPEC1, ..., INPUTSPECn [, TCP_TIMEOUT, TCP_DONE_TIMEOUT, MAPPING_CAPACITY, DST_ANNO, …])

Rewrites addresses and ports of TCP packets, and their checksums, as IPRewriter does; packets of other protocols have no flow.

Where a FTPPortMapper changed the length of what is sent, it shifts sequence numbers and what acknowledges them, selectively too, as
IPRewriter does: for the last eight places of a stream and direction; what is sent again from before those is shifted as behind the ninth.

Arguments:
    INPUTSPEC: one for each input, as of IPRewriter.
    MAPPING_CAPACITY: flows in the table, at most 65535, which it is if not given; or the name of another rewriter, whose capacity is then
        shared. When there would be more, the one that expires first goes, of those that are not guaranteed; where all are, no flow is added
        and the packet is dropped.
    CAPACITY: the same.
    REAP_INTERVAL: flows that have expired are removed after each such time since the first packet of an empty table; 15 min if not given, 0
        for never. A flow that has expired lives on until then, or until there is no room.
    REPLY_ANNO: PAINT, for answers to get the paint of the packet that made the flow; they keep their own if not given.
    DST_ANNO: whether the destination annotation becomes the new destination; true if not given.
    TCP_TIMEOUT: how long a TCP flow with data in both directions lasts after a packet; 24 h if not given. Times are whole seconds.
    TIMEOUT: the same, where TCP_TIMEOUT is not given.
    TCP_DONE_TIMEOUT: the same of one that FIN in both directions or RST ended; 4 min if not given.
    TCP_NODATA_TIMEOUT: the same of all others; 5 min if not given.
    TCP_GUARANTEE: how long a TCP flow cannot be removed after a packet; 5 s if not given.
    GUARANTEE: the same, and counts before it.

Handlers:
    capacity (read): flows that there may be, in all tables that share them. (In Click, 2147483647 if not given.)
    capacity (write): sets that; what is too much is removed, those that expire first before others.
    clear (write): removes every flow, of all tables that share a capacity.
    lookup (read): of a flow `SADDR SPORT DADDR DPORT`, what it becomes; nothing if there is no mapping.
    mapping_failures (read): flows that found no port, or no room.
    mappings (read): an old name of table.
    nmappings (read): an old name of table_size.
    pattern# (read): the line of patterns for input #.
    pattern# (write): another specification for input #, whose flows are forgotten; one that maps by another element cannot be given.
    patterns (read): a line for each input: its pattern, and in brackets the flows that it made, if any.
    size (read): flows in all tables that share a capacity.
    table (read): a line for each mapping, as IPRewriter's tcp_table has them; what is over is exp0, other than in Click.
    table_size (read): flows in the table.

Examples:
    TCPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop)
    TCPRewriter(keep 0 1, pass 1, TCP_NODATA_TIMEOUT 2, TCP_GUARANTEE 1, REAP_INTERVAL 2)
"""

from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import seconds
from elements.rewriter.flows import TCP
from elements.rewriter.rewriter import FollowedRewriter


class TCPRewriter(FollowedRewriter):
    tcp_timeout = Argument[int | None]("TCP_TIMEOUT", seconds, None, position=False)
    timeout = keyword("TIMEOUT", seconds, 86400)
    tcp_done_timeout = keyword("TCP_DONE_TIMEOUT", seconds, 240)
    tcp_no_data_timeout = keyword("TCP_NODATA_TIMEOUT", seconds, 300)
    tcp_guarantee = keyword("TCP_GUARANTEE", seconds, 5)
    guarantee = Argument[int | None]("GUARANTEE", seconds, None, position=False)
    protocols: ClassVar[dict[int, int]] = {6: TCP}

    def list_seconds(self) -> tuple[int, ...]:
        guarantee = self.tcp_guarantee if self.guarantee is None else self.guarantee
        data = self.timeout if self.tcp_timeout is None else self.tcp_timeout
        return (guarantee, 0, self.tcp_no_data_timeout, data, self.tcp_done_timeout, 0, 0)

    @reads("lookup")
    def lookup(self, state: StateView, question: str = "") -> str:
        return self.looked_up(state, TCP, question) if question else ""

    @reads("table")
    def table(self, state: StateView) -> str:
        return self.mappings(state, TCP)

    @reads("mappings")
    def mappings_text(self, state: StateView) -> str:
        return self.mappings(state, TCP)
