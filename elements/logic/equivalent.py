"""Proofs about programs, for every packet there can be: that two mean the same, and what holds of packets that leave."""

from __future__ import annotations

from itertools import product

from elements.logic.packet import POSITION, Effects, PacketModel
from elements.logic.symbolic import Counterexample, SymbolicPacket
from elements.logic.terms import Term, Terms, translate
from elements.program.program import Program
from elements.program.values import TRUE, Value


def equivalent(a: Program, b: Program, given: Value = TRUE) -> Counterexample | None:
    """None where ``a`` and ``b`` do the same to every packet for which ``given`` (1 bit, of the packet as it comes) holds; else a packet to
    which they do not. The same is: the outputs taken, the bytes, the place of the data and of the network header, annotations, and state.
    """
    return _Pair(a, b, given).differing()


def network_bytes(program: Program, port: int, count: int) -> Counterexample | None:
    """None where every packet that leaves by ``port`` has ``count`` bytes from its network header on; else a packet that leaves without."""
    terms = Terms()
    packet = SymbolicPacket(terms)
    effects = PacketModel(terms, program, packet.inputs).effects()
    end = terms.extend(effects.end, POSITION)
    bad = []
    for way, taken, (position, there) in zip(program.exits, effects.exits, effects.networks, strict=True):
        if way.port == port:
            enough = terms.invert(terms.below(end, terms.add(position, count), signed=True))
            bad.append(terms.all_of(taken, terms.invert(terms.all_of(there, enough))))
    return packet.find(terms.any_of(*bad))


class _Pair:
    def __init__(self, a: Program, b: Program, given: Value) -> None:
        self.terms = Terms()
        self.packet = SymbolicPacket(self.terms)
        self.programs = a, b
        models = [PacketModel(self.terms, program, self.packet.inputs) for program in self.programs]
        self.effects = models[0].effects(), models[1].effects()
        self.given = translate(self.terms, [given], models[0].leaf)[given]

    def differing(self) -> Counterexample | None:
        """A packet to which the two do not do the same."""
        t = self.terms
        leaves = t.any_of(*(taken for effects in self.effects for taken in effects.exits))
        differs = t.any_of(*self._ways(), t.all_of(leaves, t.any_of(self._content())), *self._writes())
        return self.packet.find(self.given, differs)

    def _ways(self) -> list[Term]:
        """Outputs that one takes and the other does not, and the same output with headers in different places."""
        t, (a, b), (first, second) = self.terms, self.effects, self.programs
        found = []
        for port in sorted({way.port for program in self.programs for way in program.exits}):
            taken = [
                t.any_of(*(bit for way, bit in zip(program.exits, effects.exits, strict=True) if way.port == port))
                for program, effects in zip(self.programs, self.effects, strict=True)
            ]
            found.append(t.invert(t.equal(*taken)))
        for (i, x), (j, y) in product(enumerate(first.exits), enumerate(second.exits)):
            if x.port != y.port:
                continue
            both = t.all_of(a.exits[i], b.exits[j])
            found.append(both if x.shift != y.shift else t.all_of(both, t.invert(self._same_network(a.networks[i], b.networks[j]))))
        return found

    def _same_network(self, a: tuple[Term, Term], b: tuple[Term, Term]) -> Term:
        t = self.terms
        same = t.any_of(t.equal(a[0], b[0]), t.invert(a[1]))
        return t.all_of(t.equal(a[1], b[1]), same)

    def _content(self) -> Term:
        """The end, an annotation, or the byte at some place before the end is not the same."""
        t, (a, b) = self.terms, self.effects
        place = t.variable("place", POSITION)
        before_end = t.below(place, t.extend(a.end, POSITION), signed=True)
        other_byte = t.invert(t.equal(self._byte_after(a, place), self._byte_after(b, place)))
        marks = [t.invert(t.equal(a.annotations[name], b.annotations[name])) for name in a.annotations]
        return t.any_of(t.invert(t.equal(a.end, b.end)), t.all_of(before_end, other_byte), *marks)

    def _byte_after(self, effects: Effects, place: Term) -> Term:
        """The byte at ``place`` when all is written; what no buffer had is zero."""
        t = self.terms
        first = t.difference(t.number(0, POSITION), self.packet.inputs.front)
        byte = t.mux(t.below(place, first, signed=True), t.number(0, 8), self.packet.byte_at(place))
        for store in effects.stores:
            byte = t.mux(t.all_of(store.applies, t.equal(store.position, place)), store.value, byte)
        return byte

    def _writes(self) -> list[Term]:
        """A state variable's word changes in one and not in the other, or to something else."""
        t, found = self.terms, []
        states = {access.state.name: access.state for program in self.programs for access in program.accesses}
        for name, state in states.items():
            changes: list[tuple[Term, Term, Term] | None] = []
            for effects in self.effects:
                write = effects.writes.get(name)
                if write is None:
                    changes.append(None)
                    continue
                other = t.invert(t.equal(write.value, self.packet.inputs.old(state, write.index)))
                changes.append((t.all_of(write.when, other), write.index, write.value))
            a, b = changes
            if a is None or b is None:
                found += [change[0] for change in changes if change is not None]
                continue
            elsewhere = t.any_of(t.invert(t.equal(a[1], b[1])), t.invert(t.equal(a[2], b[2])))
            found += [t.invert(t.equal(a[0], b[0])), t.all_of(a[0], b[0], elsewhere)]
        return found
