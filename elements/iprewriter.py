"""IPRewriter(INPUTSPEC1, ..., INPUTSPECn [, TCP_TIMEOUT, UDP_TIMEOUT, MAPPING_CAPACITY, DST_ANNO, …])

Rewrites addresses and ports of TCP and UDP packets, and their checksums: a network address and port translator (RFC 3022).

A table of mappings says what a packet's flow (protocol, addresses, ports) becomes and by which output it leaves, whichever input it came
by. Where there is none, the input's specification says what to do; a new flow brings two mappings, for its packets and for their answers.
The IP header must be marked. Packets that are neither TCP nor UDP, later fragments, and packets with less than eight bytes behind the IP
header are dropped, or passed as they are where the specification is `pass`. Of TCP packets with less than 18 bytes there only addresses
are rewritten. Numbers of TCP streams are shifted as by TCPRewriter. A UDP checksum of 0 stays 0, and one that becomes 0 is sent as 0xffff
(RFC 768), where Click's sends 0.

Arguments:
    INPUTSPEC: one for each input:
        `drop` or `discard`: drops packets without a mapping.
        `pass [OUTPUT]`: sends them by OUTPUT (0 if not given) as they are.
        `keep FOUTPUT ROUTPUT`: a flow that stays as it is; its packets leave by FOUTPUT, their answers by ROUTPUT.
        `pattern SADDR SPORT DADDR DPORT FOUTPUT ROUTPUT`: a flow that becomes the pattern, in which `-` leaves as it is; answers become
            what the flow was, turned round. SPORT may be a range `1024-65535`: the packet's own port is taken if it is in the range and no
            answers to it are known; else the first such port in an order that a hash of the flow gives. Where Click's is random, a flow so
            gets the same port again, and every run the same ones; RandomSeed changes that. `1024-65535?` is the same without the own port;
            `1024-65535#` goes on behind the port that was given last. Where none of 1024 ports that are tried is free, the packet is
            dropped.
        `pattern NAME FOUTPUT ROUTPUT`: by a pattern of an IPRewriterPatterns; `#` counts for each input on its own.
        `NAME`: what the element of that name, such as a RoundRobinIPMapper, says.
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
    UDP_TIMEOUT: how long a UDP flow lasts after a packet; 5 min if not given.
    UDP_STREAMING_TIMEOUT: the same of one that had three packets and an answer; UDP_TIMEOUT if not given.
    UDP_GUARANTEE: how long a UDP flow cannot be removed after a packet; 5 s if not given.

Handlers:
    capacity (read): flows that there may be, in all tables that share them. (In Click, 2147483647 if not given.)
    capacity (write): sets that; what is too much is removed, those that expire first before others.
    clear (write): removes every flow, of all tables that share a capacity.
    mapping_failures (read): flows that found no port, or no room.
    nmappings (read): an old name of table_size.
    pattern# (read): the line of patterns for input #.
    pattern# (write): another specification for input #, whose flows are forgotten; one that maps by another element cannot be given.
    patterns (read): a line for each input: its pattern, and in brackets the flows that it made, if any.
    size (read): flows in all tables that share a capacity.
    table_size (read): flows in the table.
    tcp_lookup (read): of a TCP flow `SADDR SPORT DADDR DPORT`, what it becomes; nothing if there is no mapping.
    tcp_mappings (read): an old name of tcp_table.
    tcp_table (read): a line for each TCP mapping, by address: what becomes what, by how much numbers of the stream are shifted, if they
        are, outputs (the mapping's with a star), the input that made it, and the seconds until it expires: exp0 where its time is over,
        for which Click shows what is below 0 as if it were far above.
    udp_mappings (read): an old name of udp_table.
    udp_table (read): the same of UDP; what is over is exp0, other than in Click.

Examples:
    IPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop)
    IPRewriter(pattern 10.0.0.1 50-60 - - 0 1, pattern - - 1.2.3.4 80 1 0, MAPPING_CAPACITY 6, TCP_GUARANTEE 0, UDP_GUARANTEE 1)
    IPRewriter(keep 0 1, pass 1, TCP_NODATA_TIMEOUT 2, UDP_TIMEOUT 1, UDP_STREAMING_TIMEOUT 3, REAP_INTERVAL 2, DST_ANNO false)
    IPRewriter(pattern 10.0.0.1 1024-65535? 1.2.3.4 - 1 0, pattern - 9 - - 0 0, TCP_DONE_TIMEOUT 1, TCP_TIMEOUT 1 h, REPLY_ANNO PAINT)
"""

from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import seconds
from elements.rewriter.flows import TCP, UDP
from elements.rewriter.rewriter import FollowedRewriter


class IPRewriter(FollowedRewriter):
    tcp_timeout = Argument[int | None]("TCP_TIMEOUT", seconds, None, position=False)
    timeout = keyword("TIMEOUT", seconds, 86400)
    tcp_done_timeout = keyword("TCP_DONE_TIMEOUT", seconds, 240)
    tcp_no_data_timeout = keyword("TCP_NODATA_TIMEOUT", seconds, 300)
    tcp_guarantee = keyword("TCP_GUARANTEE", seconds, 5)
    guarantee = Argument[int | None]("GUARANTEE", seconds, None, position=False)
    udp_timeout = keyword("UDP_TIMEOUT", seconds, 300)
    udp_streaming_timeout = Argument[int | None]("UDP_STREAMING_TIMEOUT", seconds, None, position=False)
    udp_guarantee = keyword("UDP_GUARANTEE", seconds, 5)
    protocols: ClassVar[dict[int, int]] = {6: TCP, 17: UDP}

    def list_seconds(self) -> tuple[int, ...]:
        streaming = self.udp_timeout if self.udp_streaming_timeout is None else self.udp_streaming_timeout
        guarantee = self.tcp_guarantee if self.guarantee is None else self.guarantee
        data = self.timeout if self.tcp_timeout is None else self.tcp_timeout
        return (guarantee, self.udp_guarantee, self.tcp_no_data_timeout, data, self.tcp_done_timeout, self.udp_timeout, streaming)

    @reads("tcp_lookup")
    def tcp_lookup(self, state: StateView, question: str = "") -> str:
        return self.looked_up(state, TCP, question) if question else ""

    @reads("tcp_table")
    def tcp_table(self, state: StateView) -> str:
        return self.mappings(state, TCP)

    @reads("tcp_mappings")
    def tcp_mappings(self, state: StateView) -> str:
        return self.mappings(state, TCP)

    @reads("udp_table")
    def udp_table(self, state: StateView) -> str:
        return self.mappings(state, UDP)

    @reads("udp_mappings")
    def udp_mappings(self, state: StateView) -> str:
        return self.mappings(state, UDP)
