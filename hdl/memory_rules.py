"""The rule of memories: a clocked read and a write never meet at an address.

Block memories differ in what such a read gives: the old word, the new one, or neither. A design that never asks can be mapped without the
logic that settles it. Asserted in simulation by `hdl.watch`; the synthesis for the ECP5 relies on it (`hdl.tools.yosys`).

Reads in another clock domain than the write's are not concerned: synthesis promises nothing about those. Unclocked reads give the old word
until the edge. Synthesis could make a clocked read of one that a register follows; memories with such reads are marked as distributed or
as registers, and what the synthesis relies on is not said of those. The unmarked ones are in FIFOs, whose addresses meet only where one is
empty, so that nothing is read, or full, so that nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amaranth.hdl import Assert, DomainRenamer, Elaboratable, Format, Fragment, Module, Value
from amaranth.hdl._mem import MemoryInstance

from hdl.combinational import parts

RULE = "M1"
TEXT = "a clocked read and a write of a memory do not meet at an address"


@dataclass(frozen=True)
class Meeting:
    """A read port and a write port of the memory ``name`` in the clock domain ``domain``; ``condition``: both are at one address."""

    name: str
    domain: str
    condition: Value


def meetings(fragment: Fragment) -> Iterator[Meeting]:
    """Every pair of ports of which the rule speaks, in order. Ports that Amaranth makes transparent say themselves what they give."""
    for path, part in parts(fragment):
        if not isinstance(part, MemoryInstance):
            continue
        for read in part._read_ports:
            for number, write in enumerate(part._write_ports):
                if read._domain == write._domain and number not in read._transparent_for:
                    yield Meeting(".".join(path), read._domain, read._en & write._en.any() & (read._addr == write._addr))


def checker(meeting: Meeting) -> Elaboratable:
    """Asserts the rule for one pair."""
    m = Module()
    m.d.sync += Assert(~meeting.condition, Format(f"{meeting.name} breaks {RULE}: {TEXT}"))
    return DomainRenamer(meeting.domain)(m)
