"""What tenants own by themselves, and the check that every register has one owner, who is the one that the relation takes it for."""

from __future__ import annotations

from elements.program.values import FALSE, TRUE, Value, const
from sim.proof.relate.vocabulary import UNTAGGED, Relation


def relate_owners(relation: Relation) -> None:
    """To be called when the blocks have said what they have to say: a tenant's registers are equal for the victim, the schedule's always,
    the operator's never. Fails for a register that has no owner or several, one that is a packet's and that no block speaks of, and one
    that is given to one place and stands in another."""
    owners = relation.owners()
    for name in relation.design.registers:
        place, given = relation.places.get(name), sorted(owners.get(name, ()))
        called = relation.called.get(name, name)
        if len(given) > 1:
            relation.failures.append(f"{called} is owned by the {' and by the '.join(given)}")
        elif place in UNTAGGED and not given:
            continue
        elif not given:
            relation.failures.append(f"{called} has no owner")
        elif place is not None:
            if place != given[0]:
                relation.failures.append(f"{called} is owned by the {given[0]}, and stands in {place}")
        else:
            _owned(relation, name, given[0])


def _owned(relation: Relation, name: str, owner: str) -> None:
    conditions: dict[str, Value] = {"schedule": TRUE, "operator": FALSE}
    for tenant in range(len(relation.datapath.weights)):
        conditions[f"tenant {tenant}"] = relation.mine(const(tenant, 8))
    if owner not in conditions:
        relation.failures.append(f"{name} is owned by the {owner}, of which no block says anything")
        return
    relation.equal_register(owner, name, (0, conditions[owner]))
