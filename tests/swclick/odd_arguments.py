"""Elements whose arguments are as far from the usual as they may be: least, greatest, empty, one beside a bound."""

from __future__ import annotations

from typing import Final

PASSING: Final = """
AdjustTimestamp(-1, ALL true)
AdjustTimestamp(5s, FIRST true)
AggregatePaint(1, INCREMENTAL true)
ARPPrint(ETHER true)
CheckIP6Header(, 64)
CheckIPHeader(OFFSET 1, INTERFACES 10.0.0.1/8 1.2.3.4/31)
CheckIPHeader2(OFFSET 63)
CheckLength(0)
CheckTCPHeader(VERBOSE true, DETAILS true)
EtherEncap(65535, ff:ff:ff:ff:ff:ff, 0:0:0:0:0:0)
EtherVLANEncap(0x800, 1:1:1:1:1:1, 2:2:2:2:2:2, ANNO, 7)
GetIP6Address(65535)
GetIPAddress(124)
HostEtherFilter(1:1:1:1:1:1, true, true, OFFSET 64)
ICMPPingEncap(1.2.3.4, 5.6.7.8, IDENTIFIER 65535)
IP6Print(X, NBYTES 9000, CONTENTS true)
IPInputCombo(255, INTERFACES 1.2.3.4/0)
IPPrint(A, CONTENTS HEX, NBYTES -1, TTL true, TOS true, ID true, LENGTH true, PAINT true, AGGREGATE true)
IPPrint(A, PAYLOAD ascii, MAXLENGTH 2147483647, SWAP false)
IPPrint(A, PAYLOAD hex, MAXLENGTH -2147483648)
MarkIP6Header(127)
MarkIPHeader(127)
Pad(9000)
Print("%s%n", 0)
Print(x, 9216, HEADROOM true, PRINTANNO true)
Resize(-5, -9000)
Resize(9000, 9000)
SetRandIPAddress(10.0.0.0/31, 1)
SetTCPChecksum(true)
StoreIPAddress(1.2.3.4, 13)
StoreIPAddress(2047)
StripEtherVLANHeader(1)
Truncate(0)
Truncate(9000, EXTRA_LENGTH false)
UDPIPEncap(1.2.3.4, 65535, DST_ANNO, 0, CHECKSUM true)
"""
"""From one input to one output; a task of an Unqueue pulls packets through them."""
PUSHED: Final = """
AggregateCounter(BYTES true, IP_BYTES true, AGGREGATE_STOP 2) 2 2
ARPQuerier(10.0.0.1, 1:1:1:1:1:1, CAPACITY 1, ENTRY_CAPACITY 1, ENTRY_PACKET_CAPACITY 1, TIMEOUT 1, POLL_TIMEOUT 1) 2 2
ARPResponder(0.0.0.0/0 1:1:1:1:1:1, 10.0.0.1 2:2:2:2:2:2, 10.0.0.0/31 3:3:3:3:3:3) 1 2
BandwidthMeter(0) 1 2
EtherSwitch(TIMEOUT 0) 3 3
EtherSwitch(TIMEOUT 1) 3 3
Clipboard(0/0, 9216/9216, 13/1) 2 2
Clipboard(0/14, 6/4, 3/3, 0/14) 2 2
HashSwitch(0, 64) 1 3
HashSwitch(127, 1) 1 3
Hub 1 1
ICMP6Error(2001::1, 137, 0) 1 1
ICMPError(1.2.3.4, 3, 4, PMTU 65535) 1 1
IPFragmenter(8) 1 2
IPFragmenter(65535, true) 1 2
InputSwitch(1) 3 1
LookupIP6Route(::/0 0, 2001::/16 ::1 1) 1 2
"""
"""Each with its numbers of inputs and outputs."""
DRIVEN: Final = """
TimedSource(1ms, LIMIT 50, STOP true) -> Discard;
InfiniteSource(LIMIT 300, LENGTH 0) -> a :: Queue(1) -> Unqueue(-1) -> Pad -> Discard;
InfiniteSource(LIMIT 300, BURST 4096, LENGTH 9216) -> b :: FrontDropQueue(1) -> Unqueue(1) -> Unstrip(64) -> Discard;
InfiniteSource(LIMIT 300, DATA "") -> c :: FullNoteQueue(2) -> RatedUnqueue(4294967295) -> Strip(1) -> Discard;
InfiniteSource(LIMIT 300, BURST 7) -> d :: NotifierQueue(3) -> BandwidthRatedUnqueue(1) -> Discard;
InfiniteSource(LIMIT 300) -> e :: ThreadSafeQueue(3) -> BandwidthShaper(1GBps) -> DelayUnqueue(0.000001) -> Queue(1) -> Unqueue -> Discard;
InfiniteSource(LIMIT 300, LENGTH 1) -> f :: Queue(1000) -> Shaper(1) -> LinkUnqueue(1ms, 1Mbps) -> Discard;
InfiniteSource(LIMIT 300) -> g :: Queue -> DelayShaper(1us) -> TimedUnqueue(0.001, 3) -> Discard;
InfiniteSource(LIMIT 300) -> h :: Queue -> RandomSample(DROP 1) -> Burster(0.001, 3) -> Discard;
InfiniteSource(LIMIT 300) -> [0] i :: MixedQueue(1) -> Unqueue -> Discard; InfiniteSource(LIMIT 300) -> [1] i;
InfiniteSource(LIMIT 300) -> j :: Queue(2) -> [0] s :: StrideSched(32768, 1) -> RED(1, 2, 1.0, QUEUES j) -> TimedSink(1ms);
RatedSource(RATE 100000, LIMIT 300) -> k :: Queue(2) -> [1] s;
RatedSource(RATE 0) -> Discard; RandomSource(1, 300) -> Queue(1) -> [0] r :: DRRSched -> t :: PullTee(2) -> Unqueue(2) -> Discard;
RandomSource(LENGTH 9216, LIMIT 3) -> Queue(1) -> [1] r; t [1] -> Discard;
InfiniteSource(LIMIT 9) -> Tee [0] -> l :: Queue(3) -> DelayUnqueue(0.1ms) -> Paint(1) -> l;
"""
"""Sources, queues and who pulls from them; the machine runs by itself until the first source has no packet left."""


def offered() -> str:
    """Elements that packets are offered to."""
    text = ""
    for number, example in enumerate(PASSING.strip().splitlines()):
        way = f"Queue({number % 3 + 1}) -> y{number} -> Unqueue(-1)" if number % 2 else f"Queue(5) -> Unqueue -> y{number}"
        text += f"y{number} :: {example};\nFromCrossing(t:{number}) -> {way} -> ToCrossing(t:{number});\n"
    for number, line in enumerate(PUSHED.strip().splitlines()):
        example, inputs, outputs = line.rsplit(" ", 2)
        text += f"z{number} :: {example};\n"
        text += "".join(f"FromCrossing(t:{number}) -> [{i}] z{number};\n" for i in range(int(inputs)))
        text += "".join(f"z{number} [{o}] -> ToCrossing(t:{o});\n" for o in range(int(outputs)))
    return text
