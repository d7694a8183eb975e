"""ICMPRewriter(MAPS [, DST_ANNO, REPLY_ANNO])

Rewrites ICMP errors about packets that a rewriter has rewritten, so that they are about what the packets were, and go to who sent them.

The IP header must be marked. The packet inside an error (destination unreachable, source quench, redirect, time exceeded, parameter
problem) is an answer's, turned round; the rewriters of MAPS are asked for its mapping in turn. The packet inside becomes what the answer's
mapping says, with its checksums as far as they are there, the error's destination follows where it was the sender of the packet inside,
and the error's checksum too. Errors without a mapping, other ICMP packets, and packets that are none or end too soon are dropped, as in
Click, whose manual says that they leave by a second output, which they do not.

A mapping of an IPAddrRewriter changes one address inside, and no ports; Click sets the other, and the ports, to 0.

Arguments:
    MAPS: names of rewriters, with spaces between. Packets leave by output 0; where a name has `:N` behind it, by output N plus that by
        which the rewriter would send the answer.
    DST_ANNO: whether the destination annotation becomes the new destination; true if not given.
    REPLY_ANNO: PAINT, for errors about what was sent to get the paint of the packet that made the flow.

Examples:
    ICMPRewriter(rw)
    ICMPRewriter(rw ping, DST_ANNO false, REPLY_ANNO PAINT)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.find_element import find_element
from elements.definition.parsers import boolean, raw, unsigned32
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.rewriter.checksums import correct, difference
from elements.rewriter.errors_c import ERRORS
from elements.rewriter.packets import paint_annotation
from elements.rewriter.rewriter import HELPERS, Rewriter

ABOUT: Final = (3, 4, 5, 11, 12)
"""Types of errors."""


def _offset(text: str) -> int | None:
    try:
        return unsigned32(text)
    except ValueError:
        return None


class ICMPRewriter(Element):
    ports = Ports("1/1-", "h/h")
    maps_text = Argument("MAPS", raw)
    set_destination = keyword("DST_ANNO", boolean, True)
    reply_annotation = Argument[str | None]("REPLY_ANNO", paint_annotation, None, position=False)

    def meet(self, elements: Mapping[str, Element]) -> None:
        self.maps: list[tuple[Rewriter, int | None]] = []
        mistakes = []
        for text in self.maps_text.split():
            name, colon, offset = text.partition(":")
            rewriter = find_element(elements, self, name)
            first = _offset(offset) if colon else None
            if not isinstance(rewriter, Rewriter) or (colon and first is None):
                mistakes.append(f"{name} not an IP rewriter")
            elif first is not None and first + rewriter.outputs > self.outputs:
                mistakes.append(f"{text} port offset requires more than {self.outputs} output{'' if self.outputs == 1 else 's'}")
            else:
                self.maps.append((rewriter, first))
        if mistakes:
            raise ValueError("\n".join(mistakes))

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        output = self._output(machine, packet)
        if output is not None:
            machine.push_out(self.name, output, packet)

    def _output(self, machine: Machine, packet: Packet) -> int | None:
        """The output by which a packet leaves, which is rewritten; None where it is dropped."""
        network, transport = packet.network, packet.transport
        if network is None or transport is None or network < packet.start or packet.end - network < 20:
            return None
        buffer, inner = packet.buffer, transport + 8
        if buffer[network] & 15 < 5 or buffer[network + 9] != 1 or packet.end - transport < 28 or buffer[transport] not in ABOUT:
            return None
        header = 4 * (buffer[inner] & 15)
        if buffer[inner] >> 4 != 4 or header < 20:
            return None
        at, protocol = inner + header, buffer[inner + 9]
        has_ports = not (buffer[inner + 6] & 0x1F or buffer[inner + 7])
        addresses = int.from_bytes(buffer[inner + 16 : inner + 20] + buffer[inner + 12 : inner + 16], "big")
        ports = 0
        if protocol in (6, 17, 33) and has_ports and at + 8 <= packet.end:
            ports = int.from_bytes(buffer[at + 2 : at + 4] + buffer[at : at + 2], "big")
        elif protocol == 1 and has_ports and at + 6 <= packet.end and buffer[at] == 8:
            ports = int.from_bytes(buffer[at + 4 : at + 6], "big") << 16
        else:
            has_ports = False
        for rewriter, to in self.maps:
            state = machine.stores[rewriter.name]
            keys = rewriter.key_for(protocol, addresses, ports, reply=True)
            entry = next((found for key in keys if (found := rewriter.find(state, *key))), 0)
            if entry:
                offset = to
                break
        else:
            return None
        place, direction = entry + 1 >> 1, entry - 1 & 1
        new, new_ports = rewriter.becomes(state, entry)
        if rewriter.keyed_by == "hosts":
            new |= addresses & (0xFFFF_FFFF << (32 if direction else 0))
        if buffer[network + 16 : network + 20] == buffer[inner + 12 : inner + 16]:
            destination = new & 0xFFFF_FFFF
            correct(buffer, network + 10, difference(addresses & 0xFFFF_FFFF, destination))
            buffer[network + 16 : network + 20] = destination.to_bytes(4, "big")
            if self.set_destination:
                packet.dst_ip = destination
        if direction and self.reply_annotation:
            packet.paint = state.get(rewriter.mark, place - 1)
        moved, change = _readdress(buffer, inner, new)
        if has_ports and rewriter.keyed_by not in ("hosts", "pairs"):
            change += _renumber(buffer, at, packet.end, protocol, new_ports, moved)
        elif has_ports:
            change += _follow(buffer, at, packet.end, protocol, moved)
        correct(buffer, transport + 2, change)
        spec = state.get(rewriter.spec_of, place - 1)
        way = rewriter.spec_reply if direction else rewriter.spec_forward
        return 0 if offset is None else offset + state.get(way, spec)

    def c_source(self) -> CSource:
        asked = "".join(f"        {{PEER({k})->rw, {-1 if offset is None else offset}}},\n" for k, (_, offset) in enumerate(self.maps))
        return CSource(
            shared=HELPERS,
            helpers=ERRORS,
            push=f"""
    const struct icmp_map maps[] = {{
{asked}    }};
    int output = icmp_rewrite(maps, {len(self.maps)}, p, {int(self.set_destination)}, {int(self.reply_annotation is not None)});
    if (output < 0) KILL(p);
    else OUT(output, p);
""",
            peers=tuple(rewriter.name for rewriter, _ in self.maps),
        )


def _readdress(buffer: bytearray, inner: int, new: int) -> tuple[int, int]:
    """The header inside gets the answer's new addresses, turned round; what sums over addresses, and over the whole header, grow by."""
    turned = (new & 0xFFFF_FFFF) << 32 | new >> 32
    old, was = int.from_bytes(buffer[inner + 12 : inner + 20], "big"), int.from_bytes(buffer[inner + 10 : inner + 12], "big")
    buffer[inner + 12 : inner + 20] = turned.to_bytes(8, "big")
    change = difference(old, turned)
    correct(buffer, inner + 10, change)
    return change, change + difference(was, int.from_bytes(buffer[inner + 10 : inner + 12], "big"))


def _renumber(buffer: bytearray, at: int, end: int, protocol: int, ports: int, moved: int) -> int:
    """The same of the ports, or the number of a ping, and of the checksum that counts them; what the sum over that grows by."""
    if protocol == 1:
        old, number = int.from_bytes(buffer[at + 4 : at + 6], "big"), ports & 0xFFFF
        was = int.from_bytes(buffer[at + 2 : at + 4], "big")
        buffer[at + 4 : at + 6] = number.to_bytes(2, "big")
        change = difference(old, number)
        correct(buffer, at + 2, change)
        if not any(buffer[at:end]):
            buffer[at + 2 : at + 4] = b"\xff\xff"
        return change + difference(was, int.from_bytes(buffer[at + 2 : at + 4], "big"))
    turned = (ports & 0xFFFF) << 16 | ports >> 16
    change = difference(int.from_bytes(buffer[at : at + 4], "big"), turned)
    buffer[at : at + 4] = turned.to_bytes(4, "big")
    return change + _follow(buffer, at, end, protocol, moved + change)


def _follow(buffer: bytearray, at: int, end: int, protocol: int, change: int) -> int:
    """A checksum inside, where there is one, follows what has changed; what the sum grows by."""
    place = at + {6: 16, 17: 6}.get(protocol, 0)
    if place == at or place + 2 > end or (protocol == 17 and not any(buffer[place : place + 2])):
        return 0
    was = int.from_bytes(buffer[place : place + 2], "big")
    correct(buffer, place, change)
    return difference(was, int.from_bytes(buffer[place : place + 2], "big"))
