"""What crashed a machine, made small: fewer packets, fewer bytes, nothing else said of them, and of the machine what they come to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from graph.model import Graph
from mlclick.malformed.build import Program
from mlclick.malformed.records import Offered
from mlclick.malformed.run import Crash, replay

MOST_TRIES: Final = 400
"""Runs of the program that a case is made smaller with."""
_WORD: Final = re.compile(r"[\w/@.]+")
_PLAIN: Final = ("paint", "device", "packet_type", "fix_ip_src", "parameter", "aggregate", "extra_packets", "extra_length", "first_time",
                 "vlan_tci", "dst_ip")  # fmt: skip


@dataclass
class Shrinker:
    """Tries smaller sequences of packets; one that crashes in the same function in the same way is kept."""

    program: Program
    folder: Path
    crash: Crash
    tries: int = field(default_factory=lambda: MOST_TRIES)

    def small(self) -> list[Offered]:
        """The packets of the crash, as few and short as they came to be, or all where it does not happen again."""
        packets = list(self.crash.packets)
        if not self._crashes(packets):
            return packets
        source = packets[-1].source
        packets = self._first([[packets[-1]], [p for p in packets if p.source == source]], packets)
        packets = self._fewer(packets, lambda kept: kept)
        for number in range(len(packets)):
            packets = self._smaller(packets, number)
        return packets

    def _crashes(self, packets: Sequence[Offered]) -> bool:
        self.tries -= 1
        found = replay(self.program, packets, self.crash.salt, self.folder, self.crash.fills)
        return found is not None and found.function == self.crash.function

    def _first(self, tried: Sequence[list[Offered]], packets: list[Offered]) -> list[Offered]:
        return next((each for each in tried if self.tries > 0 and each and self._crashes(each)), packets)

    def _fewer(self, whole: list[Offered], made: Callable[[list[Offered]], list[Offered]]) -> list[Offered]:
        """Pieces are left out, half of all at first, then a quarter, down to one."""
        size = len(whole) // 2
        while size and self.tries > 0:
            at = 0
            while at < len(whole) and self.tries > 0:
                less = whole[:at] + whole[at + size :]
                if less and self._crashes(made(less)):
                    whole = less
                else:
                    at += size
            size //= 2
        return whole

    def _smaller(self, packets: list[Offered], number: int) -> list[Offered]:
        """Packet ``number`` with less behind it, then zeros in it, then nothing said of it that need not be."""

        def with_it(made: Offered) -> list[Offered]:
            return [*packets[:number], made, *packets[number + 1 :]]

        for variants in (_shorter, _plainer, _zeroed):
            again = True
            while again and self.tries > 0:
                again = False
                for made in variants(packets[number]):
                    if self.tries > 0 and self._crashes(with_it(made)):
                        packets, again = with_it(made), True
                        break
        return packets


def _shorter(packet: Offered) -> Iterator[Offered]:
    front, size = packet.front, len(packet.data)
    length = size - front
    for less in dict.fromkeys((length, length // 2, length // 4, length // 16, 8, 1)):
        if 0 < less <= length:
            yield replace(packet, data=packet.data[: size - less])


def _plainer(packet: Offered) -> Iterator[Offered]:
    plain = {**packet.about, **dict.fromkeys(_PLAIN, 0)}
    if (plain, packet.dst_ip6) != (packet.about, bytes(16)):
        yield replace(packet, about=plain, dst_ip6=bytes(16))
    for name in _PLAIN:
        if packet.about[name]:
            yield replace(packet, about={**packet.about, name: 0})


def _zeroed(packet: Offered) -> Iterator[Offered]:
    size = len(packet.data)
    for length in (64, 16, 4):
        for at in range(0, size, length):
            end = min(size, at + length)
            if any(packet.data[at:end]):
                yield replace(packet, data=packet.data[:at] + bytes(end - at) + packet.data[end:])


def part_with(graph: Graph, sources: Sequence[int]) -> Graph:
    """What of ``graph`` is connected with these sources, or named by what is."""
    wanted, names = [graph.nodes[number].name for number in sources], {node.name for node in graph.nodes}
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        found.add(name)
        wanted += [edge.target for edge in graph.outgoing(name)] + [edge.source for edge in graph.incoming(name)]
        wanted += [word for word in _WORD.findall(graph.node(name).config) if word in names]
    return graph.without(names - found)
