"""AXI4-Lite, 32 bits of data wide (AMBA AXI and ACE protocol specification, chapter B1)."""

from __future__ import annotations

from typing import Final

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

OKAY: Final = 0
SLVERR: Final = 2


def axi_lite(address_width: int) -> wiring.Signature:
    """The five channels by their names in the specification, seen from the manager; addresses are bytes."""
    return wiring.Signature(
        {
            "awaddr": Out(address_width),
            "awvalid": Out(1),
            "awready": In(1),
            "wdata": Out(32),
            "wstrb": Out(4),
            "wvalid": Out(1),
            "wready": In(1),
            "bresp": In(2),
            "bvalid": In(1),
            "bready": Out(1),
            "araddr": Out(address_width),
            "arvalid": Out(1),
            "arready": In(1),
            "rdata": In(32),
            "rresp": In(2),
            "rvalid": In(1),
            "rready": Out(1),
        }
    )
