"""The rule of memories is found for every pair of ports of which it speaks, and breaking it stops a simulation."""

from __future__ import annotations

from typing import Any

import pytest
from amaranth.hdl import ClockDomain, DomainRenamer, Fragment, Module
from amaranth.hdl._mem import MemoryInstance
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In
from amaranth.sim import Simulator

from hdl.combinational import parts
from hdl.memory_rules import meetings
from hdl.watch import Watched
from tests.hdl.test_watch import core


class Store(wiring.Component):
    """A memory with a write port and a read port; ``transparent``: the read gives what is written."""

    def __init__(self, *, transparent: bool = False, domain: str = "sync") -> None:
        self.transparent = transparent
        self.domain = domain
        super().__init__({"write": In(1), "read": In(1), "put": In(3), "get": In(3)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.words = words = memory.Memory(shape=8, depth=8, init=[])
        put = words.write_port()
        get = words.read_port(domain=self.domain, transparent_for=(put,) if self.transparent else ())
        m.d.comb += [put.en.eq(self.write), put.addr.eq(self.put), get.addr.eq(self.get)]
        if self.domain != "comb":
            m.d.comb += get.en.eq(self.read)
        return m


def play(write: int, read: int, put: int, get: int) -> None:
    """One cycle of a watched `Store` with these inputs."""
    dut = Store()
    watched = Watched(dut)

    async def drive(ctx: Any) -> None:
        for name, value in (("write", write), ("read", read), ("put", put), ("get", get)):
            ctx.set(getattr(dut, name), value)
        await ctx.tick()

    simulator = Simulator(watched)
    simulator.add_clock(1e-8)
    simulator.add_testbench(drive)
    simulator.run()
    assert watched.memories == ("words",)


@pytest.mark.parametrize(("write", "read", "put", "get"), [(1, 1, 3, 4), (0, 1, 3, 3), (1, 0, 3, 3), (0, 0, 0, 0)])
def test_reads_and_writes_that_do_not_meet_pass(write: int, read: int, put: int, get: int) -> None:
    play(write, read, put, get)


@pytest.mark.parametrize("address", [0, 3, 7])
def test_a_read_that_meets_a_write_stops_the_simulation(address: int) -> None:
    with pytest.raises(AssertionError, match=r": words breaks M1: a clocked read and a write of a memory do not meet at an address"):
        play(1, 1, address, address)


def found(design: Any) -> list[tuple[str, str]]:
    return [(meeting.name, meeting.domain) for meeting in meetings(Fragment.get(design, None))]


def test_transparent_and_unclocked_reads_say_themselves_what_they_give() -> None:
    assert found(Store()) == [("words", "sync")]
    assert found(Store(transparent=True)) == []
    assert found(Store(domain="comb")) == []


def test_the_domain_is_the_one_that_the_memory_is_in() -> None:
    m = Module()
    m.domains.other = ClockDomain()
    m.submodules.store = DomainRenamer("other")(Store())
    assert found(m) == [("store.words", "other")]


def test_what_is_read_without_a_clock_is_marked_or_a_fifo_s() -> None:
    unmarked, styles = set(), set()
    for path, part in parts(Fragment.get(core(), None)):
        if isinstance(part, MemoryInstance) and part._write_ports and any(port._domain == "comb" for port in part._read_ports):
            style = part._attrs.get("ram_style")
            styles.add(style)
            if style is None:
                unmarked.add(path[-2:])
    assert unmarked == {("grants", "storage")}
    assert styles == {None, "registers", "distributed"}
