"""The same claim by another way, for trust: two free copies of the design, what is equal in them as a hypothesis, and the solver z3.

`sim.proof.relation` puts what is equal in the place of the second copy's own, folds, and asks bitwuzla. Here nothing is put in the place
of anything, terms are translated anew, and stores are functions of which the solver knows the equations: only the terms of the design and
the relation are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import z3

from elements.program.combine import walk
from elements.program.values import Value
from sim.proof.relation import Memory, Part, Problem
from sim.proof.terms import symbol

Formula = Any
"""A term of z3, which brings no types."""


Store = Callable[[Formula], Formula]
"""A word by its address."""


def _fitted(term: Formula, width: int) -> Formula:
    return z3.ZeroExt(width - term.size(), term) if term.size() < width else term


def _arithmetic(rule: Callable[[Formula, Formula], Formula]) -> Callable[[Value, list[Formula]], Formula]:
    return lambda value, x: rule(_fitted(x[0], value.width), _fitted(x[1], value.width))


def _compared(rule: Callable[[Formula, Formula], Formula]) -> Callable[[Value, list[Formula]], Formula]:
    def meaning(_: Value, x: list[Formula]) -> Formula:
        width = max(x[0].size(), x[1].size())
        return z3.If(rule(_fitted(x[0], width), _fitted(x[1], width)), z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))

    return meaning


def _shifted(rule: Callable[[Formula, Formula], Formula]) -> Callable[[Value, list[Formula]], Formula]:
    def meaning(value: Value, x: list[Formula]) -> Formula:
        width = max(value.width, x[0].size(), x[1].size())
        return z3.Extract(value.width - 1, 0, rule(_fitted(x[0], width), _fitted(x[1], width)))

    return meaning


_MEANING: Final[Mapping[str, Callable[[Value, list[Formula]], Formula]]] = {
    "const": lambda value, _: z3.BitVecVal(int(value.attributes[0]), value.width),
    "add": _arithmetic(lambda a, b: a + b),
    "sub": _arithmetic(lambda a, b: a - b),
    "mul": _arithmetic(lambda a, b: a * b),
    "and": _arithmetic(lambda a, b: a & b),
    "or": _arithmetic(lambda a, b: a | b),
    "xor": _arithmetic(lambda a, b: a ^ b),
    "not": lambda _, x: ~x[0],
    "eq": _compared(lambda a, b: a == b),
    "ult": _compared(z3.ULT),
    "mux": lambda value, x: z3.If(x[0] == 1, _fitted(x[1], value.width), _fitted(x[2], value.width)),
    "cat": lambda _, x: z3.Concat(*x) if len(x) > 1 else x[0],
    "slice": lambda value, x: z3.Extract(int(value.attributes[0]) + value.width - 1, int(value.attributes[0]), x[0]),
    "zext": lambda value, x: _fitted(x[0], value.width),
    "shl": _shifted(lambda a, b: a << b),
    "shr": _shifted(z3.LShR),
}


def check_again(problem: Problem) -> list[str]:
    """What does not follow, by the names that `sim.proof.relation.check` gives it."""
    return _Second(problem).run()


def _translate(roots: list[Value], state: Mapping[str, Formula], stores: Mapping[str, Store], ending: str) -> dict[Value, Formula]:
    """The formula of every value under ``roots``; what is neither a variable nor a store is a function of its copy, of which nothing is
    known."""
    found: dict[Value, Formula] = {}
    for value in walk(roots):
        operands, name = [found[operand] for operand in value.operands], "/".join(map(str, value.attributes))
        if value.op == "meta":
            found[value] = state[name]
        elif value.op != "found":
            found[value] = _MEANING[value.op](value, operands)
        elif name in stores:
            found[value] = stores[name](operands[0])
        else:
            found[value] = z3.Function(name + ending, *(each.sort() for each in operands), z3.BitVecSort(value.width))(*operands)
    return found


class _Copy:
    """One copy of the design: ``now`` are the formulas of values in this cycle, ``later`` those of conditions in the next, and ``first``
    those in the first."""

    def __init__(self, problem: Problem, ending: str, stores: Mapping[str, Store]) -> None:
        conditions = [*problem.invariants.values(), *(part.when for parts in problem.parts.values() for part in parts)]
        roots = [*conditions, *problem.following.values(), *problem.presumed.values()]
        roots += [value for pair in problem.shown.values() for value in pair]
        roots += [value for memory in problem.memories.values() for value in (memory.enable, memory.address, memory.data)]
        free = {name: z3.BitVec(name + ending, width) for name, width in problem.widths.items()}
        self.now = _translate([*roots, *(symbol(name, width) for name, width in problem.widths.items())], free, stores, ending)
        step = {name: self.now[value] for name, value in problem.following.items()}
        self.later = _translate(conditions, {n: step.get(n, z3.BitVec(f"{n}{ending}+", w)) for n, w in problem.widths.items()}, {}, ending)
        begun = _translate(list(problem.initial.values()), free, {}, ending)
        begin = {n: begun[problem.initial[n]] if n in problem.initial else z3.BitVecVal(0, w) for n, w in problem.widths.items()}
        self.first = _translate(conditions, begin, {}, ending)


class _Second:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        mine, theirs = dict[str, Store](), dict[str, Store]()
        for name, memory in problem.memories.items():
            mine[name], theirs[name] = _stores(name, memory, problem.widths)
        self.one, self.two = _Copy(problem, "", mine), _Copy(problem, "'", theirs)

    def run(self) -> list[str]:
        """Every claim that the solver finds something against. It is asked about all that are left at once, and those go that what it finds
        is against, until it finds nothing: a solver that is asked once is quicker by far than one that is to be asked again."""
        claims, facts = self._claims(), self._facts()
        left, wrong = dict(claims), set[str]()
        while left:
            solver = z3.SolverFor("QF_UFBV")
            solver.add(*facts, z3.Not(z3.And(*left.values())))
            found = solver.check()
            if found == z3.unsat:
                break
            if found != z3.sat:
                raise RuntimeError(f"z3 gives up: {solver.reason_unknown()}")
            model = solver.model()
            against = {name for name, claim in left.items() if z3.is_false(model.eval(claim, model_completion=True))}
            if not against:
                raise RuntimeError("z3 finds something against the claims together, and against none of them")
            wrong |= against
            left = {name: claim for name, claim in left.items() if name not in against}
        return [f"{name} does not follow" for name in claims if name in wrong]

    def _facts(self) -> list[Formula]:
        p, one, two = self.problem, self.one, self.two
        found = [copy.now[value] == 1 for copy in (one, two) for value in (*p.invariants.values(), *p.presumed.values())]
        for name, parts in p.parts.items():
            for part in parts:
                whole = symbol(name, p.widths[name])
                found.append(one.now[part.when] == two.now[part.when])
                found.append(z3.Implies(one.now[part.when] == 1, _piece(one, whole, part) == _piece(two, whole, part)))
        return found

    def _claims(self) -> dict[str, Formula]:
        p, one, two = self.problem, self.one, self.two
        found = {f"{name} at first": one.first[value] == 1 for name, value in p.invariants.items()}
        found |= {f"{name}, a cycle later": one.later[value] == 1 for name, value in p.invariants.items()}
        for name, parts in p.parts.items():
            for part in parts:
                when = part.when
                found[f"the condition of {name}[{part.low}+{part.width}], a cycle later, in both copies"] = (
                    one.later[when] == two.later[when]
                )
                if name in p.following:
                    equal = _piece(one, p.following[name], part) == _piece(two, p.following[name], part)
                    found[f"{p.called.get(name, name)}[{part.low}+{part.width}]"] = z3.Implies(one.later[when] == 1, equal)
        for name, (when, value) in p.shown.items():
            found[f"output {name}"] = z3.Implies(one.now[when] == 1, one.now[value] == two.now[value])
        return found | {f"memory {name}": self._kept(memory) for name, memory in p.memories.items()}

    def _kept(self, memory: Memory) -> Formula:
        """Any word that is to be equal is written in both copies, and alike, or in neither."""
        word = z3.BitVec("any word", memory.address.width)
        here, there = (z3.And(copy.now[memory.enable] == 1, copy.now[memory.address] == word) for copy in (self.one, self.two))
        alike = z3.Implies(here, self.one.now[memory.data] == self.two.now[memory.data])
        return z3.Implies(_in_segment(memory, self.problem.widths)(word), z3.And(here == there, alike))


def _piece(copy: _Copy, value: Value, part: Part) -> Formula:
    return z3.Extract(part.low + part.width - 1, part.low, copy.now[value])


def _in_segment(memory: Memory, widths: Mapping[str, int]) -> Callable[[Formula], Formula]:
    """Whether an address is one at which the copies are equal."""
    word = symbol("any word", memory.address.width)
    condition = memory.segment(word)
    free = {name: z3.BitVec(name, width) for name, width in widths.items()}
    return lambda at: _translate([condition], {**free, "any word": at}, {}, "")[condition] == 1


def _stores(name: str, memory: Memory, widths: Mapping[str, int]) -> tuple[Store, Store]:
    """In both copies a function of the address; in the second the first's, where they are equal."""
    address, data = z3.BitVecSort(memory.address.width), z3.BitVecSort(memory.data.width)
    mine, other = z3.Function(name, address, data), z3.Function(name + "'", address, data)
    inside = _in_segment(memory, widths)
    return mine, lambda at: z3.If(inside(at), mine(at), other(at))
