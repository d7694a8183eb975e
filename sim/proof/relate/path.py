"""The way of a packet behind the arbiter, cycle by cycle, and whose slot each of its places is of."""

from __future__ import annotations

from elements.program.values import FALSE, Value, bit_and, bit_not, bit_or, const, eq, extend, part, ult
from sim.proof.relate.vocabulary import Relation, implies
from sim.proof.terms import symbol


class Path:
    """By depth, which is cycles since a packet was looked at (0: the arbiter looks, 1: it sends): ``owner`` of the slot that a place is
    of, whether that is the victim (``own``), whether a slot ``begins`` there, whether there is a beat (``valid``), and whether that is the
    ``first`` of a packet.

    In depth ``token`` the packet's header is together, in ``verdict`` the pipeline has its verdict, in ``leaves`` the editor lets go of it:
    the beat is then in its out register. Since every packet takes as long, whose slot it came in is told by the schedule alone, some
    cycles ago; ghosts remember that.
    """

    def __init__(self, relation: Relation) -> None:
        datapath, net = relation.datapath, relation.net
        beats, ahead = datapath.collector.beats, datapath.editor.ahead
        self.token = 1 + beats
        self.verdict = self.token + datapath.pipeline.latency
        self.leaves = self.verdict + ahead + 1
        self.owner = [net("arbiter.turns.owner")]
        first = datapath.arbiter.turns.order[0]
        for depth in range(1, self.leaves + 2):
            self.owner.append(relation.ghost(f"owner {depth} cycles ago", self.owner[-1], first))
        self.own = [relation.mine(owner) for owner in self.owner]
        edited = [net(f"editor.window{age}") for age in range(ahead + 1)]
        self.bodies = _bodies(relation, self.verdict)
        self.begins = [net("arbiter.begun"), net("arbiter.slot_begins")]
        self.begins += [net(f"collector.begins{depth}") for depth in range(2, self.verdict + 1)]
        self.begins += [net(f"editor.begins{age}") for age in range(ahead + 1)]
        self.valid = [FALSE, net("arbiter.valid"), *(self._bit(relation, self.bodies[depth]) for depth in range(2, self.verdict + 1))]
        self.valid += [part(beat, 0, 1) for beat in edited]
        self.first = [FALSE, net("arbiter.begins_packet")]
        self.first += [relation.field(f"collector.window{age}", 0, 1) for age in range(1, beats)]
        self.first += [net("token_valid")]
        self.first += [net(f"pipeline.valid_s{stage}") for stage in range(1, datapath.pipeline.latency + 1)]
        self.first += [part(beat, 1, 1) for beat in edited]

    @staticmethod
    def _bit(relation: Relation, name: str) -> Value:
        return part(symbol(name, relation.design.widths[name]), 0, 1)

    def numbered(self, relation: Relation, where: str, there: Value, number: Value, depth: int) -> None:
        """A packet that is there bears the number of the slot that it came in."""
        relation.always(f"{where}, a packet's number is its slot's", implies(there, eq(number, extend(self.owner[depth], 8))))


def _bodies(relation: Relation, end: int) -> dict[int, str]:
    """The registers of the body's delay line by depth, found from the editor's end: each is made of the one before and of the reset."""
    name = relation.register("editor.body") or relation.register("collector.body")
    if name is None:
        raise ValueError("the body reaches the editor by no register")
    found = {end: name}
    for depth in range(end - 1, 1, -1):
        before = relation.design.support[name] - {"rst"}
        if len(before) != 1:
            raise ValueError(f"{name} of the body is made of {', '.join(sorted(before)) or 'nothing'}, and not of the beat before")
        name = next(iter(before))
        found[depth] = name
    return found


def relate_path(relation: Relation, path: Path) -> None:
    """Slots are somebody's and change only where one begins; a packet's beats follow one another in one slot, and each is a beat."""
    tenants = len(relation.datapath.weights)
    for depth, owner in enumerate(path.owner):
        relation.always(f"a slot is somebody's, {depth} cycles on", ult(owner, const(tenants, 8)))
    for depth, begins in enumerate(path.begins):
        same = eq(path.owner[depth], path.owner[depth + 1])
        relation.always(f"slots change only where one begins, {depth} cycles on", bit_or(begins, same))
    for depth in range(1, path.leaves):
        follows = bit_and(path.valid[depth], bit_not(path.first[depth]))
        within = bit_and(bit_not(path.begins[depth]), path.valid[depth + 1])
        relation.always(f"packets are whole, {depth} cycles on", implies(follows, within))
    for depth in range(2, path.leaves + 1):
        relation.always(f"a first beat is a beat, {depth} cycles on", implies(path.first[depth], path.valid[depth]))
