"""What CheckTCPHeader, CheckUDPHeader and CheckICMPHeader have in common: packets that do not pass are counted by reason."""

from __future__ import annotations

from typing import ClassVar

from elements.checksums.sums import SUMS
from elements.definition.arguments import keyword
from elements.definition.csource import c_string
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.passing.each_packet import DROP, EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class TransportCheck(EachPacket):
    """Checks messages of ``protocol``, called ``title``."""

    ports = Ports("1/1-2", "a/ah")
    is_short = False
    verbose = keyword("VERBOSE", boolean, False)
    details = keyword("DETAILS", boolean, False)
    dropped = StateVariable(64)
    reasons = StateVariable(64, depth=3)
    title: ClassVar[str]
    protocol: ClassVar[int]
    named: ClassVar[bool] = True
    """Whether the element is named in messages."""
    fields = "uint64_t dropped, reasons[3];"
    helpers = SUMS
    state_in_c = (("dropped", "self->dropped"), ("reasons", "self->reasons[0]"))

    def fault(self, packet: Packet, ip: int, message: int) -> int | None:
        """What is wrong with the message, if anything: 1 for its length, 2 for its checksum. Its IP header starts at ``ip`` of the buffer,
        has at least 20 bytes, and says that the message starts at ``message``."""
        raise NotImplementedError

    def c_fault(self) -> str:
        """The same in C: statements that set ``fault``; there are ``ip``, ``message``, ``end`` and ``left``, the bytes from ``message``."""
        raise NotImplementedError

    def _texts(self) -> list[str]:
        reasons = (f"not {self.title}", "bad packet length", f"bad {self.title} checksum")
        whose = f"{self.name} :: {self.node.class_name}: " if self.named else ""
        return [f"{whose}{self.title} header check failed: {reason}" for reason in reasons]

    def each(self, machine: Machine, packet: Packet) -> int:
        found = self._found(packet)
        if found is None:
            return 0
        state = machine.stores[self.name]
        if self.verbose or not state.get(self.dropped):
            machine.trace(self._texts()[found])
        state.set(self.dropped, state.get(self.dropped) + 1)
        state.set(self.reasons, state.get(self.reasons, found) + 1, found)
        return 1 if self.outputs > 1 else DROP

    def _found(self, packet: Packet) -> int | None:
        ip = packet.network
        if ip is None or ip < packet.start or packet.end - ip < 20 or packet.buffer[ip + 9] != self.protocol:
            return 0
        return self.fault(packet, ip, ip + 4 * (packet.buffer[ip] & 15))

    def c_each(self) -> str:
        texts = self._texts()
        lines = ", ".join(c_string(text.encode()) for text in texts)
        lengths = ", ".join(str(len(text.encode())) for text in texts)
        return f"""
    int fault = -1;
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20 || p->data[p->network + 9] != {self.protocol}) {{
        fault = 0;
    }} else {{
        const uint8_t *ip = p->data + p->network, *message = ip + 4 * (ip[0] & 15), *end = p->data + p->length;
        int64_t left = end - message;
{self.c_fault()}
    }}
    if (fault < 0) {{
        way = 0;
    }} else {{
        static const char *const said[] = {{{lines}}};
        static const int lengths[] = {{{lengths}}};
        if ({int(self.verbose)} || !self->dropped) TRACE(said[fault], lengths[fault]);
        self->dropped++;
        self->reasons[fault]++;
        way = {1 if self.outputs > 1 else -1};
    }}
"""

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @reads("drop_details")
    def drop_details(self, state: StateView) -> str:
        texts = (f"not {self.title}", "bad packet length", f"bad {self.title} checksum")
        return "".join(f"{state.get(self.reasons, i) if self.details else 0}\t{text}\n" for i, text in enumerate(texts))
