"""Delay lines are taken for registers by the prover if they are delay lines, and for nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import memory

from hdl.delay_line import LONGEST, SHORTEST, DelayLines
from hdl.tools.verilog import to_verilog
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.unroll_delays import NotADelay, unroll_delays


def _netlist(m: Module, *ports: Signal) -> Netlist:
    return read_netlist(to_verilog(m, "top", list(ports)), "top")


def _chain(netlist: Netlist, start: str, end: str) -> int:
    """How many registers lie between an input and an output, and nothing else."""
    source, target = netlist.ports[start][1], netlist.ports[end][1]
    by_output = {cell.connections["Q"]: cell for cell in netlist.cells if cell.kind == "dff"}
    length = 0
    while target != source:
        target = by_output[target].connections["D"]
        length += 1
    return length


@pytest.mark.parametrize("cycles", [SHORTEST, 5, 9, LONGEST, LONGEST + 1, LONGEST + SHORTEST, 2 * LONGEST + 3])
def test_a_line_is_as_many_registers_as_it_delays_cycles(cycles: int) -> None:
    m, source, target = Module(), Signal(6, name="source"), Signal(6, name="target", reset_less=True)
    lines = DelayLines(m)
    lines.carry(source, 2, target, 2 + cycles)
    lines.finish()
    assert _chain(unroll_delays(_netlist(m, source, target)), "source", "target") == cycles


def test_what_goes_to_different_registers_stays_apart() -> None:
    m = Module()
    pairs = [(Signal(3, name=f"source{n}"), Signal(3, name=f"target{n}", reset_less=True)) for n in range(2)]
    lines = DelayLines(m)
    for source, target in pairs:
        lines.carry(source, 0, target, 7)
    lines.finish()
    unrolled = unroll_delays(_netlist(m, *(signal for pair in pairs for signal in pair)))
    assert _chain(unrolled, "source0", "target0") == 7
    assert _chain(unrolled, "source1", "target1") == 7


def _line(
    *,
    enable: int | Signal = 1,
    skip: Signal | None = None,
    same: bool = True,
    last: int = 4,
    stuck: bool = False,
    step: int = 1,
    lost: bool = False,
) -> Netlist:
    """A delay line of five words by hand, in which one thing is otherwise."""
    m, source, target = Module(), Signal(6, name="source"), Signal(6, name="target", reset_less=True)
    store = memory.Memory(shape=6, depth=5, init=[])
    m.submodules.store = store
    write, read = store.write_port(), store.read_port(domain="comb")
    address, next_address = Signal(3, reset_less=lost), Signal(3)
    m.d.comb += next_address.eq(Mux(address == last, 1 if stuck else 0, address + step))
    if skip is None:
        m.d.sync += address.eq(next_address)
    else:
        with m.If(skip):
            m.d.sync += address.eq(next_address)
    m.d.comb += [write.addr.eq(address), write.en.eq(enable), write.data.eq(source), read.addr.eq(address if same else next_address)]
    m.d.sync += target.eq(read.data)
    extra = [signal for signal in (enable, skip) if isinstance(signal, Signal)]
    return _netlist(m, source, target, *extra)


def _moved(netlist: Netlist) -> Netlist:
    """``netlist`` whose memories begin at word 1."""
    cells = (replace(cell, parameters={**cell.parameters, "OFFSET": 1}) if cell.kind == "mem_v2" else cell for cell in netlist.cells)
    return replace(netlist, cells=tuple(cells))


@pytest.mark.parametrize(("step", "cycles"), [(1, 6), (2, 4)])
def test_a_line_by_hand_is_one(step: int, cycles: int) -> None:
    assert _chain(unroll_delays(_line(step=step)), "source", "target") == cycles


@pytest.mark.parametrize(
    ("netlist", "why"),
    [
        (lambda: _line(enable=Signal(name="enable")), "is not written in every cycle"),
        (lambda: _line(same=False), "is read at another address than it is written at"),
        (lambda: _line(skip=Signal(name="skip")), "does not go round"),
        (lambda: _line(stuck=True), "does not go round"),
        (lambda: _line(last=6), "has no word for some values of its address"),
        (lambda: _line(last=6, step=2), "has no word for some values of its address"),
        (lambda: _line(lost=True), "does not go round"),
        (lambda: _moved(_line()), "do not begin at 0"),
    ],
    ids=["enable", "address", "skip", "stuck", "depth", "steps", "reset", "offset"],
)
def test_what_is_no_delay_line_is_refused(netlist: Callable[[], Netlist], why: str) -> None:
    with pytest.raises(NotADelay, match=why):
        unroll_delays(netlist())
