"""RandomSample([P, SAMPLE, DROP, ACTIVE])

Sends packets to output 0 with probability P; the others leave by output 1, or are dropped where it is not in use.

The choice is Marsaglia's 32-bit xorshift generator (13, 17, 5), one step a packet, of which the upper 28 bits are compared with P. Each
element has its own, started from 2463534242 (in Click, all elements share one), so what it chooses depends on how many packets came to
it and on nothing else: a run can be repeated, and nobody learns of others' packets. P cannot be changed while the machine runs.

Arguments:
    P: a number from 0 to 1.
    SAMPLE: another name of P.
    DROP: the probability of not being chosen, in the place of P.
    ACTIVE: whether packets are chosen; where it is false, all go to output 0. True if not given.

Handlers:
    active (read): whether packets are chosen.
    drop_prob (read): the probability of not being chosen.
    drops (read): packets that were not chosen.
    sampling_prob (read): the probability of being chosen.
    seed (read): the generator's number, which the next choice comes from.
    seed (write): sets that, to 1 or more.

Examples:
    RandomSample(0.5)
    RandomSample(SAMPLE 0.01)
    RandomSample(DROP .25)
    RandomSample(0)
    RandomSample(1)
    RandomSample(0.1, ACTIVE false)
"""

from fractions import Fraction
from typing import Final

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, integer, probability
from elements.definition.ports import Ports
from elements.program.combine import shift_left, shift_right
from elements.program.packet import Packet
from elements.program.values import Value, part

SEED: Final = 2463534242
FRACTION: Final = 28
"""Bits of a probability, as in Click."""
_seed = integer(1, 0xFFFF_FFFF)


def _fixed_point(text: str) -> int:
    """A probability in units of 2**-28, rounded."""
    probability(text)
    return round(Fraction(text) * (1 << FRACTION))


class RandomSample(Element):
    ports = Ports("1/1-2", "a/ah")
    share = Argument[int | None]("P", _fixed_point, None)
    sample = Argument[int | None]("SAMPLE", _fixed_point, None, position=False)
    drop = Argument[int | None]("DROP", _fixed_point, None, position=False)
    active = keyword("ACTIVE", boolean, True)
    generator = StateVariable(32, initial=SEED)
    passed_over = StateVariable(32)

    def setup(self) -> None:
        turned = None if self.drop is None else (1 << FRACTION) - self.drop
        given = [each for each in (self.share, self.sample, turned) if each is not None]
        if len(given) != 1:
            raise ValueError("one of P, SAMPLE and DROP is wanted")
        self.chosen = given[0]

    def program(self, p: Packet) -> None:
        if not self.active:
            p.output(0)
            return
        number = p.read(self.generator)
        p.write(self.generator, following(number))
        with p.when(part(number, 32 - FRACTION, FRACTION) < self.chosen):
            p.output(0)
        p.write(self.passed_over, p.read(self.passed_over) + 1)
        if self.outputs > 1:
            p.output(1)
        p.drop()

    @reads("sampling_prob")
    def sampling_text(self, state: StateView) -> str:
        return _decimal(self.chosen)

    @reads("drop_prob")
    def drop_text(self, state: StateView) -> str:
        return _decimal((1 << FRACTION) - self.chosen)

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return str(self.active).lower()

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.passed_over))

    @reads("seed")
    def seed_text(self, state: StateView) -> str:
        return str(state.get(self.generator))

    @writes("seed")
    def set_seed(self, state: StateView, text: str) -> None:
        state.set(self.generator, _seed(text.strip()))


def following(number: Value) -> Value:
    """The generator's number after ``number`` (32 bits)."""
    number = number ^ shift_left(number, 13, 32)
    number = number ^ shift_right(number, 17)
    return number ^ shift_left(number, 5, 32)


def _decimal(units: int) -> str:
    return f"{units / (1 << FRACTION):.9f}".rstrip("0").removesuffix(".")
