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
        Choice(0.4, kind, lambda rng: (f"Print({rng.choice(('x', 'y, 40', 'z, PRINTANNO true', 'TIMESTAMP true'))})", (kind,))),
        Choice(0.2, kind, _fixed("{ input -> output; Idle -> output }", kind)),
    )
