"""What a condition is made of."""

from __future__ import annotations

from elements.program.values import FALSE, TRUE, Value, bit_not


def conjuncts(value: Value) -> list[Value]:
    """Values, each of 1 bit, all of which are set where ``value`` is; in the order of its operands."""
    found: dict[Value, None] = {}
    waiting = [value]
    while waiting:
        each = waiting.pop()
        inner = each.operands[0] if each.op == "not" else None
        if each.op == "and":
            waiting += reversed(each.operands)
        elif inner is not None and inner.op == "or":
            waiting += [bit_not(operand) for operand in reversed(inner.operands)]
        elif each is not TRUE:
            found[each] = None
    return list(found)


def known(conditions: list[Value]) -> dict[Value, Value]:
    """Facts that follow where all of these are set."""
    facts = dict.fromkeys(conditions, TRUE)
    return {**facts, **{bit_not(condition): FALSE for condition in conditions}}
