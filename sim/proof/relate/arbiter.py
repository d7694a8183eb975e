"""The arbiter's part of the relation: what it looks at and sends is equal in the victim's slots."""

from __future__ import annotations

from typing import Final

from elements.program.values import bit_and, bit_not, bit_or, const, extend, ult
from sim.proof.relate.path import Path
from sim.proof.relate.vocabulary import READ_PORT, Relation, implies

META_TENANT: Final = 24
"""The lowest bit of the tenant's number in what is known of a packet."""


def relate_arbiter(relation: Relation, path: Path) -> None:
    """Whether there is a packet is equal in all of the victim's slots; what it is, where there is one."""
    own, net = path.own, relation.net
    looked = bit_and(own[0], net("arbiter.turns.looked"))
    sending = bit_and(own[1], net("arbiter.valid"))
    relation.equal("packet arbiter", own[0], "arbiter.turns.looked", "arbiter.turns.busy")
    relation.equal("packet arbiter", looked, "arbiter.looked_port")
    relation.equal("packet sent", own[1], *(f"arbiter.{name}" for name in ("more", "rest", "valid", "begins_packet", "left_now")))
    relation.equal("packet sent", sending, "arbiter.left", "arbiter.held_port", "arbiter.held")
    for port in range(relation.datapath.egresses):
        # A store is looked into and read for whoever's turn it is, and keeps what it gave until the next.
        this_one = [extend(net(f"arbiter.{which}"), 8).equals(port) for which in ("looked_port", "held_port")]
        relation.equal(READ_PORT, bit_and(looked, this_one[0]), f"ingress{port}.store.read__note")
        relation.equal(READ_PORT, bit_and(sending, this_one[1]), f"ingress{port}.store.read__data")
    more, rest = net("arbiter.more"), net("arbiter.rest").any()
    relation.always("nothing is sent beyond a slot", implies(net("arbiter.begun"), bit_not(bit_or(more, rest))))
    relation.always("what is sent is there", implies(more, net("arbiter.valid")))
    relation.always("what is not sent has no length", bit_or(net("arbiter.valid"), bit_not(net("arbiter.left_now").any())))
    for name in ("looked_port", "held_port"):
        relation.always(f"{name} is a port", ult(extend(net(f"arbiter.{name}"), 8), const(relation.datapath.egresses, 8)))
    path.numbered(relation, "where it is sent", net("arbiter.valid"), relation.field("arbiter.held", META_TENANT, 8), 1)
