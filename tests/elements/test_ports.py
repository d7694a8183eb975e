"""Port counts, processing and flow codes are Click's, so that a graph that Click takes is taken and one that it refuses is refused."""

import pytest

from elements.definition.catalogue import class_info, class_names
from graph.check import check
from graph.diagnostics import ClickError
from graph.load import load_text

ONE = ("1/1", "a/a", "x/x")
SIDE = ("1/1-2", "a/ah", "x/x")
"""What passes leaves by output 0, what does not is pushed out of output 1."""
CLASSIFIES = ("1/-", "h/h", "x/x")
CODES = {
    "ARPQuerier": ("2/1-2", "h/h", "xy/x"),
    "ARPResponder": SIDE,
    "BandwidthMeter": ("1/2-", "h/h", "x/x"),
    "BandwidthRatedSplitter": ("1/1-2", "h/h", "x/x"),
    "CheckIPHeader": SIDE,
    "CheckLength": SIDE,
    "Classifier": CLASSIFIES,
    "Counter": ONE,
    "DRRSched": ("-/1", "l/l", "x/x"),
    "DecIPTTL": SIDE,
    "DirectIPLookup": CLASSIFIES,
    "Discard": ("1/0", "a/a", "x/x"),
    "DropBroadcasts": SIDE,
    "EtherEncap": ONE,
    "EtherRewrite": ONE,
    "EtherSwitch": ("2-/=", "h/h", "#/[^#]"),
    "FixIPSrc": ONE,
    "FromDump": ("0/1-2", "a/ah", "x/x"),
    "GetIPAddress": ONE,
    "HashSwitch": ("1/1-", "h/h", "x/x"),
    "ICMPError": ONE,
    "ICMPPingResponder": SIDE,
    "IPClassifier": CLASSIFIES,
    "IPEncap": ONE,
    "IPFilter": CLASSIFIES,
    "IPFragmenter": ("1/1-2", "h/h", "x/x"),
    "IPGWOptions": SIDE,
    "IPRewriter": ("1-/1-", "h/h", "x/x"),
    "IPRewriterPatterns": ("0/0", "a/a", "x/x"),
    "Idle": ("-/-", "a/a", "x/y"),
    "InfiniteSource": ("0/1", "a/a", "x/x"),
    "MarkIPHeader": ONE,
    "Meter": ("1/2-", "h/h", "x/x"),
    "Null": ONE,
    "Paint": ONE,
    "PaintSwitch": CLASSIFIES,
    "PaintTee": ("1/2", "a/ah", "x/x"),
    "Print": ONE,
    "Queue": ("1/1-2", "h/lh", "x/x"),
    "RadixIPLookup": CLASSIFIES,
    "RandomSample": SIDE,
    "RatedSplitter": ("1/1-2", "h/h", "x/x"),
    "RoundRobinSched": ("-/1", "l/l", "x/x"),
    "SetIPAddress": ONE,
    "StaticIPLookup": CLASSIFIES,
    "Strip": ONE,
    "StripIPHeader": ONE,
    "TCPRewriter": ("1-/1-", "h/h", "x/x"),
    "Tee": ("1/1-", "h/h", "x/x"),
    "ToDump": ("1/0-1", "a/a", "x/x"),
    "UDPRewriter": ("1-/1-", "h/h", "x/x"),
    "Unstrip": ONE,
    "VLANDecap": ONE,
    "VLANEncap": ONE,
    "BandwidthRatedUnqueue": ("1/1", "l/h", "x/x"),
    "BandwidthShaper": ("1/1", "l/l", "x/x"),
    "Burster": ("1/1", "l/h", "x/x"),
    "Bypass": ("1-2/1-2", "a/a", "xy/[xy]x"),
    "Clipboard": ("2/2", "a/a", "#/#"),
    "DelayShaper": ("1/1", "l/l", "x/x"),
    "DelayUnqueue": ("1/1", "l/h", "x/x"),
    "FrontDropQueue": ("1/1-2", "h/lh", "x/x"),
    "FullNoteQueue": ("1/1-2", "h/lh", "x/x"),
    "Hub": ("-/=", "h/h", "#/[^#]"),
    "InputSwitch": ("-/1", "h/h", "x/x"),
    "LinkUnqueue": ("1/1", "l/h", "x/x"),
    "MixedQueue": ("2/1-2", "h/lh", "x/x"),
    "NotifierDebug": ONE,
    "NotifierQueue": ("1/1-2", "h/lh", "x/x"),
    "Pad": ONE,
    "PrioSched": ("-/1", "l/l", "x/x"),
    "PullNull": ("1/1", "l/l", "x/x"),
    "PullSwitch": ("-/1", "l/l", "x/x"),
    "PullTee": ("1/1-", "l/lh", "x/x"),
    "PushNull": ("1/1", "h/h", "x/x"),
    "QuickNoteQueue": ("1/1-2", "h/lh", "x/x"),
    "RED": SIDE,
    "RandomSource": ("0/1", "a/a", "x/x"),
    "RandomSwitch": ("1/1-", "h/h", "x/x"),
    "RatedSource": ("0/1", "a/a", "x/x"),
    "RatedUnqueue": ("1/1", "l/h", "x/x"),
    "Resize": ONE,
    "RoundRobinSwitch": ("1/1-", "h/h", "x/x"),
    "Shaper": ("1/1-2", "l/l", "x/x"),
    "SimplePrioSched": ("-/1", "l/l", "x/x"),
    "SimplePullSwitch": ("-/1", "l/l", "x/x"),
    "SimpleQueue": ("1/1-2", "h/lh", "x/x"),
    "SimpleRoundRobinSched": ("-/1", "l/l", "x/x"),
    "StaticPullSwitch": ("-/1", "l/l", "x/x"),
    "StaticSwitch": CLASSIFIES,
    "StrideSched": ("1-/1", "l/l", "x/x"),
    "StrideSwitch": ("1/1-", "h/h", "x/x"),
    "Suppressor": ("-/=", "a/a", "#/#"),
    "Switch": CLASSIFIES,
    "ThreadSafeQueue": ("1/1-2", "h/lh", "x/x"),
    "TimedSink": ("1/0", "l/l", "x/x"),
    "TimedSource": ("0/1", "h/h", "x/x"),
    "TimedUnqueue": ("1/1", "l/h", "x/x"),
    "Truncate": ONE,
    "Unqueue": ("1/1", "l/h", "x/x"),
}
OURS = {
    "FromDevice": ("0/1", "/h", "x/x"),
    "ToDevice": ("1/0", "l/", "x/x"),
    "FromCrossing": ("0/1", "/h", "x/x"),
    "ToCrossing": ("1/0", "a/", "x/x"),
}
"""Devices have fewer outputs than Click's, which their manual pages explain; crossings are our own."""


def test_every_class_here_is_there() -> None:
    assert {*CODES, *OURS} <= set(class_names())


@pytest.mark.parametrize("class_name", [*CODES, *OURS])
def test_codes_are_click_s(class_name: str) -> None:
    info = class_info(class_name)
    assert info is not None
    assert (info.port_count, info.processing, info.flow) == {**CODES, **OURS}[class_name]


REFUSED = {
    "an error leaves as its packet came": "FromCrossing(a:1) -> e :: ICMPError(1.1.1.1, timeexceeded) -> ToDevice(0);",
    "dropped packets are pushed": "FromCrossing(a:1) -> q :: Queue -> Discard; q[1] -> ToDevice(0);",
}


@pytest.mark.parametrize("kind", list(REFUSED))
def test_what_click_refuses_is_refused(kind: str) -> None:
    with pytest.raises(ClickError, match="push and pull meet where"):
        check(load_text(REFUSED[kind], "t"), class_info)
