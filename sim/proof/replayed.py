"""What a step in simulation made of what a solver has against a proof, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TOLD: Final = 3
"""How many of the differences are told."""


@dataclass(frozen=True)
class Differs:
    """A signal that ``was`` one thing in the one copy and another in the other."""

    name: str
    was: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.name} ({self.was[0]:#x} and {self.was[1]:#x})"


@dataclass(frozen=True)
class Replayed:
    """What a step in simulation did: from two states that are ``apart`` only in what others own, it broke ``question`` by ``seen``, if
    that is not empty. ``when``: in which cycle."""

    question: str
    apart: tuple[Differs, ...]
    seen: tuple[Differs, ...]
    when: str

    def __str__(self) -> str:
        if not self.seen:
            return f"the solver's states for {self.question} were put into the simulated netlist, and no difference was seen there"
        begun = f"replayed in simulation: from two states that differ in {_some(self.apart)}"
        return f"{begun}, {_some(self.seen)} differ{'s' if len(self.seen) == 1 else ''} {self.when}"


def _some(found: Sequence[Differs]) -> str:
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    return ", ".join(map(str, found[:_TOLD])) + more


def in_copies(one: Mapping[str, int], two: Mapping[str, int]) -> Iterator[Differs]:
    """What is not the same in both; what is not named is 0."""
    for name in dict.fromkeys((*one, *two)):
        was = one.get(name, 0), two.get(name, 0)
        if was[0] != was[1]:
            yield Differs(name, was)
