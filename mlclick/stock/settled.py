"""What two machines may choose, by name, and why; it is taken out of what both did before that is compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mlclick.stock.times import CLOSE

PRINTING: Final = frozenset(("ARPPrint", "DriverManager", "IP6Print", "IPPrint", "Message", "NotifierDebug", "Print", "Script"))
"""Whose output is what they say. Of the others, lines on standard error are messages to whoever runs the machine: their words are not
compared."""
_OF_FEEDS: Final = re.compile(r"\w+@\d+: |IP6 header check failed$")
"""How lines start that are of the elements in front, which have no name, or none that is said."""
_AHEAD: Final = "Click reads a packet before it is due"
_REWRITERS: Final = ("ICMPPingRewriter", "IPAddrPairRewriter", "IPAddrRewriter", "IPRewriter", "TCPRewriter", "UDPRewriter")
_MAPPINGS: Final = (
    *(f"{name}.{table}" for name in _REWRITERS if name != "IPRewriter" for table in ("mappings", "table")),
    *(f"IPRewriter.{protocol}_{table}" for protocol in ("tcp", "udp") for table in ("mappings", "table")),
)
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
IDENTIFIED: Final = {
    "ICMPError": "Click counts the identifications of all elements together, here each counts its own",
}
"""Classes whose packets' IP identifications, and the checksums that follow from them, are not compared where they are ICMP errors."""


def _ordered(text: str) -> str:
    return "\n".join(sorted(text.split("\n")))


def _up_to_zero(text: str) -> str:
    return text.partition("\0")[0]


def _counts(text: str) -> str:
    return "\n".join(text.split("\n")[:4])


_WRAPPED: Final = (1 << 32) // 1000
"""What a little less than 0 s is, of milliseconds in 32 bits."""


def _overdue(text: str, seconds: float) -> str:
    """What Click says of mappings, with 0 where their time is over, for no longer than the run's ``seconds``."""
    return re.sub(r"\bexp(\d+)\b", lambda found: "exp0" if 0 <= _WRAPPED - int(found[1]) < seconds + 1 else found[0], text)


def _within(text: str) -> str:
    return re.sub(r"\bw\d+/", "", text)


_HASHED: Final = ("Click's lines are in the order of its hash table", _ordered, _ordered)
_ZERO: Final = ("Click prints a text up to its first zero", _up_to_zero, _up_to_zero)
_WHOLE: Final = ("Click says the name of the other element whole, here it is said as it was given", _within, _within)
ADJUSTED: Final[dict[str, tuple[str, Callable[[str], str], Callable[[str], str]]]] = {
    **dict.fromkeys(_MAPPINGS, (f"{_HASHED[0]}, and seconds below 0 are of 32 bits", _ordered, _ordered)),
    **dict.fromkeys(("DirectIPLookup.table", "EtherSwitch.table", "IP6NDSolicitor.table", "RangeIPLookup.table"), _HASHED),
    "ARPResponder.table": (
        "Click's lines are in the order that its sort gives to prefixes of which none has the other in it",
        _ordered,
        _ordered,
    ),
    **dict.fromkeys(("InfiniteSource.data", "RatedSource.data", "TimedSource.data"), _ZERO),
    **dict.fromkeys(("AggregateCounter.aggregate_call", "AggregateCounter.count_call"), _WHOLE),
    "IPReassembler.dump": ("Click shows behind its counts how it stores what waits", _counts, _counts),
}
"""Read handlers of which something is made before they are compared: why, what of ours, and what of Click's."""
_FIRST: Final = re.compile(r"(\d+(?:\.\d+)?)(.*)", re.DOTALL)
_AGE: Final = re.compile(r"(.* )?(\d+(?:\.\d+)?)")


def _is_near_rate(ours: str, theirs: str) -> bool:
    """Whether both begin with numbers that are apart by no more than a thousandth, and go on alike."""
    one, two = _FIRST.fullmatch(ours), _FIRST.fullmatch(theirs)
    return one is not None and two is not None and one[2] == two[2] and abs(float(one[1]) - float(two[1])) <= float(two[1]) / 1000


def _is_near_time(ours: str, theirs: str) -> bool:
    """Whether both are times that are apart by no more than those of the clock may be."""
    one, two = _FIRST.fullmatch(ours), _FIRST.fullmatch(theirs)
    return one is not None and two is not None and one[2] == two[2] == "" and abs(float(one[1]) - float(two[1])) <= CLOSE / 1e9


def _are_near_ages(ours: str, theirs: str) -> bool:
    """Whether lines are alike but for the number at the end of each, which is an age and apart by no more than 0.11 s."""
    mine, other = ours.split("\n"), theirs.split("\n")
    return len(mine) == len(other) and all(map(_is_near_age, mine, other))


def _is_near_age(ours: str, theirs: str) -> bool:
    one, two = _AGE.fullmatch(ours), _AGE.fullmatch(theirs)
    if one is None or two is None:
        return ours == theirs
    return one[1] == two[1] and abs(float(one[2]) - float(two[2])) <= 0.11


_ROUNDED: Final = ("Click says what its bucket's whole units come to, here it is the rate that was given", _is_near_rate)
_DELAYED: Final = "TimeFilter(START_DELAY 1, END_DELAY 2, END_CALL x.extend_interval 1)"
_CLOCK: Final = ("it is a time of the clock", _is_near_time)
NEAR: Final[dict[str, tuple[str, Callable[[str, str], bool]]]] = {
    "ARPQuerier.table": (
        "ages are those that addresses had when the last packet came, in Click those at the end of the run",
        _are_near_ages,
    ),
    "BandwidthRatedSplitter.rate": _ROUNDED,
    "BandwidthRatedUnqueue.config": _ROUNDED,
    "BandwidthRatedUnqueue.rate": _ROUNDED,
    f"{_DELAYED}.end": _CLOCK,
    f"{_DELAYED}.start": _CLOCK,
}
"""Read handlers, of each class or of an example, that may say another number: why, and whether two texts are near."""


def is_of_feeds(line: str) -> bool:
    """Whether this line on standard error is of an element in front of the one that is compared."""
    return _OF_FEEDS.match(line) is not None


def compares_handler(class_name: str, handler: str) -> bool:
    """Whether the read handler ``handler`` of such an element is compared."""
    return handler not in HANDLERS and f"{class_name}.{handler}" not in HANDLERS


def settled_text(example: str, handler: str, ours: str, theirs: str, seconds: float) -> tuple[str, str]:
    """What both said by a read handler of ``example``, which ran for ``seconds``, without what they may choose."""
    name = f"{example.partition('(')[0]}.{handler}"
    if name in _MAPPINGS:
        theirs = _overdue(theirs, seconds)
    if name in ADJUSTED:
        _, mine, other = ADJUSTED[name]
        return mine(ours), other(theirs)
    near = NEAR.get(f"{example}.{handler}") or NEAR.get(name)
    return (theirs, theirs) if near is not None and near[1](ours, theirs) else (ours, theirs)
