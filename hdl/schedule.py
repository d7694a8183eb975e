"""Gives every value of a composition its stage: as soon as its operands are there and the cycle has room for it.

Delays are counted in levels of logic, a model of look-up tables and carry chains. A state variable is read, updated and written within one
stage, so what lies between its old and its new value stays together there; a lookup's result comes its engine's latency later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from elements.program.combine import walk
from elements.program.values import Value
from hdl.composition import Bank, Composition

FREE = frozenset(("const", "cat", "slice", "zext", "not", "load", "meta", "now"))


def levels(value: Value) -> int:
    """Levels of logic that ``value`` takes, given its operands."""
    if value.op in FREE:
        return 0
    if value.op in ("and", "or", "xor", "mux"):
        return 1
    width = max((operand.width for operand in value.operands), default=value.width)
    if value.op == "eq":
        return 1 if width <= 2 else (width - 1).bit_length() // 2 + 1
    if value.op in ("add", "sub", "ult"):
        return 2 + width // 16
    if value.op in ("shl", "shr"):
        return width.bit_length()
    if value.op == "mul":
        return 6 + width // 16
    return 0


@dataclass(frozen=True)
class Schedule:
    """The stage of every value; that of every bank's update and every engine's request by number; ``latency`` of the whole in cycles."""

    stage: Mapping[Value, int]
    banks: Mapping[int, int]
    requests: Mapping[int, int]
    latency: int


def schedule(composition: Composition, budget: int, lookup_latency: Mapping[int, int]) -> Schedule:
    """Schedule ``composition`` with at most ``budget`` levels of logic a cycle."""
    return _Scheduler(composition, budget, lookup_latency).run()


class _Scheduler:
    def __init__(self, composition: Composition, budget: int, lookup_latency: Mapping[int, int]) -> None:
        self.composition = composition
        self.budget = budget
        self.lookup_latency = lookup_latency
        self.place: dict[Value, tuple[int, int]] = {}
        self.banks: dict[int, int] = {}
        self.requests: dict[int, int] = {}
        self.by_number: dict[int, Bank] = {bank.number: bank for bank in composition.banks}
        self.keys = {engine.number: engine.key for engine in composition.engines}
        self.olds: dict[int, list[Value]] = {}
        self.rests_on = self._dependencies()

    def _dependencies(self) -> dict[Value, frozenset[int]]:
        """For each value, the banks whose old value it is made from; and the old values of each bank."""
        found: dict[Value, frozenset[int]] = {}
        for value in walk(self.composition.roots()):
            below: frozenset[int] = frozenset().union(*(found[operand] for operand in value.operands))
            found[value] = below
            if value.op == "old":
                number = int(value.attributes[0])
                found[value] = below | {number}
                self.olds.setdefault(number, []).append(value)
        return found

    def run(self) -> Schedule:
        for value in walk(self.composition.roots()):
            self._put(value)
        for number in sorted(self.by_number):
            self._put_bank(number)
        for number in sorted(self.keys):
            self._request(number)
        last = max([0, *(stage for stage, _ in self.place.values()), *self.banks.values()])
        return Schedule({v: s for v, (s, _) in self.place.items()}, self.banks, self.requests, last + 1)

    def _put(self, value: Value) -> tuple[int, int]:
        known = self.place.get(value)
        if known is not None:
            return known
        if value.op == "old":
            self._put_bank(int(value.attributes[0]))
            return self.place[value]
        if value.op in ("hit", "found"):
            number = int(value.attributes[0])
            found = self.place[value] = (self._request(number) + self.lookup_latency[number], 0)
            return found
        found = self.place[value] = self._after(value, [self._put(operand) for operand in value.operands])
        return found

    def _after(self, value: Value, operands: list[tuple[int, int]]) -> tuple[int, int]:
        stage = max((s for s, _ in operands), default=0)
        depth = max((d for s, d in operands if s == stage), default=0)
        cost = levels(value)
        if cost and depth and depth + cost > self.budget:
            return stage + 1, cost
        return stage, depth + cost

    def _request(self, number: int) -> int:
        if number not in self.requests:
            self._put_all(self.keys[number])
            stage, depth = self.place[self.keys[number]]
            self.requests[number] = stage + (1 if depth else 0)
        return self.requests[number]

    def _put_all(self, root: Value) -> None:
        for value in walk([root]):
            self._put(value)

    def _put_bank(self, number: int) -> None:
        if number in self.banks:
            return
        bank = self.by_number[number]
        cone = [v for v in walk([bank.when, bank.value]) if number in self.rests_on[v]]
        inside = set(cone)
        inputs = [o for v in cone for o in v.operands if o not in inside]
        inputs += [v for v in (bank.when, bank.slot, bank.value) if v not in inside]
        stage = 0
        for value in inputs:
            self._put_all(value)
            at, depth = self.place[value]
            stage = max(stage, at + (1 if depth else 0))
        self.banks[number] = stage
        # The memory, and the choice between it and the initial value. What is stored need not rest on it.
        held = dict.fromkeys(self.olds.get(number, ()), (stage, 2))
        self.place |= held
        for value in cone:
            if value in held:
                continue
            depth = max((self.place[o][1] for o in value.operands if o in inside), default=0)
            self.place[value] = (stage, depth + levels(value))
