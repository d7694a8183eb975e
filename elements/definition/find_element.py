"""Elements that the configuration of another names."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.element import Element


def find_element(elements: Mapping[str, Element], asking: Element, name: str) -> Element | None:
    """The element of that name, looked for from that compound element outwards in which ``asking`` stands. A tenant finds its own alone."""
    around = asking.name.rpartition("/")[0]
    while True:
        found = elements.get(f"{around}/{name}" if around else name)
        if found is not None and found.node.location.tenant == asking.node.location.tenant:
            return found
        if not around:
            return None
        around = around.rpartition("/")[0]
