"""Defects planted in the generator, each of which a named check has to catch."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """``old`` becomes ``new`` in the source of ``method`` of the class ``owner`` in ``module``; of a function where that is empty.

    ``check`` is what has to catch it (`mlclick.mutants.caught.caught_by`); a crash, or a design that cannot be made, is no catch.
    """

    name: str
    check: str
    module: str
    owner: str
    method: str
    old: str
    new: str


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The defect is there inside. Errors: ``ValueError`` for a mutant whose ``old`` is not once in the method, or that changes nothing."""
    module = importlib.import_module(mutant.module)
    sound = vars(getattr(module, mutant.owner) if mutant.owner else module)[mutant.method]
    method, whole = inspect.getsource(sound), inspect.getsource(module)
    times = method.count(mutant.old)
    if times != 1:
        where = f"{mutant.method} of {mutant.owner or mutant.module}"
        raise ValueError(f"the mutant {mutant.name!r} cannot be planted: {mutant.old!r} is {times} times in {where}, not once")
    # The method's own place in the module: lines before it, and then its text.
    start = sum(map(len, whole.splitlines(keepends=True)[: sound.__code__.co_firstlineno - 1]))
    source = whole[:start] + method.replace(mutant.old, mutant.new) + whole[start + len(method) :]
    changed: dict[str, Any] = {"__name__": mutant.module}
    exec(compile(source, f"{mutant.module} ({mutant.name})", "exec"), changed)
    broken = (vars(changed[mutant.owner]) if mutant.owner else changed)[mutant.method]
    # Others may have the function by its name, so that it has to change in its place.
    kept = sound.__code__
    if broken.__code__ == kept:
        raise ValueError(f"the mutant {mutant.name!r} changes nothing of {mutant.method}")
    sound.__code__ = broken.__code__
    try:
        yield
    finally:
        sound.__code__ = kept
