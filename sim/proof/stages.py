"""Stages of a design, found from its netlist: what travels with a packet, and in which cycle after it came in.

A register's stage is one more than that of the registers that it is computed from. A register that depends on itself is state and must be
named as some tenant's. One that is made of what is the same in both copies is common. Any other is a failure, and so is one that mixes
stages, and one that is made of a tenant's state or reset and of no packet: it would be neither the packet's nor known to be the tenant's.
"""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.values import FALSE, const
from sim.proof.design import Design, where
from sim.proof.ownership import Ownership
from sim.proof.terms import symbol


class Stages:
    """``of``: the stage by name of register and input; ``common``: names of what is equal in both copies; ``valids``: for each stage the
    registers that are the valid input as many cycles later, and cleared by reset; ``last``: the stage of the outputs."""

    def __init__(self, design: Design, ownership: Ownership, states: Mapping[str, int]) -> None:
        self.design = design
        self.ownership = ownership
        self.states = states
        self.failures: list[str] = []
        self.of = dict.fromkeys((*ownership.packet_inputs, ownership.valid, ownership.tenant), 0)
        self.common = set(ownership.common_inputs)
        self._find()
        self.last = max(self.of.values())
        self.valids = [frozenset((ownership.valid,))]
        if not self.failures:
            self._find_valids()
        self._carried: dict[int, list[dict[str, int]]] = {}
        self._by_stage: dict[int, list[str]] = {}

    def _find(self) -> None:
        support = self.design.support
        pending = [name for name in self.design.registers if name not in self.states]
        self.failures += [f"{name} depends on itself and is no tenant's state" for name in pending if name in support[name]]
        known = {*self.states, *self.ownership.tenant_inputs}
        needed, placed = {name: support[name] - known for name in pending}, {""}
        while pending and placed and not self.failures:
            placed = set()
            for name in pending:
                tokens = [token for token in needed[name] if token not in self.common]
                if all(token in self.of for token in tokens):
                    self._place(name, {self.of[token] for token in tokens})
                    placed.add(name)
            pending = [name for name in pending if name not in placed]
        if pending and not self.failures:
            self.failures.append(f"{pending[0]} is in no stage")

    def _place(self, name: str, stages: set[int]) -> None:
        support = self.design.support[name]
        if len(stages) > 1:
            self.failures.append(f"{name} is computed from registers of several stages: {sorted(stages)}")
        elif stages:
            self.of[name] = max(stages) + 1
        elif support <= self.common:
            # Made of the time alone: the same in both copies, whatever packets there are.
            self.common.add(name)
        else:
            self.failures.append(f"{name} is made of no packet, but of {', '.join(sorted(support - self.common)[:5])}")

    def _find_valids(self) -> None:
        for stage in range(1, self.last + 1):
            found = frozenset(name for name, s in self.of.items() if s == stage and self._follows(name))
            if not found:
                self.failures.append(
                    f"stage {stage} has no valid: no register that follows that of the stage before, and that reset clears"
                )
                return
            self.valids.append(found)

    def _follows(self, name: str) -> bool:
        """Whether a register is always what a valid of the stage before was, but for reset, where it is zero."""
        before, reset = self.valids[-1], self.ownership.reset
        if self.design.widths[name] != 1 or not self.design.support[name] <= before | {reset}:
            return False
        term = self.design.next[name]
        runs, cleared = (where(term, {reset: const(value, 1)}) for value in (0, 1))
        return cleared is FALSE and any(runs is symbol(valid, 1) for valid in before)

    def carried(self, stage: int, tenant: int) -> dict[str, int]:
        """The input and the registers of ``stage`` that are made of the tenant's number alone, with their values for ``tenant``."""
        known = self._carried.setdefault(tenant, [{self.ownership.tenant: tenant}])
        while len(known) <= stage:
            before = known[-1]
            terms = {name: const(value, self.design.widths[name]) for name, value in before.items()}
            found: dict[str, int] = {}
            for name in self._registers(len(known)):
                if self.design.support[name] <= before.keys():
                    value = where(self.design.next[name], terms).constant
                    if value is not None:
                        found[name] = value
            known.append(found)
        return known[stage]

    def _registers(self, stage: int) -> list[str]:
        """Those of a stage, in the design's order."""
        if not self._by_stage:
            for name in self.design.support:
                if name in self.of:
                    self._by_stage.setdefault(self.of[name], []).append(name)
        return self._by_stage.get(stage, [])
