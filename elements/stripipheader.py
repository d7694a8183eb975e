"""StripIPHeader()

Takes the IP header from the front of packets, with its options, as its marked place and its length say.

The mark stays where it was, so a packet inside needs one of its own: CheckIPHeader or MarkIPHeader. Packets are dropped that do not start
with a marked IP header of 20 bytes or more, and those that end within it (in Click, what stands in front of the header goes with it, and
nothing is checked). The hardware reading takes headers without options.

Examples:
    StripIPHeader
"""

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import Value, bit_and, bit_not


class StripIPHeader(Element):
    ports = Ports("1/1", "a/a")

    def in_hardware(self, p: Packet) -> Value:
        return p.ip.ihl.equals(5)

    def program(self, p: Packet) -> None:
        in_front = p.length_from("network").equals(p.length)
        plain, words = p.ip.ihl.equals(5), p.ip.ihl
        with p.when(bit_not(in_front)):
            p.drop()
        with p.when(plain):
            p.pull(20)
            p.output(0)
        for count in range(6, 16):
            # Not plain, said again: hardware, which has the plain ones alone, sees that this way is never taken.
            with p.when(bit_and(bit_not(plain), words.equals(count))):
                p.pull(4 * count)
                p.output(0)
