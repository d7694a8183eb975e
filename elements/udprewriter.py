"""UDPRewriter(INPUTSPEC1, ..., INPUTSPECn [, TIMEOUT, STREAMING_TIMEOUT, GUARANTEE, MAPPING_CAPACITY, DST_ANNO, …])

Rewrites addresses and ports of UDP and TCP packets, and their checksums, as IPRewriter does, but with one table and one time for both.

A packet's protocol is no part of its flow. It pays no heed to what TCP packets begin and end.

Arguments:
    INPUTSPEC: one for each input, as of IPRewriter.
    MAPPING_CAPACITY: flows in the table, at most 65535, which it is if not given. When there would be more, the one that expires first
        goes, of those that are not guaranteed; where all are, no flow is added and the packet is dropped.
    REAP_INTERVAL: after each such time since the first packet, flows that have expired are removed; 15 min if not given, 0 for never.
    DST_ANNO: whether the destination annotation becomes the new destination; true if not given.
    REPLY_ANNO: PAINT, for answers to get the paint of the packet that made the flow; they keep their own if not given.
    TIMEOUT: how long a flow lasts after a packet; 5 min if not given. Times are whole seconds.
    STREAMING_TIMEOUT: the same of one that had three packets and an answer; TIMEOUT if not given.
    GUARANTEE: how long a flow cannot be removed after a packet; 5 s if not given.

Handlers:
    capacity (read): flows that there may be.
    capacity (write): sets that; what is too much is removed, those that expire first before others.
    clear (write): removes every flow.
    mapping_failures (read): flows that found no port, or no room.
    nmappings (read): an old name of table_size.
    patterns (read): a line for each input: its pattern, and in brackets the flows that it made, if any.
    size (read): flows in the table.
    table (read): a line for each mapping, as IPRewriter's udp_table has them.
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
from elements.rewriter.rewriter import Rewriter


class UDPRewriter(Rewriter):
    timeout = keyword("TIMEOUT", seconds, 300)
    streaming_timeout = Argument[int | None]("STREAMING_TIMEOUT", seconds, None, position=False)
    guarantee = keyword("GUARANTEE", seconds, 5)
    protocols: ClassVar[dict[int, int]] = {6: UDP, 17: UDP}

    def list_seconds(self) -> tuple[int, ...]:
        streaming = self.timeout if self.streaming_timeout is None else self.streaming_timeout
        return (0, self.guarantee, 0, 0, 0, self.timeout, streaming)

    @reads("table")
    def table(self, state: StateView) -> str:
        return self.mappings(state, UDP)
