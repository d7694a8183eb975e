"""The packet that a program sees while it is traced: reads and writes leave values behind instead of happening."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import overload

from elements.program import headers
from elements.program.combine import all_of
from elements.program.program import (
    ANNOTATIONS,
    TIME_WIDTH,
    Access,
    Edit,
    Exit,
    Layer,
    Network,
    Program,
    State,
    Table,
)
from elements.program.values import FALSE, TRUE, Value, bit_and, bit_not, bit_or, cat, extend, lift, make, mux, part


class ProgramError(Exception):
    """A packet program says what the grammar does not have. The message names the rule."""


class Packet:
    """A symbolic packet, given to ``Element.program`` once, at compile time.

    Bytes are read and written through ``data``, ``network``, ``transport`` and the header views ``ether``, ``vlan``, ``ip``, ``udp``.
    A read past the end of the packet is zero and a write there does nothing; ``has`` tells. What is done inside ``when`` holds for packets
    that meet its condition; what is done after ``output`` or ``drop`` holds for those that have not left.
    """

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs
        self._bytes: dict[tuple[Layer, int], Value] = {}
        self._annotations: dict[str, Value] = {}
        self._exits: dict[tuple[int, int, Network], Value] = {}
        self._accesses: dict[State, Access] = {}
        self._tables: dict[Table, None] = {}
        self._guards: list[Value] = []
        self._gone = FALSE
        self._closed = False
        """Whether all packets of the innermost branch have left."""
        self._shift = 0
        self._network: Network = "keep"
        self._end = make("length", 16, (), ("data",))
        self._exclusive = True

    # Conditions

    @property
    def alive(self) -> Value:
        """Whether the packet is in this branch and has not left (1 bit)."""
        return all_of(*self._guards, bit_not(self._gone))

    @contextmanager
    def when(self, condition: Value) -> Iterator[None]:
        """What follows holds where ``condition`` (1 bit) is set. A shift of the data inside must end in an output inside."""
        before, closed = (self._shift, self._network), self._closed
        self._guards.append(condition)
        self._closed = False
        yield
        if (self._shift, self._network) != before and not self._closed and bit_and(self.alive, TRUE) is not FALSE:
            raise ProgramError("a packet whose headers moved inside when() must leave by an output inside it")
        self._guards.pop()
        self._closed = closed
        self._shift, self._network = before

    # Bytes

    def load(self, layer: Layer, offset: int) -> Value:
        """The byte at ``offset`` from the layer's start (8 bits), with what this program has written there."""
        place = self._place(layer, offset)
        known = self._bytes.get(place)
        if known is not None:
            return known
        if self._bytes and any(written != place[0] for written, _ in self._bytes):
            raise ProgramError("a program that writes through one layer cannot read through another: how far apart they are is not known")
        return make("load", 8, (), place)

    def store(self, layer: Layer, offset: int, value: Value) -> None:
        """Write ``value`` (8 bits) at ``offset`` from the layer's start."""
        if value.width != 8:
            raise ProgramError(f"a byte has 8 bits, not {value.width}")
        place = self._place(layer, offset)
        old = self.load(layer, offset)
        grown = place[0] == "data" and place[1] < 0
        inside = TRUE if grown else make("has", 1, (), (place[0], place[1] + 1))
        self._bytes[place] = mux(bit_and(self.alive, inside), value, old)

    def _place(self, layer: Layer, offset: int) -> tuple[Layer, int]:
        if layer == "data":
            return "data", offset + self._shift
        if self._network == "keep":
            return layer, offset
        if layer == "transport":
            raise ProgramError("a program that moves the network header cannot use the transport header")
        if self._network == "none":
            raise ProgramError("the network header is not set here")
        return "data", offset + self._network

    def field(self, layer: Layer, bit: int, width: int) -> Value:
        """``width`` bits from bit ``bit`` (0 = most significant bit of the layer's first byte), network byte order."""
        first, last = bit // 8, (bit + width - 1) // 8
        whole = cat(*(self.load(layer, offset) for offset in range(first, last + 1)))
        return part(whole, (last + 1) * 8 - bit - width, width)

    def set_field(self, layer: Layer, bit: int, width: int, value: Value | int) -> None:
        """Write ``width`` bits at bit ``bit``; a wider value is cut, a narrower one extended."""
        first, last = bit // 8, (bit + width - 1) // 8
        new = lift(value, width)
        new = part(new, 0, width) if new.width >= width else extend(new, width)
        above, below = bit - first * 8, (last + 1) * 8 - bit - width
        parts = [new]
        if above:
            parts.insert(0, part(self.load(layer, first), 8 - above, above))
        if below:
            parts.append(part(self.load(layer, last), 0, below))
        whole = cat(*parts)
        for index, offset in enumerate(range(last, first - 1, -1)):
            self.store(layer, offset, part(whole, 8 * index, 8))

    def has(self, count: int, layer: Layer = "data") -> Value:
        """Whether the packet has ``count`` bytes from the layer's start (1 bit)."""
        place = self._place(layer, count)
        return TRUE if place[0] == "data" and place[1] <= 0 else make("has", 1, (), place)

    @property
    def length(self) -> Value:
        """Bytes from the data's start to the packet's end (16 bits)."""
        return part(self._end - self._shift if self._shift >= 0 else self._end + -self._shift, 0, 16)

    def length_from(self, layer: Layer) -> Value:
        """Bytes from the layer's start to the end of the packet as it came in (16 bits); zero where the layer is not set."""
        place = self._place(layer, 0)
        whole = make("length", 16, (), (place[0],))
        if place[1] == 0:
            return whole
        return part(whole - place[1], 0, 16) if place[1] > 0 else part(whole + -place[1], 0, 16)

    def take(self, length: Value) -> None:
        """Cut the packet so that ``length`` bytes are left from the data's start; does nothing where it has no more than that."""
        if self._shift < 0:
            raise ProgramError("cut a packet before growing it")
        wanted = part(extend(length, max(length.width, 16)) + self._shift, 0, 16)
        self._end = mux(bit_and(self.alive, wanted < self._end), wanted, self._end)

    # Where headers are

    def pull(self, count: int) -> None:
        """The data starts ``count`` bytes later. A packet that is shorter, also where it was cut, is dropped at the output."""
        self._shift += count

    def push(self, count: int) -> None:
        """The data starts ``count`` bytes earlier: bytes that were pulled before are there again, others are zero until written."""
        self._shift -= count

    def set_network(self, offset: int) -> None:
        """The network header is ``offset`` bytes from the data's start from here on."""
        self._network = self._shift + offset

    def set_network_back(self) -> None:
        """The network header is where it was at the entry from here on."""
        self._network = "keep"

    # Header views

    @property
    def data(self) -> headers.Bytes:
        """The packet's bytes from its data's start."""
        return headers.Bytes(self, "data")

    @property
    def ether(self) -> headers.Ethernet:
        """The data as an Ethernet header."""
        return headers.Ethernet(self, "data")

    @property
    def ip(self) -> headers.IPv4:
        """The network header as IPv4 (RFC 791)."""
        return headers.IPv4(self, "network")

    @property
    def udp(self) -> headers.Ports:
        """The transport header's ports (UDP and TCP)."""
        return headers.Ports(self, "transport")

    # Annotations, time, state, tables

    def annotation(self, name: str) -> Value:
        """An annotation's value now; see `ANNOTATIONS` for names and widths."""
        return self._annotations.get(name, make("annotation", ANNOTATIONS[name], (), (name,)))

    def annotate(self, name: str, value: Value | int) -> None:
        """Set an annotation; a wider value is cut."""
        width = ANNOTATIONS[name]
        new = lift(value, width)
        new = part(new, 0, width) if new.width >= width else extend(new, width)
        self._annotations[name] = mux(self.alive, new, self.annotation(name))

    @property
    def now(self) -> Value:
        """Nanoseconds modulo 2**48."""
        return make("now", TIME_WIDTH)

    def read(self, state: State, index: Value | int = 0) -> Value:
        """The state variable before this packet, at ``index``."""
        return self._access(state, lift(index, 1)).value

    def write(self, state: State, value: Value | int, index: Value | int = 0) -> None:
        """Store ``value``, cut to the variable's width, at the index that the program reads."""
        access = self._access(state, lift(index, 1))
        new = lift(value, state.width)
        new = part(new, 0, state.width) if new.width >= state.width else extend(new, state.width)
        self._accesses[state] = Access(state, access.index, bit_or(access.when, self.alive), mux(self.alive, new, access.value))

    def _access(self, state: State, index: Value) -> Access:
        known = self._accesses.get(state)
        if known is None:
            known = Access(state, index, FALSE, make("old", state.width, (index,), (state.name,)))
            self._accesses[state] = known
        if known.index is not index:
            raise ProgramError(f"a program uses the state variable {state.name} at one index only")
        return known

    def lookup(self, table: Table, key: Value) -> tuple[Value, Value]:
        """Whether ``table`` has ``key`` (1 bit), and what it holds for it (zero where it has not)."""
        if key.width != table.key_width:
            raise ProgramError(f"keys of the table {table.name} have {table.key_width} bits, not {key.width}")
        self._tables[table] = None
        return make("hit", 1, (key,), (table.name,)), make("found", table.value_width, (key,), (table.name,))

    # Ways out

    @overload
    def output(self, port: int) -> None: ...
    @overload
    def output(self, port: Value) -> None: ...
    def output(self, port: int | Value) -> None:
        """The packet leaves by ``port``; a number that is no output drops it."""
        leaving = self.alive
        for number in range(self.outputs) if isinstance(port, Value) else (port,):
            chosen = port.equals(number) if isinstance(port, Value) else TRUE
            self._leave(number, bit_and(leaving, chosen))
        self._gone = bit_or(self._gone, leaving)
        self._closed = True

    def copy_to_all(self) -> None:
        """A copy of the packet leaves by every output."""
        for number in range(self.outputs):
            self._leave(number, self.alive)
        self._exclusive = self.outputs < 2
        self._gone = bit_or(self._gone, self.alive)
        self._closed = True

    def _leave(self, port: int, when: Value) -> None:
        if not 0 <= port < self.outputs:
            raise ProgramError(f"there is no output {port}: the element has {self.outputs}")
        if self._shift > 0:
            # Of a packet that was cut, what is left has to reach; it is part of what came in.
            cut = self._end is not make("length", 16, (), ("data",))
            when = bit_and(when, self._end >= self._shift if cut else make("has", 1, (), ("data", self._shift)))
        way = (port, self._shift, self._network)
        when = bit_or(self._exits.get(way, FALSE), when)
        if when is not FALSE:
            self._exits[way] = when

    def drop(self) -> None:
        """The packet is dropped."""
        self._gone = bit_or(self._gone, self.alive)
        self._closed = True

    def finish(self) -> Program:
        """The program that was traced."""
        return Program(
            exits=tuple(Exit(port, when, shift, network) for (port, shift, network), when in self._exits.items()),
            edits=tuple(
                Edit(layer, offset, value)
                for (layer, offset), value in sorted(self._bytes.items(), key=lambda item: item[0])
                if value is not make("load", 8, (), (layer, offset))
            ),
            annotations=tuple(self._annotations.items()),
            end=self._end,
            accesses=tuple(self._accesses.values()),
            tables=tuple(self._tables),
            exclusive=self._exclusive,
        )
