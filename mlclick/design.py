"""A design: tenants and policy taken through every pass up to hardware and software that can be built or run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elements.definition.element import Element
from elements.placement.crossings import Crossing, Placement
from graph.check import Checked
from graph.diagnostics import Location, fail
from graph.merge import Master
from graph.model import Graph
from graph.policy import Policy
from hdl.composition import Composition
from partition.plan import Plan, Question
from sim.evidence import Mode

WIDTHS: Final = (64, 128, 256, 512, 1024)
"""Bits of a data path."""
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
    """Where tenants are: their names in the order given, and the folder with their files and policy.toml; and the ``mode`` in which their
    machine is wanted, where it is not the policy's."""

    names: tuple[str, ...]
    folder: Path
    mode: Mode | None = None


def source_of(tenants: str, folder: Path) -> Source:
    """The tenants that a command is given, with commas between them. Errors: `ClickError` for an empty name and for one that is there
    twice."""
    names = tuple(tenants.split(","))
    here = Location(None, "<command line>", 1, 1)
    if not all(names):
        fail(f"no tenant has an empty name: {tenants!r}", "write names with commas between them: a,b", here)
    for place, name in enumerate(names):
        if name in names[:place]:
            fail(f"tenant {name} is named twice: {tenants!r}", "name each tenant once", here)
    return Source(names, folder)
