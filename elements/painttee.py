"""PaintTee(COLOR [, ANNO])

Passes every packet on by output 0, and a copy of those with paint COLOR by output 1.

Arguments:
    COLOR: the paint that is copied, 0 to 255.
    ANNO: which annotation; only PAINT, the default, exists here.

Handlers:
    color (read): the color.

Examples:
    PaintTee(1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import byte, word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class PaintTee(Element):
    ports = Ports("1/2", "a/ah")
    color = Argument("COLOR", byte)
    annotation = Argument("ANNO", word, "PAINT")

    def setup(self) -> None:
        if self.annotation != "PAINT":
            raise ValueError(f"ANNO: only PAINT can be looked at, not {self.annotation!r}")

    def always_sends(self, output: int) -> bool:
        return output == 0

    @property
    def most_ways(self) -> int:
        return 2

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if packet.paint == self.color:
            machine.push_out(self.name, 1, packet.copy())
        machine.push_out(self.name, 0, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        if packet is not None and packet.paint == self.color:
            machine.push_out(self.name, 1, packet.copy())
        return packet

    def c_source(self) -> CSource:
        copy = f"    if (p->paint == {self.color}) OUT(1, CLONE(p));\n"
        return CSource(
            is_short=True,
            quick=f"    if (v->paint != {self.color}) PASS(0);\n",
            push=f"\n{copy}    OUT(0, p);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;\n{copy}    return p;\n",
        )

    @reads("color")
    def color_text(self, state: StateView) -> str:
        return str(self.color)
