"""That what one part of the way in front of the pipeline gives is what the next one takes, in the netlist of the whole core: the very same
nets, by both sides' names for them. The proofs of the parts are of blocks by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from hdl.datapath import Datapath
from sim.proof.claims import NoSuchNet
from sim.proof.netlist import Bit, Netlist
from sim.proof.noninterference import Result


def prove_joints(datapath: Datapath, netlist: Netlist) -> Result:
    """Between each way in, its store and the arbiter, and between that and the collector, in a core's ``netlist``. Errors: `NoSuchNet` for
    a netlist of another design."""
    pairs = [*_pairs(datapath, netlist)]
    wrong = [f"{one} is not the same net as {other}" for one, other in pairs if _net(netlist, one) != _net(netlist, other)]
    return Result(len(pairs), wrong)


def _pairs(datapath: Datapath, netlist: Netlist) -> Iterator[tuple[str, str]]:
    reading = [*datapath.ingresses[0].read.signature.members]
    for port in range(datapath.egresses):
        way = f"datapath.ingress{port}"
        for name in reading:
            yield f"{way}.store.read__{name}", f"{way}.read__{name}"
            yield f"{way}.read__{name}", f"datapath.arbiter.store{port}__{name}"
    for name in ("valid", "payload.data", "payload.last", "payload.meta"):
        one, other = f"datapath.arbiter.source__{name}", f"datapath.collector.sink__{name}"
        # What the collector does not look at (the end of a packet, where a header is within one beat) the netlist does not have.
        if name != "payload.last" or one in netlist.names or other in netlist.names:
            yield one, other
    yield "datapath.arbiter.first", "datapath.collector.first"
    if datapath.parameters.strict:
        yield "datapath.arbiter.begins", "datapath.collector.begins"


def _net(netlist: Netlist, name: str) -> tuple[Bit, ...]:
    if name not in netlist.names:
        raise NoSuchNet(f"the proof speaks of the net {name}, which the netlist does not have")
    return netlist.names[name]
