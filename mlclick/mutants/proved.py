"""Checks that are proofs of the small design."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from boards.netfpga.prove_lengths import prove_lengths
from hdl.tools.verilog import to_verilog
from mlclick.mutants.bench import Bench
from mlclick.parts import Parts
from mlclick.prove_whole import links_of, put_together
from sim.proof.arrivals import prove_arrivals
from sim.proof.counted import prove_counted
from sim.proof.datapath import prove_datapath
from sim.proof.delivery import prove_delivery
from sim.proof.edited import prove_edited
from sim.proof.growth import prove_growth
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result
from sim.proof.noted import prove_noted
from sim.proof.pipeline import prove_pipeline
from sim.proof.ports import prove_ports
from sim.proof.readers import prove_readers
from sim.proof.service import prove_service
from sim.proof.stores import prove_stores
from sim.proof.timed_readers import prove_timed_readers

_LONGEST: Final = 1600


def pipeline(bench: Bench) -> bool:
    """In the pipeline no tenant influences another."""
    return all(result.proved for result in prove_pipeline(bench.core.datapath.pipeline).values())


def datapath(bench: Bench) -> bool:
    """In turns of time no tenant influences what another sees, nor when."""
    return all(result.proved for result in prove_datapath(bench.strict.datapath).values())


def turns(bench: Bench) -> bool:
    """In turns of shares others are granted no more than is said while one waits."""
    return all(
        result.proved for result in prove_service(tuple(bench.merged.policy.tenant(t).weight for t in bench.tenants), _LONGEST).values()
    )


def readers(bench: Bench) -> bool:
    """What is granted of a tenant's packets is read, each word once, and no more."""
    proofs = (prove_timed_readers, bench.strict), (prove_readers, bench.core)
    return all(result.proved for prove, core in proofs for result in prove(core.datapath).values())


def stores(bench: Bench) -> bool:
    """Packets stay whole in their tenants' segments."""
    return all(result.proved for result in prove_stores(bench.core.datapath).values())


def arrivals(bench: Bench) -> bool:
    """What comes is given to the store as that presumes, and counted once."""
    return all(result.proved for result in prove_arrivals(bench.core.datapath).values())


def counters(bench: Bench) -> bool:
    """The ports' counters count what is said of frames that come."""
    netlist = read_netlist(to_verilog(bench.core, "core"), "core")
    return all(result.proved for result in prove_counted(bench.core, netlist).values())


def delivery(bench: Bench) -> bool:
    """Each packet comes to the stores of the ways out that are selected for it, once."""
    datapath = bench.core.datapath
    return prove_delivery(datapath).proved and prove_growth(datapath.pipeline, datapath.arbiter.max_frame).proved


def noted(bench: Bench) -> bool:
    """What the arbiter and the ways out send is as its notes say, in both modes."""
    return all(result.proved for core in (bench.core, bench.strict) for result in prove_noted(core.datapath).values())


def edited(bench: Bench) -> bool:
    """What leaves the editor is as is said beside it, in both modes."""
    return all(prove_edited(core.datapath).proved for core in (bench.core, bench.strict))


def ports(bench: Bench) -> bool:
    """The rules of streams and registers are kept at the ports."""
    return all(result.proved for result in prove_ports(bench.core, read_netlist(to_verilog(bench.core, "core"), "core")).values())


def whole(bench: Bench) -> bool:
    """Each packet that is accepted leaves, or is counted: put together of all proofs of its way, of which the quickest come first."""
    parts = Parts(bench.core)
    quick: tuple[Callable[[], Iterable[Result]], ...] = (
        lambda: parts.ports.values(),
        lambda: [parts.delivery],
        lambda: parts.readers.values(),
    )
    return all(result.proved for part in quick for result in part()) and put_together(links_of(parts), strict=False).holds


def lengths(_: Bench) -> bool:
    """A shell is told the lengths of frames."""
    return prove_lengths(64, depth=9).proved
