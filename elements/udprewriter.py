"""UDPRewriter(INPUTSPEC1, ..., INPUTSPECn [, TIMEOUT, STREAMING_TIMEOUT, GUARANTEE, MAPPING_CAPACITY, DST_ANNO, …])

Rewrites addresses and ports of UDP, TCP and DCCP packets, and the checksums of the first two, as IPRewriter does, but with one table and
one time for all.

A packet's protocol is no part of its flow. It pays no heed to what TCP packets begin and end.

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
    UDP_TIMEOUT: how long a flow lasts after a packet; 5 min if not given. Times are whole seconds.
    TIMEOUT: the same, and counts before it.
    UDP_STREAMING_TIMEOUT: the same of one that had three packets and an answer; as the others if not given.
    STREAMING_TIMEOUT: the same, and counts before it.
    UDP_GUARANTEE: how long a flow cannot be removed after a packet; 5 s if not given.
    GUARANTEE: the same, and counts before it.

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
    table (read): a line for each mapping, as IPRewriter's udp_table has them; what is over is exp0, other than in Click.
    table_size (read): flows in the table.

Examples:
    UDPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop)
    UDPRewriter(keep 0 1, pass 1, TIMEOUT 2, STREAMING_TIMEOUT 4, GUARANTEE 0, REAP_INTERVAL 2)
"""

from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import seconds
from elements.rewriter.flows import UDP
from elements.rewriter.rewriter import FollowedRewriter


class UDPRewriter(FollowedRewriter):
    udp_timeout = keyword("UDP_TIMEOUT", seconds, 300)
    timeout = Argument[int | None]("TIMEOUT", seconds, None, position=False)
    udp_streaming_timeout = Argument[int | None]("UDP_STREAMING_TIMEOUT", seconds, None, position=False)
    streaming_timeout = Argument[int | None]("STREAMING_TIMEOUT", seconds, None, position=False)
    udp_guarantee = keyword("UDP_GUARANTEE", seconds, 5)
    guarantee = Argument[int | None]("GUARANTEE", seconds, None, position=False)
    protocols: ClassVar[dict[int, int]] = {6: UDP, 17: UDP, 33: UDP}

    def list_seconds(self) -> tuple[int, ...]:
        usual = self.udp_timeout if self.timeout is None else self.timeout
        given = [time for time in (self.streaming_timeout, self.udp_streaming_timeout) if time is not None]
        guarantee = self.udp_guarantee if self.guarantee is None else self.guarantee
        return (0, guarantee, 0, 0, 0, usual, given[0] if given else usual)

    @reads("table")
    def table(self, state: StateView) -> str:
        return self.mappings(state, UDP)

    @reads("mappings")
    def mappings_text(self, state: StateView) -> str:
        return self.mappings(state, UDP)
