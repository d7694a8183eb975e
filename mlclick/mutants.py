"""Defects planted in the generator, each of which some named check must catch: a check that cannot fail is no check."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from mlclick.catch_defects import PROOF, RULES, caught_by, small_design
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


class SoundDesignFails(Exception):
    """A check fails where nothing is planted, so that it shows nothing of a mutant; the text names it."""


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
        RULES,
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
        RULES,
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
    Mutant(
        "frame stored with a hole",
        "flood",
        "hdl.ingress",
        "Ingress",
        "elaborate",
        "lost = full | no_room | metas_full",
        "lost = no_room | metas_full",
    ),
    Mutant(
        "a reset clears every tenant's state",
        PROOF,
        "hdl.state_memory",
        "StateMemory",
        "elaborate",
        "| self.resets[place])",
        "| Cat(self.resets.values()).any())",
    ),
)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The defect is there inside. Errors: ``ValueError`` for a mutant whose ``old`` is not once in the method, or that changes nothing."""
    module = importlib.import_module(mutant.module)
    sound = vars(getattr(module, mutant.owner) if mutant.owner else module)[mutant.method]
    method, whole = inspect.getsource(sound), inspect.getsource(module)
    times = method.count(mutant.old)
    if times != 1:
        where = f"{mutant.method} of {mutant.owner or mutant.module}"
        raise ValueError(f"the mutant {mutant.name!r} cannot be planted: {mutant.old!r} is {times} times in {where}, not once")
    # The method's own place in the module: lines before it, and then its text.
    start = sum(map(len, whole.splitlines(keepends=True)[: sound.__code__.co_firstlineno - 1]))
    source = whole[:start] + method.replace(mutant.old, mutant.new) + whole[start + len(method) :]
    changed: dict[str, Any] = {"__name__": mutant.module}
    exec(compile(source, f"{mutant.module} ({mutant.name})", "exec"), changed)
    broken = (vars(changed[mutant.owner]) if mutant.owner else changed)[mutant.method]
    # Others may have the function by its name, so that it has to change in its place.
    kept = sound.__code__
    if broken.__code__ == kept:
        raise ValueError(f"the mutant {mutant.name!r} changes nothing of {mutant.method}")
    sound.__code__ = broken.__code__
    try:
        yield
    finally:
        sound.__code__ = kept


def run_mutants(progress: Progress) -> list[tuple[Mutant, str | None]]:
    """Every mutant and what caught it, None where nothing did. Errors: `SoundDesignFails` where there is no mutant and a check fails."""
    progress("no mutant: every check must hold")
    wrong = caught_by(small_design())
    if wrong is not None:
        raise SoundDesignFails(f"the sound design fails: {wrong}")
    results = []
    for mutant in MUTANTS:
        with planted(mutant):
            found = caught_by(small_design())
        progress(f"{mutant.name}: {found or 'SURVIVED'}")
        results.append((mutant, found))
    return results
