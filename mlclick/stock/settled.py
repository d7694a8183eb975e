"""What two machines may choose, by name, and why; it is taken out of what both did before that is compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

PRINTING: Final = frozenset(("ARPPrint", "DriverManager", "IP6Print", "IPPrint", "Message", "NotifierDebug", "Print", "Script"))
"""Whose output is what they say. Of the others, lines on standard error are messages to whoever runs the machine: their words are not
compared."""
_OF_FEEDS: Final = re.compile(r"\w+@\d+: |IP6 header check failed$")
"""How lines start that are of the elements in front, which have no name, or none that is said."""
_AHEAD: Final = "Click reads a packet before it is due"
_REWRITERS: Final = ("ICMPPingRewriter", "IPAddrPairRewriter", "IPAddrRewriter", "IPRewriter", "TCPRewriter", "UDPRewriter")
_MAPPINGS: Final = ("mappings", "table", "tcp_mappings", "tcp_table", "udp_mappings", "udp_table")
HANDLERS: Final = {
    "calls": "how often a task is run is the scheduler's choice",
    "cycles": "it is a measurement of this run",
    **{f"{name}.capacity": "a table of mappings has a bound here" for name in _REWRITERS},
    "TimestampAccum.average_time": "it is a sum of times of the clock",
    "TimestampAccum.time": "it is a sum of times of the clock",
    "MarkIPCE.drops": "Click does not count them",
    "NotifierDebug.signal": "it shows the words that notifiers are kept in",
    "FromDump.filepos": _AHEAD,
    "FromDump.packet_filepos": _AHEAD,
    "FromIPSummaryDump.filesize": "Click does not ask how long a summary is",
    "VLANEncap.ethertype": "Click reads it from its own text, in which there is none",
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


def _ordered(text: str) -> str:
    return "\n".join(sorted(text.split("\n")))


def _up_to_zero(text: str) -> str:
    return text.partition("\0")[0]


def _counts(text: str) -> str:
    return "\n".join(text.split("\n")[:4])


def _mappings(text: str) -> str:
    return _ordered(re.sub(r"\bexp429\d{4}\b", "exp0", text))


def _within(text: str) -> str:
    return re.sub(r"\bw\d+/", "", text)


def _ecn_number(text: str) -> str:
    words = (("no", "-"), ("ect1", "ECT(1)"), ("ect2", "ECT(0)"), ("ce", "CE"))
    return next((str(number) for number, names in enumerate(words) if text in names), text)


_HASHED: Final = ("Click's lines are in the order of its hash table", _ordered)
_ZERO: Final = ("Click prints a text up to its first zero", _up_to_zero)
_WHOLE: Final = ("Click says the name of the other element whole, here it is said as it was given", _within)
ADJUSTED: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    **{
        f"{name}.{table}": ("Click's lines are in the order of its hash table, and seconds below 0 are of 32 bits", _mappings)
        for name in _REWRITERS
        for table in _MAPPINGS
    },
    **dict.fromkeys(("DirectIPLookup.table", "EtherSwitch.table", "IP6NDSolicitor.table", "RangeIPLookup.table"), _HASHED),
    "ARPResponder.table": ("Click's lines are in the order that its sort gives to prefixes of which none has the other in it", _ordered),
    **dict.fromkeys(("InfiniteSource.data", "RatedSource.data", "TimedSource.data"), _ZERO),
    **dict.fromkeys(("AggregateCounter.aggregate_call", "AggregateCounter.count_call", "Counter.count_call"), _WHOLE),
    "IPReassembler.dump": ("Click shows behind its counts how it stores what waits", _counts),
    "SetIPECN.ecn": ("Click says the word that was given, here it is the number", _ecn_number),
}
"""Read handlers of which something is made before they are compared: why, and what."""
_ROUNDED: Final = ("Click says what its bucket's whole units come to, here it is the rate that was given", 0.001, 0.0)
_CLOCK: Final = ("it is a time of the clock", 0.0, CLOSE / 1e9)
NEAR: Final = {
    "ARPQuerier.table": ("ages are those that addresses had when the last packet came, in Click those at the end of the run", 0.0, 0.11),
    "BandwidthRatedSplitter.rate": _ROUNDED,
    "BandwidthRatedUnqueue.config": _ROUNDED,
    "BandwidthRatedUnqueue.rate": _ROUNDED,
    "TimeFilter.end": _CLOCK,
    "TimeFilter.start": _CLOCK,
}
"""Read handlers whose numbers may be apart by a share of them, or by so much; first why."""
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
    if name in ADJUSTED:
        _, adjusted = ADJUSTED[name]
        return adjusted(ours), adjusted(theirs)
    if name not in NEAR:
        return ours, theirs
    _, share, more = NEAR[name]
    return (theirs, theirs) if _is_near(ours, theirs, share, more) else (ours, theirs)


def _is_near(ours: str, theirs: str, share: float, more: float) -> bool:
    """Whether texts are alike but for numbers that are apart by no more than this ``share`` of Click's and ``more``."""
    if _NUMBER.sub("", ours) != _NUMBER.sub("", theirs):
        return False
    pairs = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(abs(float(one) - float(two)) <= share * float(two) + more for one, two in pairs)
