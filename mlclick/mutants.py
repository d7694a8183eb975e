"""Defects planted in the generator, each of which some named check must catch: a check that cannot fail is no check."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from mlclick.catch_defects import PROOF, RULES, SLOTS, caught_by, small_design
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
        "arbiter begins before the last has left",
        RULES,
        "hdl.arbiter",
        "TenantArbiter",
        "_send",
        "idle.eq(~more & (rest == 0))",
        "idle.eq(rest == 0)",
    ),
    Mutant(
        "arbiter sends what is another port's",
        "agreement",
        "hdl.arbiter",
        "TenantArbiter",
        "_send",
        "words = Array(store.data for store in inside.stores)[held_port]",
        "words = Array(store.data for store in inside.stores)[now_port]",
    ),
    Mutant(
        "an idle slot is the next one's",
        SLOTS,
        "hdl.time_slots",
        "TimeSlots",
        "elaborate",
        "        m.d.comb += [\n            self.owner.eq(owner),",
        """        scheduled, owner = owner, Signal(8)
        taken = Signal(8, init=self.order[0], attrs=schedule())
        other = Mux(scheduled == 0, 1, 0)
        free = Mux((self.waiting >> scheduled)[0] | ~self.waiting.any(), scheduled, other)
        m.d.comb += owner.eq(Mux(looked | (busy != 0), taken, free))
        m.d.sync += taken.eq(owner)
        m.d.comb += [
            self.owner.eq(owner),""",
    ),
    Mutant(
        "a packet goes on in the next slot",
        SLOTS,
        "hdl.time_slots",
        "TimeSlots",
        "elaborate",
        " & (self.cost <= left)",
        "",
    ),
    Mutant(
        "credit not taken off",
        "shares",
        "hdl.share_turns",
        "ShareTurns",
        "elaborate",
        "(granted_tenant == t), self.length, 0)",
        "(granted_tenant == t), 1, 0)",
    ),
    Mutant(
        "identity sampled a beat early",
        "agreement",
        "hdl.ingress",
        "Ingress",
        "_owner",
        "settles = index <= self.held",
        "settles = index < self.held",
    ),
    Mutant(
        "a frame's end stored for the next one's owner",
        "agreement",
        "hdl.ingress",
        "Ingress",
        "_after_holding",
        "put.tenant.eq(ended_owner)",
        "put.tenant.eq(owner)",
    ),
    Mutant(
        "token of the packet behind",
        "agreement",
        "hdl.collector",
        "Collector",
        "elaborate",
        "self.token.eq(window[-1].first)",
        "self.token.eq(window[-2].first)",
    ),
    Mutant(
        "edits a beat late", "agreement", "hdl.editor", "Editor", "_overlaid", "with m.If(index == beat):", "with m.If(index == beat + 1):"
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
        "segments overlap",
        "agreement",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "write.addr.eq(Cat(place[:place_bits], mine))",
        "write.addr.eq(place[:place_bits])",
    ),
    Mutant(
        "a segment holds a beat more than it has",
        "congestion",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "beat.write & free[place_bits]",
        "beat.write & (free > (1 << place_bits))",
    ),
    Mutant(
        "one tenant's backlog blocks all",
        "backlog",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "(stored[mine] - popped[mine])",
        "(stored[0] - popped[0])",
    ),
    Mutant(
        "egress goes on while the port is stuck",
        RULES,
        "hdl.egress",
        "EgressPort",
        "_send",
        "get.eq(start | (more & go))",
        "get.eq(start | more)",
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
        "crossing's tenant unchecked", "strays", "hdl.ingress", "Ingress", "_meta", 'known | ((number["tenant"] == tenant) &', "known | ("
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
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "(beat.write & free[place_bits]) | (full[mine] & ~beat.first)",
        "beat.write & free[place_bits]",
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
