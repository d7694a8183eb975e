"""What each pass makes of small files, kept beside them: what they flatten to, and what tenants are merged to.

Stock Click's own tools give the same elements, configurations and connections for every file in golden/flatten. In shadowed.click, though,
its tools and its driver differ, and the driver is followed. The driver also accepts the merged file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.load import load, load_text
from graph.merge import merge
from graph.policy import read_policy
from graph.print_click import print_graph

FOLDER = Path(__file__).parent / "golden"
FILES = sorted((FOLDER / "flatten").glob("*.click"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_flattening(path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(path.with_suffix(".flat"), print_graph(load(path)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_flat_is_parsed_and_printed_as_it_is(path: Path) -> None:
    flat = path.with_suffix(".flat").read_text(encoding="utf-8")
    assert print_graph(load_text(flat, "flat")) == flat


def test_merging(golden: Callable[[Path, str], None]) -> None:
    folder = FOLDER / "merge"
    policy = read_policy(folder / "policy.toml")
    tenants = {name: load(tenant.click, name) for name, tenant in policy.tenants.items()}
    text = print_graph(merge(tenants, policy).graph)
    golden(folder / "merged.flat", text)
    assert print_graph(load_text(text, "merged")) == text
