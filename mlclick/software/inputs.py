"""Routes and rules of the benchmarks: real ones from ``$MLCLICK_DATA``, where that is set, otherwise made from a seed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from graph.diagnostics import Location, fail
from mlclick.software.frames import TCP, UDP, address, dotted, ip_frame, tcp_frame, udp_frame

SEED: Final = 1
_LENGTHS: Final = (8, 16, 18, 19, 20, 21, 22, 23, 24)
_SHARES: Final = (1, 60, 30, 50, 70, 60, 110, 90, 529)
"""Lengths of prefixes, and how many of a thousand have each: roughly those of the Internet's tables."""
_RULES: Final = "acl/acl1_1k"
_ADVICE: Final = f"set MLCLICK_DATA to a folder with {_RULES} and fib/*_route.txt, or unset it: inputs are made from a seed then"
_NOT_ROUTED: Final = {0, 10, 127, *range(224, 256)}

Prefix = tuple[int, int]


def data_folder() -> Path | None:
    """The folder with real inputs, if one is named. Errors: `ClickError` where there is none of that name."""
    named = os.environ.get("MLCLICK_DATA")
    if named and not Path(named).is_dir():
        fail(f"MLCLICK_DATA names the folder {named}, which is not there", _ADVICE)
    return Path(named) if named else None


def few_prefixes() -> list[Prefix]:
    """Ten networks of the size of a campus."""
    return [(address(f"10.{number}.0.0"), 16) for number in range(10)]


def many_prefixes(count: int) -> list[Prefix]:
    """``count`` prefixes of 8 to 24 bits, no two the same: those of the tables in ``$MLCLICK_DATA``/fib first, if they are there; what is
    missing is made from a seed, half of it inside of those. Click's DirectIPLookup refuses some sets of longer ones."""
    rng = random.Random(SEED)
    real = _real_prefixes()[:count]
    found = dict.fromkeys(real)
    inside = [(network, length) for network, length in real if length <= 22]
    while len(found) < count:
        length = rng.choices(_LENGTHS, _SHARES)[0]
        number = rng.getrandbits(32)
        if inside and rng.getrandbits(1):
            above, size = rng.choice(inside)
            length = max(length, size)
            number = above | number & ((1 << 32 - size) - 1)
        number &= ~((1 << 32 - length) - 1)
        if number >> 24 not in _NOT_ROUTED:
            found[(number, length)] = None
    return list(found)


def _real_prefixes() -> list[Prefix]:
    folder = data_folder()
    if folder is None:
        return []
    found: dict[Prefix, None] = {}
    for path in sorted((folder / "fib").glob("*_route.txt")):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            network, _, length = line.split()[0].partition("/")
            prefix = address(network), int(length)
            if 8 <= prefix[1] <= 24 and prefix[0] >> 24 not in _NOT_ROUTED:
                found[prefix] = None
    return list(found)


def routes_of(prefixes: list[Prefix]) -> list[str]:
    """Arguments of a lookup: the router itself at output 0, the prefixes in turn at outputs 1 and 2, behind ten neighbours."""
    lines = [f"{dotted(network)}/{length} 172.16.0.{number % 10} {1 + number % 2}" for number, (network, length) in enumerate(prefixes)]
    return ["10.0.0.1/32 0", *lines]


@dataclass(frozen=True)
class Rule:
    """A rule of a filter: networks (address, length), ranges of ports, and a protocol, `TCP` or `UDP`."""

    source: Prefix
    destination: Prefix
    ports: tuple[int, int]
    protocol: int

    def text(self) -> str:
        """As an expression of IPFilter."""
        low, high = self.ports
        port = f"dst port {low}" if low == high else f"dst port >= {low} and dst port <= {high}"
        parts = [f"src net {dotted(self.source[0])}/{self.source[1]}", f"dst net {dotted(self.destination[0])}/{self.destination[1]}"]
        parts += ["tcp" if self.protocol == TCP else "udp"] + ([port] if self.ports != (0, 65535) else [])
        return " and ".join(parts)

    def frame(self, rng: random.Random, number: int) -> bytes:
        """A packet that the rule matches."""
        source, destination = (network | (rng.getrandbits(32 - length) if length < 32 else 0) for network, length in self._networks())
        ports = rng.randrange(1024, 65536), rng.randint(*self.ports)
        return (tcp_frame if self.protocol == TCP else udp_frame)(source, destination, ports, number & 0xFFFF)

    def _networks(self) -> tuple[Prefix, Prefix]:
        return self.source, self.destination


def rules(count: int) -> list[Rule]:
    """``count`` rules of TCP or UDP: the first of ``$MLCLICK_DATA``/acl/acl1_1k, or, where that is not set, made from a seed.
    Errors: `ClickError` where that file cannot be read, or has something else than rules."""
    folder = data_folder()
    if folder is not None:
        return list(islice(_real_rules(folder / _RULES), count))
    rng = random.Random(SEED)
    made = []
    for _ in range(count):
        length, size = rng.choice((16, 24, 32)), rng.choice((24, 28, 32))
        networks = _cut(address("100.64.0.0") + rng.getrandbits(22), length), _cut(address("198.18.0.0") + rng.getrandbits(17), size)
        low = rng.choice((53, 80, 443, 1024, 1521, 5000))
        ports = rng.choice(((low, low), (low, low), (low, low + 100), (0, 65535)))
        made.append(Rule(*networks, ports, rng.choice((TCP, UDP))))
    return made


def _real_rules(path: Path) -> Iterator[Rule]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        fail(f"the rules of MLCLICK_DATA cannot be read: {why}", _ADVICE, Location(None, str(path), 1, 1))
    for number, line in enumerate(lines, 1):
        try:
            rule = _rule_of(line)
        except ValueError:
            fail(
                "this is no rule",
                "six columns with tabs between them are wanted, as ClassBench has them",
                Location(None, str(path), number, 1),
            )
        if rule is not None:
            yield rule


def _cut(number: int, length: int) -> Prefix:
    return number & ~((1 << 32 - length) - 1), length


def _rule_of(line: str) -> Rule | None:
    source, destination, _, ports, protocol, _ = (part.strip() for part in line.lstrip("@").split("\t")[:6])
    number = int(protocol.partition("/")[0], 16)
    if number not in (TCP, UDP):
        return None
    low, high = (int(end) for end in ports.split(":"))
    return Rule(_network(source), _network(destination), (low, high), number)


def _network(text: str) -> Prefix:
    network, _, length = text.partition("/")
    return _cut(address(network), int(length))


def filtered(listed: list[Rule], count: int) -> list[bytes]:
    """Packets of which each rule matches as many as any other, and as many more that none was made for."""
    rng = random.Random(SEED)
    frames = []
    for number in range(count):
        which = rng.randrange(len(listed) + 1)
        if which < len(listed):
            frames.append(listed[which].frame(rng, number))
        else:
            frames.append(ip_frame(rng.getrandbits(31), rng.getrandbits(31), bytes(26), identification=number & 0xFFFF))
    return frames


def flows(count: int, packets: int) -> list[bytes]:
    """Packets of ``count`` UDP flows, no two of one source port, in an order of their own."""
    rng = random.Random(SEED)
    ports = rng.sample(range(1024, 65536), count)
    ends = [(address("192.168.0.0") + rng.getrandbits(16), address("203.0.0.0") + rng.getrandbits(16), port) for port in ports]
    order = [number % count for number in range(packets)]
    rng.shuffle(order)
    return [udp_frame(ends[which][0], ends[which][1], (ends[which][2], 53), number & 0xFFFF) for number, which in enumerate(order)]
