"""Packet programs made at random: every operation, table kind, layer and effect, also those that no element uses yet."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from elements.program.combine import shift_left, shift_right
from elements.program.packet import Packet
from elements.program.program import ANNOTATIONS, LAYERS, Layer, Program, State, Table
from elements.program.rules import check_program
from elements.program.values import Value, cat, const, extend, mux, part

WIDEST: Final = 64
"""Bits of the widest value that is made on."""
STEPS: Final = 40
"""Operations of each half of a program, before what rests on none of its effects falls away."""


def random_program(seed: int) -> Program:
    """The legal program of this seed, with two outputs."""
    return _Maker(random.Random(seed)).made()


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.packet = Packet(2)
        self.layer: Layer = rng.choice(LAYERS)
        self.values: list[Value] = []

    def made(self) -> Program:
        p, rng = self.packet, self.rng
        self.values += [p.load(layer, rng.randrange(24)) for layer in LAYERS for _ in range(4)]
        self.values += [p.has(rng.randrange(70), layer) for layer in LAYERS] + [p.length_from(layer) for layer in LAYERS]
        self.values += [p.annotation(name) for name in ANNOTATIONS] + [p.now, const(rng.getrandbits(12), 12)]
        single, several = State("single", rng.randrange(1, 49)), State("several", rng.randrange(1, 33), 5, 1)
        self.values.append(p.read(single))
        for table in _tables(rng):
            self.values += p.lookup(table, self._of_width(table.key_width))
        self._operate()
        with p.when(self._bit()):
            p.write(single, self._pick())
        # One update may rest on the other variable, but not each on the other: hardware has no stage for that.
        index = self._of_width(3)
        self.values.append(p.read(several, index))
        self._operate()
        p.write(several, self._pick(), index)
        for _ in range(3):
            with p.when(self._bit()):
                p.store(self.layer, rng.randrange(16), self._of_width(8))
        for name in rng.sample(sorted(ANNOTATIONS), 3):
            p.annotate(name, self._pick())
        p.take(self._of_width(rng.choice((6, 10))))
        self._leave()
        return check_program(p.finish())

    def _operate(self) -> None:
        for _ in range(STEPS):
            self.values.append(self._operation())

    def _leave(self) -> None:
        """One way that moves headers, one that does not; what is left is dropped."""
        p, rng = self.packet, self.rng
        with p.when(self._bit()):
            if self.layer == "data":
                p.pull(rng.randrange(20))
                p.push(rng.randrange(28))
                p.set_network(rng.randrange(30))
            p.output(1)
        with p.when(self._bit()):
            p.output(0)
        p.drop()

    def _pick(self) -> Value:
        # What was made last is made on most, so that programs are deep.
        return self.values[-1 - min(int(self.rng.expovariate(0.06)), len(self.values) - 1)]

    def _of_width(self, width: int) -> Value:
        value = self._pick()
        return part(value, 0, width) if value.width >= width else extend(value, width)

    def _bit(self) -> Value:
        return self._pick().any()

    def _operation(self) -> Value:
        a, b = self._pick(), self._pick()
        choices: list[Callable[[], Value]] = [
            lambda: a + b,
            lambda: a - b,
            lambda: part(a, 0, 20) * part(b, 0, 20),
            lambda: a & b,
            lambda: a | b,
            lambda: a ^ b,
            lambda: ~a,
            lambda: a.equals(b),
            lambda: a < b,
            lambda: mux(self._bit(), a, b),
            lambda: cat(a, b),
            lambda: part(a, self.rng.randrange(a.width), self.rng.randrange(1, a.width + 1)),
            lambda: shift_left(a, part(b, 0, 7), self.rng.randrange(1, WIDEST)),
            lambda: shift_right(a, part(b, 0, 7)),
        ]
        made = self.rng.choice(choices)()
        return part(made, 0, WIDEST) if made.width > WIDEST else made


def _tables(rng: random.Random) -> list[Table]:
    prefixes = [(rng.getrandbits(32), rng.choice((0, 1, 3, 8, 9, 31, 32))) for _ in range(12)]
    lpm = {(key >> 32 - length << 32 - length, length): rng.getrandbits(6) for key, length in prefixes}
    return [
        Table("routes", "lpm", 32, 6, tuple((key, length, value) for (key, length), value in lpm.items())),
        Table("names", "exact", 8, 5, tuple((key, 0, rng.getrandbits(5)) for key in rng.sample(range(256), 40))),
        Table(
            "rules",
            "ternary",
            16,
            4,
            tuple((rng.getrandbits(16), rng.getrandbits(16) & rng.getrandbits(16), rng.getrandbits(4)) for _ in range(9)),
        ),
    ]
