"""Whether the memories and lookup engines of a composition can be taken one after the other."""

from __future__ import annotations

import networkx as nx

from elements.program.combine import walk
from elements.program.values import Value
from hdl.composition import Composition
from hdl.trace_tenant import NotHardware

_Unit = tuple[str, int]
"""A bank (`old`) or an engine (`found`), by its number."""


def check_order(composition: Composition) -> Composition:
    """``composition`` as it is. Errors: `NotHardware` where what one memory or engine is asked rests on its own answer, naming an element
    that has state there.
    """
    needs = nx.DiGraph()
    for bank in composition.banks:
        unit = ("old", bank.number)
        needs.add_node(unit)
        # What was held is read where it is updated; the place that is read has to be known before.
        needs.add_edges_from((unit, other) for other in _asked([bank.when, bank.value]) if other != unit)
        needs.add_edges_from((unit, other) for other in _asked([bank.slot]))
    for engine in composition.engines:
        needs.add_edges_from((("found", engine.number), other) for other in _asked([engine.key]))
    rings = [names for names in nx.strongly_connected_components(needs) if len(names) > 1 or any(n in needs[n] for n in names)]
    if not rings:
        return composition
    units = min(sorted(names) for names in rings)
    kept = sorted((bank.number, place) for bank in composition.banks if ("old", bank.number) in units for place in bank.homes)
    homes = {bank.number: bank.homes for bank in composition.banks}
    elements = list(dict.fromkeys(homes[number][place].element for number, place in kept))
    elements += [engine.elements[n] for engine in composition.engines if ("found", engine.number) in units for n in sorted(engine.elements)]
    together = ", ".join(dict.fromkeys(elements))
    raise NotHardware(elements[0], f"what is kept or looked up in {together} rests on itself, and hardware takes one after the other")


def _asked(roots: list[Value]) -> list[_Unit]:
    return [("old" if v.op == "old" else "found", int(v.attributes[0])) for v in walk(roots) if v.op in ("old", "hit", "found")]
