"""An ingress's part of the relation: a frame on the wire is equal where it is the victim's, and so is what is made of it."""

from __future__ import annotations

from elements.program.values import TRUE, Value, bit_and, bit_not, bit_or, eq, mux, part
from sim.proof.relate.vocabulary import Presumed, Relation, implies


def relate_ingress(relation: Relation, port: int) -> None:
    """Nothing is said of frames that are not the victim's, but that they come in and end as frames do."""
    within = _wire(relation, port)
    _frame(relation, port, within)
    _ending(relation, port)
    at, store = f"ingress{port}", relation.datapath.ingresses[port].store
    number = relation.field(f"{at}.known_put", store.put.shape()["tenant"].offset, 8)
    stores = bit_and(relation.net(f"{at}.known_valid"), relation.mine(number))
    relation.equal(f"packet to the store of port {port}", stores, f"{at}.known_valid", f"{at}.known_put")


def _wire(relation: Relation, port: int) -> Value:
    """What comes in, and whether a frame of the victim's has begun there and not ended."""
    at, host = f"ingress{port}", port == relation.datapath.parameters.ports
    names = ("stripped_valid", "stripped_payload") if host else (f"in{port}__valid", f"in{port}__payload")
    comes = relation.equal_input(f"a beat of the victim's at {at}", TRUE, 1)
    there, payload = (relation.equal_input(name, comes) for name in names)
    ends = part(payload, payload.width - 1, 1)
    within = _ghost_of(relation, f"within a frame of the victim's at {at}", comes, ends, TRUE)
    middle = _ghost_of(relation, f"within a frame at {at}", there, ends, within)
    relation.presume(Presumed.FRAMES, f"{at}: a beat that comes is there", implies(comes, there))
    relation.presume(Presumed.FRAMES, f"{at}: frames do not mix", implies(bit_and(within, there), comes))
    relation.presume(Presumed.FRAMES, f"{at}: a frame begins where none is", implies(bit_and(comes, bit_not(within)), bit_not(middle)))
    index = relation.net(f"{at}.index")
    settles = bit_and(there, index <= relation.datapath.ingresses[port].held)
    found = bit_and(relation.net(f"{at}.owned"), relation.mine(relation.net(f"{at}.owner")))
    relation.presume(Presumed.FRAMES, f"{at}: found to be the victim's", implies(bit_and(settles, found), comes))
    if host:
        shim = relation.equal_input("stripped_shim", comes)
        before = relation.ghost("the shim before", shim, 0, within)
        relation.ghosts["the shim before"] = (mux(there, shim, before), relation.ghosts["the shim before"][1])
        relation.presume(Presumed.SHIM, at, implies(bit_and(there, middle), eq(shim, before)))
    fresh = bit_not(bit_or(relation.net(f"{at}.length").any(), bit_or(index.any(), relation.net(f"{at}.bad"))))
    relation.always(f"{at}: between frames there is nothing", bit_or(middle, fresh))
    relation.always(f"{at}: within the victim's frame is within a frame", implies(within, middle))
    return within


def _ghost_of(relation: Relation, name: str, comes: Value, ends: Value, when: Value) -> Value:
    """Whether the last beat that came did not end its frame."""
    now = relation.ghost(name, comes, 0, when)
    relation.ghosts[name] = (mux(comes, bit_not(ends), now), relation.ghosts[name][1])
    return now


def _frame(relation: Relation, port: int, within: Value) -> None:
    """What is known of the frame on the wire, and its first beats, as far as it has come."""
    at, place = f"ingress{port}", f"packet on the wire of port {port}"
    width, held = relation.datapath.parameters.width, relation.datapath.ingresses[port].held
    index = relation.net(f"{at}.index")
    relation.equal(place, within, *(f"{at}.{name}" for name in ("length", "bad", "index", "was_owned", "was_owner")))
    was = bit_and(relation.net(f"{at}.was_owned"), relation.mine(relation.net(f"{at}.was_owner")))
    relation.always(f"{at}: what is not the victim's was not found to be", bit_or(within, bit_not(bit_and(index > held, was))))
    come = [bit_and(within, index > number) for number in range(held + 1)]
    for number in range(held):
        relation.equal(place, come[number], f"{at}.waiting{number}")
    relation.equal_by_bits(place, f"{at}.held", *((number * width, come[number]) for number in range(held + 1)))
    long = index * (width // 8) < relation.net(f"{at}.length")
    relation.always(f"{at}: a frame is no longer than what came", bit_or(index > held, bit_not(long)))


def _ending(relation: Relation, port: int) -> None:
    """What is left of a frame that has ended is the victim's or not by itself: another frame may be on the wire by now."""
    at, held = f"ingress{port}", relation.datapath.ingresses[port].held
    if not held:
        return
    left, index = relation.net(f"{at}.left"), relation.net(f"{at}.index")
    ending = bit_and(left.any(), relation.mine(relation.net(f"{at}.ended_owner")))
    names = ("left", "alone", "keeps", "ended", "ended_good", "ended_owner", *(f"rest{number}" for number in range(held)))
    relation.equal(f"packet ending at port {port}", ending, *(f"{at}.{name}" for name in names))
    relation.always(f"{at}: what is held is not in the way of what ends", implies(left.any(), left + index <= held))
