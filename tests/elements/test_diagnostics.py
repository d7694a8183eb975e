"""What is said of every configuration that an element refuses: the whole text, with its place and what to do."""

from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from elements.fromdevice import FromDevice
from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text

INTEGER = "a whole number from {} to {} is wanted, not {!r}"
ETHERNET = "an Ethernet address such as 00:11:22:33:44:55 is wanted, not {!r}"
ADDRESS6 = "an IPv6 address such as 3ffe::1 is wanted, not {!r}"
ADDRESS = "an IP address such as 10.0.0.1 is wanted, not {!r}"
PREFIX = "an IP prefix such as 10.0.0.0/8 is wanted, not {!r}"
LINKS = (
    "NULL, ETHER, PPP, FDDI, PPP_HDLC, ATM, RFC1483, ATM_RFC1483, IP, HDLC, 802_11, 802.11, SLL, PRISM, AIRONET, SUNATM, "
    "802_11_RADIO, 802.11_RADIO"
)
TIME = "a time such as 20ms or 0.02 is wanted, not {!r}"
BANDWIDTH = "a bandwidth such as 125000, 1Mbps or 125kBps is wanted, not {!r}"
CLAUSE = "PATTERN 1: a clause such as 12/0800 or 14/0064%0fff is wanted, not {!r}"
RANGE = "SPORT: a port, a range such as 1024-65535, 1024-65535# or 1024-65535?, or - is wanted, not {!r}"
REFUSED = {
    # The machinery of arguments
    "Strip": "LENGTH is missing",
    "Strip(1, 2)": "too many arguments: '2' is not expected",
    "Strip(LENGTH 1, LENGTH 2)": "LENGTH is given twice",
    "Null(x)": "too many arguments: 'x' is not expected",
    "Classifier": "PATTERN: at least 1 wanted, 0 given",
    "EtherEncap(x, y, z)": (INTEGER.format(0, 65535, "x"), ETHERNET.format("y"), ETHERNET.format("z")),
    # Names
    "AddressInfo(host)": "NAME 1: a name and its addresses are wanted, not 'host'",
    "AddressInfo(a 10.0.0.1, host 10.0.0)": "NAME 2: '10.0.0' is no address",
    "PortInfo(web)": "NAME 1: a name and its port are wanted, not 'web'",
    "PortInfo(web 80/what)": "NAME 1: 'what' is no protocol",
    "PortInfo(web 70000)": "NAME 1: " + INTEGER.format(0, 65535, "70000"),
    "PortInfo(web 80/\udcb2)": "NAME 1: '\ufffd' is no protocol",
    "PortInfo(web 80/256)": "NAME 1: '256' is no protocol",
    "LinearIPLookup(10.1/24 0)": "ROUTE 1: more octets of '10.1' are wanted for a prefix of 24 bits",
    "UDPIPEncap(1.0.0.1, nobody, 2.0.0.2, 70000)": (
        "SPORT: a UDP port, a number from 0 to 65535 or a name, is wanted, not 'nobody'",
        "DPORT: a UDP port, a number from 0 to 65535 or a name, is wanted, not '70000'",
    ),
    "ICMPIPEncap(1.0.0.1, 2.0.0.2, 3, what)": "CODE: " + INTEGER.format(0, 255, "what"),
    "ICMPIPEncap(1.0.0.1, 2.0.0.2, 300)": "TYPE: " + INTEGER.format(0, 255, "300"),
    "StoreIPAddress(1, 2, 3)": "an address and an offset are wanted, not 3 arguments",
    "StoreIPAddress(1, 2)": "ADDR: " + ADDRESS.format("1"),
    "StoreIPAddress(what)": "OFFSET: src, dst or " + INTEGER.format(0, 2047, "what"),
    "SetIPECN(5)": "ECN: a number from 0 to 3, no, ect1, ect2 or ce is wanted, not '5'",
    # Numbers
    "Strip(x)": "LENGTH: " + INTEGER.format(0, 127, "x"),
    "Strip(128)": "LENGTH: " + INTEGER.format(0, 127, "128"),
    "Strip(-1)": "LENGTH: " + INTEGER.format(0, 127, "-1"),
    "Strip(08)": "LENGTH: " + INTEGER.format(0, 127, "08"),
    "Strip(\udcb2)": "LENGTH: " + INTEGER.format(0, 127, "\ufffd"),
    f"Strip({'9' * 5000})": f"LENGTH: a whole number from 0 to 127 is wanted, not '{'9' * 20}'...",
    "Strip(1.5)": "LENGTH: " + INTEGER.format(0, 127, "1.5"),
    "Unstrip(65)": "LENGTH: " + INTEGER.format(0, 64, "65"),
    "MarkIPHeader(200)": "OFFSET: " + INTEGER.format(0, 127, "200"),
    "Paint(256)": "COLOR: " + INTEGER.format(0, 255, "256"),
    "PaintTee(x) ": "COLOR: " + INTEGER.format(0, 255, "x"),
    "Queue(0)": "CAPACITY: " + INTEGER.format(1, 1 << 20, "0"),
    "DRRSched(0)": "QUANTUM: " + INTEGER.format(1, 1 << 20, "0"),
    "Tee(0)": "N: " + INTEGER.format(1, 1024, "0"),
    "IPFragmenter(7)": "MTU: " + INTEGER.format(8, 65535, "7"),
    "VLANEncap(70000)": "VLAN_TCI: " + INTEGER.format(0, 65535, "70000"),
    "VLANEncap(VLAN_ID 4096)": "VLAN_ID: " + INTEGER.format(0, 4095, "4096"),
    "VLANEncap(1, 8)": "VLAN_PCP: " + INTEGER.format(0, 7, "8"),
    "RatedSplitter(0)": "RATE: " + INTEGER.format(1, 10**9, "0"),
    "ARPQuerier(1.1.1.1, 1:1:1:1:1:1, ENTRY_CAPACITY 70000)": "ENTRY_CAPACITY: " + INTEGER.format(0, 65536, "70000"),
    "ARPQuerier(1.1.1.1, 1:1:1:1:1:1, CAPACITY_SLIM_FACTOR 0)": "CAPACITY_SLIM_FACTOR: " + INTEGER.format(1, 65536, "0"),
    "InfiniteSource(BURST 0)": "BURST: " + INTEGER.format(1, 4096, "0"),
    "HashSwitch(128, 1)": "OFFSET: " + INTEGER.format(0, 127, "128"),
    "HashSwitch(0, 0)": "LENGTH: " + INTEGER.format(1, 128, "0"),
    "CheckLength(-1)": "LENGTH: " + INTEGER.format(0, 0xFFFF_FFFF, "-1"),
    "IPEncap(256, 1.1.1.1, 2.2.2.2)": "PROTO: " + INTEGER.format(0, 255, "256"),
    "IPEncap(ipip, 1.1.1.1, 2.2.2.2, DSCP 64)": "DSCP: " + INTEGER.format(0, 63, "64"),
    "Print(x, y)": "MAXLENGTH: " + INTEGER.format(-(1 << 31), (1 << 31) - 1, "y"),
    # Other parsers
    "DecIPTTL(ACTIVE maybe)": "ACTIVE: true or false is wanted, not 'maybe'",
    "SetIPAddress(1.2.3)": "IPADDR: " + ADDRESS.format("1.2.3"),
    "FixIPSrc(x)": "IPADDR: " + ADDRESS.format("x"),
    "IPEncap(ipip, 1.1.1.1, DST)": "DST: " + ADDRESS.format("DST"),
    "IPEncap(ipip, 1.1.1.1, 2.2.2.2, ECT 3)": "ECT: true or false is wanted, not '3'",
    "CheckIPHeader(BADSRC 1.2.3.4 x)": "BADSRC: " + ADDRESS.format("x"),
    "CheckIPHeader(INTERFACES 1.2.3.4/33)": "INTERFACES: " + PREFIX.format("1.2.3.4/33"),
    "CheckIPHeader(INTERFACES 1.2.3.4/255.0.255.0)": "INTERFACES: "
    "the mask of '1.2.3.4/255.0.255.0' is not a prefix: its ones must come first",
    "EtherRewrite(1:1:1:1:1, 2:2:2:2:2:2)": "SRC: " + ETHERNET.format("1:1:1:1:1"),
    "RatedSplitter(9, BURST_DURATION soon)": "BURST_DURATION: " + TIME.format("soon"),
    "ARPQuerier(1.1.1.1, 1:1:1:1:1:1, TIMEOUT 3x)": "TIMEOUT: " + TIME.format("3x"),
    "BandwidthRatedSplitter(fast)": "RATE: " + BANDWIDTH.format("fast"),
    "RandomSample(\udcb2)": "P: a number from 0 to 1 is wanted, not '\ufffd'",
    "RandomSample(1.5)": "P: a number from 0 to 1 is wanted, not '1.5'",
    "FromDump(x, SAMPLE 2)": "SAMPLE: a number from 0 to 1 is wanted, not '2'",
    "ToDump(-)": "FILENAME: the name of a file is wanted, not '-'",
    'FromDump("")': "FILENAME: the name of a file is wanted, not '\"\"'",
    'Print("a\\nb")': "LABEL: text that can be printed on one line is wanted, not '\"a\\\\nb\"'",
    f"InfiniteSource({'x' * 2049})": "DATA: at most 2048 bytes are wanted, not 2049",
    # Elements
    "Tee(3)": "N is 3, but 1 output(s) are in use",
    "GetIPAddress": "either OFFSET or IP is wanted",
    "GetIPAddress(16, IP src)": "either OFFSET or IP is wanted",
    "GetIPAddress(IP both)": "IP: src or dst is wanted, not 'both'",
    "GetIPAddress(16, 4)": "ANNO: only DST_IP can be set, not '4'",
    "SetIPAddress(1.2.3.4, ANNO 4)": "ANNO: only DST_IP can be set, not '4'",
    "Paint(1, 20)": "ANNO: only PAINT can be painted, not '20'",
    "PaintSwitch(20)": "ANNO: only PAINT can be switched on, not '20'",
    "PaintTee(1, 20) ": "ANNO: only PAINT can be looked at, not '20'",
    "CheckPaint(1, 20)": "ANNO: only PAINT can be looked at, not '20'",
    "CheckPaint(256)": "COLOR: " + INTEGER.format(0, 255, "256"),
    "AverageCounter(4294968)": "IGNORE: " + INTEGER.format(0, 4294967, "4294968"),
    "VLANEncap(5, VLAN_ID 5)": "VLAN_TCI and VLAN_ID are one argument: give it once",
    "RatedSplitter(9, BURST_DURATION 1s, BURST_SIZE 3)": "BURST_DURATION and BURST_SIZE cannot both be given",
    "BandwidthRatedSplitter(9, BURST_DURATION 1s, BURST_BYTES 3)": "BURST_DURATION and BURST_BYTES cannot both be given",
    "BandwidthRatedSplitter(0)": "RATE: at least one byte a second is wanted",
    "HashSwitch(100, 29)": "bytes beyond the first 128 cannot be hashed",
    "RandomSample": "one of P, SAMPLE and DROP is wanted",
    "RandomSample(0.5, DROP 0.5)": "one of P, SAMPLE and DROP is wanted",
    "IPEncap(ipip, 1.1.1.1, 2.2.2.2, TOS 8, CE true)": "TOS is the whole byte: DSCP, ECT and CE cannot be given beside it",
    "IPEncap(ipip, 1.1.1.1, 2.2.2.2, ECT true, CE true)": "ECT and CE are one field: only one can be given",
    "Meter(2, 1) ": "each RATE must be larger than the one before",
    "BandwidthMeter(2, 2) ": "each RATE must be larger than the one before",
    "Meter(1)   ": "4 outputs are in use, but 1 RATE(s) tell 2 apart",
    "BandwidthMeter(1, 2)   ": "4 outputs are in use, but 2 RATE(s) tell 3 apart",
    "ARPResponder(1.2.3.4)": "ENTRY 1: addresses and one Ethernet address are wanted, not '1.2.3.4'",
    "ARPResponder(1:1:1:1:1:1)": "ENTRY 1: addresses and one Ethernet address are wanted, not '1:1:1:1:1:1'",
    "ARPResponder(1.2.3.4 1:1:1:1:1:1, x 1:1:1:1:1:1)": "ENTRY 2: " + ADDRESS.format("x"),
    "ICMPError(1.2.3.4, oops)": "TYPE: " + INTEGER.format(0, 255, "oops"),
    "ICMPError(1.2.3.4, 8)": "TYPE: the type of an error is wanted "
    "(unreachable, sourcequench, redirect, timeexceeded, parameterproblem), not 8",
    "ICMPError(1.2.3.4, redirect, needfrag)": "CODE: a whole number from 0 to 255, or one of net, host is wanted, not 'needfrag'",
    "ICMPError(1.2.3.4, sourcequench, net)": "CODE: a whole number from 0 to 255 is wanted, not 'net'",
    "ICMPError(1.2.3.4, 3, USE_FIX_ANNO true, SET_FIX_ANNO true)": "USE_FIX_ANNO and SET_FIX_ANNO are one argument: give it once",
    "Print(MAXLENGTH 1, NBYTES 2)": "MAXLENGTH, LENGTH and NBYTES are one argument: give it once",
    "Print(CONTENTS octal)": "CONTENTS: NONE, HEX or ASCII is wanted, not 'octal'",
    "ToDump(x, ENCAP IP, USE_ENCAP_FROM f)": "ENCAP and USE_ENCAP_FROM cannot both be given",
    "ToDump(x, ENCAP #\udcb2)": f"ENCAP: an encapsulation ({LINKS} or # and a number) is wanted, not '#\ufffd'",
    "ToDump(x, ENCAP #65536)": f"ENCAP: an encapsulation ({LINKS} or # and a number) is wanted, not '#65536'",
    "ToDump(x, ENCAP TOKEN)": f"ENCAP: an encapsulation ({LINKS} or # and a number) is wanted, not 'TOKEN'",
    "FromDump(x, START 1, START_AFTER 1)": "START and START_AFTER cannot both be given",
    "FromDump(x, END 1, INTERVAL 1)": "only one of END, END_AFTER and INTERVAL can be given",
    "FromDump(x, STOP true, END_CALL y)": "STOP and END_CALL cannot both be given",
    "InfiniteSource(STOP true, END_CALL y)": "STOP and END_CALL cannot both be given",
    "Counter(COUNT_CALL 3)": "COUNT_CALL: a number and a handler are wanted, not '3'",
    "Counter(COUNT_CALL \udcb2 y)": "COUNT_CALL: " + INTEGER.format(0, (1 << 63) - 1, "\ufffd"),
    "Counter(COUNT_CALL x y)": "COUNT_CALL: " + INTEGER.format(0, (1 << 63) - 1, "x"),
    "RatedSource(LENGTH 1, DATASIZE 1)": "LENGTH and DATASIZE are one argument: give it once",
    "RatedSource(BANDWIDTH 1Mbps, LENGTH 0)": "BANDWIDTH: packets without bytes have none",
    "TimedSource(0)": "INTERVAL: a time longer than 0 is wanted",
    "AggregateCounter(AGGREGATE_FREEZE 9, CAPACITY 8)": (
        "CAPACITY: at least the 9 numbers after which something happens are wanted, not 8"
    ),
    "AggregateCounter(CAPACITY 4194305)": "CAPACITY: " + INTEGER.format(1, 4194304, "4194305"),
    "TimedSource(4294967296)": "INTERVAL: a time of at most 4294967295 seconds is wanted, not '4294967296'",
    "TimedSource(inf)": "INTERVAL: " + TIME.format("inf"),
    f"TimedSource({'9' * 400})": f"INTERVAL: a time such as 20ms or 0.02 is wanted, not '{'9' * 20}'...",
    "TimedSink(0.1ns)": "INTERVAL: a time longer than 0 is wanted",
    "TimedUnqueue(4294968)": "INTERVAL: a time of at most 4294967295 ms is wanted, not '4294968'",
    "Burster(nan)": "INTERVAL: " + TIME.format("nan"),
    "ICMPPingSource(1.0.0.1, 2.0.0.2, INTERVAL 0)": "INTERVAL: a time of at least 1ms is wanted, not '0'",
    "ICMPPingSource(1.0.0.1, 2.0.0.2, INTERVAL 0.0004)": "INTERVAL: a time of at least 1ms is wanted, not '0.0004'",
    "ICMPSendPings(1.0.0.1, 2.0.0.2, INTERVAL 1ns)": "INTERVAL: a time of at least 1ms is wanted, not '1ns'",
    "ICMPSendPings(1.0.0.1, 2.0.0.2, INTERVAL inf)": "INTERVAL: " + TIME.format("inf"),
    "BandwidthShaper(18GBps)": "RATE: a bandwidth of at most 17179869183 bytes a second is wanted, not '18GBps'",
    f"BandwidthMeter({'9' * 400})": f"RATE 1: a bandwidth such as 125000, 1Mbps or 125kBps is wanted, not '{'9' * 20}'...",
    "RandomSource": "LENGTH is missing",
    "RandomSource(1, STOP true, END_CALL y)": "STOP and END_CALL cannot both be given",
    "TimedUnqueue(1, 0)": "BURST: " + INTEGER.format(1, 0x7FFFFFFF, "0"),
    "RatedUnqueue(5, BURST_DURATION 1, BURST_SIZE 1)": "BURST_DURATION and BURST_SIZE cannot both be given",
    "BandwidthRatedUnqueue(5, BURST_DURATION 1, BURST_BYTES 1)": "BURST_DURATION and BURST_BYTES cannot both be given",
    "LinkUnqueue(1ms, 99)": "BANDWIDTH: bandwidth too small, minimum 100Bps",
    "DelayUnqueue(now)": "DELAY: " + TIME.format("now"),
    "Switch(1)": "output must be < 1",
    "InputSwitch(1)": "input must be < 1",
    "PullTee(2)": "N is 2, but 1 output(s) are in use",
    "StrideSwitch(1, 2)": "need 1 arguments, one per port",
    "StrideSched(-1)": "TICKETS 1: " + INTEGER.format(0, (1 << 31) - 1, "-1"),
    "Clipboard(4)": "RANGE 1: expected '/' between offset and length",
    "Clipboard(1/x)": "RANGE 1: " + INTEGER.format(0, 9216, "x"),
    "RED(3, 2, 0.5)": "MIN_THRESH must be <= MAX_THRESH",
    "RED(0, 0, 0.5)": "MAX_THRESH must be at least 1",
    "RED(1, 2, 1.5)": "MAX_P: a number from 0 to 1 is wanted, not '1.5'",
    "ScheduleInfo(a)": "SHARE 1: expected 'ELEMENTNAME PARAM'",
    "ScheduleInfo(a \udcb2)": "SHARE 1: a number is wanted, not '\ufffd'",
    f"ScheduleInfo(a {'9' * 5000})": f"SHARE 1: a number is wanted, not '{'9' * 20}'...",
    "ScheduleInfo(a b)": "SHARE 1: a number is wanted, not 'b'",
    "InfiniteSource(LENGTH 1, DATASIZE 1)": "LENGTH and DATASIZE are one argument: give it once",
    'InfiniteSource("", LENGTH 1)': "DATA is empty: it cannot fill a packet of LENGTH bytes",
    "IPRewriter(drop, MAPPING_CAPACITY 65536)": "MAPPING_CAPACITY: " + INTEGER.format(0, 65535, "65536"),
    "IPRewriter(drop, MAPPING_CAPACITY \udcb2)": "MAPPING_CAPACITY: " + INTEGER.format(0, 65535, "\ufffd"),
    "IPRewriter(drop, MAPPING_CAPACITY other)": "bad MAPPING_CAPACITY: there is no rewriter 'other'",
    "IPRewriter(drop, MAPPING_CAPACITY x)": "bad MAPPING_CAPACITY: rewriters name each other in a ring",
    "IPRewriter(drop, UDP_TIMEOUT soon)": "UDP_TIMEOUT: " + TIME.format("soon"),
    "IPRewriter(drop, UDP_TIMEOUT 4294967296)": "UDP_TIMEOUT: a time of at most 4294967295 seconds is wanted, not '4294967296'",
    "IPRewriter(drop, REPLY_ANNO 20)": "REPLY_ANNO: only PAINT can be kept, not '20'",
    "IPRewriter": "INPUTSPEC: at least 1 wanted, 0 given",
    "IPRewriter(drop, drop)": "need 1 arguments, one per input port",
    f"IPRewriter({', '.join(['drop'] * 257)})": "at most 256 INPUTSPECs are wanted, not 257",
    'IPRewriter("")': "input spec 0: drop, pass, keep, pattern or an element that maps is wanted, not '\"\"'",
    "IPRewriter(mapper)": "input spec 0: drop, pass, keep, pattern or an element that maps is wanted, not 'mapper'",
    "IPRewriter(map it)": "input spec 0: drop, pass, keep, pattern or an element that maps is wanted, not 'map it'",
    "IPRewriter(x)": "input spec 0: element is not an IPMapper",
    "IPRewriter(drop it)": "input spec 0: `drop` is wanted, not 'drop it'",
    "IPRewriter(pass 0 0)": "input spec 0: `pass [OUTPUT]` is wanted, not 'pass 0 0'",
    "IPRewriter(pass y)": "input spec 0: an output is wanted, not 'y'",
    "IPRewriter(pass 1)": "input spec 0: output port out of range",
    "IPRewriter(keep 0)": "input spec 0: `keep FOUTPUT ROUTPUT` is wanted, not 'keep 0'",
    "IPRewriter(keep y 0)": "input spec 0: bad forward port",
    "IPRewriter(keep 0 y)": "input spec 0: bad reply port",
    "IPRewriter(keep 0 2) ": "input spec 0: output port out of range",
    "IPRewriter(pattern 1.0.0.1 - y 0 0)": "input spec 0: bad source port",
    "IPRewriter(pattern 1 2 3 4 5 0 0)": "input spec 0: syntax error",
    "IPRewriter(pattern 0 0)": "input spec 0: syntax error",
    "IPRewriter(pattern name 0 0)": "input spec 0: no such pattern 'name'",
    "IPRewriter(pattern name y 0)": "input spec 0: no such pattern 'name'",
    "IPRewriter(pattern - - - - y 0)": "input spec 0: bad forward port",
    "IPRewriter(pattern 1.0.0.1-1.0.0.9 - - - 0 0)": "input spec 0: bad source address",
    "IPRewriter(pattern - 0 - - 0 0)": "input spec 0: bad source port",
    "IPRewriter(pattern - 5# - - 0 0)": "input spec 0: bad source port",
    "IPRewriter(pattern - 456-19 - - 0 0)": "input spec 0: bad source port",
    "IPRewriter(pattern - 1-9## - - 0 0)": "input spec 0: bad source port",
    "IPRewriter(pattern - 456-65536 - - 0 0)": "input spec 0: bad source port",
    "IPRewriter(pattern - - here - 0 0)": "input spec 0: bad destination address",
    "IPRewriter(pattern - - - 1-2 0 0)": "input spec 0: bad destination port",
    "IPAddrRewriter(pattern 1.0.0.9-1.0.0.1 - 0 0)": "input spec 0: bad source address",
    "IPAddrRewriter(pattern 0.0.0.0/8 - 0 0)": "input spec 0: bad source address",
    "IPAddrRewriter(pattern 1.0.0.1 5 - - 0 0)": "input spec 0: ports do not change here, only addresses",
    "IPAddrRewriter(pattern - 1.0.0.1 0 0)": "input spec 0: destination addresses do not change here: IPAddrPairRewriter changes them",
    "IPAddrPairRewriter(pattern - - - 5 0 0)": "input spec 0: ports do not change here, only addresses",
    "RoundRobinIPMapper": "PATTERN: at least 1 wanted, 0 given",
    "RoundRobinIPMapper(- - - 1x 0 0)": "PATTERN 1: bad destination port",
    "RoundRobinIPMapper(name 0 0)": "PATTERN 1: no such pattern 'name'",
    "ICMPRewriter()": "MAPS is missing",
    "ICMPRewriter(x:y z)": ("x not an IP rewriter", "z not an IP rewriter"),
    "ICMPRewriter(x)": "x not an IP rewriter",
    "FTPPortMapper(x, x, 0)": "CONTROL_REWRITER: there is no IPRewriter or TCPRewriter 'x'",
    "CheckIP6Header(3ffe::1 y)": f"BADADDRS: {ADDRESS6.format('y')}",
    "SetIP6Address(1.2.3.4)": f"IPADDR: {ADDRESS6.format('1.2.3.4')}",
    "LookupIP6Route(3ffe::/16)": "ROUTE 1: a route such as `3ffe::/16 3ffe::1 1` (ADDR/MASK [GW] OUT) is wanted, not '3ffe::/16'",
    "LookupIP6Route(3ffe::/129 0)": "ROUTE 1: an IPv6 prefix such as 3ffe::/16 is wanted, not '3ffe::/129'",
    "LookupIP6Route(3ffe::/\udcb2 0)": "ROUTE 1: an IPv6 prefix such as 3ffe::/16 is wanted, not '3ffe::/\ufffd'",
    "LookupIP6Route(3ffe::/ff00:1:: 0)": "ROUTE 1: the mask of '3ffe::/ff00:1::' is not a prefix: its ones must come first",
    "LookupIP6Route(3ffe::/16 1)": "need 2 or more output ports",
    f"LookupIP6Route({', '.join(['::/0 0'] * 4097)})": "at most 4096 routes are wanted, not 4097",
    "ICMP6Error(::, 1, 0)": "SRC: an address that is not :: is wanted",
    "ICMP6Error(3ffe::1, 5, 0)": "TYPE: the type of an error or a redirect is wanted (1, 2, 3, 4, 137), not 5",
    "IP6NDAdvertiser(3ffe::1)": "ENTRY 1: IPv6 addresses and one Ethernet address are wanted, not '3ffe::1'",
    # Times, aggregates and counts
    "SetTimestamp(DELTA true)": "SetTimestamp(DELTA) is deprecated, use SetTimestampDelta(TYPE FIRST)",
    "SetTimestamp(soon)": "TIMESTAMP: a time such as 1.5 or 20ms is wanted, not 'soon'",
    "SetTimestampDelta(TYPE then)": "TYPE: RANGE, NOW or FIRST is wanted, not 'then'",
    "StoreTimestamp": "supply exactly one of 'OFFSET' and 'TAIL'",
    "TimeFilter(1, START_AFTER 1)": "START, START_AFTER and START_DELAY are mutually exclusive",
    "TimeFilter(END 1, INTERVAL 1)": "END, END_AFTER, END_DELAY and INTERVAL are mutually exclusive",
    "TimeFilter(STOP true, END_CALL x.y)": "END_CALL and STOP are mutually exclusive",
    "AggregatePaint(9)": "BITS: " + INTEGER.format(1, 8, "9"),
    "AggregateCounter(COUNT_STOP 1, COUNT_FREEZE 2)": "'COUNT_FREEZE', 'COUNT_STOP', and 'COUNT_CALL' are mutually exclusive",
    "AggregateCounter(COUNT_CALL x)": "COUNT_CALL: first word should be unsigned, and a write handler should follow",
    "AggregateCounter(COUNT_CALL x a.b)": "COUNT_CALL: " + INTEGER.format(0, (1 << 64) - 1, "x"),
    "AggregateCounter(COUNT_CALL \N{SUPERSCRIPT TWO} a.b)": "COUNT_CALL: " + INTEGER.format(0, (1 << 64) - 1, "\N{SUPERSCRIPT TWO}"),
    f"AggregateCounter(AGGREGATE_CALL {'9' * 23} a.b)": "AGGREGATE_CALL: " + INTEGER.format(0, (1 << 64) - 1, "9" * 23),
    # Lines about packets
    "IPPrint(CONTENTS binary)": "CONTENTS: bad contents value 'BINARY'; should be 'NONE', 'HEX', or 'ASCII'",
    "IPPrint(PAYLOAD none)": "PAYLOAD: bad payload value 'NONE'; should be 'false', 'hex', or 'ascii'",
    "IPPrint(PAYLOAD hex, CONTENTS hex)": "specify at most one of PAYLOAD and CONTENTS",
    "IPPrint(NBYTES 1, MAXLENGTH 1)": "MAXLENGTH and NBYTES are one argument: give it once",
    # IP summary dumps
    "ToIPSummaryDump(x, FIELDS ip_src bogus)": "unknown content type 'bogus'",
    "ToIPSummaryDump(x, FIELDS payload, BINARY true)": "cannot use field payload with BINARY",
    'ToIPSummaryDump(x, FIELDS "")': "unknown content type ''",
    "ToIPSummaryDump(x, FIELDS link, DATA link)": "FIELDS, CONTENTS and DATA are one argument: give it once",
    'ToIPSummaryDump("")': "FILENAME: the name of a file, or -, is wanted",
    "FromIPSummaryDump(x, DATA y)": "FILENAME and DATA conflict",
    "FromIPSummaryDump(STOP true)": "FILENAME is missing",
    "FromIPSummaryDump(x, FIELDS a, CONTENTS b)": "FIELDS, CONTENTS, DEFAULT_CONTENTS and DEFAULT_FIELDS are one argument: give it once",
    "FromIPSummaryDump(x, FLOWID a, DEFAULT_FLOWID b)": "FLOWID and DEFAULT_FLOWID are one argument: give it once",
    # Patterns
    "Classifier(12/08x0)": CLAUSE.format("12/08x0"),
    "Classifier(\udcb2/08)": CLAUSE.format("\ufffd/08"),
    f"Classifier({'9' * 5000}/08)": CLAUSE.format("9" * 5000 + "/08"),
    "Classifier(12/080)": "PATTERN 1: '12/080' has half a byte: two digits a byte are wanted",
    "Classifier(12/0800%f)": "PATTERN 1: '12/0800%f' has half a byte: two digits a byte are wanted",
    "Classifier(12/0800%ff)": "PATTERN 1: the mask of '12/0800%ff' is not as long as its value",
    "Classifier(0/00, , 1/00)": "PATTERN 2: a pattern has at least one clause; - matches every packet",
    "Classifier(-, 127/0000)": "PATTERN 2: bytes beyond the first 128 cannot be tested",
    "Classifier(-) ": "2 outputs are in use, but there are 1 pattern(s)",
    "IPClassifier(-) ": "2 outputs are in use, but there are 1 pattern(s)",
    "IPFilter(permit all)": "ACTION PATTERN 1: allow, deny, drop or the number of an output is wanted first, not 'permit'",
    "IPFilter(=)": "ACTION PATTERN 1: allow, deny, drop or the number of an output is wanted first, not '='",
    "IPFilter(\u00b2 all)": "ACTION PATTERN 1: allow, deny, drop or the number of an output is wanted first, not '\u00b2'",
    "IPFilter(allow udp, 1 all)": "RULE 2: there is no output 1: 1 are in use",
    # Routes
    "RadixIPLookup(10.0.0.0/8)": "ROUTE 1: a route such as `10.0.0.0/8 10.0.0.1 1` (ADDR/MASK [GW] OUT) is wanted, not '10.0.0.0/8'",
    "RadixIPLookup(1.2.3.0/\udcb2 0)": "ROUTE 1: " + PREFIX.format("1.2.3.0/\ufffd"),
    f"RadixIPLookup(1.2.3.0/{'9' * 5000} 0)": "ROUTE 1: " + PREFIX.format(f"1.2.3.0/{'9' * 5000}"),
    "RadixIPLookup(10.0.0.0/8 \udcb2)": "ROUTE 1: " + INTEGER.format(0, 255, "\ufffd"),
    "RadixIPLookup(10.0.0.0/8 x 0)": "ROUTE 1: " + ADDRESS.format("x"),
    "RadixIPLookup(10.0.0.0/8 256)": "ROUTE 1: " + INTEGER.format(0, 255, "256"),
    "RadixIPLookup(10.0.0.0/8 1.1.1.1 1)": "the route 10.0.0.0/8 1.1.1.1 1 names output 1, but 1 output(s) are in use",
    "RadixIPLookup(FILE one)": "the route 10.0.0.0/8 7 of one names output 7, but 1 are in use",
}


def refused(configuration: str, outputs: int, folder: Path) -> str:
    """What is said of ``configuration``, which stands in column 6 of line 2."""
    sinks = "".join(f"x [{port}] -> Discard;" for port in range(outputs))
    text = f"// a comment\nx :: {configuration.strip()}; Idle -> x; {sinks}"
    with pytest.raises(ClickError) as error:
        instantiate(load_text(text, str(folder / "t.click")))
    return str(error.value)


@pytest.mark.parametrize("configuration", list(REFUSED))
def test_a_configuration_is_refused_with_its_place_and_reason(configuration: str, tmp_path: Path) -> None:
    """A configuration has as many outputs as spaces behind it, and one."""
    (tmp_path / "one").write_text("10.0.0.0/8 7\n")
    outputs = 1 + len(configuration) - len(configuration.rstrip())
    said = refused(configuration, outputs, tmp_path)
    kind = configuration.partition("(")[0].strip()
    expected = REFUSED[configuration]
    for text in (expected,) if isinstance(expected, str) else expected:
        assert f"{tmp_path}/t.click:2:1: error: x :: {kind}: " in said
        assert f"{text}\n    x :: " in said
    assert said.endswith(f"see the manual page of {kind}")
    assert said.count("error:") == (1 if isinstance(expected, str) else len(expected))


def test_what_has_a_meaning_for_a_pull_input_only_is_refused_for_a_push_input() -> None:
    with pytest.raises(ClickError) as error:
        instantiate(load_text("// a comment\nx :: Discard(ACTIVE false); Idle -> x;", "t.click"))
    assert str(error.value) == (
        "t.click:2:1: error: x :: Discard: ACTIVE false has no meaning for a push input\n"
        "    x :: Discard(ACTIVE false); Idle -> x;\n    ^\n  see the manual page of Discard"
    )
    instantiate(load_text("Idle -> Queue -> x :: Discard(ACTIVE false);", "t.click"))


def test_an_unknown_class_is_named(tmp_path: Path) -> None:
    said = refused("Teleporter", 1, tmp_path)
    assert f"{tmp_path}/t.click:2:1: error: unknown element class Teleporter\n" in said
    assert said.endswith("see the list of elements for what there is")


def test_a_route_file_is_named_with_its_line(tmp_path: Path) -> None:
    said = refused("RadixIPLookup(FILE none)", 1, tmp_path)
    assert f"{tmp_path}/none:1:1: error: cannot read the route file: [Errno 2] No such file or directory: '{tmp_path}/none'" in said
    (tmp_path / "bad").write_text("# good\n  10.0.0.0/8 a b c\n")
    said = refused("RadixIPLookup(FILE bad)", 1, tmp_path)
    route = "a route such as `10.0.0.0/8 10.0.0.1 1` (ADDR/MASK [GW] OUT) is wanted, not '10.0.0.0/8 a b c'"
    assert said == f"{tmp_path}/bad:2:3: error: bad route: {route}\n      10.0.0.0/8 a b c\n      ^\n  write ADDR/MASK [GW] OUT"
    (tmp_path / "far").write_text("10.0.0.0/8 \u0663\n", encoding="utf-8")
    assert f"{tmp_path}/far:1:1: error: bad route: {INTEGER.format(0, 255, chr(0x663))}\n" in refused(
        "RadixIPLookup(FILE far)", 1, tmp_path
    )


def test_a_port_that_is_no_number_makes_no_rewriter_of_a_rewriter() -> None:
    for offset in ("\udcb2", "9" * 5000):
        text = f"r :: IPRewriter(drop); Idle -> r -> Discard; x :: ICMPRewriter(r:{offset}); Idle -> x -> Discard;"
        with pytest.raises(ClickError) as error:
            instantiate(load_text(text, "t.click"))
        assert "error: x :: ICMPRewriter: r not an IP rewriter\n" in str(error.value)


def test_a_device_with_a_digit_that_is_no_number_is_no_port() -> None:
    for name in ("\udcb2", "9" * 5000):
        device = instantiate(load_text(f"d :: FromDevice({name}) -> Discard;", "t.click"))["d"]
        assert isinstance(device, FromDevice)
        assert device.number() == 0


CAPTURES = {
    b"": ("this is not a pcap capture", "captures are files as tcpdump -w writes them"),
    b"\x0a\x0d\x0d\x0a" + bytes(40): ("this is a pcapng capture", "convert it: editcap -F pcap IN OUT"),
    bytes.fromhex("d4c3b2a1020004000000000000000000ffff000071000000"): (
        "this capture is of link type 113, not Ethernet",
        "capture on an Ethernet interface",
    ),
}


@pytest.mark.parametrize("content", list(CAPTURES))
def test_a_file_that_is_no_capture_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(content)
    message, advice = CAPTURES[content]
    with pytest.raises(ClickError) as error:
        read_capture(path)
    assert str(error.value) == f"{path}:1:1: error: {message}\n  {advice}"


def test_a_capture_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClickError) as error:
        read_capture(tmp_path)
    assert str(error.value) == f"{tmp_path}:1:1: error: cannot read the capture: Is a directory\n  check its name and permissions"
    with pytest.raises(ClickError) as error:
        write_capture(tmp_path, [])
    assert str(error.value) == f"{tmp_path}:1:1: error: cannot write the capture: Is a directory\n  check the folder and its permissions"
