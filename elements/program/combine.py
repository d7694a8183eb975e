"""Values made from several others: shifts, reductions, selections, and the walk over all that a value rests on."""

from __future__ import annotations

from collections.abc import Collection

from elements.program.values import FALSE, TRUE, Value, bit_and, bit_or, cat, const, extend, lift, make, mux, part


def shift_left(a: Value, amount: Value | int, width: int) -> Value:
    """``a`` moved up by ``amount``, ``width`` bits of it."""
    b = lift(amount, None)
    if b.constant is not None:
        if b.constant >= width:
            return const(0, width)
        if a.constant is not None:
            return const((a.constant << b.constant) & ((1 << width) - 1), width)
        return part(cat(a, const(0, b.constant)), 0, width) if b.constant else part(a, 0, width)
    return make("shl", width, (a, b))


def shift_right(a: Value, amount: Value | int) -> Value:
    """``a`` moved down by ``amount``, zeros from above; the width stays."""
    b = lift(amount, None)
    if b.constant is not None:
        return extend(part(a, b.constant, a.width - b.constant), a.width) if b.constant < a.width else const(0, a.width)
    return make("shr", a.width, (a, b))


def all_of(*conditions: Value) -> Value:
    """And of all; true for none."""
    result = TRUE
    for condition in conditions:
        result = bit_and(result, condition)
    return result


def any_of(*conditions: Value) -> Value:
    """Or of all; false for none."""
    result = FALSE
    for condition in conditions:
        result = bit_or(result, condition)
    return result


def one_hot_mux(choices: list[tuple[Value, Value]], default: Value) -> Value:
    """The value of the first choice whose condition is set, else ``default``."""
    result = default
    for condition, value in reversed(choices):
        result = mux(condition, value, result)
    return result


def walk(roots: list[Value], known: Collection[Value] = ()) -> list[Value]:
    """Every value that ``roots`` rest on, each once, operands before users; the order depends on the roots alone. What is ``known``, and
    only that rests on, is left out."""
    order: list[Value] = []
    seen: set[Value] = set(known)
    stack: list[tuple[Value, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        value, ready = stack.pop()
        if ready:
            order.append(value)
            continue
        if value in seen:
            continue
        seen.add(value)
        stack.append((value, True))
        stack.extend((operand, False) for operand in reversed(value.operands) if operand not in seen)
    return order


def all_ones(width: int) -> Value:
    """The constant with every bit of ``width`` set."""
    return const((1 << width) - 1, width)
