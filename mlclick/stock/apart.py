"""What is not compared, by name, and why: classes, and examples. Where ours differs on purpose, its manual page says so."""

from __future__ import annotations

from typing import Final

CLASSES: Final = {
    "ControlSocket": "it is spoken to over a network",
    "FromCrossing": "it is the border between tenants' hardware and software, which no Click has",
    "FromDevice": "its packets come from an interface",
    "McastSocket": "its packets come from a network",
    "MemSource": "it is for measurements, and no Click has it",
    "ProtocolTranslator46": "Click's is unsound: hop limits are 65 more, protocols are not told, and it stops at what it does not know",
    "ProtocolTranslator64": "Click's is unsound: protocols are not told, and it stops at what it does not know",
    "RandomSample": "which packets it takes is random",
    "RandomSeed": "what it settles are random numbers, and two machines draw theirs in different ways",
    "RandomSource": "its packets are random",
    "RandomSwitch": "which way a packet takes is random",
    "RED": "which packets it drops is random",
    "SetRandIPAddress": "its addresses are random",
    "ToCrossing": "it is the border between tenants' hardware and software, which no Click has",
    "ToDevice": "its packets leave by an interface",
}
"""Classes of which no example is compared."""
_TEXT: Final = "what packets have in them where nothing is given is a text of each machine's own"
_SAMPLE: Final = "which packets a sample has is random"
_PORT: Final = "which number of a range is taken first is random, unless # stands behind it"
_REPLY: Final = "Click takes REPLY_ANNO there and forgets it; its manual page says so"
_SUM: Final = "Click leaves CHECKSUM at whatever is in memory where it is not given, and its manual says that it is true"
_EXPRESSION: Final = "Click has neither ranges of ports nor masks behind a slash; its manual page says so"
EXAMPLES: Final = {
    "AggregateCounter(CAPACITY 1000)": "the argument is ours: here the memory of a tenant has a bound",
    "BandwidthRatedSplitter(100Gbps, BURST_BYTES 0)": "Click takes no such rate",
    "BandwidthShaper(1000)": "its packets would take a minute, since it is asked all the time",
    "ICMPError(10.0.0.1, 3, 1, BADADDRS 1.2.3.4, MTU 64, USE_FIX_ANNO false)": "Click's manual names it so, its code SET_FIX_ANNO",
    "IPAddrPairRewriter(keep 0 1, pattern - 10.1.2.3 1 0, TIMEOUT 2, GUARANTEE 1, MAPPING_CAPACITY 3, REPLY_ANNO PAINT)": _REPLY,
    "IPAddrRewriter(keep 0 1, pattern 10.1.0.0/30 - 1 0, TIMEOUT 2, GUARANTEE 1, MAPPING_CAPACITY 3, REPLY_ANNO PAINT)": _REPLY,
    "IPReassembler(HIMEM 1000)": "what fragments take is counted in another way; its manual page says so",
    "Paint(7, 21)": "Click takes the number of a byte for ANNO, here only PAINT is taken; its manual page says so",
    "Print(x, 60, HEADROOM true)": "how much room a packet has around it is each machine's own",
    "IPRewriterPatterns(out 1.0.0.1 1024-65535 - -, web - - 10.0.0.80 80)": _PORT,
    "IPRewriter(pattern 10.0.0.1 50-60 - - 0 1, pattern - - 1.2.3.4 80 1 0, MAPPING_CAPACITY 6, TCP_GUARANTEE 0, UDP_GUARANTEE 1)": _PORT,
    "IPRewriter(pattern 10.0.0.1 1024-65535? 1.2.3.4 - 1 0, pattern - 9 - - 0 0, TCP_DONE_TIMEOUT 1, TCP_TIMEOUT 1 h,"
    " REPLY_ANNO PAINT)": _PORT,
    "ICMPPingRewriter(keep 0 1, pattern 10.1.2.3 - 5-9 1 0, TIMEOUT 2, GUARANTEE 1, MAPPING_CAPACITY 3, DST_ANNO false)": _PORT,
    "TimeSortedSched(STOP true, BUFFER 4)": "it stops when queues are said to be empty, and Click says so later",
    "ToIPSummaryDump(out.bin, FIELDS timestamp ip_src ip_opt, BINARY true, VERBOSE true)": "it says when it was run",
    "UDPIPEncap(1.0.0.1, 1234, 2.0.0.2, domain)": _SUM,
    "IPFragmenter(68, HONOR_DF false)": "Click gives what must not be cut a random identification, here it keeps its own",
    "InfiniteSource": _TEXT,
    "RatedSource": _TEXT,
    "TimedSource": _TEXT,
    "RatedSource(BANDWIDTH 1Mbps, LENGTH 100, ACTIVE false)": _TEXT,
    "TimedSource(INTERVAL 1, ACTIVE false, STOP true)": _TEXT,
    "FromDump(in.pcap, FORCE_IP true, SAMPLE 0.5, START_AFTER 10ms, INTERVAL 1min)": _SAMPLE,
    'FromIPSummaryDump(DATA "!data ip_src ip_dst\\n1.0.0.1 2.0.0.2", MULTIPACKET true, SAMPLE 0.5)': _SAMPLE,
    "IPClassifier(net 10.0.0.0/8 ? udp port 50-60 : not ip frag, ip ttl < 5 or ip tos 0x10/0xf0)": _EXPRESSION,
    'Message("Use the new one.", WARNING)': "both refuse to begin where an element warns",
}
"""Examples that are not compared, of classes of which others are."""
_DETAILS: Final = "Click has it with DETAILS alone; its manual page says so"
OWN: Final = {
    **{f"Check{name}Header.drop_details": _DETAILS for name in ("ICMP", "IP", "TCP", "UDP")},
    "CheckIPHeader2.drop_details": _DETAILS,
    "Discard.active": "Click has it where the input is pulled alone; its manual page says so",
    "IPReassembler.drops": "Click does not count them; its manual page says so",
    "TimeFilter.packet_time": "Click does not have it; its manual page says so",
}
"""Read handlers that Click may not have."""
_NOWHERE: Final = "no output is chosen, so that nothing leaves"
_SINK: Final = "it is where packets end; its handlers are compared"
_WRITES: Final = "it writes a text, which is compared"
_SAYS: Final = "it says something, which is compared"
EMPTY: Final = {
    "Discard": _SINK,
    "Discard(BURST 8)": _SINK,
    "Idle": "it never sends anything",
    "InfiniteSource(\\<0800>, LIMIT 3, LENGTH 60, ACTIVE false, STOP true)": "it begins when it is told to; its handlers are compared",
    "InputSwitch(-1)": _NOWHERE,
    'Message("This configuration is for tests.")': _SAYS,
    "Message(MESSAGE old, TYPE MESSAGE)": _SAYS,
    "PullSwitch(-1)": _NOWHERE,
    "SimplePullSwitch(-1)": _NOWHERE,
    "StaticPullSwitch(-1)": _NOWHERE,
    "StaticSwitch(-1)": _NOWHERE,
    "Switch(-1)": _NOWHERE,
    "TimedSink": _SINK,
    "TimedSink(1ms)": _SINK,
    "ToIPSummaryDump(out.txt)": _WRITES,
    "ToIPSummaryDump(out.txt, FIELDS ip_src sport ip_dst dport ip_proto, HEADER false)": _WRITES,
    'ToIPSummaryDump("out.txt", CONTENTS timestamp "tcp seq" payload_md5, BAD_PACKETS true, MULTIPACKET true, BANNER "a test")': _WRITES,
    "Unqueue(BURST -1, ACTIVE false)": "it begins when it is told to; its handlers are compared",
}
"""Examples of which no packet may leave."""
_HALTED: Final = "the other way stops the machine before what is stored is pulled"
EMPTY_WAYS: Final = {
    "w1 AggregateCounter(AGGREGATE_CALL 5 x.clear, COUNT_CALL 100 x.stop)": _HALTED,
    'w1 AggregateCounter(BYTES true, IP_BYTES true, EXTRA_LENGTH false, AGGREGATE_FREEZE 100, COUNT_STOP 1000, BANNER "# mine")': _HALTED,
    "w1 TimeFilter(START_AFTER 1, INTERVAL 5s, STOP true)": _HALTED,
    "w3 TimeFilter(START_AFTER 1, INTERVAL 5s, STOP true)": _HALTED,
}
"""Ways of others in which no packet may leave, each in front of its example."""
WAYS: Final = {
    (
        "DRRSched",
        "pull",
    ): "a round in which nobody may send is the last that Click makes for one who asks, and what comes until it is asked again"
    " may be earlier: its manual page says so. Packets that are all there leave in the same order",
}
"""Ways in which a class is not run, whose other ways are compared."""
