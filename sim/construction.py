"""What holds of a core by construction, read off its netlists: whose a frame is, that it stays so, that all packets take as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from bitwuzla import Bitwuzla, Options
from bitwuzla import Result as Answer

from elements.logic.terms import Term, Terms, translate
from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, mux, part, ult
from hdl.core import Core
from hdl.identity import IDENTITY_BYTES, Rule
from hdl.ingress import SHORTEST, Ingress
from hdl.meta import SHIM_ETHERTYPE, SHIM_VERSION
from hdl.tools.verilog import to_verilog
from sim.evidence import Finding
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result
from sim.proof.terms import Evaluator, symbol

TENANT: Final = "the tenant number cannot be written"
NO_DEFAULT: Final = "there is no default tenant"
LATENCY: Final = "the pipeline's latency is constant"


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
        "an ingress commits a frame only where an identity rule matches, or a shim names a crossing, and with that tenant's number",
    )
    wrong = _first(proofs, lambda result: _moves(result, latency))
    yield _finding(LATENCY, wrong, f"no stage has an enable; every output is taken at the last stage, {latency} cycles behind the input")


def _finding(name: str, wrong: str, why: str) -> Finding:
    return Finding(name, "construction", not wrong, wrong or why)


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


def misjudges(ingress: Ingress) -> str:
    """What is wrong where an ingress like this commits a frame of which no rule, or for the host's port no crossing, says whose it is, or
    one with another tenant's number; else empty. A solver is asked, for whatever its registers hold.
    """
    alike = Ingress(ingress.width, ingress.port, ingress.depth, ingress.max_frame, ingress.rules, ingress.host_edges)
    netlist = read_netlist(to_verilog(alike, "ingress"), "ingress")

    def anything(bit: int) -> tuple[Value, int] | None:
        """What no cell makes of other nets: inputs, registers and what memories hold."""
        return None if bit in netlist.drivers else (symbol(f"net{bit}", 1), 0)

    evaluator = Evaluator(netlist, anything)
    committed, number = evaluator.word(netlist.names["metas.w_en"]), evaluator.word(netlist.ports["tenant"][1])
    if ingress.host_edges is None:
        # What nothing is made of is not in the netlist, and can be anything.
        nets = {name: netlist.names.get(f"identity.{name}") for name in ("header", "length")}
        header, length = (symbol(name, 8 * IDENTITY_BYTES) if bits is None else evaluator.word(bits) for name, bits in nets.items())
        matches = [(_matches(rule, header, length), rule.tenant) for rule in ingress.rules if rule.port in (None, ingress.port)]
        owned, owner = _any(match for match, _ in matches), const(0, number.width)
        for match, tenant in matches:
            # Of rules that match together the last one counts.
            owner = mux(match, const(tenant, number.width), owner)
    else:
        shim = evaluator.word(netlist.ports["shim"][1])
        owned, owner = _names_crossing(ingress.host_edges, shim), part(shim, 8 * 3, number.width)
    where = "the host" if ingress.host_edges is not None else f"port {ingress.port}"
    if _possible(committed & bit_not(owned)):
        return f"the ingress of {where} commits a frame that is nobody's"
    if _possible(committed & bit_not(eq(number, owner))):
        return f"the ingress of {where} commits a frame with another number than its owner's"
    return ""


def _matches(rule: Rule, header: Value, length: Value) -> Value:
    """Whether a frame that begins with ``header`` is the rule's, by what a rule means."""
    found = bit_not(ult(length, const(SHORTEST if rule.vlan is None else IDENTITY_BYTES, length.width)))
    if rule.vlan is not None:
        found = (
            found & _is(header, 12, 0x8100, 2) & eq(part(header, 8 * 14, 4), const(rule.vlan >> 8, 4)) & _is(header, 15, rule.vlan & 255, 1)
        )
    return found if rule.mac is None else found & _is(header, 0, rule.mac, 6)


def _names_crossing(edges: Mapping[int, int], shim: Value) -> Value:
    ours = _is(shim, 0, SHIM_ETHERTYPE, 2) & _is(shim, 2, SHIM_VERSION, 1)
    return ours & _any(_is(shim, 3, tenant, 1) & _is(shim, 4, edge, 2) for tenant, count in edges.items() for edge in range(1, count + 1))


def _is(data: Value, at: int, number: int, count: int) -> Value:
    """Whether the ``count`` bytes of ``data`` from byte ``at`` are ``number``, in network order."""
    found = TRUE
    for index, byte in enumerate(number.to_bytes(count, "big")):
        found = found & eq(part(data, 8 * (at + index), 8), const(byte, 8))
    return found


def _any(conditions: Iterable[Value]) -> Value:
    found = FALSE
    for condition in conditions:
        found = found | condition
    return found


def _possible(condition: Value) -> bool:
    """Whether there is a case in which it holds."""
    terms, leaves = Terms(), dict[Value, Term]()

    def leaf(value: Value, operands: tuple[Term, ...]) -> Term:
        return leaves.setdefault(value, terms.variable(f"leaf{len(leaves)}", value.width))

    truth = terms.truth(translate(terms, [condition], leaf)[condition])
    return bool(Bitwuzla(terms.manager, Options()).check_sat(truth) != Answer.UNSAT)
