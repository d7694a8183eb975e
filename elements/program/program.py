"""What a packet program leaves behind when it has run on symbolic values: the one form that all readings start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from elements.program.values import Value

Layer = Literal["data", "network", "transport"]
LAYERS: Final[tuple[Layer, ...]] = ("data", "network", "transport")

ANNOTATIONS: Final[dict[str, int]] = {"paint": 8, "dst_ip": 32, "vlan_tci": 16, "device": 4, "packet_type": 3, "fix_ip_src": 1}
"""Annotations that travel with a packet, with their widths in bits. ``device`` is the physical port that it came from; ``packet_type`` is
0 for this host, 1 broadcast, 2 multicast, 3 another host, 4 outgoing; ``fix_ip_src`` asks for the address of the interface that the packet
leaves by."""

TIME_WIDTH: Final = 48
"""Width in bits of `now`, in nanoseconds."""


@dataclass(frozen=True)
class State:
    """A state variable of an element: ``depth`` words of ``width`` bits, each ``initial`` at the start.

    A program reads it at one index and writes it at the same index, atomically, at most once a packet.
    """

    name: str
    width: int
    depth: int = 1
    initial: int = 0


@dataclass(frozen=True)
class Table:
    """A lookup table: ``entries`` are (key, length, value) for ``lpm``: the prefix is the top ``length`` bits of key;
    (key, mask, value) for ``ternary``, the first that matches wins; (key, 0, value) for ``exact``."""

    name: str
    kind: Literal["lpm", "exact", "ternary"]
    key_width: int
    value_width: int
    entries: tuple[tuple[int, int, int], ...]


Network = Literal["keep", "none"] | int
"""Where the network header is after a program: as before, nowhere, or so many bytes from where the data was at its entry."""


@dataclass(frozen=True)
class Exit:
    """One way out of a program: taken when ``when`` (1 bit), by output ``port``; the packet's data then starts ``shift`` bytes
    after (negative: before) where it started, and its network header is at ``network``."""

    port: int
    when: Value
    shift: int
    network: Network


@dataclass(frozen=True)
class Edit:
    """Byte ``offset`` of ``layer`` becomes ``value`` (8 bits), on whatever exit; unchanged where it is past the packet's end."""

    layer: Layer
    offset: int
    value: Value


@dataclass(frozen=True)
class Access:
    """The one read-modify-write of a state variable: at ``index``, ``value`` is stored where ``when`` (1 bit) is set."""

    state: State
    index: Value
    when: Value
    value: Value


@dataclass(frozen=True)
class Program:
    """A traced packet program. What no exit takes is dropped.

    ``end`` (16 bits) is the new distance from the entry's data start to the packet's end; ``annotations`` are new values by name.
    ``exclusive`` is false only where one packet may take several exits (copies).
    """

    exits: tuple[Exit, ...]
    edits: tuple[Edit, ...]
    annotations: tuple[tuple[str, Value], ...]
    end: Value
    accesses: tuple[Access, ...]
    tables: tuple[Table, ...]
    exclusive: bool = True

    def roots(self) -> list[Value]:
        """Every value that the program's effects are made of, in a fixed order."""
        found = [way.when for way in self.exits]
        found += [edit.value for edit in self.edits]
        found += [value for _, value in self.annotations]
        found.append(self.end)
        for access in self.accesses:
            found += [access.index, access.when, access.value]
        return found
