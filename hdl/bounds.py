"""What each tenant is sure of at a place that tenants share: how much it may send there, and how long its next packet waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from hdl.share_turns import QUANTUM
from hdl.turns import Turns

AHEAD: Final = 6
"""Packets that may have been granted before: four that are looked up or wait in the buffer, one that is sent, and the time of one more for
the cycles in which nobody is granted anything."""


@dataclass(frozen=True)
class Service:
    """``rate``: bytes a cycle for a tenant that always has packets of ``longest`` bytes waiting; ``wait``: the most cycles from when a
    packet is the tenant's oldest until it begins, whatever the others do."""

    rate: Fraction
    wait: int


def bytes_to(weights: tuple[int, ...], number: int, other: int, longest: int) -> int:
    """The most bytes that are granted to tenant ``other`` while tenant ``number`` waits for a grant in turns of shares.

    In `hdl.share_turns` a credit is never above the quantum Q times the weight, nor so far below 0 as two longest packets M take it. What
    the other gets while one waits comes out of its credit, and that grows only where the waiting one's does, weight for weight: so it is
    no more than 2 Q w + 2 M (w / v + 1), w being the other's weight and v the waiting one's. `sim.proof.service` proves it of the netlist.
    """
    return 2 * QUANTUM * weights[other] + -(-2 * longest * weights[other] // weights[number]) + 2 * longest


def services(turns: Turns, longest: int, shortest: int, cycles: Callable[[int], int], charge: Callable[[int], int]) -> tuple[Service, ...]:
    """By tenant number, at a place where a packet of so many bytes, from ``shortest`` to ``longest``, takes ``cycles``, and in turns of
    shares is charged ``charge`` bytes."""
    if turns.slot is not None:
        return tuple(_in_slots(turns, turns.slot, number, longest, cycles) for number in range(len(turns.weights)))
    # The most cycles for a byte that is charged.
    worst = max(Fraction(cycles(length), charge(length)) for length in range(shortest, longest + 1))
    most = charge(longest)
    found = []
    for number, weight in enumerate(turns.weights):
        others = [bytes_to(turns.weights, number, other, most) for other in range(len(turns.weights)) if other != number]
        before = sum(others) + AHEAD * most
        share = Fraction(weight, sum(turns.weights))
        found.append(Service(share * longest / (most * worst), -(-before * worst.numerator // worst.denominator)))
    return tuple(found)


def _in_slots(turns: Turns, slot: int, number: int, longest: int, cycles: Callable[[int], int]) -> Service:
    places = [place for place, owner in enumerate(turns.order) if owner == number]
    apart = max((b - a - 1) % len(turns.order) + 1 for a, b in zip(places, [*places[1:], places[0]], strict=True))
    most = cycles(longest)
    sent = len(places) * ((slot - 2) // most) * longest
    # The packet came too late for the rest of one slot, and is the first of the next.
    return Service(Fraction(sent, slot * len(turns.order)), apart * slot + most + 2)
