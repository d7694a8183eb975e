"""The collector's part of the relation: the beats that it gathers, and the token that it makes of them."""

from __future__ import annotations

from elements.program.values import bit_and, part
from sim.proof.relate.arbiter import META_TENANT
from sim.proof.relate.path import Path
from sim.proof.relate.vocabulary import DELAY, Relation
from sim.proof.terms import symbol


def relate_collector(relation: Relation, path: Path) -> None:
    """Beats are equal where their slot was the victim's, and the token and its header where the token's slot was: of what comes behind
    the packet the header has nothing."""
    own, net = path.own, relation.net
    for age in range(1, relation.datapath.collector.beats):
        relation.equal(f"packet collected {age}", own[1 + age], f"collector.window{age}")
    relation.equal("packet collected", own[path.token], "collector.token")
    relation.equal("packet collected", bit_and(own[path.token], net("collector.token")), "collector.header")
    for depth, name in path.bodies.items():
        relation.equal_register(DELAY, name, (0, own[depth]))
    _known(relation, path)
    token = net("token_valid")
    relation.show("the token", own[path.token], token)
    for what in ("token_header", "token_meta"):
        relation.show(what, bit_and(own[path.token], token), net(what))


def _known(relation: Relation, path: Path) -> None:
    """What is known of a packet waits for the token: equal where a beat of the victim's is beside it."""
    design = relation.design
    sent = relation.register("arbiter.held")
    before = {sent} if sent is not None else set()
    for depth in range(2, path.token + 1):
        before = {name for name in design.registers if (made := design.support[name] - {"rst"}) and made <= before}
        for name in sorted(before):
            relation.equal_register(DELAY, name, (0, bit_and(path.own[depth], path.valid[depth])))
            if sent is not None and design.widths[name] == design.widths[sent]:
                number = part(symbol(name, design.widths[name]), META_TENANT, 8)
                path.numbered(relation, f"{depth} cycles on", path.valid[depth], number, depth)
