"""What a solver is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from elements.definition.element import Element
from graph.check import Checked
from graph.merge import Master
from graph.policy import Policy
from partition.cost import Cost
from partition.rates import Rates


@dataclass(frozen=True)
class Question:
    """A master graph with all that bears on its cut. ``software`` gives for each element that must be software the reason; ``pins`` are
    the operator's own wishes, name → in hardware."""

    master: Master
    checked: Checked
    elements: Mapping[str, Element]
    costs: Mapping[str, Cost]
    rates: Rates
    policy: Policy
    software: Mapping[str, str]
    pins: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A placement: the elements in ``hardware``; ``host_ns`` a packet offered; ``luts`` and ``ffs`` with alike elements counted once,
    ``bram_bits``; ``crossings``: packets across either way for one offered; ``optimal`` where the solver proved it, ``gap`` what it left.
    """

    hardware: frozenset[str]
    host_ns: float
    luts: int
    ffs: int
    bram_bits: int
    crossings: float
    optimal: bool
    gap: float
    solver: str
