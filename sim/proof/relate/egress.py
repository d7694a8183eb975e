"""An egress's part of the relation: what leaves is equal in the victim's slots, if the port keeps its pace."""

from __future__ import annotations

from typing import Final

from elements.program.values import TRUE, Value, bit_and, bit_not, bit_or, const, eq, extend, mux
from hdl.meta import SHIM_BYTES
from sim.proof.relate.vocabulary import READ_PORT, Presumed, Relation, implies

_HOST: Final = "packet leaving for the host"


def relate_egress(relation: Relation, port: int) -> None:
    """A packet that was looked at belongs to this cycle's slot; one that is sent to that of the cycle before, and with its time in the slot
    that is the same one."""
    at, net, egress = f"egress{port}", relation.net, relation.datapath.egress_ports[port]
    now = net(f"{at}.turns.owner")
    before = relation.ghost(f"owner at {at} a cycle ago", now, egress.turns.order[0])
    own, sent = relation.mine(now), relation.mine(before)
    more, valid = net(f"{at}.more"), net(f"{at}.valid")
    leaving, place = bit_and(sent, valid), f"packet leaving by {egress.name}"
    relation.equal(f"packet {egress.name}", own, f"{at}.turns.looked", f"{at}.turns.busy")
    relation.equal(READ_PORT, bit_and(own, net(f"{at}.turns.looked")), f"{at}.store.read__note")
    relation.equal(place, sent, f"{at}.more", f"{at}.valid")
    relation.equal(place, leaving, *(f"{at}.{name}" for name in ("left", "left_now", "held_tenant", "held_shim")))
    relation.equal(READ_PORT, leaving, f"{at}.store.read__data")
    relation.always(f"{at}: a slot is somebody's", now < len(relation.datapath.weights))
    relation.always(f"{at}: what leaves is of the slot's owner", implies(bit_or(more, valid), eq(net(f"{at}.held_tenant"), before)))
    host = port == relation.datapath.parameters.ports
    ready = relation.equal_input("host_out__ready" if host else f"out{port}__ready", TRUE)
    relation.presume(Presumed.PACE, at, ready)
    waits = _behind_its_shim(relation, at, sent, before, valid) if host else const(0, 8)
    _in_time(relation, port, before, waits)
    wire = "host_out" if host else f"out{port}"
    out = relation.net(f"{wire}__valid")
    relation.show(f"{wire}, whether there is a beat", sent, out)
    relation.show(f"{wire}, what it is", bit_and(sent, out), relation.net(f"{wire}__payload"))
    _counted(relation, port)


def _counted(relation: Relation, port: int) -> None:
    """What registers count of the victim's packets here: by what is said of one, and by the number that stands beside it."""
    net, at = relation.net, f"counts{port}"
    sent = bit_and(net(f"{at}_sent").any(), relation.mine(net(f"{at}_sent_tenant")))
    came = relation.field("editor.out__payload", relation.datapath.editor.out.p.shape()["tenant"].offset, 8)
    for what in ("queued", "dropped"):
        mine = bit_and(net(f"{at}_{what}").any(), relation.mine(came))
        relation.show(f"egress{port}, the victim's packets {what}", TRUE, mine)
    relation.show(f"egress{port}, the victim's packets sent", TRUE, sent)
    relation.show(f"egress{port}, the length of the victim's packets sent", sent, net(f"{at}_length"))


def _in_time(relation: Relation, port: int, before: Value, waits: Value) -> None:
    """What has begun ends in its slot, where a beat still waits for ``waits`` cycles: the time that is counted down is enough for what is
    left."""
    at, lanes, net = f"egress{port}", relation.datapath.egress_ports[port].width // 8, relation.net
    more, valid, left = net(f"{at}.more"), net(f"{at}.valid"), net(f"{at}.left")
    busy, same = net(f"{at}.turns.busy"), eq(before, net(f"{at}.turns.owner"))
    relation.always(f"{at}: what is sent is there", implies(more, valid))
    relation.always(f"{at}: more is not nothing", implies(more, left.any()))
    relation.always(f"{at}: the last beat is the last", implies(valid, eq(more, net(f"{at}.left_now") > lanes)))
    relation.always(f"{at}: a packet has its time in the slot", busy <= net(f"{at}.turns.left"))
    relation.always(f"{at}: what waits has its time", implies(valid, waits <= busy))
    relation.always(f"{at}: what is left to send has its time", implies(more, left + waits * lanes <= busy * lanes))
    relation.always(f"{at}: what waits is of the same slot", implies(waits.any(), same))
    relation.always(f"{at}: more is of the same slot", implies(more, same))


def _behind_its_shim(relation: Relation, at: str, sent: Value, before: Value, valid: Value) -> Value:
    """What puts the shim in front. Returns for how many cycles the beat at hand still waits for that."""
    whole = 8 * SHIM_BYTES // relation.datapath.parameters.width
    if whole:
        index = relation.net("prepend.index")
        relation.equal(_HOST, bit_and(sent, valid), "prepend.index")
        relation.always("the shim stands in front of a packet", bit_or(valid, bit_not(index.any())))
        relation.always("the shim ends", index <= whole)
        return mux(valid, extend(const(whole, 8) - index, 8), const(0, 8))
    # The shim does not fill a beat: what it moves up leaves in a beat of its own, a cycle after the last one.
    order = relation.datapath.egress_ports[relation.datapath.parameters.ports].turns.order
    before_that = relation.ghost("owner at the host two cycles ago", before, order[0])
    behind = relation.mine(before_that)
    flush, begun = relation.net("prepend.flush"), relation.net("prepend.begun")
    carried = bit_or(bit_and(bit_and(sent, valid), begun), bit_and(behind, flush))
    relation.equal(_HOST, behind, "prepend.flush")
    relation.equal(_HOST, bit_and(sent, valid), "prepend.begun")
    relation.equal(_HOST, carried, "prepend.carry", "prepend.carry_keep")
    relation.always("the shim's end is behind a packet", implies(flush, bit_not(valid)))
    relation.always("the shim's end is of the same slot", implies(flush, eq(before_that, before)))
    relation.always("the shim is in front of what is there", implies(begun, bit_or(valid, flush)))
    return extend(valid, 8)
