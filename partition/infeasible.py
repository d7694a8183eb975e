"""Why no placement keeps the budgets: which of them are broken, by how much, and by which elements most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NoReturn

from graph.diagnostics import ClickError, Diagnostic
from partition.budgets import Budget, host_time, number
from partition.model import TOLERANCE
from partition.place import place, sides
from partition.plan import Question

NAMED: Final = 5
"""How many elements a diagnostic names."""

_UNITS: Final = {"luts": "LUTs", "ffs": "flip-flops", "bram_bits": "BRAM bits", "host_ns": "ns", "cpu_share": "ns", "crossing_share": ""}


def refuse(question: Question, budgets: Sequence[Budget]) -> NoReturn:
    """Raises the `ClickError` for a question that has no placement within ``budgets``.

    A budget that cannot be kept even alone is named with what it lacks. Where each can be kept alone, the ones named are a least set that
    cannot be kept together, each with what it lacks where the others of the set are kept.
    """
    if place(question, host_time(question), ()) is None:
        raise ClickError(_pins(question))
    lacking = [d for budget in budgets for d in _lacks(question, budget, ())]
    advice = "each that cannot be kept is named with what it lacks"
    if not lacking:
        together = _least_set(question, budgets)
        lacking = [d for budget in together for d in _lacks(question, budget, [b for b in together if b is not budget])]
        advice = "each of them can be kept alone; those that cannot be kept together are named"
    raise ClickError(Diagnostic(None, "no placement keeps the budgets of the policy", advice), *lacking)


def _pins(question: Question) -> Diagnostic:
    pinned = sorted(name for name, hard in question.pins.items() if hard and sides(question, name) == (1, 1))
    message = "no placement keeps the pins: software never pulls from hardware, and nothing goes round within hardware"
    return Diagnostic(None, message, f"unpin one of: {', '.join(pinned)}")


def _least_set(question: Question, budgets: Sequence[Budget]) -> list[Budget]:
    """Budgets that cannot be kept together, and could be if any one of them were dropped."""
    kept = list(budgets)
    for budget in budgets:
        others = [b for b in kept if b is not budget]
        if place(question, host_time(question), others) is None:
            kept = others
    return kept


def _lacks(question: Question, budget: Budget, others: Sequence[Budget]) -> Iterator[Diagnostic]:
    """What ``budget`` lacks where ``others`` are kept, if anything."""
    if place(question, host_time(question), (*others, budget)) is not None:
        return
    least = place(question, budget.sum, others)
    if least is None:
        raise AssertionError("a set of budgets that can be kept cannot")
    # Of the placements with as little, the one that a plan would be: what stands out in it is what matters.
    used = budget.sum.of(least.hardware)
    likely = place(question, host_time(question), (*others, replace(budget, limit=used * (1 + TOLERANCE) + TOLERANCE))) or least
    parts = [(name, term) for name, term in budget.sum.parts(likely.hardware) if term]
    parts.sort(key=lambda part: (-part[1], part[0]))
    unit = _UNITS[budget.key]
    names = ", ".join(f"{name} ({_text(budget, term)}{f' {unit}' if unit else ''})" for name, term in parts[:NAMED])
    where = " where the other budgets named are kept" if others else ""
    yield Diagnostic(budget.location, _message(budget, used, where), f"{_advice(budget, bool(others))}: {names}")


def _message(budget: Budget, has: float, where: str) -> str:
    who = budget.owner or "the machine"
    used, more, most = (_text(budget, amount) for amount in (has, has - budget.limit, budget.limit))
    called = "quota" if budget.owner else "budget"
    if budget.key == "crossing_share":
        return f"a share of {used} of {who}'s packets must cross to the host{where}, {more} more than its crossing_share of {most}"
    if budget.key == "host_ns":
        return f"{who} needs {used} ns of host time a packet offered{where}, {more} ns more than its {called} of {most}"
    if budget.key == "cpu_share":
        share = f"its cpu_share of {number(budget.stated)}, which is {most} ns"
        return f"{who} needs {used} ns of host time a packet offered{where}, {more} ns more than {share}"
    return f"{who} has {used} {budget.meaning} that must be hardware{where}, {more} more than its {called} of {most}"


def _advice(budget: Budget, together: bool) -> str:
    if budget.key in ("host_ns", "cpu_share"):
        return f"raise {budget.key}, or let hardware do what weighs most"
    if budget.key == "crossing_share":
        return "raise crossing_share, or let hardware do what most packets cross for"
    return f"raise {budget.key}, or {'let software do what weighs most' if together else 'unpin what must be hardware'}"


def _text(budget: Budget, amount: float) -> str:
    return str(round(amount)) if budget.key in ("luts", "ffs", "bram_bits") else number(amount)
