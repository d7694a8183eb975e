"""A tenant whose router another has too costs next to nothing more: what they compute alike is one logic. How many LUTs that
is, the README's `mlclick bench a,b,a2` says (`test_readme.py`).
"""

from pathlib import Path

from elements.program.combine import walk
from hdl.composition import Composition
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split

TENANTS = Path(__file__).parents[2] / "tenants"


def composed(*names: str) -> Composition:
    merged = merge_tenants(Source(names, TENANTS))
    return split(merged, rates_of(merged, None)).composition


def test_a_second_copy_of_a_router_shares_the_first_one_s_logic() -> None:
    without, beside = composed("a", "b"), composed("a", "b", "a2")
    operations = [sum(1 for _ in walk(composition.roots())) for composition in (without, beside)]
    assert operations[0] < operations[1] < 1.1 * operations[0]
    assert len(beside.banks) == len(without.banks)
    assert len(beside.engines) == len(without.engines) == 1
    assert beside.header_bytes == without.header_bytes
