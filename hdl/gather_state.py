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
from hdl.resources import Slot
from hdl.trace_tenant import NotHardware, Trace, Update, terms_of


def gather_state(
    group: Sequence[int],
    slots: Sequence[Slot],
    placement: Placement,
    traces: Mapping[int, Trace],
    resets: frozenset[tuple[str, str]],
    *,
    read: frozenset[int],
) -> Bank:
    """The memory of the variables whose numbers ``group`` has. ``resets``: (element, variable) that a tenant may reset; ``read``: the
    variables whose old value more than their own update asks for. Errors: `NotHardware` for an array."""
    homes: dict[tuple[int, int], StateHome] = {}
    updates: dict[int, list[tuple[int, Update]]] = {}
    for place, index in enumerate(group):
        for number, (element, state) in slots[index].users.items():
            if not isinstance(state, State) or state.depth != 1:
                raise NotHardware(element, "it keeps an array of state, which hardware does not have yet")
            homes[number, place] = StateHome(placement.tenants[number], element, state, (element, state.name) in resets)
            updates.setdefault(number, []).extend((place, update) for update in traces[number].updates.get(index, ()))
    held = make("old", int(slots[group[0]].signature[3]), (), (group[0],))
    slot_bits = max(1, (len(group) - 1).bit_length())
    whens = {number: any_of(*(update.when for _, update in updates.get(number, ()))) for number in traces}
    places = {
        number: choose(
            [(slot_condition(update, read=group[place] in read), const(place, slot_bits)) for place, update in mine], const(0, slot_bits)
        )
        for number, mine in updates.items()
    }
    choices = {number: [(update.when, _given(update.when, update.value)) for _, update in mine] for number, mine in updates.items()}
    return Bank(group[0], held.width, dict(sorted(homes.items())), by_tenant(whens), by_tenant(places), _updated(choices, held))


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
