"""FTPPortMapper(CONTROL_REWRITER, DATA_REWRITER, DATA_REWRITER_INPUT)

Lets FTP clients behind an address translator be called: changes the address and port that they send in PORT commands (RFC 959).

Stands in front of CONTROL_REWRITER, through which the packets of FTP control connections go, with their IP header marked. When a TCP packet
of a flow that the control rewriter knows starts with `PORT `, the flow that the command asks for is looked up in DATA_REWRITER, or made
there by the specification of input DATA_REWRITER_INPUT, and the address and port in the command become what that flow is rewritten to.
Where its length changes, the control rewriter shifts the numbers of the TCP stream from there on. Answers of the data flow get the paint
that those of the control connection get.

All other packets pass as they are: those that are not TCP, or end within their headers, too. The TCP checksum of a changed packet is made
anew, over the destination in the IP header, even where there is a source route.

Arguments:
    CONTROL_REWRITER: the name of an IPRewriter or a TCPRewriter.
    DATA_REWRITER: the name of a rewriter, often the same.
    DATA_REWRITER_INPUT: an input of the data rewriter.

Examples:
    FTPPortMapper(control, data, 0)
"""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.find_element import find_element
from elements.definition.parsers import integer, word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.rewriter.checksums import correct, difference
from elements.rewriter.flows import TCP
from elements.rewriter.ftp import PORT_COMMANDS, PortCommand, find_command
from elements.rewriter.rewriter import HELPERS, Rewriter


class FTPPortMapper(Element):
    ports = Ports("1/1", "a/a")
    control_name = Argument("CONTROL_REWRITER", word)
    data_name = Argument("DATA_REWRITER", word)
    data_input = Argument("DATA_REWRITER_INPUT", integer(0, 255))

    def meet(self, elements: Mapping[str, Element]) -> None:
        control, data = (find_element(elements, self, name) for name in (self.control_name, self.data_name))
        if not isinstance(control, Rewriter) or control.protocols.get(6) != TCP:
            raise ValueError(f"CONTROL_REWRITER: there is no IPRewriter or TCPRewriter {self.control_name!r}")
        if not isinstance(data, Rewriter):
            raise ValueError(f"DATA_REWRITER: there is no rewriter {self.data_name!r}")
        if self.data_input >= len(data.texts):
            raise ValueError("DATA_REWRITER_INPUT out of range")
        self.control, self.data = control, data

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        self._map(machine, packet)
        machine.push_out(self.name, 0, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        if packet is not None:
            self._map(machine, packet)
        return packet

    def _map(self, machine: Machine, packet: Packet) -> None:
        """Change the packet where it is a command of a known flow."""
        command = find_command(packet)
        if command is None:
            return
        states = machine.stores[self.control.name]
        entry = self.control.find(states, TCP, command.addresses, command.ports)
        if not entry:
            return
        keys = self.data.key_for(
            6, command.source << 32 | command.addresses & 0xFFFF_FFFF, command.port << 16 | (command.ports - 1) & 0xFFFF
        )
        if not keys:
            return
        state, now = machine.stores[self.data.name], machine.now // 1_000_000
        found = next((found for key in keys if (found := self.data.find(state, *key))), 0)
        found = found or self.data.new_flow(machine, self.data_input, keys[0], now)
        if not found:
            return
        address, number = self.data.becomes(state, found)
        source, new_port = address >> 32, number >> 16
        if self.data.keyed_by == "hosts" and found - 1 & 1:
            source = command.source
        if self.data.keyed_by in ("hosts", "pairs"):
            new_port = command.port
        text = ",".join(str(byte) for byte in source.to_bytes(4, "big") + new_port.to_bytes(2, "big")).encode()
        length = command.data_length
        _put(packet, command, text)
        self.control.shift(states, entry - 1, command.sequence + length & 0xFFFF_FFFF, len(text) - command.length)
        state.set(self.data.mark, states.get(self.control.mark, entry - 1 >> 1), found - 1 >> 1)

    def c_source(self) -> CSource:
        change = f"""
    ftp_map(PEER(0)->rw, PEER(1)->rw, {self.data_input}, p, NOW / 1000000);
"""
        return CSource(
            shared=HELPERS,
            helpers=PORT_COMMANDS,
            push=change + "    OUT(0, p);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;{change}    return p;\n",
            peers=(self.control.name, self.data.name),
        )


def _put(packet: Packet, command: PortCommand, text: bytes) -> None:
    """Put ``text`` in the place of the command's argument, and correct lengths and checksums."""
    network, transport = packet.network, packet.transport
    assert network is not None
    assert transport is not None
    after = bytes(packet.buffer[command.at + command.length : packet.end])
    more = len(text) - command.length
    if more > 0:
        packet.put(more)
    else:
        packet.end += more
    buffer = packet.buffer
    buffer[command.at : packet.end] = text + after
    old, new = int.from_bytes(buffer[network + 2 : network + 4], "big"), packet.end - network & 0xFFFF
    buffer[network + 2 : network + 4] = new.to_bytes(2, "big")
    correct(buffer, network + 10, difference(old, new))
    buffer[transport + 16 : transport + 18] = bytes(2)
    length = packet.end - transport
    total = sum(int.from_bytes(buffer[network + at : network + at + 2], "big") for at in range(12, 20, 2)) + 6 + length
    covered = bytes(buffer[transport : packet.end]) + bytes(length % 2)
    total += sum(int.from_bytes(covered[at : at + 2], "big") for at in range(0, len(covered), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    buffer[transport + 16 : transport + 18] = (total ^ 0xFFFF).to_bytes(2, "big")
