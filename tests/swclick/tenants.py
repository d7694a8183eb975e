"""Merged machines that run by themselves, with a time that passes by what they do: each packet of a tenant costs so many ns."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from elements.counter import Counter
from elements.definition.catalogue import class_info
from graph.check import check
from mlclick.design import Source
from mlclick.flow import merge_tenants
from swclick.containers import BOUND, Containers, containers_of
from swclick.live import Clock, Live
from swclick.state_words import state_words

Texts = Mapping[str, tuple[str, str]]
"""By tenant: what its part of the policy says beside who it is, and its Click text."""


def merged(folder: Path, texts: Texts) -> Containers | None:
    """The containers of these tenants, whose files are written to ``folder``."""
    policy = ""
    for number, (name, (said, text)) in enumerate(texts.items()):
        policy += f"[tenants.{name}]\nvlan = {100 + number}\ndevices = {{ eth0 = 0 }}\n{said}\n"
        (folder / f"{name}.click").write_text(text)
    (folder / "policy.toml").write_text(policy)
    design = merge_tenants(Source(tuple(texts), folder))
    return containers_of(design.master, design.policy, check(design.master.graph, class_info))


class Timed:
    """A machine in which time passes by what is counted in elements: ``costs`` are ns for each packet that an element counted, by its name.
    It stops when ``until`` ns have passed."""

    def __init__(
        self,
        folder: Path,
        texts: Texts,
        costs: Mapping[str, int],
        until: int,
        clock: Clock | None = None,
        away: Callable[[int], int] | None = None,
        bound: int = BOUND,
    ) -> None:
        """``away``: the ns that the system took from it until it had worked for so many."""
        self._until, self._away, self._is_over = until, away, False
        self._before = 0
        """What was worked by what packets cost before."""
        self._counted: dict[str, tuple[int, ctypes.c_uint64]] = {}
        found = merged(folder, texts)
        assert found is not None
        containers = replace(found, counter=self._time, spent=None if away is None else self._worked, bound=bound)
        self.live = Live(containers.graph, clock or Clock(1.0), containers=containers)
        self._counted = {name: (cost, self._word(name)) for name, cost in costs.items()}

    def _worked(self) -> int:
        return self._before + sum(cost * counted.value for cost, counted in self._counted.values())

    def _time(self) -> int:
        worked = self._worked()
        if worked >= self._until and not self._is_over:
            self._is_over = True
            self.live.stop()
        return worked if self._away is None else worked + self._away(worked)

    def _word(self, name: str) -> ctypes.c_uint64:
        """Where an element, a Counter, has what it counted."""
        number = self.live.names.index(name)
        states = state_words(self.live.elements[name])
        place = next(place for place, state in enumerate(states) if state.name == Counter.packets.name)
        return ctypes.c_uint64.from_address(self.live.word_address(number, place))

    def cost(self, name: str, cost: int) -> None:
        """From now on a packet costs so many ns there."""
        before, counted = self._counted[name]
        self._before += (before - cost) * counted.value
        self._counted[name] = cost, counted

    def run(self) -> Timed:
        """Until the time has passed."""
        self.live.run_driver()
        return self

    def go_on(self, ns: int) -> Timed:
        """For so many ns more."""
        self._until += ns
        self._is_over = False
        self.live.stop(-1)
        return self.run()

    def read(self, handler: str) -> int:
        """A number that a handler says."""
        return int(self.live.read_handler(handler))
