"""What a step in simulation made of what a solver has against a proof, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TOLD: Final = 3
"""How many of the differences are told."""
_SHORT: Final = 32
"""Up to how many bits a value has that is told whole."""


@dataclass(frozen=True)
class Differs:
    """A signal that ``was`` one thing in the one copy and another in the other. ``whose``: the tenant's, where it is one's."""

    name: str
    was: tuple[int, int]
    whose: int | None = None

    def told(self, tenants: Sequence[str]) -> str:
        """In words; of what is wide, the bits that differ."""
        name = self.name if self.whose is None else f"{tenants[self.whose]}'s {self.name}"
        one, two = self.was
        differing = one ^ two
        low, high = (differing & -differing).bit_length() - 1, differing.bit_length() - 1
        if max(one, two) >> _SHORT and high - low < _SHORT:
            return f"{name}[{high}:{low}] ({_bits(one, low, high):#x} and {_bits(two, low, high):#x})"
        return f"{name} ({one:#x} and {two:#x})"


def _bits(value: int, low: int, high: int) -> int:
    return value >> low & (1 << high - low + 1) - 1


@dataclass(frozen=True)
class Replayed:
    """What a step in simulation did: from two states that are ``apart`` only in what others than the ``victim`` own, it broke ``question``
    by ``seen``, if that is not empty. ``when``: in which cycle. ``allowed``: whether the states are such as the proof speaks of, and what
    it says to be alike differs in its own terms too: what is no such state proves nothing, whatever is seen."""

    question: str
    victim: int
    apart: tuple[Differs, ...]
    seen: tuple[Differs, ...]
    when: str
    allowed: bool

    @property
    def holds(self) -> bool:
        """Whether it is a counterexample, and was seen to be one."""
        return self.allowed and bool(self.seen)

    def told(self, tenants: Sequence[str]) -> str:
        """In words, with the names of ``tenants``."""
        if not self.seen:
            return f"not replayed: from the solver's states for {self.question}, both copies do the same in simulation"
        if not self.allowed:
            return f"not replayed: the states for {self.question} are none from which the proof says that both copies do the same"
        mine = tenants[self.victim]
        begun = f"replayed in simulation for {self.question}: two states that differ in {_some(self.apart, tenants)} differ {self.when} "
        return f"{begun}in what is {mine}'s: {_some(self.seen, tenants)}"


def _some(found: Sequence[Differs], tenants: Sequence[str]) -> str:
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    return ", ".join(each.told(tenants) for each in found[:_TOLD]) + more


def in_copies(one: Mapping[str, int], two: Mapping[str, int], whose: Mapping[str, int] | None = None) -> Iterator[Differs]:
    """What is not the same in both, and ``whose`` it is, where that is known; what is not named is 0."""
    for name in dict.fromkeys((*one, *two)):
        was = one.get(name, 0), two.get(name, 0)
        if was[0] != was[1]:
            yield Differs(name, was, (whose or {}).get(name))
