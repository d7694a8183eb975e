"""ARPResponder(IPADDR[/MASK] ... ETHADDR, ...)

Answers ARP requests (RFC 826) for addresses that it is told; other packets leave by output 1, or are dropped where it is not in use.

The longest prefix that has the address counts, and of equal prefixes the last. An answer has the time of its request, in Click none.

Arguments:
    ENTRY: one or more addresses or prefixes, and the Ethernet address to answer with, in any order. One name can stand for both.

Handlers:
    add (write): adds an entry; a prefix that is there already gets the new Ethernet address.
    config (write): entries, with commas between them, in the place of all that there are.
    lookup (read): the Ethernet address for the IP address that is asked for, nothing where there is none.
    remove (write): removes a prefix.
    table (read): prefix and Ethernet address, a line each, the longest prefixes first. (Click has a prefix behind those that are in it, and
        else in no such order.)

Examples:
    ARPResponder(10.0.0.1 1:1:1:1:1:1)
    ARPResponder(10.0.0.0/24 10.1.0.1 1:1:1:1:1:1, 0.0.0.0/0 2:2:2:2:2:2)
    ARPResponder(1:1:1:1:1:1 10.0.0.0/8, 10.0.0.1 2:2:2:2:2:2, 10.0.0.1 3:3:3:3:3:3)
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import ClassVar

from elements.definition.arguments import Rest
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import ethernet_address, ethernet_text, ip_address, ip_prefix
from elements.definition.ports import Ports
from elements.program.combine import all_of
from elements.program.packet import Packet
from elements.program.program import Table
from elements.program.values import bit_and, bit_not, const
from graph.configuration import split_arguments

_Answers = dict[tuple[int, int], int]
"""Prefixes (address, length) with their Ethernet addresses."""


@dataclass(frozen=True)
class Entry:
    """Prefixes (address, length) that are answered with ``ethernet``."""

    prefixes: tuple[tuple[int, int], ...]
    ethernet: int


def entry(text: str) -> Entry:
    """An entry of text. Errors: ``ValueError``."""
    words = text.split()
    prefixes = {word: prefix for word in words if (prefix := _prefix(word)) is not None}
    ethernet = [found for word in words if word not in prefixes and (found := _ethernet(word)) is not None]
    for word in words:
        if word not in prefixes and _ethernet(word) is None:
            ip_prefix(word)
    if len(ethernet) > 1 or not prefixes:
        raise ValueError(f"addresses and one Ethernet address are wanted, not {text!r}")
    ethernet += [found for word in words if (found := _ethernet(word)) is not None]
    if not ethernet:
        raise ValueError(f"addresses and one Ethernet address are wanted, not {text!r}")
    return Entry(tuple((address >> (32 - length) << (32 - length), length) for address, length in prefixes.values()), ethernet[0])


def _prefix(word: str) -> tuple[int, int] | None:
    try:
        return ip_prefix(word)
    except ValueError:
        return None


def _ethernet(word: str) -> int | None:
    try:
        return ethernet_address(word)
    except ValueError:
        return None


def _answers(entries: Iterable[Entry]) -> tuple[_Answers, list[tuple[int, int]]]:
    """The answers of all, the last of equal prefixes, and the prefixes that came more than once."""
    answers: _Answers = {}
    again = []
    for each in entries:
        for prefix in each.prefixes:
            if prefix in answers:
                again.append(prefix)
            answers[prefix] = each.ethernet
    return answers, again


def _prefix_text(address: int, length: int) -> str:
    return f"{IPv4Address(address)}/{length}"


class ARPResponder(Element):
    ports = Ports("1/1-2", "a/ah")
    is_rare: ClassVar[bool] = True
    software_reason = "answers are rare, and rewrite a whole packet"
    entries = Rest("ENTRY", entry)

    def setup(self) -> None:
        self.table = Table("answers", "lpm", 32, 48, self._rows(_answers(self.entries)[0]))

    @staticmethod
    def _rows(answers: _Answers) -> tuple[tuple[int, int, int], ...]:
        return tuple((address, length, ethernet) for (address, length), ethernet in answers.items())

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
        known, ethernet = p.lookup(self.table, target)
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
        for annotation in ("paint", "dst_ip", "packet_type", "fix_ip_src"):
            p.annotate(annotation, 0)
        p.set_network(14)
        p.output(0)

    def _now(self, state: StateView) -> _Answers:
        return {(address, length): ethernet for address, length, ethernet in state.table(self.table).entries}

    def _use(self, state: StateView, answers: _Answers) -> None:
        state.replace(replace(self.table, entries=self._rows(answers)))

    @reads("table")
    def table_text(self, state: StateView) -> str:
        longest_first = sorted(self._now(state).items(), key=lambda item: -item[0][1])
        return "".join(f"{_prefix_text(*prefix)} {ethernet_text(answer)}\n" for prefix, answer in longest_first)

    @reads("lookup")
    def lookup_text(self, state: StateView, question: str = "") -> str:
        if not question.strip():
            return ""
        try:
            address = ip_address(question.strip())
        except ValueError:
            raise ValueError("expected IP address") from None
        fitting = [(length, answer) for (prefix, length), answer in self._now(state).items() if not (prefix ^ address) >> (32 - length)]
        return ethernet_text(max(fitting)[1]) if fitting else ""

    @writes("add")
    def add(self, state: StateView, text: str) -> None:
        added = entry(text)
        self._use(state, self._now(state) | dict.fromkeys(added.prefixes, added.ethernet))

    @writes("remove")
    def remove(self, state: StateView, text: str) -> None:
        try:
            address, length = ip_prefix(text.strip())
        except ValueError:
            raise ValueError("expected IP/MASK") from None
        prefix = address >> (32 - length) << (32 - length), length
        answers = self._now(state)
        if prefix not in answers:
            raise ValueError(f"{_prefix_text(*prefix)} not found")
        del answers[prefix]
        self._use(state, answers)

    @writes("config")
    def configure(self, state: StateView, text: str) -> None:
        answers, again = _answers([entry(each) for each in split_arguments(text)])
        for prefix in again:
            sys.stderr.write(f"  warning: multiple entries for {_prefix_text(*prefix)}\n")
        self._use(state, answers)
