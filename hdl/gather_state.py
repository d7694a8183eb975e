"""The state of all tenants as memories: for each group of variables one place, one update, and one adder where all of them count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elements.placement.crossings import Placement
from elements.program.combine import any_of
from elements.program.program import State
from elements.program.values import Value, add, bit_not, const, extend, make, part
from hdl.choose import by_tenant, choose
from hdl.composition import Bank, StateHome
from hdl.pack_state import slot_condition
from hdl.resources import Share
from hdl.trace_tenant import NotHardware, Trace, Update, terms_of


def gather_state(
    group: Sequence[int],
    shares: Sequence[Share],
    placement: Placement,
    traces: Mapping[int, Trace],
    resets: frozenset[tuple[str, str]],
    *,
    read: frozenset[int],
) -> Bank:
    """The memory of the variables of ``group``, each known by the number of its share. ``resets``: (element, name of its state) that a
    tenant may reset; ``read``: the variables whose old value more than what is stored in them rests on. Errors: `NotHardware` for an
    array."""
    homes: dict[tuple[int, int], StateHome] = {}
    updates: dict[int, list[tuple[int, Update]]] = {}
    for slot, variable in enumerate(group):
        for tenant, (element, state) in shares[variable].users.items():
            if not isinstance(state, State) or state.depth != 1:
                raise NotHardware(element, "it keeps an array of state, which hardware does not have yet")
            homes[tenant, slot] = StateHome(placement.tenants[tenant], element, state, (element, state.name) in resets)
            updates.setdefault(tenant, []).extend((slot, update) for update in traces[tenant].updates.get(variable, ()))
    held = make("old", int(shares[group[0]].signature[3]), (), (group[0],))
    slot_bits = max(1, (len(group) - 1).bit_length())
    whens = {tenant: any_of(*(update.when for _, update in updates.get(tenant, ()))) for tenant in traces}
    slots = {
        tenant: choose(
            [(slot_condition(update, read=group[slot] in read), const(slot, slot_bits)) for slot, update in mine], const(0, slot_bits)
        )
        for tenant, mine in updates.items()
    }
    choices = {tenant: [(update.when, _given(update.when, update.value)) for _, update in mine] for tenant, mine in updates.items()}
    return Bank(group[0], held.width, dict(sorted(homes.items())), by_tenant(whens), by_tenant(slots), _updated(choices, held))


def _updated(choices: Mapping[int, list[tuple[Value, Value]]], held: Value) -> Value:
    """What is stored, by tenant and condition; where all add something to what was held, one sum with the choice in front of it."""
    addends = {n: [(when, addend) for when, value in mine if (addend := _addend(value, held)) is not None] for n, mine in choices.items()}
    if any(len(addends[n]) < len(mine) for n, mine in choices.items()) or not any(choices.values()):
        return by_tenant({n: choose(mine, held) for n, mine in choices.items()})
    wide = max(addend.width for mine in addends.values() for _, addend in mine)
    chosen = {n: choose([(when, extend(addend, wide)) for when, addend in mine], const(0, wide)) for n, mine in addends.items()}
    return part(add(held, by_tenant(chosen)), 0, held.width)


def _given(when: Value, value: Value) -> Value:
    """``value`` where ``when`` holds."""
    known = set(terms_of(when))
    while value.op == "mux":
        condition = terms_of(value.operands[0])
        if known.issuperset(condition):
            value = value.operands[1]
        elif bit_not(value.operands[0]) in known:
            value = value.operands[2]
        else:
            return value
    return value


def _addend(value: Value, held: Value) -> Value | None:
    """What ``value`` adds to ``held``, modulo its width; None where it is made in another way."""
    if value.op != "slice" or value.attributes[0] != 0 or value.width != held.width:
        return None
    total = value.operands[0]
    return total.operands[1] if total.op == "add" and total.operands[0] is held else None
