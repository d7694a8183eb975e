"""How far times of packets may be apart, by name, and why; what Click sends on with the time at which it came has to have that here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from elements.captures.pcap import Record

CLOSE: Final = 2_000_000
"""Nanoseconds that times of the clock may be apart: in simulated time it goes on whenever somebody looks at it."""
_ANSWER: Final = "an answer has the time of what it answers, in Click none, so that ToDump writes its own"
TIMES: Final = {
    "ARPResponder": _ANSWER,
    "ICMP6Error": _ANSWER,
    "IP6NDAdvertiser": _ANSWER,
    "IP6NDSolicitor": "a question has the time of the packet that waits for its answer, in Click none",
}
"""Classes of which times of packets are not compared that they make."""
_STAMPED: Final = "packets are stamped with the clock"
_LEAVING: Final = "packets are stamped with the clock when they leave"
CLOCKED: Final = {
    "DelayShaper": _LEAVING,
    "DriverManager": _STAMPED,
    "ICMPError": "errors are stamped with the clock",
    "ICMPPingResponder": "answers are stamped with the clock",
    "ICMPPingSource": _STAMPED,
    "ICMPSendPings": _STAMPED,
    "InfiniteSource": _STAMPED,
    "LinkUnqueue": _LEAVING,
    "QuitWatcher": _STAMPED,
    "RatedSource": _STAMPED,
    "ScheduleInfo": _STAMPED,
    "Script": _STAMPED,
    "TimedSource": _STAMPED,
}
"""Classes whose packets have times of the clock of the run."""
CLOCKED_EXAMPLES: Final = {
    'FromIPSummaryDump(DATA "!data ip_src ip_dst\\n1.0.0.1 2.0.0.2", MULTIPACKET true)': "no time is said of packets, so that they get"
    " that of the clock where they are written",
    "SetTimestamp": _STAMPED,
    "SetTimestampDelta(TYPE NOW)": "packets get the time since theirs, by the clock",
}
"""Examples of which they do, of other classes."""
UNTIMED: Final = {"SetTimestampDelta": "a packet whose distance is 0 has no time, so that ToDump writes that of the clock"}
"""Examples of which some packets have times of the clock; all others of theirs are before it begins."""
BEGINS: Final = 10**18
"""When the simulated clock begins, in nanoseconds."""

Sent = Mapping[int, tuple[bytes, ...]]
"""Frames that are sent to elements, by their time in nanoseconds."""


def by_time(frames: Iterable[tuple[int, bytes]]) -> Sent:
    """``frames``, each with its time in nanoseconds, by that."""
    found: dict[int, tuple[bytes, ...]] = {}
    for time, frame in frames:
        found[time] = (*found.get(time, ()), frame)
    return found


def may_be_apart(example: str, theirs: Record, sent: Sent) -> int | None:
    """How many nanoseconds the time of ours may be from that of ``theirs``, None where it is not compared."""
    if _is_passed_on(theirs, sent):
        return 0
    class_name = example.partition("(")[0]
    if class_name in TIMES:
        return None
    is_clocked = class_name in CLOCKED or example in CLOCKED_EXAMPLES or (example in UNTIMED and theirs.time >= BEGINS)
    return CLOSE if is_clocked else 0


def _is_passed_on(packet: Record, sent: Sent) -> bool:
    """Whether it has the time of a frame that was sent, and is that frame, its packet, or its packet behind another Ethernet header."""
    data = packet.data
    bodies = [frame for frame in sent.get(packet.time, ()) if data]
    return any(data == frame or frame[14:].startswith(data) or (len(data) > 14 and frame[14:].startswith(data[14:])) for frame in bodies)
