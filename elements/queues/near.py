"""The storage that is nearest to an element: ahead of it where it pushes, behind it where it is pulled from."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.element import Element
from elements.definition.find_element import find_element
from graph.check import Checked


def nearest_storage(element: Element, checked: Checked, elements: Mapping[str, Element]) -> list[str]:
    """Their names, sorted; ways end at the first storage."""
    graph = checked.graph
    pushes = checked.kind(element.name, True, 0) == "push"
    found: set[str] = set()
    seen, ahead = {element.name}, [element.name]
    while ahead:
        name = ahead.pop()
        if pushes:
            ports = [(edge.target, checked.kind(name, True, edge.source_port)) for edge in graph.outgoing(name)]
        else:
            ports = [(edge.source, checked.kind(name, False, edge.target_port)) for edge in graph.incoming(name)]
        for other, kind in ports:
            if other in seen or kind != ("push" if pushes else "pull"):
                continue
            seen.add(other)
            if is_storage(elements[other]):
                found.add(other)
            else:
                ahead.append(other)
    return sorted(found)


def is_storage(element: Element) -> bool:
    """Whether it stores packets."""
    return type(element).stored is not Element.stored


def named_storage(element: Element, names: list[str], elements: Mapping[str, Element]) -> list[str]:
    """Those of these names, as `find_element` finds them. Errors: ``ValueError``."""
    found = []
    for name in names:
        storage = find_element(elements, element, name)
        if storage is None:
            raise ValueError(f"no element named {name!r}")
        if not is_storage(storage):
            raise ValueError(f"{name!r} is not a Storage element")
        found.append(storage.name)
    return found
