"""Values with stages become Amaranth: what a later stage asks for is carried there, short ways by registers, long ones by delay lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.hdl import Value as HdlValue

from elements.program.values import Value
from hdl.delay_line import SHORTEST, DelayLines
from hdl.schedule import Schedule

Leaf = Callable[[Value], HdlValue]


class Lowering:
    """Signals for values, made when they are asked for. ``leaf`` gives the signal of a value from outside, at its own stage."""

    def __init__(self, m: Module, schedule: Schedule, leaf: Leaf) -> None:
        self.m = m
        self.schedule = schedule
        self.leaf = leaf
        self._at: dict[tuple[Value, int], HdlValue] = {}
        self._wanted: dict[Value, dict[int, Signal]] = {}
        self._numbers: dict[Value, int] = {}

    def at(self, value: Value, stage: int) -> HdlValue:
        """``value`` as a signal in ``stage``, which is not before the one where it is made."""
        if value.constant is not None:
            return Const(value.constant, value.width)
        known = self._at.get((value, stage))
        if known is not None:
            return known
        # Metadata is there from the start, whether the composition asks for it or not.
        made = 0 if value.op == "meta" else self.schedule.stage[value]
        if stage < made:
            raise ValueError(f"{value!r} is made in stage {made} and asked for in stage {stage}")
        if stage == made:
            name = _name(self._number(value), value)
            signal = Signal(value.width, name=name)
            self.m.d.comb += signal.eq(self._make(value, stage))
            self._at[value, stage] = signal
            return signal
        if value.op in ("cat", "slice", "zext", "not"):
            # Wires only: carrying the operands on shares their registers with other users.
            moved = self._make(value, stage)
            self._at[value, stage] = moved
            return moved
        register = Signal(value.width, name=f"v{self._number(value)}_{value.op}_s{stage}", reset_less=True)
        self._wanted.setdefault(value, {})[stage] = register
        self._at[value, stage] = register
        self.at(value, made)
        return register

    def finish(self) -> None:
        """Carry what was asked for. Nothing can be asked for afterwards."""
        lines = DelayLines(self.m)
        for value, stages in self._wanted.items():
            here = 0 if value.op == "meta" else self.schedule.stage[value]
            carried = self._at[value, here]
            for stage in sorted(stages):
                if stage - here < SHORTEST:
                    carried = self._shift(value, carried, here, stage - 1)
                    self.m.d.sync += stages[stage].eq(carried)
                else:
                    lines.carry(carried, here, stages[stage], stage)
                here, carried = stage, stages[stage]
        lines.finish()

    def _shift(self, value: Value, carried: HdlValue, start: int, end: int) -> HdlValue:
        """``carried`` from the stage ``start`` to ``end``, by a register each."""
        for stage in range(start + 1, end + 1):
            name = f"v{self._number(value)}_{value.op}_s{stage}"
            register = Signal(value.width, name=name, reset_less=True)
            self.m.d.sync += register.eq(carried)
            carried = register
        return carried

    @property
    def names(self) -> dict[str, Value]:
        """What has been asked for, by what it is called in the stage where it is made."""
        return {_name(number, value): value for value, number in self._numbers.items()}

    def _number(self, value: Value) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def _make(self, value: Value, stage: int) -> HdlValue:
        rule = _RULES.get(value.op)
        if rule is None:
            return self.leaf(value)
        return rule(value, [self.at(operand, stage) for operand in value.operands])


def _name(number: int, value: Value) -> str:
    return f"v{number}_{value.op}"


def below(x: HdlValue, y: HdlValue) -> HdlValue:
    """``x < y``. Against a constant it is a few gates, where synthesis would always make a carry chain."""
    if isinstance(y, Const):
        less: HdlValue = Const(0, 1)
        for bit in range(max(len(x), len(y))):
            zero = ~x[bit] if bit < len(x) else Const(1, 1)
            less = zero | less if y.value >> bit & 1 else zero & less
        return less
    if isinstance(x, Const):
        greater: HdlValue = Const(0, 1)
        for bit in range(max(len(x), len(y))):
            one = y[bit] if bit < len(y) else Const(0, 1)
            greater = one & greater if x.value >> bit & 1 else one | greater
        return greater
    return x < y


_Rule = Callable[[Value, list[HdlValue]], HdlValue]
_RULES: Mapping[str, _Rule] = {
    "add": lambda v, x: x[0] + x[1],
    "sub": lambda v, x: (x[0] - x[1])[: v.width],
    "mul": lambda v, x: x[0] * x[1],
    "and": lambda v, x: x[0] & x[1],
    "or": lambda v, x: x[0] | x[1],
    "xor": lambda v, x: x[0] ^ x[1],
    "not": lambda v, x: (~x[0])[: v.width],
    "eq": lambda v, x: x[0] == x[1],
    "ult": lambda v, x: below(x[0], x[1]),
    "mux": lambda v, x: Mux(x[0], x[1], x[2]),
    "cat": lambda v, x: Cat(*reversed(x)),
    "slice": lambda v, x: x[0][int(v.attributes[0]) : int(v.attributes[0]) + v.width],
    "zext": lambda v, x: Cat(x[0], Const(0, v.width - len(x[0]))),
    "shl": lambda v, x: (Cat(x[0], Const(0, max(0, v.width - len(x[0])))) << x[1])[: v.width],
    "shr": lambda v, x: x[0] >> x[1],
}
