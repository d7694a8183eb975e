"""What is looked after before a command of many minutes begins."""

from __future__ import annotations

from pathlib import Path

from graph.diagnostics import fail
from hdl.tools.cache import cache_folder
from mlclick.run import make_folder


def prepare(*folders: Path) -> None:
    """Make what a command of many minutes writes to, before it begins. Errors: `ClickError`."""
    for folder in folders:
        make_folder(folder)
    try:
        cache_folder()
    except OSError as error:
        fail(f"cannot make or write the cache: {error}", "set MLCLICK_CACHE to a folder that can be written")
