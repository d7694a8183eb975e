"""Long lists of cases of one kind: some of them in the suite, the others in `make heavy`."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def in_short(cases: Iterable[object], every: int = 3) -> list[object]:
    """``cases`` as parameters of a test: the suite has the first of ``every``, and `make heavy` those behind it."""
    return [case if number % every == 0 else _heavy(case) for number, case in enumerate(cases)]


def _heavy(case: object) -> object:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.heavy)
