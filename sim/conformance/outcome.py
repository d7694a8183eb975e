"""What a reading makes of a packet, in one form for all readings, and how two outcomes differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from elements.program.program import ANNOTATIONS, Program
from elements.reference.packet import Packet
from sim.conformance.cases import Case
from sim.conformance.examples import Example


@dataclass(frozen=True)
class Left:
    """A packet that has left: by which exit of the program (its port and shift are the exit's), and what it was then. ``network`` is the
    network header's distance from the data's start; ``annotations`` are in the order of `ANNOTATIONS`."""

    exit: int
    data: bytes
    network: int | None
    annotations: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """All packets that left, and every word of the state variables afterwards, in the program's order."""

    left: tuple[Left, ...]
    state: tuple[int, ...]


class Reading(Protocol):
    """One way of carrying out a program; it keeps the program's state from case to case."""

    def run(self, cases: Sequence[Case]) -> Iterable[Outcome]:
        """The outcome of each case, one after the other."""


NAMES: Final = tuple(ANNOTATIONS)


def annotations_of(packet: Packet) -> tuple[int, ...]:
    """The packet's annotations."""
    return (packet.paint, packet.dst_ip, packet.vlan_tci, packet.device, packet.packet_type, packet.fix_ip_src)


def left_of(exit_number: int, packet: Packet) -> Left:
    """What ``packet`` is as it leaves."""
    network = None if packet.network is None else packet.network - packet.start
    return Left(exit_number, packet.data, network, annotations_of(packet))


@dataclass(frozen=True)
class Doing:
    """Effects of a program as numbers, for readings that do not move bytes themselves: exits taken; bytes to be written by the position,
    counted from the data's start, in order; annotations; the position of the packet's end."""

    exits: tuple[int, ...]
    stores: tuple[tuple[int, int], ...]
    annotations: Mapping[str, int]
    end: int


def carry_out(program: Program, packet: Packet, doing: Doing) -> tuple[Left, ...]:
    """The packets that leave where ``doing`` is what the program does to ``packet``. Only bytes that the buffer has, or that headers grow
    into, can be written."""
    room = max((-way.shift for way in program.exits), default=0)
    front = bytearray(max(0, room - packet.start)) + packet.buffer[: packet.start]
    whole = front + packet.buffer[packet.start : packet.end]
    for position, value in doing.stores:
        whole[len(front) + position] = value
    marks = dict(zip(NAMES, annotations_of(packet), strict=True)) | dict(doing.annotations)
    left = []
    for number in doing.exits:
        way = program.exits[number]
        data = bytes(whole[len(front) + way.shift : len(front) + doing.end])
        network = None if packet.network is None else packet.network - packet.start - way.shift
        if way.network != "keep":
            network = None if way.network == "none" else way.network - way.shift
        left.append(Left(number, data, network, tuple(marks[name] for name in NAMES)))
    return tuple(left)


def differences(example: Example, expected: Outcome, found: Outcome) -> Iterator[str]:
    """What is not the same, a line for each."""
    ways = [[left.exit for left in outcome.left] for outcome in (expected, found)]
    if ways[0] != ways[1]:
        yield f"exits {_exits(example, ways[1])}, expected {_exits(example, ways[0])}"
    else:
        for a, b in zip(expected.left, found.left, strict=True):
            yield from _left(example, a, b)
    words = [f"{access.state.name}[{index}]" for access in example.program.accesses for index in range(access.state.depth)]
    for word, was, now in zip(words, expected.state, found.state, strict=True):
        if was != now:
            yield f"state {word} is {now:#x}, expected {was:#x}"


def _left(example: Example, a: Left, b: Left) -> Iterator[str]:
    where = f"at exit {_exits(example, [a.exit])}"
    if len(a.data) != len(b.data):
        yield f"{where} the length is {len(b.data)}, expected {len(a.data)}"
    elif a.data != b.data:
        at = next(index for index in range(len(a.data)) if a.data[index] != b.data[index])
        yield f"{where} byte {at} is {b.data[at]:#04x}, expected {a.data[at]:#04x}"
    if a.network != b.network:
        yield f"{where} the network header is at {b.network}, expected {a.network}"
    for name, was, now in zip(NAMES, a.annotations, b.annotations, strict=True):
        if was != now:
            yield f"{where} the annotation {name} is {now:#x}, expected {was:#x}"


def _exits(example: Example, numbers: list[int]) -> str:
    ways = [f"{number} (output {way.port}, shift {way.shift})" for number, way in enumerate(example.program.exits) if number in numbers]
    return ", ".join(ways) or "none"
