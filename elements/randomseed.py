"""RandomSeed([SEED])

Makes what is chosen at random the same in every run, and the same as in Click where it runs with the GNU C library.

It has no ports and sees no packets. Where there is one, rewriters choose ports, numbers and addresses by the C library's random numbers
from this seed on, as Click does; where there is none, by a hash of the flow. Other elements do not ask it.

Arguments:
    SEED: where the random numbers start; if it is not given, nobody can tell.

Handlers:
    seed (read): the seed.
    seed (write): starts from another seed.

Examples:
    RandomSeed(1)
"""

import secrets
from typing import ClassVar

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.reference.machine import Machine

LENGTH, BEHIND, DISCARDED = 31, 28, 310


def first_words(seed: int) -> list[int]:
    """The state of the GNU C library's `random` behind `srandom`, the oldest word first."""
    word = (seed or 1) - ((seed >> 31) << 32)
    words = [word]
    for _ in range(LENGTH - 1):
        high = abs(word) // 127773 * (1 if word >= 0 else -1)
        word = 16807 * (word - high * 127773) - 2836 * high
        word += 2147483647 if word < 0 else 0
        words.append(word)
    words = [each & 0xFFFF_FFFF for each in words]
    words = words[3:] + words[:3]
    for _ in range(DISCARDED):
        words.append(words[0] + words[BEHIND] & 0xFFFF_FFFF)
        del words[0]
    return words


class RandomSeed(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("0/0")
    given = Argument[int | None]("SEED", unsigned32, None)
    words = StateVariable(32, LENGTH)
    at = StateVariable(32)
    seed = StateVariable(32)

    def setup(self) -> None:
        self.start = secrets.randbits(32) if self.given is None else self.given

    def initialize(self, machine: Machine) -> None:
        self._seed(machine.stores[self.name], self.start)

    def _seed(self, state: StateView, seed: int) -> None:
        state.set(self.seed, seed)
        state.set(self.at, 0)
        for place, word in enumerate(first_words(seed)):
            state.set(self.words, word, place)

    def below(self, state: StateView, most: int) -> int:
        """A random number from 0 to ``most``, at most 2**31 - 1, as Click makes it."""
        if most == 1:
            return self._next(state) >> 14 & 1
        share = 0x8000_0000 // (most + 1)
        while (number := self._next(state) // share) > most:
            continue
        return number

    def _next(self, state: StateView) -> int:
        at = state.get(self.at)
        word = state.get(self.words, at) + state.get(self.words, (at + BEHIND) % LENGTH) & 0xFFFF_FFFF
        state.set(self.words, word, at)
        state.set(self.at, (at + 1) % LENGTH)
        return word >> 1

    def c_source(self) -> CSource:
        words = "".join(f"    self->words[{place}] = {word}u;\n" for place, word in enumerate(first_words(self.start)))
        return CSource(
            fields=f"uint32_t words[{LENGTH}], at, seed;",
            initialize=f"{words}    self->seed = {self.start}u;\n",
            state=(("words", "self->words[0]"), ("at", "self->at"), ("seed", "self->seed")),
        )

    @reads("seed")
    def seed_text(self, state: StateView) -> str:
        return str(state.get(self.seed))

    @writes("seed")
    def set_seed(self, state: StateView, text: str) -> None:
        self._seed(state, unsigned32(text.strip()))
