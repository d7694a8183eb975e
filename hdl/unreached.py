"""What simulation cannot reach of a generated core, and why: read beside the holes of coverage. A reason of which there is no hole is
wrong, and fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from hdl.core import Core


@dataclass(frozen=True)
class Reason:
    """``why`` no run reaches the holes of this ``kind`` whose ``module`` and ``what`` (`sim.coverage.Hole`) are, as a whole, these regular
    expressions; of bits those from the ``lowest`` up."""

    kind: Literal["line", "toggle", "function"]
    module: str
    what: str
    why: str
    lowest: int = 0


_COPY: Final = r"(?:_s\d+)?(?:\$\d+)*"
"""A name goes on so where it is a later stage's, or one of several."""
_FEW: Final = 11
"""Bits that count what a run does have: some thousand packets come to no counter in one."""


def reasons_for(core: Core) -> tuple[Reason, ...]:
    """Those for ``core``: of numbers the bits above those that it has a use for."""
    datapath = core.datapath
    ports, crossings = datapath.parameters.ports, max(datapath.edges.values(), default=0)
    numbers = (
        ("tenant", 7, len(datapath.weights) - 1, "tenants have eight bits and are numbered from 0 up"),
        ("edge", 15, crossings, "a tenant's crossings have 16 bits and are numbered from 1 up"),
        ("device", 3, ports - 1, "ports have four bits and are numbered from 0 up"),
        ("port", 3, ports, "ports have four bits and are numbered from 0 up, the host behind the last"),
        ("length", 15, datapath.parameters.max_frame, "a length has 16 bits, and no frame is longer than the card takes"),
    )
    return (
        Reason(
            "toggle",
            ".*",
            rf"(?:.*[._])?(?:peek|look__data|read__data|old|new|v\d+_(?:old|add|slice)){_COPY}\[4[78]:\d+\] stays",
            "the upper bits of a counter of 48 bits, or of a sum with one: a run has not so many packets or bytes",
            _FEW,
        ),
        Reason(
            "toggle",
            ".*",
            rf"(?:port\d+|host)_(?:accepted|malformed|overflow|unknown){_COPY}\[31:\d+\] stays",
            "the upper bits of a port's counter: a run has not so many frames",
            _FEW,
        ),
        *(
            Reason("toggle", ".*", rf"(?:.*[._])?{name}{_COPY}\[{top}(?::\d+)?\] stays", why, most.bit_length())
            for name, top, most, why in numbers
        ),
    )
