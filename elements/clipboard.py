"""Clipboard(OFFSET/LENGTH, ...)

Copies bytes from packets at input 0 to those at input 1: each gets those of the last one before it.

A packet at input 1 that does not have all of the bytes stays as it is; of one at input 0, those that it does not have are 0. Packets leave
by the output of their input's number.

Arguments:
    RANGE: bytes from the start of the packet to the first of a range, `/`, and bytes of the range.

Examples:
    Clipboard(0/4)
    Clipboard(0/1, 6/2)
"""

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_number = integer(0, 9216)


def _range(text: str) -> tuple[int, int]:
    offset, slash, length = text.partition("/")
    if not offset or not slash or not length:
        raise ValueError("expected '/' between offset and length")
    return _number(offset.strip()), _number(length.strip())


class Clipboard(Element):
    ports = Ports("2/2", "a/a", "#/#")
    ranges = Rest("RANGE", _range)

    def setup(self) -> None:
        self.least = max((offset + length for offset, length in self.ranges), default=0)
        self.pieces = [bytes(length) for _, length in self.ranges]

    def _pass(self, port: int, packet: Packet) -> None:
        if port == 0:
            data = packet.data + bytes(self.least)
            self.pieces = [data[offset : offset + length] for offset, length in self.ranges]
        elif packet.length >= self.least:
            for (offset, length), piece in zip(self.ranges, self.pieces, strict=True):
                start = packet.start + offset
                packet.buffer[start : start + length] = piece

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        self._pass(port, packet)
        machine.push_out(self.name, port, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, port)
        if packet is not None:
            self._pass(port, packet)
        return packet

    def c_source(self) -> CSource:
        copy, paste, at = "", "", 0
        for offset, length in self.ranges:
            copy += f"        clipboard_copy(self->bytes + {at}, p, {offset}, {length});\n"
            paste += f"        memcpy(p->data + {offset}, self->bytes + {at}, {length});\n"
            at += length
        passing = f"    if (port == 0) {{\n{copy}    }} else if (p->length >= {self.least}u) {{\n{paste}    }}\n"
        return CSource(
            is_short=True,
            fields=f"uint8_t bytes[{at or 1}];",
            helpers=_HELPERS,
            push=f"{passing}    OUT(port, p);\n",
            pull=f"    struct packet *p = IN(port);\n    if (!p) return NULL;\n{passing}    return p;\n",
        )


_HELPERS = """
static inline void clipboard_copy(uint8_t *to, const struct packet *p, uint32_t offset, uint32_t length)
{
    uint32_t there = p->length > offset ? p->length - offset : 0;
    if (there > length) there = length;
    memcpy(to, p->data + offset, there);
    memset(to + there, 0, length - there);
}
"""
