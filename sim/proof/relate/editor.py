"""The editor's part of the relation: a window of beats that move on, and the packet that leaves it."""

from __future__ import annotations

from elements.program.values import bit_and
from sim.proof.relate.path import Path
from sim.proof.relate.vocabulary import Relation


def relate_editor(relation: Relation, path: Path) -> None:
    """Beats are equal where their slot was the victim's; what leaves, where the slot is that it came in."""
    editor, own = relation.datapath.editor, path.own
    for age in range(editor.depth):
        _window(relation, path, age)
    newest = path.verdict + 1
    relation.equal("packet edited", bit_and(own[newest], path.valid[newest]), "editor.index_next", "editor.edits_next")
    for age in range(editor.ahead + 1):
        depth = newest + age
        relation.equal(f"packet edited {age}", bit_and(own[depth], path.first[depth]), f"editor.verdict{age}")
        path.numbered(relation, f"{depth} cycles on", path.first[depth], relation.field(f"editor.verdict{age}", 0, 8), depth)
    _leaving(relation, path)


def _leaving(relation: Relation, path: Path) -> None:
    end, net = path.leaves + 1, relation.net
    own, active = path.own[end], net("editor.active")
    relation.equal("packet leaving", own, "editor.active")
    kept = ["left_next", "number", "kept", "middle_next", *(f"own{age}_next" for age in range(relation.datapath.editor.depth))]
    relation.equal("packet leaving", bit_and(own, active), *(f"editor.{name}" for name in kept))
    path.numbered(relation, "where it leaves", active, relation.field("editor.kept", 0, 8), end)
    # What has no beat is said to be there, too.
    out = net("editor.out__valid") | net("editor.empty")
    relation.equal("packet out", own, "editor.out__valid", "editor.first", "editor.empty")
    relation.equal("packet out", bit_and(own, out), "editor.out__payload")
    low = relation.datapath.editor.out.p.shape()["tenant"].offset
    path.numbered(relation, "where it left", out, relation.field("editor.out__payload", low, 8), end)


def _window(relation: Relation, path: Path, age: int) -> None:
    """Behind the beat at hand, the older ones are the leaving packet's where the editor says so, and only those are looked at."""
    place, window, depth = f"packet edited {age}", f"editor.window{age}", path.verdict + 1 + age
    if depth <= path.leaves:
        own = path.own[depth]
        relation.equal_by_bits(place, window, (0, own), (2, bit_and(own, path.valid[depth])))
        return
    leaving = bit_and(path.own[path.leaves + 1], relation.net("editor.active"))
    relation.equal(place, bit_and(leaving, relation.net(f"editor.own{age}_next")), window)
