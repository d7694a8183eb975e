"""What a signal depends on within one cycle, and which signals are one wire: read from an elaborated design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from amaranth.hdl import ClockSignal, Const, Fragment, ResetSignal, Signal, Value

# Amaranth names these only where it defines them.
from amaranth.hdl._ast import Assign, Switch
from amaranth.hdl._mem import MemoryInstance
from amaranth.hdl._xfrm import ValueTransformer


class Combinational:
    """The combinational statements of ``fragment`` and all below it."""

    def __init__(self, fragment: Fragment) -> None:
        self._reads: dict[int, dict[int, Signal]] = {}
        self._wires: dict[int, list[Signal | None]] = {}
        for _, part in parts(fragment):
            self._statements(part.statements.get("comb", ()), [])
            if isinstance(part, MemoryInstance):
                for port in part._read_ports:
                    if port._domain == "comb":
                        self._drive(_signals(port._data, left=True), _signals(port._addr))

    def source(self, value: Value) -> Value:
        """The signal that ``value`` is a plain wire from, through every module that hands it on; itself where there is none."""
        while isinstance(value, Signal):
            drivers = self._wires.get(id(value), [])
            if len(drivers) != 1 or drivers[0] is None:
                return value
            value = drivers[0]
        return value

    def depends(self, value: Value, on: Value) -> bool:
        """Whether a change of ``on`` can change ``value`` in the same cycle. What a statement names counts, bit by bit or not."""
        wanted = {id(signal) for signal in _signals(on)}
        waiting, seen = list(_signals(value)), set()
        while waiting:
            signal = waiting.pop()
            if id(signal) in wanted:
                return True
            if id(signal) not in seen:
                seen.add(id(signal))
                waiting += self._reads.get(id(signal), {}).values()
        return False

    def _statements(self, statements: Iterable[Any], tests: list[Value]) -> None:
        for statement in statements:
            if isinstance(statement, Switch):
                for _, inner, _ in statement.cases:
                    self._statements(inner, [*tests, statement.test])
            elif isinstance(statement, Assign):
                targets = _signals(statement.lhs, left=True)
                self._drive(targets, [s for v in (statement.lhs, statement.rhs, *tests) for s in _signals(v)])
                whole = isinstance(statement.lhs, Signal) and isinstance(statement.rhs, Signal) and not tests
                whole = whole and len(statement.lhs) == len(statement.rhs)
                for target in targets:
                    self._wires.setdefault(id(target), []).append(statement.rhs if whole else None)

    def _drive(self, targets: Iterable[Signal], reads: Iterable[Signal]) -> None:
        found = {id(signal): signal for signal in reads}
        for target in targets:
            # A statement that drives part of a signal names it without reading it.
            self._reads.setdefault(id(target), {}).update({k: v for k, v in found.items() if v is not target})


def parts(fragment: Fragment, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Fragment]]:
    """``fragment`` and everything below it, each with its path of names, in order."""
    yield path, fragment
    for number, (part, name, _) in enumerate(fragment.subfragments):
        yield from parts(part, (*path, name or f"U{number}"))


def domains(fragment: Fragment) -> frozenset[str]:
    """The clock domains that registers and memories of ``fragment`` and below are in."""
    found: set[str] = set()
    for _, part in parts(fragment):
        found |= set(part.statements)
        if isinstance(part, MemoryInstance):
            found |= {port._domain for port in (*part._read_ports, *part._write_ports)}
    return frozenset(found - {"comb"})


def _signals(value: Value, *, left: bool = False) -> list[Signal]:
    if left:
        return [] if isinstance(value, ClockSignal | ResetSignal) else list(value._lhs_signals())
    return list(_WithoutClocks()(value)._rhs_signals())


class _WithoutClocks(ValueTransformer):
    """Clocks and resets that are not settled yet have no signal; nothing here asks for them."""

    def on_value(self, value: Value) -> Value:
        return Const(0, 1) if isinstance(value, ClockSignal | ResetSignal) else super().on_value(value)
