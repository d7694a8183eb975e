"""Nets of a netlist, a word of them at a time.

Amaranth keeps a netlist by its bits, and asks of each, again and again, what it is: of a core that is half of the time which it takes to
become text. The same netlist and the same text are made here from the same bits, asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from amaranth.back import rtlil
from amaranth.hdl import _nir

_MOST_BITS: Final = 1 << 16
"""Of a cell's output."""

_NO_WAY_THROUGH: Final = (
    _nir.Top,
    _nir.Memory,
    _nir.SyncWritePort,
    _nir.SyncReadPort,
    _nir.AsyncPrint,
    _nir.SyncPrint,
    _nir.Initial,
    _nir.AnyValue,
    _nir.AsyncProperty,
    _nir.SyncProperty,
    _nir.Instance,
)
"""Cells of which no output follows an input in the same cycle, as far as Amaranth knows."""


@contextmanager
def quick_nets() -> Iterator[None]:
    """Within it, what Amaranth (of the version that is pinned) does with nets is done here."""
    theirs = _nir.Netlist.check_comb_cycles

    def check_comb_cycles(netlist: Any) -> None:
        # What there is to say of a cycle they know.
        if _goes_round(netlist):
            theirs(netlist)

    with ExitStack() as ours:
        for owner, name, new in (
            (_nir.Net, "from_cell", classmethod(_from_cell)),
            (_nir.Value, "__new__", _new_value),
            (_nir.Netlist, "resolve_value", _resolve_value),
            (_nir.Netlist, "add_value_cell", _add_value_cell),
            (_nir.Netlist, "check_comb_cycles", check_comb_cycles),
            (rtlil.ModuleEmitter, "sigspec", _sigspec),
        ):
            ours.enter_context(patch.object(owner, name, new))
        yield


def _from_cell(cls: Any, cell: int, bit: int) -> Any:
    """As ``Net.from_cell``."""
    assert 0 <= bit < _MOST_BITS and (cell > 0 or (cell == 0 and bit >= 2))
    return cls((cell << 16) | bit)


def _new_value(cls: Any, nets: Any = ()) -> Any:
    """As ``Value.__new__``, which also looks whether each net is one."""
    return tuple.__new__(cls, (nets,) if isinstance(nets, _nir.Net) else nets)


def _resolve_value(self: Any, value: Any) -> Any:
    """As ``Netlist.resolve_value``."""
    if not value or min(value) >= 0:
        return value
    connections, nets = self.connections, []
    for each in value:
        net = each
        while net < 0:
            net = connections[net]
        nets.append(net)
    return tuple.__new__(_nir.Value, nets)


def _add_value_cell(self: Any, width: int, cell: Any) -> Any:
    """As ``Netlist.add_value_cell``."""
    assert width <= _MOST_BITS
    first = self.add_cell(cell) << 16
    return tuple.__new__(_nir.Value, map(_nir.Net, range(first, first + width)))


def _goes_round(netlist: Any) -> bool:
    """Whether a net may follow itself within a cycle of the clock. Where cells, whichever their bits, have an order, none does."""
    connections, real = netlist.connections, {}
    for late in connections:
        net, passed = late, 0
        while net < 0:
            net, passed = connections[net], passed + 1
            if passed > len(connections):
                return True
        real[late] = net
    cells = {index: {(real[net] if net < 0 else net) >> 16 for net in _inputs(cell)} for index, cell in enumerate(netlist.cells)}
    followers = _turned(cells)
    left = _without_ends(_without_ends(set(cells), cells, followers), followers, cells)
    bits: dict[int, set[int]] = {}
    for index in left:
        for net in netlist.cells[index].output_nets(index):
            edges = (real[at] if at < 0 else at for at, _ in netlist.cells[index].comb_edges_to(net & _MOST_BITS - 1))
            bits[net] = {at for at in edges if at >> 16 in left}
    return bool(_without_ends(set(bits), bits, _turned(bits)))


def _turned(sources: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """By node what follows it, of what it follows."""
    turned: dict[int, set[int]] = {node: set() for node in sources}
    for node, each in sources.items():
        for source in each:
            turned[source].add(node)
    return turned


def _without_ends(nodes: set[int], sources: Mapping[int, set[int]], followers: Mapping[int, set[int]]) -> set[int]:
    """The most of ``nodes`` of which each follows one of them: those in a cycle, and those behind one."""
    waiting = {node: len(nodes & sources[node]) for node in nodes}
    ready = [node for node, count in waiting.items() if not count]
    while ready:
        node = ready.pop()
        del waiting[node]
        for follower in followers[node]:
            if follower in waiting:
                waiting[follower] -= 1
                if not waiting[follower]:
                    ready.append(follower)
    return set(waiting)


def _inputs(cell: Any) -> Iterable[Any]:
    """At least the nets that outputs of the cell follow in the same cycle."""
    if isinstance(cell, _NO_WAY_THROUGH):
        return ()
    nets: Iterable[Any] = (cell.clk, cell.arst) if isinstance(cell, _nir.FlipFlop) else cell.input_nets()
    return nets


def _sigspec(self: Any, *parts: Any) -> str:
    """As ``ModuleEmitter.sigspec``."""
    value: list[Any] = []
    for part in parts:
        if isinstance(part, _nir.Net):
            value.append(part)
        else:
            value.extend(part)
    wires, count, begin = self.nets, len(value), 0
    chunks = []
    while begin < count:
        end = begin + 1
        if value[begin] in (0, 1):
            while end < count and value[end] in (0, 1):
                end += 1
            bits = "".join("1" if net else "0" for net in reversed(value[begin:end]))
            chunks.append(f"{end - begin}'{bits}")
        else:
            wire, start = wires[value[begin]]
            while end < count and value[end] not in (0, 1) and wires[value[end]] == (wire, start + end - begin):
                end += 1
            last = start + end - begin - 1
            chunks.append(f"{wire.name} [{start}]" if last == start else f"{wire.name} [{last}:{start}]")
        begin = end
    return chunks[0] if len(chunks) == 1 else "{ " + " ".join(reversed(chunks)) + " }"
