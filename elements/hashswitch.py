"""HashSwitch(OFFSET, LENGTH)

Chooses the output of a packet by a hash of LENGTH of its bytes, so that packets which have these alike go one way.

The hash is the sum of the bytes, modulo the number of outputs; where that is 2, 4 or 8, the sum's own lowest bits are mixed with those four
higher. That is the choice of Click's element. Packets that do not have all of the bytes leave by output 0.

Arguments:
    OFFSET: bytes from the start of the packet to the first that counts.
    LENGTH: bytes that count, at least 1. Bytes beyond the first 128 of a packet cannot be hashed.

Examples:
    HashSwitch(12, 12)
    HashSwitch(16, 4)
    HashSwitch(0, 1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import Value, const, extend, part

FARTHEST = 128
"""Bytes of a packet that can be hashed."""


class HashSwitch(Element):
    ports = Ports("1/1-", "h/h")
    offset = Argument("OFFSET", integer(0, FARTHEST - 1))
    length = Argument("LENGTH", integer(1, FARTHEST))

    def setup(self) -> None:
        if self.offset + self.length > FARTHEST:
            raise ValueError(f"bytes beyond the first {FARTHEST} cannot be hashed")

    def program(self, p: Packet) -> None:
        end = self.offset + self.length
        with p.when(~p.has(end)):
            p.output(0)
        total = sum_of([p.data[at] for at in range(self.offset, end)])
        if self.outputs in (2, 4, 8):
            p.output(part(total ^ part(total, 4, total.width), 0, (self.outputs - 1).bit_length()))
        else:
            p.output(remainder(total, self.outputs))


def sum_of(numbers: list[Value]) -> Value:
    """The sum of ``numbers``, as a tree: as wide as the largest sum that there can be, or a little wider."""
    level = list(numbers)
    while len(level) > 1:
        level = [level[i] + level[i + 1] if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


def remainder(a: Value, divisor: int) -> Value:
    """``a`` modulo the constant ``divisor``, as wide as ``divisor - 1`` needs.

    The quotient is a product with the reciprocal, rounded up, to so many bits that it is exact for every number as wide as ``a``
    (Granlund and Montgomery, PLDI 1994).
    """
    shift = a.width + (divisor - 1).bit_length()
    reciprocal = -(-(1 << shift) // divisor)
    product = a * const(reciprocal, reciprocal.bit_length())
    quotient = part(product, shift, max(1, product.width - shift))
    multiple = quotient * const(divisor, divisor.bit_length())
    return part(extend(a, max(a.width, multiple.width)) - multiple, 0, max(1, (divisor - 1).bit_length()))
