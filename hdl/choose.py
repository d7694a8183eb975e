"""One value of several, where at most one is meant: by the conditions of a packet's ways, or by its tenant."""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.combine import any_of, one_hot_mux
from elements.program.values import Value, const, eq, mux
from hdl.composition import meta


def choose(choices: list[tuple[Value, Value]], otherwise: Value) -> Value:
    """One value of exclusive choices, ``otherwise`` where there are none. What it is when none holds does not matter: the packet is
    dropped, so choices that are alike are chosen together and the most frequent value needs no condition.
    """
    groups: dict[Value, list[Value]] = {}
    for when, value in choices:
        groups.setdefault(value, []).append(when)
    if not groups:
        return otherwise
    ranked = sorted(groups.items(), key=lambda item: len(item[1]))
    return one_hot_mux([(any_of(*whens), value) for value, whens in ranked[:-1]], ranked[-1][0])


def by_tenant(values: Mapping[int, Value]) -> Value:
    """The value of the packet's own tenant; tenants with the same value are told apart by nothing."""
    groups: dict[Value, list[int]] = {}
    for number, value in values.items():
        groups.setdefault(value, []).append(number)
    ranked = sorted(groups.items(), key=lambda item: len(item[1]))
    result = ranked[-1][0]
    for value, numbers in ranked[:-1]:
        result = mux(any_of(*(eq(meta("tenant"), const(n, 8)) for n in numbers)), value, result)
    return result
