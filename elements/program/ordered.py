"""Which programs can be taken one step after the other, with each state variable and each table once, as hardware does."""

from __future__ import annotations

import networkx as nx

from elements.program.combine import walk
from elements.program.program import Program
from elements.program.values import Value


def disordered(program: Program) -> str | None:
    """Why ``program`` cannot be hardware, None where its state and tables stand in no way."""
    if any(access.state.depth > 1 for access in program.accesses):
        return "it keeps an array of state"
    if any(access.index.constant != 0 for access in program.accesses):
        return "where it keeps its state depends on the packet"
    keys: dict[str, set[Value]] = {}
    for value in walk(program.roots()):
        if value.op in ("hit", "found"):
            keys.setdefault(str(value.attributes[0]), set()).add(value.operands[0])
    twice = next((name for name, asked in keys.items() if len(asked) > 1), None)
    if twice is not None:
        return f"it looks up more than one key in {twice}"
    needs = nx.DiGraph()
    for access in program.accesses:
        needs.add_edges_from((access.state.name, name) for name in _asked([access.when, access.value]) if name != access.state.name)
    needs.add_edges_from((name, other) for name, (key,) in keys.items() for other in _asked([key]))
    around = min((sorted(names) for names in nx.strongly_connected_components(needs) if len(names) > 1), default=None)
    return None if around is None else f"{' and '.join(around)} rest on each other, and hardware takes one after the other"


def _asked(roots: list[Value]) -> list[str]:
    """The state variables and tables that ``roots`` rest on."""
    return [str(value.attributes[0]) for value in walk(roots) if value.op in ("old", "hit", "found")]
