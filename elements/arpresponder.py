"""ARPResponder(IPADDR[/MASK] ... ETHADDR, ...)

Answers ARP requests (RFC 826) for addresses that it is told; other packets leave by output 1, or are dropped where it is not in use.

The longest prefix that has the address counts, and of equal prefixes the last. The table cannot be changed while the machine runs (in
Click: `add`, `remove`).

Arguments:
    ENTRY: one or more addresses or prefixes, and the Ethernet address to answer with, in any order.

Handlers:
    table (read): prefix and Ethernet address, a line each, the longest prefixes first.

Examples:
    ARPResponder(10.0.0.1 1:1:1:1:1:1)
    ARPResponder(10.0.0.0/24 10.1.0.1 1:1:1:1:1:1, 0.0.0.0/0 2:2:2:2:2:2)
    ARPResponder(1:1:1:1:1:1 10.0.0.0/8, 10.0.0.1 2:2:2:2:2:2, 10.0.0.1 3:3:3:3:3:3)
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar

from elements.definition.arguments import Rest
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ethernet_address, ethernet_text, ip_prefix
from elements.definition.ports import Ports
from elements.program.combine import all_of
from elements.program.packet import Packet
from elements.program.values import FALSE, Value, bit_and, bit_not, const, mux, part


@dataclass(frozen=True)
class Entry:
    """Prefixes (address, length) that are answered with ``ethernet``."""

    prefixes: tuple[tuple[int, int], ...]
    ethernet: int


def entry(text: str) -> Entry:
    """An entry of text. Errors: ``ValueError``."""
    words = text.split()
    ethernet = [word for word in words if re.fullmatch(r"[0-9a-fA-F]+([:-][0-9a-fA-F]+){5}", word)]
    prefixes = [word for word in words if word not in ethernet]
    if len(ethernet) != 1 or not prefixes:
        raise ValueError(f"addresses and one Ethernet address are wanted, not {text!r}")
    return Entry(tuple(ip_prefix(word) for word in prefixes), ethernet_address(ethernet[0]))


class ARPResponder(Element):
    ports = Ports("1/1-2", "a/ah")
    is_rare: ClassVar[bool] = True
    software_reason = "answers are rare, and rewrite a whole packet"
    entries = Rest("ENTRY", entry, 1)

    def setup(self) -> None:
        answers: dict[tuple[int, int], int] = {}
        for each in self.entries:
            for address, length in each.prefixes:
                answers[address >> (32 - length) << (32 - length), length] = each.ethernet
        self.answers = sorted(answers.items(), key=lambda item: -item[0][1])
        """Prefixes (address, length) with their Ethernet addresses, the first that fits counts."""

    def program(self, p: Packet) -> None:
        arp = p.data
        target = arp[38:42]
        request = all_of(
            p.has(42),
            arp[12:14].equals(0x0806),
            arp[14:16].equals(1),
            arp[16:18].equals(0x0800),
            arp[18:20].equals(0x0604),
            arp[20:22].equals(1),
        )
        known, ethernet = self._answer(target)
        sender_ethernet, sender_address = arp[22:28], arp[28:32]
        with p.when(bit_not(bit_and(request, known))):
            if self.outputs > 1:
                p.output(1)
            p.drop()
        p.data[0:6] = sender_ethernet
        p.data[6:12] = ethernet
        p.data[20:22] = 2
        p.data[22:28] = ethernet
        p.data[28:32] = target
        p.data[32:38] = sender_ethernet
        p.data[38:42] = sender_address
        p.take(const(42, 16))
        p.output(0)

    def _answer(self, target: Value) -> tuple[Value, Value]:
        """Whether somebody has ``target``, and the Ethernet address to answer with."""
        known, ethernet = FALSE, const(0, 48)
        for (address, length), answer in reversed(self.answers):
            here = part(target, 32 - length, length).equals(address >> (32 - length)) if length else const(1, 1)
            known, ethernet = known | here, mux(here, const(answer, 48), ethernet)
        return known, ethernet

    @reads("table")
    def table_text(self, state: StateView) -> str:
        return "".join(f"{IPv4Address(address)}/{length} {ethernet_text(answer)}\n" for (address, length), answer in self.answers)
