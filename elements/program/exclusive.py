"""Whether conditions exclude each other, as the exits of a program must: asked of the solver, once for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from bitwuzla import Bitwuzla, Option, Options, Result

from elements.logic.terms import Term, Terms, translate
from elements.program.values import Value


def both_hold(conditions: Sequence[Value]) -> tuple[int, int] | None:
    """Two of ``conditions`` (their numbers) that can hold at once; None where no two can, whatever the packet.

    What comes from outside is taken as free: nothing is known of how one byte or answer goes with another.
    """
    open_ones = [number for number, condition in enumerate(conditions) if condition.constant != 0]
    if len(open_ones) < 2:
        return None
    terms = Terms()
    free: dict[tuple[object, ...], Term] = {}

    def leaf(value: Value, operands: tuple[Term, ...]) -> Term:
        place = (value.op, value.attributes, value.operands)
        if place not in free:
            free[place] = terms.variable(f"leaf{len(free)}", value.width)
        return free[place]

    found = translate(terms, [conditions[number] for number in open_ones], leaf)
    # Each with those before it, not with each of them: as many terms as there are conditions.
    before, both = found[conditions[open_ones[0]]], []
    for number in open_ones[1:]:
        here = found[conditions[number]]
        both.append(terms.all_of(before, here))
        before = terms.any_of(before, here)
    options = Options()
    options.set(Option.PRODUCE_MODELS, True)
    solver = Bitwuzla(terms.manager, options)
    solver.assert_formula(terms.truth(terms.any_of(*both)))
    if solver.check_sat() == Result.UNSAT:
        return None
    first, second, *_ = (number for number in open_ones if solver.get_value(found[conditions[number]]).is_bv_value_one())
    return first, second
