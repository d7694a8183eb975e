"""What two machines may choose, by name, and why; it is taken out of what both did before that is compared."""

from __future__ import annotations

import re
from typing import Final

PRINTING: Final = frozenset(("ARPPrint", "DriverManager", "IP6Print", "IPPrint", "Message", "NotifierDebug", "Print", "Script"))
"""Whose output is what they say. Of the others, lines on standard error are messages to whoever runs the machine: their words are not
compared."""
_OF_FEEDS: Final = re.compile(r"\w+@\d+: |IP6 header check failed$")
"""How lines start that are of the elements in front, which have no name, or none that is said."""
_AHEAD: Final = "Click reads a packet before it is due"
_ZERO: Final = "Click prints a text up to its first zero"
_WHOLE: Final = "Click says the name of the other element whole, here it is said as it was given"
_REWRITERS: Final = ("ICMPPingRewriter", "IPAddrPairRewriter", "IPAddrRewriter", "IPRewriter", "TCPRewriter", "UDPRewriter")
_MAPPINGS: Final = ("mappings", "table", "tcp_mappings", "tcp_table", "udp_mappings", "udp_table")
HANDLERS: Final = {
    "calls": "how often a task is run is the scheduler's choice",
    "cycles": "it is a measurement of this run",
    "AggregateCounter.aggregate_call": _WHOLE,
    "AggregateCounter.count_call": _WHOLE,
    "Counter.count_call": _WHOLE,
    "ARPQuerier.table": "ages there are those that addresses had when the last packet came, in Click those that they have now",
    "EtherVLANEncap.native_vlan": "Click reads it from its own text, in which there is none that is 0",
    **{f"{name}.capacity": "a table of mappings has a bound here" for name in _REWRITERS},
    "TimestampAccum.average_time": "it is a sum of times of the clock",
    "TimestampAccum.time": "it is a sum of times of the clock",
    "MarkIPCE.drops": "Click does not count them",
    "NotifierDebug.signal": "it shows the words that notifiers are kept in",
    "FromDump.filepos": _AHEAD,
    "FromDump.packet_filepos": _AHEAD,
    "FromIPSummaryDump.filesize": "Click does not ask how long a summary is",
    "InfiniteSource.data": _ZERO,
    "RatedSource.data": _ZERO,
    "TimedSource.data": _ZERO,
    "SetIPECN.ecn": "Click says the word that was given, here it is the number",
    "VLANEncap.ethertype": "Click says it as it was given",
    "IPReassembler.dump": "Click shows how it stores what waits",
    "CheckICMPHeader.drop_details": "in Click they begin at whatever was in memory",
}
"""Read handlers that are not compared, of each class or of one."""
_ANSWER: Final = "an answer has the time of what it answers, in Click none, so that ToDump writes its own"
TIMES: Final = {
    "ARPResponder": _ANSWER,
    "ICMP6Error": _ANSWER,
    "ICMPError": _ANSWER,
    "IP6NDAdvertiser": _ANSWER,
    "IP6NDSolicitor": "a question has the time of the packet that waits for its answer, in Click none",
}
"""Classes of whose packets times are not compared."""
CLOCKED: Final = {
    "DelayShaper": "packets are stamped with the clock when they leave",
    "FromIPSummaryDump": "packets of which no time is said get that of the clock where they are written",
    **dict.fromkeys(
        (
            "ICMPPingSource",
            "ICMPSendPings",
            "InfiniteSource",
            "RatedSource",
            "ScheduleInfo",
            "SetTimestamp",
            "SetTimestampDelta",
            "TimedSource",
            "DriverManager",
            "QuitWatcher",
            "Script",
        ),
        "packets are stamped with the clock",
    ),
    "LinkUnqueue": "packets are stamped with the clock when they leave",
    "ICMPPingResponder": "answers are stamped with the clock",
}
"""Classes whose packets have times of the clock, which in simulated time goes on whenever somebody looks at it: they are compared to two
milliseconds."""
IDENTIFIED: Final = {
    "ICMPError": "Click counts the identifications of all elements together, here each counts its own",
}
"""Classes whose packets' IP identifications, and the checksums that follow from them, are not compared where they are ICMP errors."""
CLOSE: Final = 2_000_000
"""Nanoseconds, of those."""
UNORDERED: Final = {
    "ARPResponder.table": "Click's lines are in the order that its sort gives to prefixes of which none has the other in it",
    **{f"{name}.{table}": "Click's lines are in the order of its hash table" for name in _REWRITERS for table in _MAPPINGS},
    "DirectIPLookup.table": "Click's lines are in the order of its hash table",
    "IP6NDSolicitor.table": "Click's lines are in the order of its hash table",
    "RangeIPLookup.table": "Click's lines are in the order of its hash table",
    "EtherSwitch.table": "Click's lines are in the order of its hash table",
}
"""Read handlers whose lines may be in another order."""


_ROUNDED: Final = "Click says what its bucket's whole units come to, here it is the rate that was given"
ROUNDED: Final = {
    "BandwidthRatedSplitter.rate": _ROUNDED,
    "BandwidthRatedUnqueue.config": _ROUNDED,
    "BandwidthRatedUnqueue.rate": _ROUNDED,
}
"""Read handlers whose numbers may be apart by a thousandth."""
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def is_of_feeds(line: str) -> bool:
    """Whether this line on standard error is of an element in front of the one that is compared."""
    return _OF_FEEDS.match(line) is not None


def compares_handler(class_name: str, handler: str) -> bool:
    """Whether the read handler ``handler`` of such an element is compared."""
    return handler not in HANDLERS and f"{class_name}.{handler}" not in HANDLERS


def settled_text(class_name: str, handler: str, ours: str, theirs: str) -> tuple[str, str]:
    """What both said by a read handler, without what they may choose."""
    name = f"{class_name}.{handler}"
    if name in UNORDERED:
        return _ordered(ours), _ordered(theirs)
    return (theirs, theirs) if name in ROUNDED and _is_near(ours, theirs) else (ours, theirs)


def _ordered(text: str) -> str:
    return "\n".join(sorted(text.split("\n")))


def _is_near(ours: str, theirs: str) -> bool:
    """Whether texts are alike but for numbers that are apart by a thousandth or less."""
    if _NUMBER.sub("", ours) != _NUMBER.sub("", theirs):
        return False
    pairs = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(abs(float(one) - float(two)) * 1000 <= float(two) for one, two in pairs)
