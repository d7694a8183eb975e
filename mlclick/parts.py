"""What is proved of the parts of a packet's way through a core, each once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from time import monotonic
from typing import Final, TypeVar

from hdl.core import Core
from hdl.datapath import Datapath
from sim.plain_text import plain_text
from sim.proof.arrivals import prove_arrivals
from sim.proof.counted import prove_counted
from sim.proof.delivery import prove_delivery
from sim.proof.edited import prove_edited
from sim.proof.growth import prove_growth
from sim.proof.joints import prove_joints
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result
from sim.proof.noted import prove_noted
from sim.proof.ports import prove_ports
from sim.proof.readers import prove_readers
from sim.proof.stores import prove_stores
from sim.proof.timed_readers import prove_timed_readers

T = TypeVar("T")


class Parts:
    """Of ``core``; results are by the names that each proof gives. Where a part is set before it is asked for, it is that."""

    def __init__(self, core: Core) -> None:
        self.core: Final = core
        self.datapath: Final[Datapath] = core.datapath
        self.seconds: Final[dict[str, float]] = {}
        """How long each part took, by its name here."""

    def _timed(self, name: str, prove: Callable[[], T]) -> T:
        begun = monotonic()
        found = prove()
        self.seconds[name] = monotonic() - begun
        return found

    @cached_property
    def netlist(self) -> Netlist:
        """The core's."""
        return read_netlist(plain_text(self.core), "core")

    @cached_property
    def counted(self) -> Mapping[str, Result]:
        """Of the wires that come in, and of their counters."""
        return self._timed("counted", lambda: prove_counted(self.core, self.netlist))

    @cached_property
    def arrivals(self) -> Mapping[str, Result]:
        """Of the ways in."""
        return self._timed("arrivals", lambda: prove_arrivals(self.datapath))

    @cached_property
    def stores(self) -> Mapping[str, Result]:
        """Of the stores of the ways in and out."""
        return self._timed("stores", lambda: prove_stores(self.datapath))

    @cached_property
    def readers(self) -> Mapping[str, Result]:
        """Of whoever reads a store, the arbiter and the ways out: that each word is read once."""
        prove = prove_timed_readers if self.datapath.parameters.strict else prove_readers
        return self._timed("readers", lambda: prove(self.datapath))

    @cached_property
    def sent(self) -> Mapping[str, Result]:
        """Of the same, what they send."""
        return self._timed("sent", lambda: prove_noted(self.datapath))

    @cached_property
    def joints(self) -> Result:
        """Of the core, that its ways in, the arbiter and the collector are joined as they are proved."""
        return self._timed("joints", lambda: prove_joints(self.datapath, self.netlist))

    @cached_property
    def growth(self) -> Result:
        """Of the pipeline, when a packet leaves it, and how long that is."""
        return self._timed("growth", lambda: prove_growth(self.datapath.pipeline, self.datapath.arbiter.max_frame))

    @cached_property
    def delivery(self) -> Result:
        """Of the way from the arbiter to the stores of the ways out."""
        return self._timed("delivery", lambda: prove_delivery(self.datapath))

    @cached_property
    def edited(self) -> Result:
        """Of the editor on it, what it sends."""
        return self._timed("edited", lambda: prove_edited(self.datapath))

    @cached_property
    def ports(self) -> Mapping[str, Result]:
        """Of the core's streams and of its bus."""
        return self._timed("ports", lambda: prove_ports(self.core, self.netlist))
