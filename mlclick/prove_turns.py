"""What is proved of the turns in which tenants meet, and of the stores in which their packets wait.

Of turns of time, that nobody sees anything of the others; of turns of shares, that others are granted no more than is said while one waits.
Of the stores, in either, that each tenant's packets stay in its segment, with all their words; of the way from the arbiter to those of the
ways out, that each packet comes there, once; of who sends packets, that they are as long as is said; of the ports of a core, that they keep
to the rules of streams and of the bus. What one of these proofs presumes and no other shows is said in its finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from hdl.core import Core
from hdl.datapath import Datapath
from mlclick.refute import Refute
from mlclick.service import places
from sim.evidence import UNBOUNDED, Finding, Work
from sim.proof.arrivals import arrival_names, prove_arrivals
from sim.proof.counted import prove_counted
from sim.proof.datapath import PRESUMED, prove_datapath
from sim.proof.delivery import prove_delivery
from sim.proof.duties import joined, met, unmet
from sim.proof.edited import prove_edited
from sim.proof.growth import prove_growth
from sim.proof.netlist import Netlist
from sim.proof.noninterference import Result
from sim.proof.ports import prove_ports
from sim.proof.readers import prove_readers
from sim.proof.reading import reader_names
from sim.proof.replay import replay_of
from sim.proof.said import Said
from sim.proof.service import SPLIT, prove_service
from sim.proof.stores import prove_stores, store_names
from sim.proof.timed_readers import prove_timed_readers

NOTED: Final = (
    "every packet that the arbiter, the editor or a way out sends has as many bytes as is said of it, and zeros past its end, and what is "
    "said stays the same from its first beat to its last (R7 to R9); the arbiter's and a way out's are no longer than there may be (R5)"
)
PORTS: Final = (
    "on every port of the core a beat that is offered stays as it is until it is taken, packets are framed, with zeros past their end, and "
    "no longer than their way out may send (R1 to R6, R9, R10), those for the host have their shims in front, and every access to a "
    "register is answered, once, and none that was not asked (L2 to L8)"
)
ARRIVALS: Final = (
    "each frame that ends on a port is counted once, as stored, lost, nobody's or, just where it breaks a rule, malformed; and what the "
    "store is given of one that is good is what came, word for word, for its tenant"
)
DELIVERY: Final = (
    "each packet that leaves the arbiter is put once, whole and as its tenant's, into the store of each port that the pipeline selects for "
    "it, and into no other, with every byte that the pipeline leaves as it came; there it is counted as stored or as dropped"
)
COUNTERS: Final = "what comes by a port of the core comes to its way in, and the port's counters count all that is said there of frames"
_WORK: Final = Work(solver=f"bitwuzla {version('bitwuzla')}", depth=UNBOUNDED)


def nothing_is_seen(datapath: Datapath, tenants: Sequence[str], folder: Path | None = None) -> Iterator[Finding]:
    """A finding for each tenant, in turns of time: what it sees, and when, depends on no other. Where it does, what is found against it is
    played in simulation, with a waveform in ``folder``, where there is one."""
    refute = Refute(lambda probe: replay_of(datapath, probe), tenants, folder, "proof")
    for number, result in prove_datapath(datapath).items():
        detail, against = f"{result.obligations} questions; presumed: {'; '.join(PRESUMED)}", None
        if not result.proved:
            detail, against = refute(number, result.failures)
        name = f"in the data path no other tenant influences what {tenants[number]} sees, nor when"
        yield Finding(name, "proof", result.proved, detail, victim=tenants[number], work=_WORK, counterexample=against)


def bounds_hold(datapath: Datapath, tenants: Sequence[str], readers: Mapping[str, Result]) -> Iterator[Finding]:
    """A finding for each tenant, in turns of shares, where what is charged is shown by ``readers``. Places whose schedulers are alike are
    proved once."""
    found = list(zip(places(datapath), reader_names(datapath), strict=True))
    results = {most: prove_service(datapath.arbiter.turns.weights, most) for most in sorted({place.most for place, _ in found})}
    for number, tenant in enumerate(tenants):
        mine = [result[number] for result in results.values()]
        wrong = next((failure for result in mine for failure in result.failures), "")
        waits = ", ".join(f"{place.services[number].wait} cycles at the {place.name}" for place, _ in found)
        asked = sum(result.obligations for result in mine)
        presumed = dict.fromkeys(
            what for place, name in found for what in unmet([results[place.most][number]], [readers[name]] if name in readers else [])
        )
        yield Finding(
            f"other tenants are granted no more bytes than is said while {tenant} waits",
            "proof",
            not wrong,
            wrong or f"{asked} obligations, {SPLIT}; so, where ports keep their pace, it waits at most {waits}; {_presumed([*presumed])}",
            victim=tenant,
            work=_WORK,
        )


def reading(datapath: Datapath) -> dict[str, Result]:
    """What is proved of whoever reads a store."""
    return prove_timed_readers(datapath) if datapath.parameters.strict else prove_readers(datapath)


def packets_are_kept(datapath: Datapath, readers: Mapping[str, Result], sent: Mapping[str, Result]) -> Iterator[Finding]:
    """A finding of all ways in, one of the way to the stores of the ways out, one of all stores, one of ``readers``, if any, and one of
    what is ``sent``, in either mode. Those that are alike are proved once."""
    arrivals = prove_arrivals(datapath)
    yield _finding(ARRIVALS, arrivals, unmet([*arrivals.values()], []))
    delivery, growth = prove_delivery(datapath), prove_growth(datapath.pipeline, datapath.arbiter.max_frame)
    yield _finding(
        DELIVERY,
        {"the way out": delivery, "lengths behind the pipeline": growth},
        unmet([delivery, growth], [joined(growth, readers.get("arbiter", Result()))]),
    )
    stores = _filled(datapath, prove_stores(datapath), arrivals, delivery)
    yield _finding(
        "every access to a store is in its tenant's segment, and packets there have the words and the note with which they came, and are "
        "shown and read once; the rest is lost and counted",
        stores,
        _unmet(stores, readers),
    )
    if readers:
        yield _finding(
            "what is granted of a tenant's packets is read from its segment, each word once, and no more", readers, _unmet(readers, stores)
        )
    edited = prove_edited(datapath)
    yield _finding(NOTED, {**sent, "editor": edited}, [*_unmet(sent, stores), *unmet([edited], [delivery])])


def rules_are_kept(core: Core, netlist: Netlist, sent: Mapping[str, Result]) -> Finding:
    """A finding of all ports of ``core``, whose ``netlist`` it is; what leaves by them is shown by ``sent`` of the ways out."""
    ports = prove_ports(core, netlist)
    leave = [result for name, result in ports.items() if name.startswith("tx")]
    presumed = unmet(leave, [result for name, result in sent.items() if name.startswith("egress")])
    return _finding(PORTS, ports, presumed)


def frames_are_counted(core: Core, netlist: Netlist) -> Finding:
    """A finding of the counters of all ways in of ``core``, whose ``netlist`` it is."""
    counted = prove_counted(core, netlist)
    return _finding(COUNTERS, counted, unmet([*counted.values()], []))


def _filled(datapath: Datapath, stores: Mapping[str, Result], arrivals: Mapping[str, Result], delivery: Result) -> dict[str, Result]:
    """``stores`` without what all of the ways into them keep: into those of the ways in ``arrivals``, and into all of the ways out
    ``delivery``."""
    names = store_names(datapath)
    comes = [*(arrivals[name] for name in arrival_names(datapath)), *([delivery] * datapath.egresses)]
    ways: dict[str, list[Result]] = {}
    for store, result in zip(names, comes, strict=True):
        ways.setdefault(store, []).append(result)
    return {name: met(result, ways[name]) for name, result in stores.items()}


def _finding(name: str, results: Mapping[str, Result], presumed: Sequence[Said | str]) -> Finding:
    """Of what was proved, by where; with all of what is presumed for it and shown by nothing."""
    wrong = next((f"{where}: {failure}" for where, result in results.items() for failure in result.failures), "")
    asked = sum(result.obligations for result in results.values())
    return Finding(name, "proof", not wrong, wrong or f"{asked} questions about {', '.join(results)}; {_presumed(presumed)}", work=_WORK)


def _presumed(presumed: Sequence[Said | str]) -> str:
    return f"presumed, and not shown: {'; '.join(map(str, presumed))}" if presumed else "nothing is presumed"


def _unmet(of: Mapping[str, Result], by: Mapping[str, Result]) -> list[str]:
    """What is presumed where packets come in, and where they go out, and not shown there by the others; said once where it is of both."""
    ways_in, ways_out = (
        unmet(*([result for name, result in each.items() if name.startswith("egress") is out] for each in (of, by)))
        for out in (False, True)
    )
    both = [what for what in ways_in if what in ways_out]
    return [
        *map(str, both),
        *(f"where frames come in, {what}" for what in ways_in if what not in both),
        *(f"where they go out, {what}" for what in ways_out if what not in both),
    ]
