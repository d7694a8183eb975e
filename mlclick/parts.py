"""What is proved of the parts of a packet's way through a core, each once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from hdl.core import Core
from hdl.datapath import Datapath
from hdl.tools.verilog import to_verilog
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


class Parts:
    """Of ``core``; results are by the names that each proof gives. Where a part is set before it is asked for, it is that."""

    def __init__(self, core: Core) -> None:
        self.core: Final = core
        self.datapath: Final[Datapath] = core.datapath

    @cached_property
    def netlist(self) -> Netlist:
        """The core's."""
        return read_netlist(to_verilog(self.core, "core"), "core")

    @cached_property
    def counted(self) -> Mapping[str, Result]:
        """Of the wires that come in, and of their counters."""
        return prove_counted(self.core, self.netlist)

    @cached_property
    def arrivals(self) -> Mapping[str, Result]:
        """Of the ways in."""
        return prove_arrivals(self.datapath)

    @cached_property
    def stores(self) -> Mapping[str, Result]:
        """Of the stores of the ways in and out."""
        return prove_stores(self.datapath)

    @cached_property
    def readers(self) -> Mapping[str, Result]:
        """Of whoever reads a store, the arbiter and the ways out: that each word is read once."""
        return prove_timed_readers(self.datapath) if self.datapath.parameters.strict else prove_readers(self.datapath)

    @cached_property
    def sent(self) -> Mapping[str, Result]:
        """Of the same, what they send."""
        return prove_noted(self.datapath)

    @cached_property
    def joints(self) -> Result:
        """Of the core, that its ways in, the arbiter and the collector are joined as they are proved."""
        return prove_joints(self.datapath, self.netlist)

    @cached_property
    def growth(self) -> Result:
        """Of the pipeline, when a packet leaves it, and how long that is."""
        return prove_growth(self.datapath.pipeline, self.datapath.arbiter.max_frame)

    @cached_property
    def delivery(self) -> Result:
        """Of the way from the arbiter to the stores of the ways out."""
        return prove_delivery(self.datapath)

    @cached_property
    def edited(self) -> Result:
        """Of the editor on it, what it sends."""
        return prove_edited(self.datapath)

    @cached_property
    def ports(self) -> Mapping[str, Result]:
        """Of the core's streams and of its bus."""
        return prove_ports(self.core, self.netlist)
