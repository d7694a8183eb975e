"""A design: tenants and policy taken through every pass up to hardware and software that can be built or run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from elements.definition.element import Element
from elements.placement.crossings import Crossing, Placement
from graph.check import Checked
from graph.merge import Master
from graph.model import Graph
from graph.policy import Policy
from hdl.composition import Composition
from partition.plan import Plan, Question

Progress = Callable[[str], None]
"""Told what is being done, a line a pass."""


@dataclass(frozen=True)
class Merged:
    """The tenants' graphs and what they merge to; every class, argument and port has been checked."""

    policy: Policy
    tenants: dict[str, Graph]
    master: Master
    checked: Checked
    elements: dict[str, Element]


@dataclass(frozen=True)
class Split:
    """A plan and both halves that follow from it. ``pinned`` says why the composer sent elements back to software."""

    merged: Merged
    question: Question
    plan: Plan
    placement: Placement
    crossings: tuple[Crossing, ...]
    composition: Composition
    software: Graph
    pinned: dict[str, str]


@dataclass(frozen=True)
class Source:
    """Where tenants are: their names in the order given, and the folder with their files and policy.toml."""

    names: tuple[str, ...]
    folder: Path
