"""AlignmentInfo(ALIGNMENT, ...)

Says how the packets lie in memory that come to elements, as `click-align` finds out. No element here asks for that.

Arguments:
    ALIGNMENT: an element's name, and for each of its inputs a modulus and an offset. Elements that are not there are passed over; of one
        that is given twice, both have to say the same.

Examples:
    AlignmentInfo
    AlignmentInfo(a 4 2, b 8 0 4 2)
"""

from collections.abc import Mapping

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.find_element import find_element
from elements.definition.parsers import integer
from elements.definition.ports import Ports

_number = integer(-(1 << 31), (1 << 31) - 1)


def _alignment(text: str) -> tuple[str, tuple[int, ...]]:
    name, *given = text.split() or [""]
    numbers = []
    for place, each in enumerate(given):
        try:
            numbers.append(_number(each))
        except ValueError:
            raise ValueError("expected OFFSET" if place % 2 else "expected CHUNK") from None
    if len(numbers) % 2:
        raise ValueError("expected 'ELEMENTNAME CHUNK OFFSET [CHUNK OFFSET...]'")
    return name, tuple(numbers)


class AlignmentInfo(Element):
    ports = Ports("0/0")
    alignments = Rest("ALIGNMENT", _alignment)

    def meet(self, elements: Mapping[str, Element]) -> None:
        known: dict[str, tuple[int, ...]] = {}
        for name, numbers in self.alignments:
            found = find_element(elements, self, name)
            if found is not None and known.setdefault(found.name, numbers) != numbers:
                raise ValueError(f"conflicting AlignmentInfo for '{name}'")

    def c_source(self) -> CSource:
        return CSource()
