"""Small pipelines that leak are refused, each for what is wrong with it, and what differs from them in that alone is proved."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.proof.design import Design, NotOneStep
from sim.proof.netlist import Cell
from sim.proof.noninterference import prove
from sim.proof.ownership import Ownership
from sim.proof.terms import UnknownCell
from sim.proof.unroll_delays import NotADelay
from tests.sim.proof.by_hand import LATE, Bench

Make = Callable[[Bench, bool], None]
"""Makes a pipeline; the flag says whether it leaks."""


def state_alone(b: Bench, leaks: bool) -> None:
    """What tenant 0 has counted meets everybody's packets, or its own."""
    count = b.counter(0, b.both(b.valid, b.is_tenant(0)), b.header)
    late = b.register("late", count) if leaks else b.mux(b.is_tenant(0), count, ("0",) * 4)
    b.one_stage(b.op("xor", b.header, late, 4))


def reset_alone(b: Bench, leaks: bool) -> None:
    """Everybody's packets are changed a cycle after tenant 0's reset, or as the time has it."""
    b.resets["reset_t0"] = 0
    reset = b.input("reset_t0", 1)
    b.one_stage(b.mux(b.register("late", reset if leaks else b.time[:1]), ("0",) * 4, b.header))


def forged_tenant(b: Bench, leaks: bool) -> None:
    """A packet says whose it is."""
    b.one_stage(b.header, tenant=b.mux(b.header[:1], ("1",), b.tenant) if leaks else b.tenant)


def output_of_nothing(b: Bench, leaks: bool) -> None:
    """The last stage says that it holds a packet if its data do."""
    valid, data = b.cleared("valid_s1", b.valid), b.register("data_s1", b.header)
    b.out(b.op("or", valid, data[:1]) if leaks else valid, b.register("tenant_s1", b.tenant), data)


def selected_of_nothing(b: Bench, leaks: bool) -> None:
    """A stage without a packet selects an egress."""
    b.one_stage(b.header)
    select = b.names["data_s1"][:2]
    b.output("select", select if leaks else b.mux(b.names["valid_s1"], select, ("0", "0")))
    b.quiet = ("out_valid", "select")


def late_valid_of_data(b: Bench, leaks: bool) -> None:
    """In a long pipeline, where the last valid has the shorter name of the output."""
    valid, tenant, data = b.valid, b.tenant, b.header
    for stage in range(1, LATE + 1):
        name = "out_valid" if stage == LATE else f"valid_s{stage}"
        valid = b.cleared(name, b.op("or", valid, data[:1]) if leaks and stage == LATE else valid)
        tenant, data = b.register(f"tenant_s{stage}", tenant), b.register(f"data_s{stage}", data)
    b.out(valid, tenant, data)


def valid_of_data(b: Bench, leaks: bool) -> None:
    """A packet's data decide whether there still is one."""
    b.one_stage(b.header, b.both(b.valid, b.header[:1]) if leaks else b.valid)


def valid_of_nothing(b: Bench, leaks: bool) -> None:
    """What says that there is a packet does so where there was none."""
    b.one_stage(b.header, b.op("eq", b.valid, ("0" if leaks else "1",)))


def valid_without_reset(b: Bench, leaks: bool) -> None:
    """At first there may be a packet that never came in."""
    b.out((b.register if leaks else b.cleared)("valid_s1", b.valid), b.register("tenant_s1", b.tenant), b.register("data_s1", b.header))


def own_loop(b: Bench, leaks: bool) -> None:
    """A register that keeps what passed; as a tenant's state it may."""
    if leaks:
        held = b.nets(4)
        b.hold("sum", b.op("xor", held, b.header, 4), held)
    else:
        b.counter(0, b.both(b.valid, b.is_tenant(0)), b.header)
    b.one_stage(b.header)


def two_loop(b: Bench, leaks: bool) -> None:
    """Two registers that depend on each other."""
    one, two = b.nets(4), b.nets(4)
    b.hold("two", b.register("header_s1", b.header) if not leaks else one, two)
    b.hold("one", b.op("xor", two, b.header, 4) if leaks else b.header, one)
    if leaks:
        b.one_stage(b.header)
        return
    tenant = b.register("tenant_s2", b.register("tenant_s1", b.tenant))
    b.out(b.cleared("valid_s2", b.cleared("valid_s1", b.valid)), tenant, two)


def mixed_stages(b: Bench, leaks: bool) -> None:
    """A packet meets the one before it."""
    early = b.register("early", b.header)
    valid, tenant, data = b.cleared("valid_s1", b.valid), b.register("tenant_s1", b.tenant), b.register("data_s1", b.header)
    mixed = b.register("data_s2", b.op("xor", data, b.header if leaks else early, 4))
    b.out(b.cleared("valid_s2", valid), b.register("tenant_s2", tenant), mixed)


def output_of_two_stages(b: Bench, leaks: bool) -> None:
    """An output shows the packet behind the one that leaves."""
    b.one_stage(b.op("xor", b.header, b.time, 4))
    b.output("beside", b.header if leaks else b.names["data_s1"])


def updated_by_everybody(b: Bench, leaks: bool) -> None:
    """Tenant 0's state is every tenant's to write."""
    b.counter(0, b.valid if leaks else b.both(b.valid, b.is_tenant(0)), b.header)
    b.one_stage(b.header)


def updated_by_nothing(b: Bench, leaks: bool) -> None:
    """Tenant 0's state is written where there is no packet."""
    b.counter(0, b.is_tenant(0) if leaks else b.both(b.valid, b.is_tenant(0)), b.header)
    b.one_stage(b.header)


def updated_from_two_stages(b: Bench, leaks: bool) -> None:
    """Tenant 0's state has what was and what is."""
    late = b.register("late", b.header)
    b.counter(0, b.both(b.valid, b.is_tenant(0)), b.op("xor", late, b.header, 4) if leaks else b.header)
    b.one_stage(b.header)


def reset_by_another(b: Bench, leaks: bool) -> None:
    """Tenant 0's state is cleared by tenant 1, or by tenant 0."""
    b.resets |= {"reset_t0": 0, "reset_t1": 1}
    resets = [b.input(f"reset_t{n}", 1) for n in range(2)]
    count = b.both(b.valid, b.is_tenant(0))
    b.counter(0, b.op("or", count, resets[1 if leaks else 0]), b.mux(count, b.header, ("0",) * 4))
    b.one_stage(b.header)


def state_of_another(b: Bench, leaks: bool) -> None:
    """Tenant 1's packets are changed by tenant 0's state, or by tenant 1's."""
    counts = [b.counter(n, b.both(b.valid, b.is_tenant(n)), b.header) for n in range(2)]
    b.one_stage(b.op("xor", b.header, b.mux(b.is_tenant(1), counts[0 if leaks else 1], ("0",) * 4), 4))


def shown_to_another(b: Bench, leaks: bool) -> None:
    """Who asks for tenant 1's count sees tenant 0's."""
    b.asking.append("asked")
    asked = b.input("asked", 1)
    counts = [b.counter(n, b.both(b.valid, b.is_tenant(n)), b.header) for n in range(2)]
    b.one_stage(b.header)
    b.output("peek", counts[0] if leaks else b.mux(asked, counts[1], counts[0]))
    b.shows["peek"] = "asked"


def shown_where_idle(b: Bench, leaks: bool) -> None:
    """Who asks sees another's count in cycles in which no packet comes in."""
    b.asking.append("asked")
    asked = b.input("asked", 1)
    counts = [b.counter(n, b.both(b.valid, b.is_tenant(n)), b.header) for n in range(2)]
    b.one_stage(b.header)
    shown = b.mux(asked, counts[1], counts[0])
    b.output("peek", b.mux(b.valid, ("0",) * 4, counts[0]) if leaks else shown)
    b.shows["peek"] = "asked"


def changed_by_asking(b: Bench, leaks: bool) -> None:
    """That somebody looks at state changes packets, or what they see."""
    b.asking.append("asked")
    asked = b.input("asked", 1)
    b.one_stage(b.header)
    b.output("peek", b.op("xor", b.names["data_s1"][:1], asked) if leaks else asked)
    if not leaks:
        b.shows["peek"] = "asked"


def updated_by_asking(b: Bench, leaks: bool) -> None:
    """That somebody looks at state changes it, or that its tenant resets it."""
    b.asking.append("asked")
    b.resets["reset_t0"] = 0
    asked, reset = b.input("asked", 1), b.input("reset_t0", 1)
    b.counter(0, asked if leaks else reset, b.time)
    b.one_stage(b.header)


def past_the_depth(b: Bench, leaks: bool) -> None:
    """All use a word that the memory of three does not have, and that the hardware may have."""
    b.memories = ("words",)
    b.state |= {"words[0]": 0, "words[1]": 1, "words[2]": 1}
    address = ("1", "1") if leaks else (*b.tenant, "0")
    b.one_stage(b.op("xor", b.header, b.memory("words", 3, address, b.valid, b.header), 4))


def undefined(b: Bench, leaks: bool) -> None:
    """What tenant 1's packets meet is left open, so that whoever builds it may let them meet tenant 0's state."""
    count = b.counter(0, b.both(b.valid, b.is_tenant(0)), b.header)
    b.one_stage(b.op("xor", b.header, b.mux(b.is_tenant(0), count, ("x" if leaks else "0",) * 4), 4))


def unnamed_input(b: Bench, leaks: bool) -> None:
    """An input of which nothing is said."""
    if not leaks:
        b.common.append("more")
    b.one_stage(b.op("xor", b.header, b.input("more", 4), 4))


CASES = [
    (state_alone, "late is made of no packet, but of count_t0"),
    (reset_alone, "late is made of no packet, but of reset_t0"),
    (forged_tenant, "output out_tenant, where the stage holds another tenant's packet: the packet of tenant 0 leaves as another's"),
    (output_of_nothing, "output out_valid, where the stage holds nothing: a packet appears"),
    (selected_of_nothing, "output select, where the stage holds nothing: a packet appears"),
    (late_valid_of_data, f"stage {LATE} has no valid: no register that follows that of the stage before, and that reset clears"),
    (valid_of_data, "stage 1 has no valid: no register that follows that of the stage before, and that reset clears"),
    (valid_of_nothing, "stage 1 has no valid: no register that follows that of the stage before, and that reset clears"),
    (valid_without_reset, "stage 1 has no valid: no register that follows that of the stage before, and that reset clears"),
    (own_loop, "sum depends on itself and is no tenant's state"),
    (two_loop, "two is in no stage"),
    (mixed_stages, "data_s2 is computed from registers of several stages: [0, 1]"),
    (output_of_two_stages, "output beside, where the stage holds a packet of the victim: differs by header"),
    (updated_by_everybody, "count_t0, where the stage holds another tenant's packet: differs by count_t0, header"),
    (updated_by_nothing, "count_t0, where the stage holds nothing: differs by count_t0, header, tenant"),
    (updated_from_two_stages, "count_t0 is updated from several stages: [0, 1]"),
    (reset_by_another, "count_t0, where the stage holds nothing: differs by reset_t1"),
    (state_of_another, "data_s1, where the stage holds a packet of the victim: differs by count_t0"),
    (shown_to_another, "output peek, where the stage holds anything: differs by count_t0"),
    (shown_where_idle, "output peek, where the stage holds anything: differs by count_t0, valid"),
    (changed_by_asking, "output peek, where the stage holds a packet of the victim: differs by asked"),
    (updated_by_asking, "count_t0, where the stage holds nothing: differs by asked, time"),
    (past_the_depth, "data_s1, where the stage holds a packet of the victim: differs by words[3]"),
    (undefined, "data_s1, where the stage holds a packet of the victim: differs by count_t0"),
    (unnamed_input, "the input more is given to nobody"),
]


@pytest.mark.parametrize(("make", "why"), CASES, ids=[make.__name__ for make, _ in CASES])
def test_what_leaks_is_refused_and_what_does_not_is_proved(make: Make, why: str) -> None:
    sound, leaking = Bench(), Bench()
    make(sound, False)
    make(leaking, True)
    for result in sound.prove():
        assert result.proved, result.failures
        assert result.stages >= 1
    results = leaking.prove()
    assert not all(result.proved for result in results)
    assert why in [failure for result in results for failure in result.failures]


def test_a_long_pipeline_has_as_many_stages() -> None:
    bench = Bench()
    late_valid_of_data(bench, False)
    assert [result.stages for result in bench.prove()] == [LATE, LATE]


def test_a_tenant_that_is_alone_is_given_nothing_of_empty_stages() -> None:
    sound, leaking = Bench(), Bench()
    output_of_nothing(sound, False)
    output_of_nothing(leaking, True)
    assert sound.prove(1)[0].proved
    assert leaking.prove(1)[0].failures == ["output out_valid, where the stage holds nothing: a packet appears"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda o: replace(o, states={"count_t9": 0}), "the state count_t9 of tenant 0 is not in the netlist"),
        (lambda o: replace(o, quiet=("gone",)), "the output gone is not in the netlist"),
        (lambda o: replace(o, quiet=()), "no output says whether there is a packet, or whose it is"),
        (lambda o: replace(o, numbers={}), "no output says whether there is a packet, or whose it is"),
        (lambda o: replace(o, common_inputs=("clk", "rst", "time", "header")), "the input header is given to several"),
        (lambda o: replace(o, valid="gone"), "the input gone is not in the netlist"),
        (lambda o: replace(o, packet_inputs=("header", "data_s1")), "the input data_s1 is not in the netlist"),
        (lambda o: replace(o, common_inputs=(*o.common_inputs, "data_s1")), "the input data_s1 is not in the netlist"),
        (lambda o: replace(o, reset="header"), "the reset header is no common input"),
        (lambda o: replace(o, shows={"bytes": "tenant"}), "the output bytes shows what tenant asks for, which is no asking input"),
    ],
    ids=["state", "quiet", "no quiet", "no number", "twice", "valid", "no input", "no common input", "reset", "shows"],
)
def test_an_ownership_that_does_not_fit_is_refused(change: Callable[[Ownership], Ownership], why: str) -> None:
    bench = Bench()
    bench.one_stage(bench.header)
    assert prove(bench.netlist(), bench.ownership(), 0, 2).proved
    assert why in prove(bench.netlist(), change(bench.ownership()), 0, 2).failures


def other_clock(b: Bench) -> None:
    b.cells = [replace(cell, connections={**cell.connections, "CLK": b.rst}) if cell.name == "data_s1" else cell for cell in b.cells]


def falling_edge(b: Bench) -> None:
    b.cells = [replace(cell, parameters={"CLK_POLARITY": "0"}) if cell.name == "data_s1" else cell for cell in b.cells]


def two_drivers(b: Bench) -> None:
    b.cells.append(Cell("second", "pos", {"A_SIGNED": 0}, {"A": b.header, "Y": b.names["data_s1"]}))


def other_register(b: Bench) -> None:
    b.cells.append(Cell("latched", "dlatch", {}, {"D": b.header, "EN": b.valid, "Q": b.nets(4)}))


def late_memory(b: Bench) -> None:
    b.memory("table", 16, b.header, ("0",), ("0",) * 4, WR_PORTS=0, RD_CLK_ENABLE="1")


def write_at_once(b: Bench) -> None:
    b.memory("table", 16, b.header, b.valid, b.header, WR_CLK_ENABLE="0")


def two_names(b: Bench) -> None:
    b.cells += [Cell("twin", "dff", {}, {"D": b.valid, "Q": b.nets(1), "CLK": b.clk}) for _ in range(2)]


def name_of_a_net(b: Bench) -> None:
    b.cells.append(Cell("data_s1", "dff", {}, {"D": b.valid, "Q": b.nets(1), "CLK": b.clk}))
    b.cells = [replace(cell, name="first") if cell.connections.get("Q") == b.names["data_s1"] else cell for cell in b.cells]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (other_clock, "data_s1 does not change with the rising edge of clk"),
        (falling_edge, "data_s1 does not change with the rising edge of clk"),
        (two_drivers, "the net .* has several drivers"),
        (other_register, "the register latched is a dlatch, not a plain dff"),
        (late_memory, "the memory table is read a cycle late"),
        (write_at_once, "table does not change with the rising edge of clk"),
        (two_names, "several cells are called twin"),
        (name_of_a_net, "two registers are called data_s1"),
    ],
    ids=["other clock", "falling edge", "two drivers", "latch", "late memory", "write at once", "two names", "name of a net"],
)
def test_what_takes_no_step_of_one_clock_is_no_netlist_to_prove(spoil: Callable[[Bench], None], why: str) -> None:
    bench = Bench()
    bench.one_stage(bench.header)
    assert all(result.proved for result in bench.prove())
    spoil(bench)
    with pytest.raises(NotOneStep, match=why):
        bench.prove()


def test_a_table_that_is_read_at_once_is_a_function_of_its_address() -> None:
    sound, leaking = Bench(), Bench()
    sound.one_stage(sound.memory("table", 16, sound.header, ("0",), ("0",) * 4, WR_PORTS=0))
    count = leaking.counter(0, leaking.both(leaking.valid, leaking.is_tenant(0)), leaking.header)
    leaking.one_stage(leaking.memory("table", 16, count, ("0",), ("0",) * 4, WR_PORTS=0))
    assert all(result.proved for result in sound.prove())
    assert not leaking.prove()[1].proved


def test_a_memory_that_is_written_is_no_table() -> None:
    bench = Bench()
    bench.one_stage(bench.memory("table", 16, bench.header, bench.valid, bench.header))
    with pytest.raises(NotADelay, match="the memory table is not written in every cycle"):
        bench.prove()
    with pytest.raises(NotOneStep, match="the memory table is written"):
        Design(bench.netlist())


def test_cells_without_a_meaning_are_errors() -> None:
    for kind, parameters, why in (("div", {}, "no meaning for the cell"), ("add", {"B_SIGNED": 1}, "are signed and unsigned")):
        bench = Bench()
        bench.one_stage(bench.op(kind, bench.header, bench.header, 4, **parameters))
        with pytest.raises(UnknownCell, match=why):
            bench.prove()


def test_an_undefined_bit_is_an_error_but_where_a_choice_is_left_open() -> None:
    bench = Bench()
    bench.one_stage(("x", "0", "0", "0"))
    with pytest.raises(UnknownCell, match="a bit is x"):
        bench.prove()
