"""Elements that tell rewriters what becomes of flows."""

from __future__ import annotations

from elements.definition.element import Element, StateVariable
from elements.rewriter.specifications import InputSpec


class IPMapper(Element):
    """Has specifications, one of which it chooses for each flow; `turn` says which comes first for the next one."""

    patterns: list[InputSpec]
    turn = StateVariable(32)
