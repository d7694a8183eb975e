"""The software machine: a graph compiled and loaded, with the surface of the reference machine."""

from __future__ import annotations

import _ctypes
import ctypes
import sys
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elements.definition.catalogue import class_info
from elements.definition.element import Element
from elements.definition.handlers import StateView, handlers_of
from elements.definition.loops import find_rings
from elements.program.program import State, Table
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.check import check
from graph.model import Graph
from swclick.kept import library_of, made_library
from swclick.lower_wide import words
from swclick.sort_table import sort_table
from swclick.state_words import state_strides, state_words

NO_NETWORK = -(1 << 31)


class Emission(ctypes.Structure):
    """``struct emission`` of the runtime."""

    _fields_ = (
        ("sink", ctypes.c_int32),
        ("front", ctypes.c_uint32),
        ("length", ctypes.c_uint32),
        ("network", ctypes.c_int32),
        ("dst_ip", ctypes.c_uint32),
        ("vlan_tci", ctypes.c_uint16),
        ("paint", ctypes.c_uint8),
        ("device", ctypes.c_uint8),
        ("packet_type", ctypes.c_uint8),
        ("fix_ip_src", ctypes.c_uint8),
        ("parameter", ctypes.c_uint8),
        ("aggregate", ctypes.c_uint32),
        ("extra_packets", ctypes.c_uint32),
        ("extra_length", ctypes.c_uint32),
        ("time", ctypes.c_uint64),
        ("first_time", ctypes.c_uint64),
        ("offset", ctypes.c_uint64),
        ("dst_ip6", ctypes.c_uint8 * 16),
    )


class _Base(ctypes.Structure):
    """``struct base`` of the runtime."""

    _fields_ = (
        ("unused", ctypes.c_void_p),
        ("packets", ctypes.c_void_p),
        ("now", ctypes.c_uint64),
        ("emitted", ctypes.POINTER(Emission)),
        ("emitted_count", ctypes.c_uint64),
        ("emitted_room", ctypes.c_uint64),
        ("bytes", ctypes.c_void_p),
        ("bytes_count", ctypes.c_uint64),
        ("bytes_room", ctypes.c_uint64),
        ("log", ctypes.c_void_p),
        ("log_count", ctypes.c_uint64),
        ("log_room", ctypes.c_uint64),
        ("call", ctypes.c_void_p),
        ("stop", ctypes.c_int32),
        ("driven", ctypes.c_uint8),
        ("simulated", ctypes.c_uint8),
        ("poll_error", ctypes.c_uint8),
    )


def record_of(packet: Packet) -> Emission:
    """What the runtime is told of a packet; its bytes, with those in front, go beside it."""
    network = NO_NETWORK if packet.network is None else packet.network - packet.start
    return Emission(
        front=packet.start,
        length=packet.length,
        network=network,
        dst_ip=packet.dst_ip,
        vlan_tci=packet.vlan_tci,
        paint=packet.paint,
        device=packet.device,
        packet_type=packet.packet_type,
        fix_ip_src=packet.fix_ip_src,
        dst_ip6=(ctypes.c_uint8 * 16)(*packet.dst_ip6.to_bytes(16, "big")),
        parameter=packet.parameter,
        aggregate=packet.aggregate,
        extra_packets=packet.extra_packets,
        extra_length=packet.extra_length,
        time=packet.time,
        first_time=packet.first_time,
    )


@dataclass(frozen=True)
class _Words:
    """The state variables and tables of one element, in the compiled machine."""

    machine: Machine
    number: int
    states: tuple[State, ...]
    tables: tuple[Table, ...]
    strides: Mapping[str, int]

    def get(self, state: State, index: int = 0) -> int:
        """The variable's value; one that the configured program does not use keeps its first."""
        memory = self._memory(state, index)
        return state.initial if memory is None else int.from_bytes(bytes(memory), "little")

    def set(self, state: State, value: int, index: int = 0) -> None:
        """Change the variable's value; it is cut to the variable's width."""
        memory = self._memory(state, index)
        if memory is not None:
            memory[:] = list((value & ((1 << state.width) - 1)).to_bytes(len(memory), "little"))

    def table(self, table: Table) -> Table:
        """``table`` with the entries that it has now."""
        return self.machine.tables.get((self.number, table.name), table)

    def replace(self, table: Table) -> None:
        """Look up in these entries from now on."""
        place = next((place for place, known in enumerate(self.tables) if known.name == table.name), None)
        if place is not None:
            self.machine.replace_table(self.number, place, table)

    def _memory(self, state: State, index: int) -> ctypes.Array[ctypes.c_ubyte] | None:
        place = next((i for i, known in enumerate(self.states) if known.name == state.name), None)
        if place is None:
            return None
        size = self.machine.word_size(self.number, state)
        address = self.machine.word_address(self.number, place) + index * self.strides.get(state.name, size)
        return (ctypes.c_ubyte * size).from_address(address)


class Machine:
    """Runs ``graph`` as compiled C; methods and order of events are those of `elements.reference.machine.Machine`.

    ``elements`` are the graph's elements by name, where they are not those that its class names stand for. Where alike regions do not
    ``share`` code, each has its own. With ``keep``, one that was made of the same before is not generated again: nothing in this process
    may differ from the sources. The machine is taken down by `close`, or with the last reference to it; after that it must not be used.
    """

    def __init__(self, graph: Graph, elements: Mapping[str, Element] | None = None, *, share: bool = True, keep: bool = False) -> None:
        self.checked = check(graph, class_info)
        self.graph = graph
        self.elements = dict(instantiate(graph) if elements is None else elements)
        for element in self.elements.values():
            element.examine()
        self._names = [node.name for node in graph.nodes]
        self._numbers = {name: index for index, name in enumerate(self._names)}
        self.tables: dict[tuple[int, str], Table] = {}
        """Tables that handlers changed, by element and name."""
        make = library_of if keep else made_library
        self._library = make(self.checked, self.elements, share=share, cuts=self._cuts())
        self._library.machine_new.restype = ctypes.c_void_p
        self._library.machine_base.restype = ctypes.POINTER(_Base)
        self._library.machine_word.restype = ctypes.c_void_p
        self._library.machine_runaway.restype = ctypes.c_uint64
        self._library.machine_unsettled.restype = ctypes.c_uint64
        self._new = ctypes.c_void_p(self._made())
        self._free = weakref.finalize(self, self._library.machine_free, self._new)

    def _cuts(self) -> Mapping[str, int]:
        """Where packets may wait for another run."""
        return {}

    def _made(self) -> int | None:
        """The address of a new machine."""
        new: int | None = self._library.machine_new(0, 0, ctypes.c_uint64(0), None)
        return new

    @property
    def _machine(self) -> ctypes.c_void_p:
        if not self._free.alive:
            raise ValueError("this machine is closed")
        return self._new

    @property
    def _base(self) -> _Base:
        base: _Base = self._library.machine_base(self._machine).contents
        return base

    @property
    def emitted(self) -> list[tuple[str, Packet]]:
        """Packets that reached a sink since the last `clear`, with the sink's name."""
        base = self._base
        data = ctypes.string_at(base.bytes, base.bytes_count) if base.bytes_count else b""
        return [self._packet(base.emitted[i], data) for i in range(base.emitted_count)]

    def _packet(self, e: Emission, data: bytes) -> tuple[str, Packet]:
        end = e.front + e.length
        packet = Packet(bytearray(data[e.offset : e.offset + end]), e.front, end, time=e.time, device=e.device)
        packet.network = None if e.network == NO_NETWORK else packet.start + e.network
        packet.dst_ip, packet.vlan_tci, packet.paint = e.dst_ip, e.vlan_tci, e.paint
        packet.packet_type, packet.fix_ip_src, packet.parameter = e.packet_type, e.fix_ip_src, e.parameter
        packet.aggregate, packet.extra_packets, packet.extra_length, packet.first_time = (
            e.aggregate,
            e.extra_packets,
            e.extra_length,
            e.first_time,
        )
        packet.dst_ip6 = int.from_bytes(bytes(e.dst_ip6), "big")
        return self._names[e.sink], packet

    @property
    def log(self) -> list[str]:
        """Lines that elements printed since the last `clear`."""
        base = self._base
        text = ctypes.string_at(base.log, base.log_count) if base.log_count else b""
        lines, at = [], 0
        while at < len(text):
            end = at + 8 + int.from_bytes(text[at : at + 8], sys.byteorder)
            lines.append(text[at + 8 : end].decode("utf-8", "replace"))
            at = end
        return lines

    @property
    def runaway(self) -> dict[tuple[str, int], int]:
        """By (element, output port): packets that were dropped because they went round a ring of connections without end, or
        became too many."""
        counts = {
            (edge.source, edge.source_port): int(self._library.machine_runaway(self._machine, ring))
            for ring, edge in enumerate(find_rings(self.checked).back)
        }
        return {place: count for place, count in counts.items() if count}

    @property
    def unsettled(self) -> dict[str, int]:
        """By element: the times that its task had still something to do when tasks had taken the most rounds that they may."""
        counts = {name: int(self._library.machine_unsettled(self._machine, number)) for name, number in self._numbers.items()}
        return {name: count for name, count in counts.items() if count}

    def clear(self) -> None:
        """Forget what was emitted and printed."""
        self._library.machine_clear(self._machine)

    def inject(self, source: str, packet: Packet) -> None:
        """Offer ``packet`` to the source element ``source`` at its time, and run until nothing is left to do."""
        self.run([source], [packet])

    def run(self, sources: Sequence[str], packets: Sequence[Packet]) -> list[int]:
        """Offer packets one after the other, each to its source, in one call; returns how many are in `emitted` after each."""
        numbers = (ctypes.c_int32 * len(packets))(*(self._numbers[name] for name in sources))
        records = (Emission * len(packets))(*map(record_of, packets))
        data = bytearray()
        for record, packet in zip(records, packets, strict=True):
            record.offset = len(data)
            data += packet.buffer[: packet.end]
        buffer = (ctypes.c_ubyte * max(1, len(data))).from_buffer(data if data else bytearray(1))
        ends = (ctypes.c_uint64 * len(packets))()
        self._library.machine_run(self._machine, ctypes.c_uint64(len(packets)), numbers, buffer, records, ends)
        return list(ends)

    def settle(self, now: int = 0) -> None:
        """Run tasks until none has anything to do; the clock is at least at ``now``."""
        self._library.machine_settle(self._machine, ctypes.c_uint64(now))

    def read(self, name: str, handler: str, *question: str) -> str:
        """The text of a read handler, of one that takes a parameter with it. Errors: ``KeyError`` where there is none."""
        element = self.elements[name]
        self.before_read(name)
        with element.names.used():
            text: str = handlers_of(element, "read")[handler](self.words(name), *question)
        return text

    def write(self, name: str, handler: str, text: str) -> None:
        """Call a write handler. Errors: ``KeyError`` where there is none."""
        element = self.elements[name]
        with element.names.used():
            handlers_of(element, "write")[handler](self.words(name), text)
        self.after_write(name)

    def before_read(self, name: str) -> None:
        """Bring up to date what read handlers of element ``name`` see."""
        self._library.machine_before_read(self._machine, self._numbers[name])

    def after_write(self, name: str) -> None:
        """Do what follows from a write handler of element ``name``, and wake the tasks that may have something to do now."""
        self._library.machine_after_write(self._machine, self._numbers[name])

    def words(self, name: str) -> StateView:
        """The state variables of element ``name``."""
        element = self.elements[name]
        tables = element.trace_live().tables if element.has_program else ()
        return _Words(self, self._numbers[name], tuple(state_words(element)), tables, state_strides(element))

    def word_address(self, number: int, place: int) -> int:
        """The address of a state variable of element ``number``."""
        return int(self._library.machine_word(self._machine, number, place))

    def replace_table(self, number: int, place: int, table: Table) -> None:
        """Give table ``place`` of the program of element ``number`` the entries of ``table``."""
        entries = sort_table(table)
        numbers, sizes, groups = entries.arrays()
        pointers = [ctypes.c_void_p(array.buffer_info()[0]) for array in (numbers, sizes, groups)]
        count = len(entries.keys) // words(table.key_width)
        self._library.machine_replace(self._machine, number, place, *pointers, len(entries.groups), count)
        self.tables[number, table.name] = table

    def word_size(self, number: int, state: State) -> int:
        """How many bytes the variable has in C: those of its own type where an element is written by hand."""
        if self.elements[self._names[number]].has_program:
            return 8 * words(state.width)
        return 4 if state.width <= 32 else 8

    def close(self) -> None:
        """Take the machine down; files that its elements write are complete after this."""
        self._free()

    def unload(self) -> None:
        """Give back the memory of the code of a machine that is closed, too, unless another one has the same."""
        _ctypes.dlclose(self._library._handle)
