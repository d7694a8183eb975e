"""Click configurations at random: well-formed graphs of the elements that there are, of kinds that people put behind each other.

A graph grows from its devices. What has not been connected yet is an end with a kind: `ether`, packets that start with an Ethernet header,
`ip`, with their marked IP header in front. An end is joined to an element that stands already, as long as that makes no ring, or to a new
one whose outputs are ends again, until the graph is large enough; then every end is led to a device or to Discard.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from sim.fuzz.pieces import ETHER, IP, Kind, Piece, pieces

JOINS: Final = 0.15
"""The share of ends that are joined to what stands already."""


@dataclass
class _End:
    """An output that is not connected yet."""

    name: str
    port: int
    kind: Kind


@dataclass
class _Growing:
    rng: random.Random
    declared: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    ends: list[_End] = field(default_factory=list)
    after: dict[str, set[str]] = field(default_factory=dict)
    inputs: dict[str, Kind] = field(default_factory=dict)

    def add(self, piece: Piece) -> str:
        """A new element; its outputs are ends."""
        name = f"e{len(self.after)}"
        self.after[name] = set()
        self.declared.append(f"{name} :: {piece.text};")
        self.ends += [_End(name, port, kind) for port, kind in enumerate(piece.outputs)]
        return name

    def connect(self, end: _End, name: str, port: int = 0) -> None:
        """Lead an end to an element."""
        output, place = f" [{end.port}]" if end.port else "", f"[{port}] " if port else ""
        self.connected.append(f"{end.name}{output} -> {place}{name};")
        self.after[end.name].add(name)

    def reaches(self, start: str, goal: str) -> bool:
        """Whether a packet can get from ``start`` to ``goal``."""
        seen, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name == goal:
                return True
            if name not in seen:
                seen.add(name)
                waiting += sorted(self.after[name])
        return False


def random_graph(rng: random.Random, readable: list[str], devices: list[str], size: int) -> str:
    """A Click configuration of about ``size`` elements that reads some of the devices ``readable`` and sends to some of ``devices``."""
    growing = _Growing(rng)
    choices = pieces(rng)
    read = rng.sample(readable, rng.randint(1, len(readable)))
    for device in read:
        growing.add(Piece(f"FromDevice({device})", None, (ETHER,)))
    while growing.ends and len(growing.after) < size:
        end = growing.ends.pop(rng.randrange(len(growing.ends)))
        others = [n for n, kind in growing.inputs.items() if kind == end.kind and not growing.reaches(n, end.name)]
        if others and rng.random() < JOINS:
            growing.connect(end, rng.choice(others))
            continue
        fitting = [each for each in choices if each.input == end.kind]
        piece = rng.choices(fitting, [each.weight for each in fitting])[0].made(rng)
        name = growing.add(piece)
        growing.connect(end, name)
        growing.inputs[name] = end.kind
    _finish(growing, devices)
    return "".join(line + "\n" for line in (*growing.declared, *growing.connected))


def _finish(growing: _Growing, devices: list[str]) -> None:
    """Lead every end away, most of them to a device."""
    rng = growing.rng
    lanes: dict[str, list[str]] = {}
    drop = Piece(rng.choice(("Discard", "Idle", "Discard(BURST 4)")), None, ())
    dropping = ""
    for last in growing.ends:
        end = last
        if rng.random() < 0.1:
            dropping = dropping or growing.add(drop)
            growing.connect(end, dropping)
            continue
        if end.kind == IP:
            name = growing.add(Piece(rng.choice(("EtherEncap(0x0800, 2:0:0:0:1:1, 2:0:0:0:2:2)", "Unstrip(14)")), IP, ()))
            growing.connect(end, name)
            end = _End(name, 0, ETHER)
        queues = lanes.setdefault(rng.choice(devices), [])
        if not queues or (len(queues) < 3 and rng.random() < 0.15):
            queues.append(growing.add(Piece(f"Queue{rng.choice(('', '(64)', '(1000)'))}", ETHER, ())))
            growing.connect(end, queues[-1])
        else:
            growing.connect(end, rng.choice(queues))
    for device, queues in lanes.items():
        _way_out(growing, device, queues)


def _way_out(growing: _Growing, device: str, queues: list[str]) -> None:
    """Lead queues to a device: one directly, more by a scheduler."""
    rng = growing.rng
    if len(queues) == 1:
        last = queues[0]
    else:
        last = growing.add(Piece(rng.choice(("RoundRobinSched", "DRRSched")), None, ()))
        for number, queue in enumerate(queues):
            growing.connect(_End(queue, 0, ETHER), last, number)
    if rng.random() < 0.3:
        counter = growing.add(Piece("Counter", None, ()))
        growing.connect(_End(last, 0, ETHER), counter)
        last = counter
    growing.connect(_End(last, 0, ETHER), growing.add(Piece(f"ToDevice({device})", None, ())))
