"""One body for both readings: a test that asks for `bench` runs with the Python reference and with the compiled C."""

from collections.abc import Callable

import pytest

from elements.reference.machine import Machine as Reference
from swclick.machine import Machine as Compiled
from tests.elements.bench import Bench


@pytest.fixture(params=[Reference, Compiled], ids=["reference", "c"])
def bench(request: pytest.FixtureRequest) -> Callable[..., Bench]:
    """Makes a `Bench` in one reading."""

    def make(configuration: str, inputs: int = 1, outputs: int = 1, *, text: str = "", file: str = "t") -> Bench:
        return Bench(request.param, configuration, inputs, outputs, text, file)

    return make
