"""Defects planted in the generator, each of which some named check must catch: a check that cannot fail is no check."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from mlclick.catch_defects import caught_by, small_design
from mlclick.design import Progress


@dataclass(frozen=True)
class Mutant:
    """``old`` becomes ``new`` in the source of ``method`` of the class ``owner`` in ``module``; of a function where that is empty.

    ``check`` is what catches it (`mlclick.catch_defects.caught_by`): another check's finding, or a crash, would show that the defect is not
    the one that was meant.
    """

    name: str
    check: str
    module: str
    owner: str
    method: str
    old: str
    new: str


MUTANTS: Final = (
    Mutant(
        "default tenant",
        "strays",
        "hdl.identity",
        "Identity",
        "elaborate",
        "        return m",
        "        m.d.comb += self.known.eq(1)\n        return m",
    ),
    Mutant(
        "identity cut to eight bits", "strays", "hdl.identity", "Identity", "elaborate", ", self.header[112:116] == rule.vlan >> 8]", "]"
    ),
    Mutant(
        "arbiter without lock",
        "agreement",
        "hdl.arbiter",
        "PacketArbiter",
        "elaborate",
        "with m.If(~locked), m.Switch(turn):",
        "with m.Switch(turn + 1):",
    ),
    Mutant(
        "state updated for every tenant",
        "agreement",
        "hdl.state_memory",
        "StateMemory",
        "elaborate",
        "Cat(self.slot, self.tenant) == self._key(place)",
        "self.slot == place[1]",
    ),
    Mutant("state read of tenant 0", "noninterference", "hdl.state_memory", "StateMemory", "_find", "index.eq(number)", "index.eq(0)"),
    Mutant(
        "egress segments overlap",
        "agreement",
        "hdl.egress",
        "EgressPort",
        "elaborate",
        "put.addr.eq(Cat(place[:place_bits], mine))",
        "put.addr.eq(place[:place_bits])",
    ),
    Mutant(
        "egress forgets that it is full",
        "congestion",
        "hdl.egress",
        "EgressPort",
        "elaborate",
        ">= self.depth) | full",
        ">= 2 * self.depth)",
    ),
    Mutant(
        "one tenant's backlog blocks all",
        "backlog",
        "hdl.egress",
        "EgressPort",
        "elaborate",
        "(stored[mine] - granted[mine])",
        "(stored[0] - granted[0])",
    ),
    Mutant(
        "registers of tenant 0 in every window",
        "agreement",
        "hdl.registers",
        "RegisterFile",
        "_look",
        "peek_tenant.eq(window - 1)",
        "peek_tenant.eq(0)",
    ),
    Mutant("variables in one slot", "agreement", "hdl.gather_state", "", "gather_state", "const(slot, slot_bits)", "const(0, slot_bits)"),
    Mutant(
        "full ingress takes beats",
        "rules",
        "hdl.ingress",
        "Ingress",
        "elaborate",
        "(place - taken)[: pointer + 1] >= (1 << pointer)",
        "place - taken >= (1 << pointer)",
    ),
    Mutant(
        "crossing's tenant unchecked", "strays", "hdl.ingress", "Ingress", "_meta", 'known | ((number["tenant"] == tenant) &', "known | ("
    ),
    Mutant(
        "frame's last beat lost",
        "rules",
        "hdl.collector",
        "Collector",
        "elaborate",
        "self.body.p.last.eq(beat.last)",
        "self.body.p.last.eq(beat.last & beat.keep.all())",
    ),
    Mutant(
        "frame one byte short",
        "agreement",
        "hdl.pipeline",
        "Pipeline",
        "_outputs",
        "self.out_length.eq(length)",
        "self.out_length.eq(length - 1)",
    ),
    Mutant(
        "framing errors let through",
        "strays",
        "hdl.ingress",
        "Ingress",
        "elaborate",
        "broken = bad | wrong | over | short",
        "broken = short",
    ),
)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The defect is there inside. Errors: ``ValueError`` for a mutant that changes nothing."""
    module = importlib.import_module(mutant.module)
    source = inspect.getsource(module)
    if mutant.old not in source:
        raise ValueError(f"the mutant {mutant.name!r} has nothing to change: {mutant.old!r} is not in {mutant.module}")
    changed: dict[str, object] = {"__name__": mutant.module}
    exec(compile(source.replace(mutant.old, mutant.new), f"{mutant.module} ({mutant.name})", "exec"), changed)
    sound, broken = (vars(each)[mutant.method] for each in _owners(module, changed, mutant.owner))
    # Others may have the function by its name, so that it has to change in its place.
    kept = sound.__code__
    if broken.__code__ == kept:
        raise ValueError(f"the mutant {mutant.name!r} changes nothing of {mutant.method}: {mutant.old!r} is elsewhere in {mutant.module}")
    sound.__code__ = broken.__code__
    try:
        yield
    finally:
        sound.__code__ = kept


def _owners(module: ModuleType, changed: dict[str, object], owner: str) -> tuple[Any, Any]:
    if owner:
        return getattr(module, owner), changed[owner]
    return module, SimpleNamespace(**changed)


def run_mutants(progress: Progress) -> list[tuple[Mutant, str | None]]:
    """Every mutant and what caught it, None where nothing did. Errors: ``AssertionError`` where the sound design is caught."""
    progress("no mutant: every check must hold")
    wrong = caught_by(small_design())
    assert wrong is None, f"the sound design fails: {wrong}"
    results = []
    for mutant in MUTANTS:
        with planted(mutant):
            found = caught_by(small_design())
        progress(f"{mutant.name}: {found or 'SURVIVED'}")
        results.append((mutant, found))
    return results
