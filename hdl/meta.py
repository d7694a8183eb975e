"""What is known of a packet inside the data path, before and behind the pipeline."""

from __future__ import annotations

from typing import Final

from amaranth.lib import data

from hdl.composition import META


class Meta(data.StructLayout):
    """The fields of `hdl.composition.META`, each as wide as there; constant over a packet. Owner: the packet's tenant."""

    def __init__(self) -> None:
        super().__init__(dict(META))


SHIM_BYTES: Final = 16
SHIM_ETHERTYPE: Final = 0x88B5
SHIM_VERSION: Final = 1
