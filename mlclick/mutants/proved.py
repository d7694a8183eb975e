"""Checks that are proofs of the small design."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from boards.netfpga.prove_lengths import prove_lengths
from mlclick.links import links_of
from mlclick.mutants.bench import Bench
from mlclick.prove_whole import put_together
from sim.proof.datapath import prove_datapath
from sim.proof.edited import prove_edited
from sim.proof.noninterference import Result
from sim.proof.noted import prove_noted
from sim.proof.pipeline import prove_pipeline
from sim.proof.service import prove_service
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
    timed = prove_timed_readers(bench.strict.datapath)
    return all(result.proved for results in (timed, bench.parts.readers) for result in results.values())


def stores(bench: Bench) -> bool:
    """Packets stay whole in their tenants' segments."""
    return all(result.proved for result in bench.parts.stores.values())


def arrivals(bench: Bench) -> bool:
    """What comes is given to the store as that presumes, and counted once."""
    return all(result.proved for result in bench.parts.arrivals.values())


def counters(bench: Bench) -> bool:
    """The ports' counters count what is said of frames that come."""
    return all(result.proved for result in bench.parts.counted.values())


def delivery(bench: Bench) -> bool:
    """Each packet comes to the stores of the ways out that are selected for it, once."""
    return bench.parts.delivery.proved and bench.parts.growth.proved


def noted(bench: Bench) -> bool:
    """What the arbiter and the ways out send is as its notes say, in both modes."""
    timed = prove_noted(bench.strict.datapath)
    return all(result.proved for results in (bench.parts.sent, timed) for result in results.values())


def edited(bench: Bench) -> bool:
    """What leaves the editor is as is said beside it, in both modes."""
    return bench.parts.edited.proved and prove_edited(bench.strict.datapath).proved


def ports(bench: Bench) -> bool:
    """The rules of streams and registers are kept at the ports."""
    return all(result.proved for result in bench.parts.ports.values())


def whole(bench: Bench) -> bool:
    """Each packet that is accepted leaves, or is counted: put together of all proofs of its way, of which the quickest come first."""
    parts = bench.parts
    quick: tuple[Callable[[], Iterable[Result]], ...] = (
        lambda: [parts.joints],
        lambda: parts.ports.values(),
        lambda: [parts.delivery],
        lambda: parts.readers.values(),
    )
    return all(result.proved for part in quick for result in part()) and put_together(links_of(parts), strict=False).holds


def lengths(_: Bench) -> bool:
    """A shell is told the lengths of frames."""
    return prove_lengths(64, depth=9).proved
