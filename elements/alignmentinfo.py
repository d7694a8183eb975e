"""AlignmentInfo(ALIGNMENT, ...)

Says how the packets lie in memory that come to elements, as `click-align` finds out. No element here asks for that.

Arguments:
    ALIGNMENT: an element's name, and for each of its inputs a modulus and an offset. Elements that are not there are passed over, whatever
        is said of them; of one that is given twice, here or in another AlignmentInfo, both have to say the same. (Click reports what is
        wrong, and runs nevertheless.)

Examples:
    AlignmentInfo
    AlignmentInfo(a 4 2, b 8 0 4 2)
"""

from collections.abc import Mapping

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.find_element import find_element
from elements.definition.parsers import integer, raw
from elements.definition.ports import Ports
from graph.configuration import split_words, unquote

_number = integer(-(1 << 31), (1 << 31) - 1)


def _numbers(words: list[str]) -> tuple[int, ...]:
    if len(words) % 2:
        raise ValueError("expected 'ELEMENTNAME CHUNK OFFSET [CHUNK OFFSET...]'")
    numbers = []
    for place, word in enumerate(words):
        try:
            numbers.append(_number(word))
        except ValueError:
            raise ValueError("expected OFFSET" if place % 2 else "expected CHUNK") from None
    return tuple(numbers)


class AlignmentInfo(Element):
    ports = Ports("0/0")
    alignments = Rest("ALIGNMENT", raw)

    def setup(self) -> None:
        self.known: dict[str, tuple[int, ...]] = {}
        """What the first of a graph and those behind it say, by the elements' names."""

    def meet(self, elements: Mapping[str, Element]) -> None:
        mistakes = []
        known = next((each for each in elements.values() if isinstance(each, AlignmentInfo)), self).known
        for place, text in enumerate(self.alignments, 1):
            name, *words = split_words(text) or [""]
            found = find_element(elements, self, unquote(name))
            if found is None:
                continue
            try:
                numbers = _numbers(words)
            except ValueError as error:
                mistakes.append(f"ALIGNMENT {place}: {error}")
                continue
            if known.setdefault(found.name, numbers) != numbers:
                mistakes.append(f"conflicting AlignmentInfo for '{name}'")
        if mistakes:
            raise ValueError("\n".join(mistakes))

    def c_source(self) -> CSource:
        return CSource()
