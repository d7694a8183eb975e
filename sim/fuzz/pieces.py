"""What random graphs are put together from: elements with arguments at random, weighted to what people write and what composes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["ether", "ip"]
ETHER: Final[Kind] = "ether"
IP: Final[Kind] = "ip"
ADDRESSES: Final = ("10.0.0.1", "10.0.1.77", "10.1.2.3", "172.16.0.9", "192.168.1.5", "8.8.8.8", "224.0.0.5")
PREFIXES: Final = ("10.0.0.0/8", "10.0.0.0/24", "10.0.1.64/26", "172.16.0.0/12", "192.168.0.0/16", "8.8.8.8/32", "128.0.0.0/1", "0.0.0.0/0")
PATTERNS: Final = (
    "12/0800",
    "12/0806",
    "12/0806 20/0001",
    "12/8100",
    "12/8100 14/000a%0fff",
    "12/8100 14/0014%0fff 16/0800",
    "!12/0800",
    "0/01%01",
    "12/0800 23/11",
    "12/86dd",
    "30/0a%ff",
)
EXPRESSIONS: Final = (
    "tcp",
    "udp",
    "icmp",
    "tcp dst port 80",
    "udp port 53",
    "src net 10.0.0.0/8",
    "dst host 10.0.0.1",
    "ip frag",
    "ip ttl < 5",
    "tcp opt syn and not tcp opt ack",
    "dst port > 1023",
    "icmp type echo",
    "ip hl > 5",
    "src net 192.168.0.0/16 or dst net 172.16.0.0/12",
    "ip len > 500",
    "ip tos 0x10/0xf0",
)


@dataclass(frozen=True)
class Piece:
    """An element as Click text; ``input`` and ``outputs``: what it takes and what leaves it."""

    text: str
    input: Kind | None
    outputs: tuple[Kind, ...]


@dataclass(frozen=True)
class Choice:
    """Elements of one class that take packets of kind ``input``, one of which `made` makes."""

    weight: float
    input: Kind
    make: Callable[[random.Random], tuple[str, tuple[Kind, ...]]]

    def made(self, rng: random.Random) -> Piece:
        """One of them."""
        text, outputs = self.make(rng)
        return Piece(text, self.input, outputs)


def pieces(rng: random.Random) -> list[Choice]:
    """All choices, their weights shifted at random: graphs of one tenant are more like each other than those of two."""
    return [Choice(c.weight * rng.choice((0.3, 1, 1, 2)), c.input, c.make) for c in (*_ETHER, *_IP, *_either(ETHER), *_either(IP))]


def _fixed(text: str, *outputs: Kind) -> Callable[[random.Random], tuple[str, tuple[Kind, ...]]]:
    return lambda rng: (text, outputs)


def _some(rng: random.Random, many: tuple[str, ...], most: int = 4) -> list[str]:
    return rng.sample(many, rng.randint(1, most))


def _ways(kind: Kind, least: int, most: int) -> Callable[[random.Random], tuple[Kind, ...]]:
    return lambda rng: (kind,) * rng.randint(least, most)


def _mac(rng: random.Random) -> str:
    return f"2:0:0:0:{rng.randrange(4)}:{rng.randrange(256):x}"


def _classifier(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    patterns = [*_some(rng, PATTERNS), *(["-"] if rng.random() < 0.7 else [])]
    return f"Classifier({', '.join(patterns)})", (ETHER,) * len(patterns)


def _ipclassifier(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    patterns = [*_some(rng, EXPRESSIONS), *(["-"] if rng.random() < 0.7 else [])]
    return f"IPClassifier({', '.join(patterns)})", (IP,) * len(patterns)


def _ipfilter(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    ways = rng.randint(1, 3)
    rules = [f"{rng.choice(['deny', *map(str, range(ways))])} {pattern}" for pattern in _some(rng, EXPRESSIONS, 7)]
    return f"IPFilter({', '.join([*rules, *(f'{way} all' for way in range(ways))])})", (IP,) * ways


def _lookup(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    ways = rng.randint(1, 3)
    routes = []
    for number, prefix in enumerate(_some(rng, PREFIXES, 8)):
        way = number if number < ways else rng.randrange(ways)
        routes.append(f"{prefix}{rng.choice(('', ' 10.0.0.254'))} {way}")
    ways = min(ways, len(routes))
    return f"{rng.choice(('RadixIPLookup', 'StaticIPLookup', 'DirectIPLookup'))}({', '.join(routes)})", (IP,) * ways


def _rated(kind: Kind) -> Callable[[random.Random], tuple[str, tuple[Kind, ...]]]:
    def make(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
        packets, rate = rng.random() < 0.5, 10 ** rng.uniform(1, 7)
        splitter = f"{'RatedSplitter' if packets else 'BandwidthRatedSplitter'}({int(rate * (1 if packets else 100))})"
        meter = f"{'Meter' if packets else 'BandwidthMeter'}({', '.join(str(int(rate * (k + 1))) for k in range(rng.randint(1, 2)))})"
        ways = 1 + meter.count(",") + 1
        return rng.choice(((splitter, (kind,) * rng.randint(1, 2)), (meter, (kind,) * ways)))

    return make


def _arpresponder(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    return f"ARPResponder({rng.choice(ADDRESSES)} {_mac(rng)}, {rng.choice(PREFIXES)} {_mac(rng)})", (ETHER, ETHER)


def _encap(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    return f"EtherEncap(0x0800, {_mac(rng)}, {_mac(rng)})", (ETHER,)


def _vlanencap(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    tag = rng.choice(("ANNO", "VLAN_ID 10", "VLAN_ID 20, VLAN_PCP 3", "0x2007", "ANNO, NATIVE_VLAN -1", "VLAN_ID 7, ETHERTYPE 0x88a8"))
    return f"VLANEncap({tag})", (ETHER,)


def _checked(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    """Strip and check in one: a compound element."""
    check = rng.choice(("CheckIPHeader", "CheckIPHeader", "MarkIPHeader", "CheckIPHeader(CHECKSUM false)", "CheckIPHeader(BADSRC 8.8.8.8)"))
    return f"{{ input -> Strip(14) -> {check} -> output }}", (IP,)


def _hashed(kind: Kind) -> Callable[[random.Random], tuple[str, tuple[Kind, ...]]]:
    def make(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
        offset, length = rng.choice(((0, 1), (12, 2), (12, 8), (26, 8), (11, 1), (rng.randrange(100), rng.randint(1, 20))))
        return f"HashSwitch({offset}, {length})", (kind,) * rng.randint(1, 5)

    return make


def _sampled(kind: Kind) -> Callable[[random.Random], tuple[str, tuple[Kind, ...]]]:
    def make(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
        text = rng.choice(("0.5", "SAMPLE 0.1", "DROP .25", "0.9, ACTIVE false", "1", "0"))
        return f"RandomSample({text})", (kind,) * rng.randint(1, 2)

    return make


def _ipencap(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    target = rng.choice((*ADDRESSES, "DST_ANNO", "DST_ANNO"))
    rest = rng.choice(("", ", TTL 1", ", DF true", ", DSCP 46, ECT true", ", CE true", ", TOS 0x10"))
    return f"IPEncap({rng.choice(('ipip', '50', 'udp'))}, {rng.choice(ADDRESSES)}, {target}{rest})", (IP,)


def _rewriter(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    """A rewriter of one or two inputs, for whose few flows there is little room: what is sent to the pattern's address are answers."""
    port = rng.choice(("-", "1024-65535", "1024-65535?", "50-90#", "1-60000", "20-21", "7777"))
    words = f"{rng.choice(('-', *ADDRESSES))} {port} {rng.choice(('-', '-', *ADDRESSES))} {rng.choice(('-', '-', '80'))}"
    named = f"IPRewriterPatterns(p {words}); " if rng.random() < 0.3 else ""
    ways = rng.randint(1, 2)
    last = ways - 1
    flow = rng.choice((f"pattern {'p' if named else words} 0 {last}", f"pattern {'p' if named else words} {last} 0", f"keep 0 {last}"))
    other = rng.choice(("drop", f"pass {last}", "keep 0 0", f"pattern - - {rng.choice(ADDRESSES)} 53 {last} 0"))
    kind, times = rng.choice(_REWRITERS)
    rest = f"MAPPING_CAPACITY {rng.choice((0, 1, 7, 40))}, REAP_INTERVAL {rng.choice((0, 1, 60))}{rng.choice(('', ', DST_ANNO false'))}"
    rest += rng.choice(("", ", REPLY_ANNO PAINT")) + rng.choice(("", f", {times}"))
    leaves = "; ".join(f"r [{way}] -> [{way}] output" for way in range(ways))
    if rng.random() < 0.5:
        return f"{{ {named}input -> r :: {kind}({flow}, {rest}); {leaves} }}", (IP,) * ways
    splits = rng.choice((f"IPClassifier({rng.choice(EXPRESSIONS)}, -)", "HashSwitch(12, 4)", "CheckLength(60)"))
    return f"{{ {named}input -> c :: {splits}; c -> r :: {kind}({flow}, {other}, {rest}); c [1] -> [1] r; {leaves} }}", (IP,) * ways


def _switch(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    """A switch of two or three networks; the same sender comes now by the one and now by the other."""
    ways = rng.randint(2, 3)
    splits = rng.choice(("HashSwitch(11, 1)", "HashSwitch(0, 12)", "HashSwitch(30, 4)"))
    comes = "; ".join(f"c [{way}] -> [{way}] s" for way in range(ways))
    leaves = "; ".join(f"s [{way}] -> [{way}] output" for way in range(ways))
    timeout = rng.choice(("", "TIMEOUT 0", "TIMEOUT 1"))
    return f"{{ input -> c :: {splits}; s :: EtherSwitch({timeout}); {comes}; {leaves} }}", (ETHER,) * ways


def _inner(rng: random.Random) -> tuple[str, tuple[Kind, ...]]:
    """Out of a tunnel: with a header again, which has to be marked, or with none that anybody knows."""
    return rng.choice((("StripIPHeader", (ETHER,)), ("{ input -> StripIPHeader -> CheckIPHeader -> output }", (IP,))))


_REWRITERS: Final = (
    ("IPRewriter", "TCP_TIMEOUT 2, TCP_DONE_TIMEOUT 1, TCP_NODATA_TIMEOUT 1, TCP_GUARANTEE 0, UDP_TIMEOUT 1, UDP_GUARANTEE 0"),
    ("IPRewriter", "TCP_GUARANTEE 1, UDP_TIMEOUT 1, UDP_STREAMING_TIMEOUT 3, UDP_GUARANTEE 0"),
    ("TCPRewriter", "TCP_TIMEOUT 2, TCP_DONE_TIMEOUT 1, TCP_NODATA_TIMEOUT 1, TCP_GUARANTEE 0"),
    ("UDPRewriter", "TIMEOUT 1, STREAMING_TIMEOUT 2, GUARANTEE 0"),
)


def _outputs(text: str, kind: Kind, least: int, most: int) -> Callable[[random.Random], tuple[str, tuple[Kind, ...]]]:
    ways = _ways(kind, least, most)
    return lambda rng: (text.replace("ADDRESS", rng.choice(ADDRESSES)).replace("COLOR", str(rng.choice((0, 1, 2, 3, 255)))), ways(rng))


_ETHER: Final = (
    Choice(6, ETHER, _checked),
    Choice(5, ETHER, _classifier),
    Choice(3, ETHER, lambda rng: (f"EtherRewrite({_mac(rng)}, {_mac(rng)})", (ETHER,))),
    Choice(2, ETHER, _vlanencap),
    Choice(1, ETHER, lambda rng: (f"VLANDecap{rng.choice(('', '(false)', '(ETHERTYPE 0x88a8)'))}", (ETHER,))),
    Choice(0.7, ETHER, _arpresponder),
    Choice(1, ETHER, _outputs("CheckIPHeader(14)", ETHER, 1, 2)),
    Choice(0.7, ETHER, _fixed("MarkIPHeader(14)", ETHER)),
    Choice(0.5, ETHER, lambda rng: (f"{{ input -> Strip({(n := rng.randint(1, 30))}) -> Counter -> Unstrip({n}) -> output }}", (ETHER,))),
    Choice(0.4, ETHER, lambda rng: (f"{rng.choice(('Strip', 'Unstrip'))}({rng.randint(1, 8)})", (ETHER,))),
    Choice(0.5, ETHER, _fixed("GetIPAddress(30)", ETHER)),
    Choice(0.4, ETHER, _switch),
    Choice(0.3, ETHER, _fixed("{ input -> Strip(14) -> MarkIPHeader -> IPFragmenter(600) -> Unstrip(14) -> output }", ETHER)),
)
_IP: Final = (
    Choice(4, IP, _encap),
    Choice(3, IP, _ipclassifier),
    Choice(3, IP, _ipfilter),
    Choice(3, IP, _lookup),
    Choice(3, IP, _outputs("DecIPTTL", IP, 1, 2)),
    Choice(2, IP, _outputs("FixIPSrc(ADDRESS)", IP, 1, 1)),
    Choice(1, IP, _outputs("SetIPAddress(ADDRESS)", IP, 1, 1)),
    Choice(1, IP, lambda rng: (f"GetIPAddress({rng.choice(('16', 'IP dst', 'IP src'))})", (IP,))),
    Choice(1, IP, _fixed("Unstrip(14)", ETHER)),
    Choice(1, IP, _rewriter),
    Choice(0.8, IP, _inner),
    Choice(0.6, IP, _outputs("ICMPPingResponder", IP, 1, 2)),
    Choice(0.6, IP, _outputs("IPGWOptions(ADDRESS)", IP, 1, 2)),
    Choice(0.5, IP, _outputs("IPFragmenter(600)", IP, 1, 2)),
    Choice(0.6, IP, _outputs("CheckIPHeader(INTERFACES ADDRESS/24)", IP, 1, 2)),
    Choice(
        0.6,
        IP,
        lambda rng: (
            f"ICMPError({rng.choice(ADDRESSES)}, {rng.choice(('timeexceeded', 'unreachable, 13', 'parameterproblem', 'redirect, host'))})",
            (IP,),
        ),
    ),
    Choice(
        0.4,
        IP,
        lambda rng: (f"{{ input -> a :: ARPQuerier({rng.choice(ADDRESSES)}, {_mac(rng)}) -> output; Idle -> [1] a }}", (ETHER,)),
    ),
)


def _either(kind: Kind) -> tuple[Choice, ...]:
    return (
        Choice(4, kind, _fixed("Counter", kind)),
        Choice(0.5, kind, _fixed("Null", kind)),
        Choice(1.5, kind, _outputs("Paint(COLOR)", kind, 1, 1)),
        Choice(1, kind, _outputs("PaintSwitch", kind, 2, 3)),
        Choice(1, kind, _outputs("PaintTee(COLOR)", kind, 2, 2)),
        Choice(0.8, kind, _outputs("Tee", kind, 1, 3)),
        Choice(1, kind, _outputs("DropBroadcasts", kind, 1, 2)),
        Choice(1.5, kind, _rated(kind)),
        Choice(0.6, kind, _hashed(kind)),
        Choice(0.6, kind, lambda rng: (f"CheckLength({rng.choice((60, 64, 100, 600))})", (kind,) * rng.randint(1, 2))),
        Choice(0.4, kind, _sampled(kind)),
        Choice(0.4, kind, _ipencap),
        Choice(0.4, kind, lambda rng: (f"Print({rng.choice(('x', 'y, 40', 'z, PRINTANNO true', 'TIMESTAMP true'))})", (kind,))),
        Choice(0.2, kind, _fixed("{ input -> output; Idle -> output }", kind)),
    )
