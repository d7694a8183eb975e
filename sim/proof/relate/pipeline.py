"""The pipeline's part of the relation, of which the valid and the tenant's number are left here: the rest has its own proof."""

from __future__ import annotations

from elements.program.values import bit_and, extend
from sim.proof.relate.path import Path
from sim.proof.relate.vocabulary import Relation


def relate_pipeline(relation: Relation, path: Path) -> None:
    """A packet's number is its slot's in every stage; what is said of the victim's is equal, as the pipeline's own proof shows."""
    for stage in range(1, relation.datapath.pipeline.latency + 1):
        depth, valid, tenant = path.token + stage, f"pipeline.valid_s{stage}", f"pipeline.tenant_s{stage}"
        relation.equal(f"packet pipeline {stage}", path.own[depth], valid)
        relation.equal(f"packet pipeline {stage}", bit_and(path.own[depth], relation.net(valid)), tenant)
        path.numbered(relation, f"in stage {stage}", relation.net(valid), extend(relation.net(tenant), 8), depth)
    said = bit_and(path.own[path.verdict], path.first[path.verdict])
    for name in relation.design.inputs:
        if name.startswith("said_"):
            relation.equal_input(name, said)
