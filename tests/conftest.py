"""What every test can ask for: texts that are kept in files beside the tests, and rewritten by `pytest --update-golden`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlclick.garbage import search_seldom

Golden = Callable[[Path, str], None]
"""Compares a text with the file that keeps it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what the tests find instead of comparing it; read the difference before it is committed."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


def pytest_configure() -> None:
    """Tests run as the command line does."""
    search_seldom()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, beside all the others: at the end one process would be left alone with it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a golden file, or writes the file where that is asked for."""
    update = bool(request.config.getoption("--update-golden"))

    def compare(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is not there; write it with pytest --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return compare
