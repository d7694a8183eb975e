"""Whom an ingress lets in, read off its netlist: a solver is asked, step by step, whose a frame is until it is in its tenant's segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from bitwuzla import Bitwuzla, Options
from bitwuzla import Result as Answer

from elements.logic.terms import Term, Terms, translate
from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, mux, part, ult
from hdl.identity import IDENTITY_BYTES, Rule
from hdl.ingress import SHORTEST, Ingress
from hdl.meta import SHIM_ETHERTYPE, SHIM_VERSION, Meta
from hdl.tools.verilog import to_verilog
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.terms import Evaluator, symbol

NOBODY: Final = "commits a frame that is nobody's"
OTHER: Final = "commits a frame with another number than its owner's"
FORGETS: Final = "forgets whose a frame is while it comes in"
UNJUDGED: Final = "commits what was not judged"
Read = Callable[[str], Value]
"""What a register holds, by its name: in this cycle, or in the next."""


def misjudges(ingress: Ingress) -> str:
    """What is wrong where an ingress like this commits a frame of which no rule, or for the host's port no crossing, says whose it is, or
    one with another tenant's number or in another's segment; else empty.

    A solver is asked of every step, for whatever registers hold that `_Steps.remembers` allows: that it stays so; that what is kept of a
    frame where it ends, and what goes to the store, is judged by the frame's own first bytes and length, or by its shim, which is presumed
    to stay while its frame comes; and that a tenant's segment has a packet more only for a good one with its number. Errors: ``ValueError``
    for a netlist in which a register is not one.
    """
    alike = Ingress(
        ingress.width, ingress.port, ingress.depth, ingress.max_frame, ingress.rules, ingress.host_edges, tenants=ingress.tenants
    )
    steps = _Steps(alike, read_netlist(to_verilog(alike, "ingress"), "ingress"))
    for wrong, what in steps.questions():
        if _possible(wrong):
            where = "the host" if ingress.host_edges is not None else f"port {ingress.port}"
            return f"the ingress of {where} {what}"
    return ""


class _Steps:
    """One cycle of an ingress: what its registers hold and what they are to hold next, as terms."""

    def __init__(self, ingress: Ingress, netlist: Netlist) -> None:
        self.ingress = ingress
        self.netlist = netlist
        # What no cell makes of other nets: inputs, registers and what memories hold.
        self.evaluator = Evaluator(netlist, lambda bit: None if bit in netlist.drivers else (symbol(f"net{bit}", 1), 0))
        self.after = {
            q: d for cell in netlist.cells if cell.kind == "dff" for q, d in zip(cell.connections["Q"], cell.connections["D"], strict=True)
        }
        notes = next(cell for cell in netlist.cells if cell.name == "store.notes")
        self.noted, self.notes_enable = notes.connections["WR_DATA"], notes.connections["WR_EN"]

    def now(self, name: str) -> Value:
        """A net in this cycle."""
        return self.evaluator.word(self.netlist.names[name])

    def then(self, name: str) -> Value:
        """A register in the next cycle. Errors: ``ValueError`` where it is no register, or one that nothing depends on."""
        bits = self.netlist.names.get(name)
        if bits is None or any(bit not in self.after and not isinstance(bit, str) for bit in bits):
            raise ValueError(f"{name} is no register")
        return self.evaluator.word(tuple(bit if isinstance(bit, str) else self.after[bit] for bit in bits))

    def remembers(self, read: Read) -> Value:
        """What is always so: the count of a frame's beats is that of its bytes, and whose it is was taken from its first bytes."""
        lanes, held = self.ingress.width // 8, self.ingress.held
        kept = _at_most(read("left"), held) if held else TRUE
        index, was_owned, was_owner = read("index"), read("was_owned"), read("was_owner")
        settled = ult(const(held, index.width), index)
        if self.ingress.host_edges is not None:
            owned, owner = self.judged(None, None)
            return kept & (bit_not(settled) | _same(was_owned, was_owner, owned, owner))
        length, most = read("length"), max(held, IDENTITY_BYTES // lanes) + 1
        counted = FALSE
        fits = _at_most(length, self.ingress.max_frame)
        for beats in range(most + 1):
            here = eq(index, const(beats, index.width))
            bytes_then = const(beats * lanes, length.width)
            counted = counted | (here & (eq(length, bytes_then) if beats < most else bit_not(ult(length, bytes_then))))
        owned, owner = self.judged(read("held") if "held" in self.netlist.names else None, length)
        told = counted & fits & (bit_not(settled) | _same(was_owned, was_owner, owned, owner))
        return kept & (read("bad") | told)

    def judged(self, header: Value | None, length: Value | None) -> tuple[Value, Value]:
        """Whether a frame is somebody's, and whose, by what rules and shims mean."""
        if self.ingress.host_edges is not None:
            shim = self.evaluator.word(self.netlist.ports["shim"][1])
            return _names_crossing(self.ingress.host_edges, shim), part(shim, 8 * 3, 8)
        # What nothing is made of is not in the netlist, and can be anything.
        header = symbol("header", 8 * IDENTITY_BYTES) if header is None else header
        length = symbol("length", 16) if length is None else length
        matches = [(_matches(rule, header, length), rule.tenant) for rule in self.ingress.rules if rule.port in (None, self.ingress.port)]
        owner = const(0, 8)
        for match, tenant in matches:
            # Of rules that match together the last one counts.
            owner = mux(match, const(tenant, 8), owner)
        return _any(match for match, _ in matches), owner

    def questions(self) -> Iterator[tuple[Value, str]]:
        """What must not be possible, and what is wrong where it is."""
        known = self.remembers(self.now)
        names = self.netlist.names
        header, length = (self.now(name) if name in names else None for name in ("identity.header", "identity.length"))
        owned, owner = self.judged(header, length)
        place = Meta()["tenant"]
        # A segment is chosen by the low bits of a number: there must be such a tenant.
        there, low = ult(owner, const(self.ingress.tenants, 8)), (self.ingress.tenants - 1).bit_length()

        def note_tenant(note: Value) -> Value:
            return part(note, place.offset, place.width)

        put, note = self.then("known_put.tenant"), note_tenant(self.then("known_put.note"))
        commits = self.then("known_valid") & self.then("known_put.last") & self.then("known_put.good")
        held = self.ingress.held
        if held:
            left, left_then = self.now("left"), self.then("left")
            ends, good = eq(left_then, const(held, left.width)), self.then("ended_good")
            ended_owner, ended_tenant = self.then("ended_owner"), self.then("ended.tenant")
            right = eq(ended_owner, owner) & eq(ended_tenant, owner) & there
            yield known & ends & good & bit_not(owned), NOBODY
            yield known & ends & good & bit_not(right), OTHER
            kept = _all(eq(self.then(name), self.now(name)) for name in ("ended_good", "ended_owner", "ended.tenant"))
            none = eq(left_then, const(0, left.width))
            yield bit_not(ends) & bit_not(none) & bit_not(kept & ult(left_then, left)), UNJUDGED
            from_end = bit_not(eq(left, const(0, left.width))) & self.now("ended_good")
            same = eq(put, self.now("ended_owner")) & eq(note, self.now("ended.tenant"))
            yield commits & bit_not(from_end & same), UNJUDGED
        else:
            yield known & commits & bit_not(owned), NOBODY
            yield known & commits & bit_not(eq(put, owner) & eq(note, owner) & there), OTHER
        yield known & bit_not(self.remembers(self.then)), FORGETS
        good = self.now("known_valid") & self.now("known_put.last") & self.now("known_put.good")
        for tenant in range(self.ingress.tenants):
            counted = bit_not(eq(self.then(f"store.stored_t{tenant}"), self.now(f"store.stored_t{tenant}")))
            right = good if not low else good & eq(part(self.now("known_put.tenant"), 0, low), const(tenant, low))
            yield counted & bit_not(self.now("rst")) & bit_not(right), UNJUDGED
        right = good & eq(note_tenant(self.evaluator.word(self.noted)), note_tenant(self.now("known_put.note")))
        yield self.evaluator.word(self.notes_enable).any() & bit_not(right), UNJUDGED


def _same(was_owned: Value, was_owner: Value, owned: Value, owner: Value) -> Value:
    return eq(was_owned, owned) & (bit_not(owned) | eq(was_owner, owner))


def _at_most(value: Value, most: int) -> Value:
    return bit_not(ult(const(most, value.width), value))


def _all(conditions: Iterable[Value]) -> Value:
    found = TRUE
    for condition in conditions:
        found = found & condition
    return found


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
