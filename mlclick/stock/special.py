"""How elements are compared that a capture in front of each input and behind each output does not bring to work."""

from __future__ import annotations

from typing import Final

from mlclick.stock.feeds import FEEDS
from mlclick.stock.way import SOURCE, Way, sink

_IN: Final = f"{SOURCE} -> Dressed"
_IP: Final = f"{_IN} -> {FEEDS['ip']}"


def special_way(class_name: str, example: str) -> Way | None:
    """The way in which ``example`` is run, where elements of its class have one of their own."""
    if class_name in _SOURCES:
        # What it sends without an end is stopped at some packet.
        return Way(f"  x :: {example} -> Counter(COUNT_CALL 300 stop) -> {sink(0)};", end=20)
    body = _BODIES.get(class_name)
    return None if body is None else Way(body.replace("EXAMPLE", example), end=_ENDS.get(class_name, 200))


_SOURCES: Final = frozenset(("InfiniteSource", "RatedSource", "TimedSource", "FromDump", "FromIPSummaryDump"))
_PINGS: Final = f"""
  x :: EXAMPLE -> t :: Tee -> {sink(0)};
  t [1] -> Strip(0) -> r :: RoundRobinSwitch -> ICMPPingResponder -> CheckIPHeader -> x;
  r [1] -> Discard;
"""
_REWRITER: Final = f"""
  {_IP} -> r :: RoundRobinSwitch -> [0] rw; r [1] -> [1] rw;
  rw [0] -> {sink(0)};
  rw [1] -> {sink(1)};
"""
_RESOLVER: Final = f"""
  x :: EXAMPLE;
  x [0] -> {sink(0)};
  x [1] -> {sink(1)};
"""
_SCRIPTS: Final = f"""
  x :: EXAMPLE;
  InfiniteSource(DATA hello, LIMIT 5, STOP true) -> a :: Counter -> q :: Queue -> Unqueue(BURST 2) -> b :: Counter -> {sink(0)};
"""
_ENDS: Final[dict[str, float | None]] = {
    "DriverManager": None,
    "Script": 3,
    "QuitWatcher": None,
}
_BODIES: Final = {
    "AddressInfo": f"  x :: EXAMPLE;\n  {_IN} -> EtherRewrite(router, router) -> SetIPAddress(host) -> {sink(0)};",
    "AlignmentInfo": f"  x :: EXAMPLE;\n  {_IN} -> a :: Align(4, 2) -> b :: Null -> {sink(0)};",
    "ARPQuerier": f"""{_RESOLVER}
  {_IN} -> c :: Classifier(12/0800, 12/0806);
  c [0] -> Strip(14) -> CheckIPHeader -> GetIPAddress(16) -> x;
  c [1] -> [1] x;
""",
    "DriverManager": _SCRIPTS,
    "FTPPortMapper": f"""
  control :: TCPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop); data :: TCPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop);
  Idle -> [0] data [0] -> {sink(2)}; Idle -> [1] data [1] -> {sink(3)};
  {_IN} -> {FEEDS["tcp"]} -> x :: EXAMPLE -> control [0] -> {sink(0)};
  Idle -> [1] control [1] -> {sink(1)};
""",
    "ICMPPingSource": _PINGS,
    "ICMPRewriter": f"""
  rw :: IPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop); ping :: ICMPPingRewriter(pattern 1.0.0.2 - 0-65535# 0 1, drop);
  {_IP} -> c :: IPClassifier(icmp type 3 or 4 or 5 or 11 or 12, tcp or udp, icmp);
  c [0] -> x :: EXAMPLE -> {sink(0)};
  c [1] -> r :: RoundRobinSwitch -> [0] rw [0] -> {sink(1)}; r [1] -> [1] rw [1] -> {sink(2)};
  c [2] -> s :: RoundRobinSwitch -> [0] ping [0] -> {sink(3)}; s [1] -> [1] ping [1] -> {sink(4)};
""",
    "ICMPSendPings": _PINGS,
    "IP6NDSolicitor": f"""{_RESOLVER}
  {_IN} -> c :: Classifier(12/86dd 20/3a 54/88, 12/86dd);
  c [1] -> Strip(14) -> CheckIP6Header -> GetIP6Address(24) -> x;
  c [0] -> [1] x;
""",
    "IPRewriterPatterns": f"  x :: EXAMPLE;\n  rw :: IPRewriter(pattern out 0 1, pattern web 1 0);{_REWRITER}",
    "Message": "  x :: EXAMPLE;",
    "PortInfo": f"  x :: EXAMPLE;\n  {_IN} -> UDPIPEncap(1.0.0.1, game, 2.0.0.2, arcade, true) -> {sink(0)};",
    "QuitWatcher": f"  y :: EXAMPLE;\n  x :: InfiniteSource(DATA hello, LIMIT 20) -> {sink(0)};",
    "RoundRobinIPMapper": f"  x :: EXAMPLE;\n  rw :: IPRewriter(x, pass 1);{_REWRITER}",
    "ScheduleInfo": f"""
  x :: EXAMPLE;
  a :: InfiniteSource(DATA hello, LIMIT 40) -> {sink(0)};
  b :: InfiniteSource(DATA hello, LIMIT 40) -> {sink(1)};
""",
    "Script": _SCRIPTS.replace("STOP true", "STOP false"),
    "ToDump": f"  {_IN} -> x :: EXAMPLE;",
    "ToIPSummaryDump": f"  {_IP} -> x :: EXAMPLE;",
}
