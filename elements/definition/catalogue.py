"""Finds element classes: what lies in `elements/` exists. There is no list."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cache

import elements
from elements.definition.element import Element
from graph.classes import ClassInfo


@cache
def find(class_name: str) -> type[Element] | None:
    """The class called ``class_name``, from the module of `elements/` whose name is the class name in lower case."""
    module_name = class_name.lower()
    if not module_name.isidentifier() or module_name not in _modules():
        return None
    candidate = getattr(importlib.import_module(f"elements.{module_name}"), class_name, None)
    return candidate if isinstance(candidate, type) and issubclass(candidate, Element) else None


@cache
def _modules() -> frozenset[str]:
    return frozenset(info.name for info in pkgutil.iter_modules(elements.__path__) if not info.ispkg)


def class_names() -> list[str]:
    """Every element class there is, sorted."""
    found = []
    for module_name in sorted(_modules()):
        module = importlib.import_module(f"elements.{module_name}")
        for name, member in vars(module).items():
            if isinstance(member, type) and issubclass(member, Element) and member.__module__ == module.__name__:
                found.append(name)
    return sorted(found)


def class_info(class_name: str) -> ClassInfo | None:
    """The class's port counts and codes, for the checks of `graph`."""
    found = find(class_name)
    if found is None:
        return None
    return ClassInfo(class_name, found.ports.count, found.ports.processing, found.ports.flow)


def manual_page(class_name: str) -> str:
    """The class's manual page: the docstring of its module. Errors: ``KeyError`` for an unknown class."""
    found = find(class_name)
    if found is None:
        raise KeyError(class_name)
    return importlib.import_module(found.__module__).__doc__ or ""
