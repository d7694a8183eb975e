"""What holds of a core by construction, read off its netlists: whose a frame is, that it stays so, that all packets take as long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Final

from hdl.core import Core
from sim.admission import misjudges
from sim.evidence import UNBOUNDED, Finding, Work
from sim.information_flow import information_flow
from sim.plain_text import plain_text
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result

TENANT: Final = "the tenant number cannot be written"
NO_DEFAULT: Final = "there is no default tenant"
FOLDING: Final = "terms fold, no solver is asked"
LATENCY: Final = "the pipeline's latency is constant"
WAYS: Final = "every way from one tenant to another leads through a named shared resource"


def by_construction(core: Core, proofs: Mapping[int, Result]) -> Iterator[Finding]:
    """The findings about ``core``, of whose pipeline ``proofs`` are the results by tenant. Errors: ``ValueError`` for an ingress
    that cannot be read.
    """
    latency = core.datapath.pipeline.latency
    wrong = _first(proofs, lambda result: [f for f in result.failures if "leaves as another's" in f])
    yield _finding(TENANT, wrong, "every packet leaves the pipeline with the number that it came with, also in its shim")
    wrong = next((found for ingress in core.datapath.ingresses if (found := misjudges(ingress))), "")
    yield _finding(
        NO_DEFAULT,
        wrong,
        "an ingress commits a frame only where a tenant's rule matches or a shim names its crossing, with its number in its segment",
        f"bitwuzla {version('bitwuzla')}",
    )
    wrong = _first(proofs, lambda result: _moves(result, latency))
    yield _finding(LATENCY, wrong, f"no stage has an enable; every output is taken at the last stage, {latency} cycles behind the input")


def ways_are_shared(core: Core, netlist: Netlist | None = None) -> Finding:
    """Whether in the core's ``netlist`` every register and memory has an owner or is part of what is named as shared, and no way leads from
    one tenant to another but through that. Errors: ``ValueError`` for a combinational loop."""
    found = information_flow(netlist or read_netlist(plain_text(core), "core"), core.tenants)
    shared = sorted({name for names in found.through.values() for name in names})
    why = f"{len(shared)} of them: {'; '.join(shared)}" if shared else "there are none: no way leads from one to another"
    wrong = found.failures[0] if found.failures else ""
    return Finding(WAYS, "construction", not wrong, wrong or why, work=Work(solver="a walk of the netlist", depth=UNBOUNDED))


def _finding(name: str, wrong: str, why: str, solver: str = "") -> Finding:
    return Finding(name, "construction", not wrong, wrong or why, work=Work(solver=solver or FOLDING, depth=UNBOUNDED))


def _first(proofs: Mapping[int, Result], wrong: Callable[[Result], list[str]]) -> str:
    """The first thing that is wrong with a result; a proof that was not made shows nothing."""
    for result in proofs.values():
        found = [*wrong(result), *([] if result.obligations else result.failures or ["nothing was proved"])]
        if found:
            return found[0]
    return "" if proofs else "nothing was proved"


def _moves(result: Result, latency: int) -> list[str]:
    """Where a packet's way has another length: registers that wait or skip leave no stages, and outputs of other stages differ."""
    if result.obligations and result.stages != latency:
        return [f"the outputs are taken at stage {result.stages} of {latency}"]
    return [failure for failure in result.failures if failure.startswith("output ") and "differs by" in failure]
