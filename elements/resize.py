"""Resize([HEAD, TAIL])

Adds bytes to packets at their ends, or takes bytes away. New bytes are what was in front of the packet's data, or 0.

Arguments:
    HEAD: bytes to add in front, or to take away where it is negative; 0 if not given.
    TAIL: the same behind.

Handlers:
    head (read): the argument.
    tail (read): the argument.

Examples:
    Resize
    Resize(HEAD -2)
    Resize(4, -2)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Move
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_count = integer(-9216, 9216)


class Resize(EachPacket):
    ports = Ports("1/1", "a/a")
    head = Argument("HEAD", _count, 0)
    tail = Argument("TAIL", _count, 0)

    def move(self, output: int) -> Move:
        return Move(-self.head)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(0, max(arriving) + self.head + max(0, self.tail))

    def each(self, machine: Machine, packet: Packet) -> int:
        packet.move_start(-self.head)
        if self.tail > 0:
            packet.put(self.tail)
        else:
            packet.end -= min(-self.tail, packet.length)
        return 0

    def c_each(self) -> str:
        head = f"PUSH(p, {self.head});" if self.head > 0 else f"PULL(p, {-self.head});"
        take = f"TAKE(p, p->length > {-self.tail}u ? p->length - {-self.tail}u : 0);"
        return f"    {head if self.head else ''}\n    {f'PUT(p, {self.tail}u);' if self.tail > 0 else take}\n"

    @reads("head")
    def head_text(self, state: StateView) -> str:
        return str(self.head)

    @reads("tail")
    def tail_text(self, state: StateView) -> str:
        return str(self.tail)
