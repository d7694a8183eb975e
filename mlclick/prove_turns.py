"""What is proved of the turns in which tenants meet, and of the stores in which their packets wait.

Of turns of time, that nobody sees anything of the others; of turns of shares, that others are granted no more than is said while one waits.
Of the stores, in either, that each tenant's packets stay in its segment, with all their beats; not what is in these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final

from hdl.datapath import Datapath
from mlclick.service import places
from sim.evidence import BREAKS, UNBOUNDED, Finding, Work, why_broken
from sim.proof.datapath import PRESUMED, prove_datapath
from sim.proof.noninterference import Result
from sim.proof.readers import KNOWN, prove_readers
from sim.proof.replay import replay_datapath
from sim.proof.service import SPLIT, prove_service
from sim.proof.stores import COMES, READS, prove_stores

_WORK: Final = Work(solver=f"bitwuzla {version('bitwuzla')}", depth=UNBOUNDED)


def nothing_is_seen(datapath: Datapath, tenants: Sequence[str]) -> Iterator[Finding]:
    """A finding for each tenant, in turns of time: what it sees, and when, depends on no other."""
    for number, result in prove_datapath(datapath).items():
        detail = f"{result.obligations} questions; presumed: {'; '.join(PRESUMED)}" if result.proved else _against(datapath, number, result)
        name = f"in the data path no other tenant influences what {tenants[number]} sees, nor when"
        yield Finding(name, "proof", result.proved, detail, victim=tenants[number], work=_WORK)


def _against(datapath: Datapath, victim: int, result: Result) -> str:
    """What does not follow, and what a step in simulation makes of what the solver found against it."""
    try:
        replayed = replay_datapath(datapath, victim, result.failures)
    except BREAKS as error:
        return f"{result.failures[0]}; not replayed: {why_broken(error)}"
    return result.failures[0] if replayed is None else f"{result.failures[0]}; {replayed}"


def bounds_hold(datapath: Datapath, tenants: Sequence[str]) -> Iterator[Finding]:
    """A finding for each tenant, in turns of shares. Places whose schedulers are alike are proved once."""
    found = list(places(datapath))
    results = {most: prove_service(datapath.arbiter.turns.weights, most) for most in sorted({place.most for place in found})}
    for number, tenant in enumerate(tenants):
        mine = [result[number] for result in results.values()]
        wrong = next((failure for result in mine for failure in result.failures), "")
        waits = ", ".join(f"{place.services[number].wait} cycles at the {place.name}" for place in found)
        asked = sum(result.obligations for result in mine)
        yield Finding(
            f"other tenants are granted no more bytes than is said while {tenant} waits",
            "proof",
            not wrong,
            wrong or f"{asked} obligations, {SPLIT}; with ports that keep their pace it waits at most {waits}",
            victim=tenant,
            work=_WORK,
        )


def packets_are_kept(datapath: Datapath) -> Iterator[Finding]:
    """A finding of all stores, in either mode. Those that are alike are proved once."""
    results = prove_stores(datapath)
    wrong = next((f"{name}: {failure}" for name, result in results.items() for failure in result.failures), "")
    asked = sum(result.obligations for result in results.values())
    yield Finding(
        "every access to a store is in its tenant's segment, and packets there are of as many beats as came, shown and read once; the rest "
        "is lost and counted",
        "proof",
        not wrong,
        wrong or f"{asked} questions about {', '.join(results)} and those like them; presumed: {COMES}; {READS}",
        work=_WORK,
    )
    if not datapath.parameters.strict:
        yield _sent(datapath)


def _sent(datapath: Datapath) -> Finding:
    """What is presumed of whoever reads a store, where turns are shares: grants wait in a buffer that tenants share."""
    results = prove_readers(datapath)
    wrong = next((f"{name}: {failure}" for name, result in results.items() for failure in result.failures), "")
    asked = sum(result.obligations for result in results.values())
    return Finding(
        "what is granted of a tenant's packets is read from its segment and sent, whole and once",
        "proof",
        not wrong,
        wrong or f"{asked} questions about {', '.join(results)} and those like them; presumed: {KNOWN}",
        work=_WORK,
    )
