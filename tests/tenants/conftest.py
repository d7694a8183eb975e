"""One body for both readings: a test that asks for `play` runs with the Python reference and with the compiled C."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.tenants.wires import Seen, through


@pytest.fixture(params=[True, False], ids=["reference", "c"])
def play(request: pytest.FixtureRequest) -> Callable[..., Seen]:
    """Sends frames through a tenant, as `through` does, in one reading."""
    return partial(through, reference=request.param)
