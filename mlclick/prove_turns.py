"""What is proved of the turns in which tenants meet, and of the stores in which their packets wait.

Of turns of time, that nobody sees anything of the others; of turns of shares, that others are granted no more than is said while one waits.
Of the stores, in either, that each tenant's packets stay in its segment, with all their words; of the way from the arbiter to those of the
ways out, that each packet comes there, once; of who sends packets, that they are as long as is said; of the ports of a core, that they keep
to the rules of streams and of the bus. What a proof presumes and no other shows is said in its finding, and what those others presume too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from hdl.datapath import Datapath
from mlclick.links import ARBITER, COMES, EDITOR, LEAVES, PIPELINE, STORE_IN, STORE_OUT, WAY_IN, WAY_OUT, Link, links_of, rests_on
from mlclick.parts import Parts
from mlclick.refute import Refute
from mlclick.service import places
from sim.evidence import UNBOUNDED, Finding, Work
from sim.proof.datapath import PRESUMED, prove_datapath
from sim.proof.duties import unmet
from sim.proof.noninterference import Result
from sim.proof.replay import replay_of
from sim.proof.said import Said
from sim.proof.service import SPLIT, prove_service

NOTED: Final = (
    "every packet that the arbiter, the editor or a way out sends has as many bytes as is said of it, and zeros past its end, and what is "
    "said stays the same from its first beat to its last (R7 to R9); the arbiter's and a way out's are no longer than there may be (R5)"
)
PORTS: Final = (
    "on every port of the core a beat that is offered stays as it is until it is taken, packets are framed, with zeros past their end, and "
    "no longer than their way out may send (R1 to R6, R9, R10), with the bytes that it gives, those for the host behind their shims, and "
    "every access to a register is answered, once, and none that was not asked (L2 to L8)"
)
STORES: Final = (
    "every access to a store is in its tenant's segment, and packets there have the words and the note with which they came, and are "
    "shown and read once; the rest is lost and counted"
)
READERS: Final = "what is granted of a tenant's packets is read from its segment, each word once, and no more, and sent as it was read"
ARRIVALS: Final = (
    "each frame that ends on a port is counted once, as stored, lost, nobody's or, just where it breaks a rule, malformed; and what the "
    "store is given of one that is good is what came, word for word, for one and the same tenant: whose it is, or that it is nobody's, is "
    "shown by construction"
)
DELIVERY: Final = (
    "each packet that leaves the arbiter is put once, whole and as its tenant's, into the store of each port that the pipeline selects for "
    "it, and into no other, with every byte as it came or as the pipeline says of it; there the way out says, once, that it is stored or "
    "dropped, and that a register counts what it says is shown in simulation alone"
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


def bounds_hold(datapath: Datapath, tenants: Sequence[str], links: Sequence[Link]) -> Iterator[Finding]:
    """A finding for each tenant, in turns of shares, where what is charged is shown by those of the ``links`` that grant. Places whose
    schedulers are alike are proved once."""
    granted = [link for link in links if link.part in (ARBITER, WAY_OUT)]
    found = list(zip(places(datapath), granted, strict=True))
    results = {most: prove_service(datapath.arbiter.turns.weights, most) for most in sorted({place.most for place, _ in found})}
    known = {link.name: link.together for link in links}
    rests = rests_on(links, (ARBITER, WAY_OUT))
    for number, tenant in enumerate(tenants):
        mine = [result[number] for result in results.values()]
        wrong = next((failure for result in mine for failure in result.failures), "")
        waits = ", ".join(f"{place.services[number].wait} cycles at the {place.name}" for place, _ in found)
        asked = sum(result.obligations for result in mine)
        own = [what for place, link in found for what in unmet([results[place.most][number]], [known[link.name]])]
        presumed = dict.fromkeys([*rests, *own])
        yield Finding(
            f"other tenants are granted no more bytes than is said while {tenant} waits",
            "proof",
            not wrong,
            wrong or f"{asked} obligations, {SPLIT}; so, where ports keep their pace, it waits at most {waits}; {_presumed(presumed)}",
            victim=tenant,
            work=_WORK,
        )


def packets_are_kept(parts: Parts) -> Iterator[Finding]:
    """A finding of each of the ``parts`` between the ports, in either mode: of all ways in, of the way to the stores of the ways out, of
    all stores, of whoever reads them, and of what is sent. Those that are alike are proved once."""
    links, took = links_of(parts), parts.seconds
    delivery = {"the way out": parts.delivery, "lengths behind the pipeline": parts.growth}
    yield _finding(ARRIVALS, parts.arrivals, rests_on(links, (WAY_IN,)), took, "arrivals")
    yield _finding(DELIVERY, delivery, rests_on(links, (PIPELINE, EDITOR)), took, "delivery", "growth")
    yield _finding(STORES, parts.stores, rests_on(links, (STORE_IN, STORE_OUT)), took, "stores")
    yield _finding(READERS, parts.readers, rests_on(links, (ARBITER, WAY_OUT)), took, "readers")
    sent = {**parts.sent, "editor": parts.edited}
    yield _finding(NOTED, sent, rests_on(links, (ARBITER, EDITOR, WAY_OUT)), took, "sent", "edited")


def rules_are_kept(parts: Parts) -> Finding:
    """A finding of all ports; what leaves by them is shown by what the ways out send."""
    # The registers' bus is on no packet's way.
    presumed = dict.fromkeys([*rests_on(links_of(parts), (COMES, LEAVES)), *parts.ports["axi"].presumed])
    return _finding(PORTS, parts.ports, presumed, parts.seconds, "ports")


def frames_are_counted(parts: Parts) -> Finding:
    """A finding of the counters of all ways in."""
    return _finding(COUNTERS, parts.counted, rests_on(links_of(parts), (COMES,)), parts.seconds, "counted")


def _finding(name: str, results: Mapping[str, Result], presumed: Collection[Said], seconds: Mapping[str, float], *parts: str) -> Finding:
    """Of what was proved, by where, with what is presumed and shown by nothing; it took the ``seconds`` of those ``parts``."""
    wrong = next((f"{where}: {failure}" for where, result in results.items() for failure in result.failures), "")
    asked = sum(result.obligations for result in results.values())
    detail = wrong or f"{asked} questions about {', '.join(results)}; {_presumed(presumed)}"
    return Finding(name, "proof", not wrong, detail, work=_WORK, seconds=round(sum(seconds[part] for part in parts if part in seconds), 3))


def _presumed(presumed: Collection[Said]) -> str:
    return f"presumed, and not shown: {'; '.join(map(str, presumed))}" if presumed else "nothing is presumed"
