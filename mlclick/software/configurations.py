"""What is measured: configurations in Click's language, each with the capture that it is fed.

A sink is written ``PUSH(name)`` or ``PULL(name)`` and becomes a Discard, or a ToDump where outputs are compared. The texts are the same for
every engine.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from elements.captures.pcap import write_capture
from elements.definition.catalogue import class_names
from graph.load import load_text
from mlclick.software import frames, inputs

FEW: Final = 4096
MANY: Final = 167_000
"""Routes of a large table."""
CROWD: Final = 32_768
"""Packets in the captures of tenants."""
RUN: Final = 32
_SINK: Final = re.compile(r"\b(PUSH|PULL)\((\w+)\)")
_SOURCE: Final = "src :: MemSource({capture}, LIMIT $limit, BURST $burst, STOP true);\n"
_TIMED: Final = "DriverManager(wait_stop, write src.reset, wait_stop);\n"
"""All packets are sent twice: what the first have warmed is there when the second are timed."""
_COMPARED: Final = "DriverManager(wait_stop, wait 0.1s, stop);\n"


@dataclass(frozen=True)
class Configuration:
    """``body`` is fed by ``src`` with the frames that ``capture`` names, which ``make`` makes; ``odd`` ones come between them where outputs
    are compared. ``burst`` is the source's."""

    name: str
    body: str
    capture: str
    make: Callable[[], list[bytes]]
    burst: int = 32
    odd: bool = False
    same: bool = True

    def timed(self, folder: Path) -> str:
        """The text that is timed: variables are limit and burst."""
        return self._source(folder, self.capture) + _SINK.sub(_discard, self.body) + "\n" + _TIMED

    def bare(self, folder: Path) -> str:
        """The same without the driver's script: it stops when all packets are sent once."""
        return self._source(folder, self.capture) + _SINK.sub(_discard, self.body) + "\n"

    def compared(self, folder: Path, into: Path, *, driven: bool = True) -> str:
        """The text whose sinks write what comes to them to files in ``into``; where nothing is ``driven``, without the driver's script."""
        body = _SINK.sub(lambda found: f"ToDump({into}/{found[2]}.pcap, SNAPLEN 0)", self.body)
        return self._source(folder, f"{self.capture}-odd" if self.odd else self.capture) + body + "\n" + (_COMPARED if driven else "")

    def _source(self, folder: Path, capture: str) -> str:
        return _SOURCE.format(capture=folder / f"{capture}.pcap")

    def write_captures(self, folder: Path) -> None:
        """Write what it is fed, unless that is there."""
        path, odd = folder / f"{self.capture}.pcap", folder / f"{self.capture}-odd.pcap"
        if not path.exists():
            write_capture(path, ((0, frame) for frame in self.make()))
        if self.odd and not odd.exists():
            made = self.make()
            write_capture(odd, ((0, frame) for frame in made[:100] + frames.odd_frames() + made[100:]))

    def missing(self) -> list[str]:
        """The classes that it needs and that there are not yet."""
        head = _SOURCE.format(capture="x") + _SINK.sub(_discard, self.body) + _TIMED
        graph = load_text(head, self.name, None, {"limit": "1", "burst": "1"})
        return sorted({node.class_name for node in graph.nodes} - set(class_names()))


def _discard(found: re.Match[str]) -> str:
    return "Discard" if found[1] == "PUSH" else "Discard(BURST 32)"


def router(entry: str, lookup: str, routes: list[str], prefix: str = "") -> str:
    """A router with two ports, ARP and queues, fed by ``entry``; ``prefix`` is before the names of all its elements."""
    p = prefix
    text = [
        f"{p}rt :: {lookup}({', '.join(routes)});",
        f"{p}c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -); {p}t :: Tee(2);",
        f"{entry} -> {p}c;",
        f"{p}c[0] -> ARPResponder(10.0.0.1 00:00:00:00:aa:00) -> {p}out0 :: Queue(200) -> PULL({p}out0);",
        f"{p}out1 :: Queue(200) -> PULL({p}out1);",
        f"{p}c[1] -> {p}t; {p}c[2] -> Paint(9) -> Strip(14) -> CheckIPHeader(INTERFACES 10.0.0.1/255.0.0.0) -> {p}rt; {p}c[3] -> Discard;",
        f"{p}rt[0] -> PUSH({p}local);",
    ]
    for i in (0, 1):
        text += [
            f"{p}rt[{i + 1}] -> DropBroadcasts -> {p}cp{i} :: PaintTee({i + 1}) -> {p}gio{i} :: IPGWOptions(10.0.0.1) -> FixIPSrc(10.0.0.1)"
            f" -> {p}dt{i} :: DecIPTTL -> {p}fr{i} :: IPFragmenter(1500) -> {p}arp{i} :: ARPQuerier(10.0.0.1, 00:00:00:00:aa:0{i})"
            f" -> {p}out{i};",
            f"{p}t[{i}] -> [1] {p}arp{i};",
        ]
        errors = (("dt", "timeexceeded"), ("fr", "unreachable, needfrag"), ("gio", "parameterproblem"), ("cp", "redirect, host"))
        text += [f"{p}{where}{i}[1] -> ICMPError(10.0.0.1, {what}) -> {p}rt;" for where, what in errors]
    return "\n".join(text)


def lean(routes: list[str]) -> str:
    """A router without ARP and queues."""
    ports = [f"rt[{i + 1}] -> DecIPTTL -> EtherEncap(0x0800, 00:00:00:00:aa:0{i}, 00:00:00:00:cc:0{i}) -> PUSH(out{i});" for i in (0, 1)]
    lines = ["src -> c :: Classifier(12/0800, -); c[1] -> Discard;", f"rt :: DirectIPLookup({', '.join(routes)});"]
    return "\n".join([*lines, "c[0] -> Strip(14) -> CheckIPHeader -> rt; rt[0] -> PUSH(local);", *ports])


def tenants(count: int) -> str:
    """Copies of the router behind a demultiplexer of VLANs."""
    patterns = ", ".join(f"12/8100 14/{vlan:04x}%0fff" for vlan in range(1, count + 1))
    lines = [f"v :: Classifier({patterns}, -); src -> v; v[{count}] -> Discard;"]
    routes = inputs.routes_of(inputs.few_prefixes())
    for number in range(count):
        body = router("input -> VLANDecap", "RadixIPLookup", routes, f"t{number}_")
        lines.append(f"t{number} :: {{ {body} }}; v[{number}] -> t{number};")
    return "\n".join(lines)


def _few() -> list[bytes]:
    return [*frames.arp_replies(), *frames.routed(random.Random(inputs.SEED), inputs.few_prefixes(), FEW)]


@cache
def _many(count: int) -> tuple[inputs.Prefix, ...]:
    return tuple(inputs.many_prefixes(count))


def _to_many(count: int) -> list[bytes]:
    return [*frames.arp_replies(), *frames.routed(random.Random(inputs.SEED), _many(count), FEW)]


def crowd(count: int, run: int) -> list[bytes]:
    """Packets of ``count`` tenants: each ``run`` of the same one, which is chosen at random."""
    rng = random.Random(inputs.SEED)
    made = frames.routed(rng, inputs.few_prefixes(), CROWD)
    owners = [rng.randrange(count) for _ in range(CROWD // run + 1)]
    replies = [frames.tagged(reply, vlan) for vlan in range(1, count + 1) for reply in frames.arp_replies()]
    return replies + [frames.tagged(frame, 1 + owners[number // run]) for number, frame in enumerate(made)]


EIGHT: Final = (
    "tcp dst port 80", "tcp dst port 443", "tcp dst port 22 and src net 192.168.0.0/16", "udp dst port 53", "udp dst port 123",
    "icmp type echo", "dst net 10.5.0.0/16", "src net 192.168.128.0/17",
)  # fmt: skip


def _mixed() -> list[bytes]:
    rng, found = random.Random(inputs.SEED), []
    for number in range(FEW):
        ends = frames.address("192.168.0.0") + rng.getrandbits(16), frames.address("10.0.0.0") + rng.getrandbits(20)
        kind, port = rng.choice((("tcp", 80), ("tcp", 443), ("tcp", 22), ("udp", 53), ("udp", 123), ("icmp", 0), ("udp", 9), ("tcp", 9)))
        if kind == "icmp":
            body = b"\x08\x00" + frames.checksum(b"\x08\x00" + bytes(24)).to_bytes(2, "big") + bytes(22)
            found.append(frames.ip_frame(*ends, body, protocol=frames.ICMP, identification=number))
        else:
            make = frames.tcp_frame if kind == "tcp" else frames.udp_frame
            found.append(make(*ends, (rng.randrange(1024, 65536), port), number))
    return found


def _filter() -> str:
    listed = [f"{'allow' if number % 2 else 'deny'} {rule.text()}" for number, rule in enumerate(inputs.rules(20))]
    return f"src -> MarkIPHeader(14) -> f :: IPFilter({', '.join(listed)}, allow all) -> PUSH(out);"


def _schedule(scheduler: str) -> str:
    queues = " ".join(f"c[{i}] -> Queue(200) -> [{i}] s;" for i in range(4))
    return f"s :: {scheduler}; src -> c :: Classifier(33/00%03, 33/01%03, 33/02%03, -); {queues} s -> PULL(out);"


def _translator() -> str:
    return (
        "rw :: IPRewriter(pattern 198.51.100.1 - - - 0 1, drop, MAPPING_CAPACITY 65535); Idle -> [1] rw;\n"
        "src -> Strip(14) -> CheckIPHeader -> rw; rw[0] -> PUSH(out); rw[1] -> PUSH(back);"
    )


def configurations(many: int = MANY, crowds: Sequence[int] = (1, 10, 100)) -> Iterator[Configuration]:
    """All that there are; large tables have ``many`` routes, and so many tenants are together as ``crowds`` says."""
    few, large = inputs.routes_of(inputs.few_prefixes()), inputs.routes_of(list(_many(many)))
    size = f"{many // 1000}k" if many >= 1000 else str(many)
    outputs = " ".join(f"i[{number}] -> PUSH(rule{number});" for number in range(len(EIGHT) + 1))

    def to_many() -> list[bytes]:
        return _to_many(many)

    yield Configuration("floor", "src -> PUSH(out);", "routed10", _few)
    yield Configuration("counter", "src -> Counter -> PUSH(out);", "routed10", _few)
    yield Configuration("null10", f"src {'-> Null ' * 10}-> PUSH(out);", "routed10", _few)
    classifier = (
        f"src -> c :: Classifier(12/0800, -); c[1] -> Discard; c[0] -> MarkIPHeader(14) -> i :: IPClassifier({', '.join(EIGHT)}, -);"
    )
    yield Configuration("classifier8", f"{classifier} {outputs}", "mixed", _mixed)
    for lookup in ("Radix", "Direct"):
        yield Configuration(f"router-{lookup.lower()}-10", router("src", f"{lookup}IPLookup", few), "routed10", _few, odd=True)
        yield Configuration(
            f"router-{lookup.lower()}-{size}", router("src", f"{lookup}IPLookup", large), f"routed{size}", to_many, odd=True
        )
    yield Configuration("lean-10", lean(few), "routed10", _few, odd=True)
    yield Configuration(f"lean-{size}", lean(large), f"routed{size}", to_many, odd=True)
    yield Configuration("filter20", _filter(), "filtered", lambda: inputs.filtered(inputs.rules(20), FEW))
    yield Configuration("nat-1k", _translator(), "flows1k", lambda: inputs.flows(1000, 4000))
    yield Configuration("nat-50k", _translator(), "flows50k", lambda: inputs.flows(50_000, 50_000))
    for burst in (32, 1):
        body = f"src -> Queue(1000) -> Unqueue(BURST {burst}) -> PUSH(out);"
        yield Configuration(f"queue-{burst}", body, "routed10", _few, burst=burst)
    for name, scheduler in (("rr", "RoundRobinSched"), ("drr", "DRRSched"), ("prio", "PrioSched"), ("stride", "StrideSched(1, 2, 3, 4)")):
        yield Configuration(f"sched-{name}", _schedule(scheduler), "routed10", _few, same=False)
    # The rate is more than comes, so that it is the shaper that is measured and not the wait.
    yield Configuration("shaper", "src -> Queue(200) -> BandwidthShaper(4000000000) -> PULL(out);", "routed10", _few, same=False)
    yield Configuration("rated", "src -> Queue(200) -> BandwidthRatedUnqueue(4000000000) -> PUSH(out);", "routed10", _few, same=False)
    for run in (1, RUN):
        for count in crowds:
            kind = "random" if run == 1 else f"runs{run}"
            name = f"crowd{count}-{kind}"
            yield Configuration(f"tenants-{count}-{kind}", tenants(count), name, partial(crowd, count, run))
