"""The C of random packet programs does what the reference does: every operation, every width, every effect."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elements.program.combine import shift_left, shift_right, walk
from elements.program.program import Access, Program, State
from elements.program.values import FALSE, OPERATIONS, TRUE, Value, const, make
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.load import load_text
from swclick.machine import Machine as Compiled
from tests.swclick.random_programs import HARDWARE_ONLY, WIDEST, Fixed, numbers, programs

# CheckIPHeader lends its ports to the programs: output 0 goes with the input, output 1 pushes.
PUSH = "s{0} :: FromCrossing(t:0) -> x{0} :: CheckIPHeader -> d{0} :: ToCrossing(t:0); x{0} [1] -> e{0} :: ToCrossing(t:1);"
PULL = "s{0} :: FromCrossing(t:0) -> Queue -> x{0} :: CheckIPHeader -> d{0} :: ToCrossing(t:0); x{0} [1] -> e{0} :: ToCrossing(t:1);"
TOGETHER = 12
"""Programs in one C file: the compiler's start costs more than a program."""
CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@pytest.fixture(scope="module", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is made at random is not kept for another day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLCLICK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    body, front = draw(st.binary(max_size=90)), draw(st.binary(max_size=70))
    made = Packet(bytearray(front + body), len(front), len(front) + len(body), time=draw(numbers(50)), device=draw(numbers(8)))
    made.network = draw(st.one_of(st.none(), st.integers(-80, 100).map(lambda where: made.start + where)))
    made.paint, made.dst_ip, made.vlan_tci = draw(numbers(8)), draw(numbers(32)), draw(numbers(16))
    made.packet_type, made.fix_ip_src = draw(numbers(3)), draw(numbers(1))
    return made


def whole(packet: Packet) -> tuple[object, ...]:
    network = None if packet.network is None else packet.network - packet.start
    annotations = (packet.paint, packet.dst_ip, packet.vlan_tci, packet.device, packet.packet_type, packet.fix_ip_src, packet.time)
    return (bytes(packet.buffer[: packet.start]), packet.data, network, *annotations)


def machines(made: list[Program], pattern: str = PUSH) -> tuple[Reference, Compiled]:
    graph = load_text("".join(pattern.format(i) for i in range(len(made))), "t")
    elements = instantiate(graph)
    elements |= {f"x{i}": Fixed(graph.node(f"x{i}"), 2, program) for i, program in enumerate(made)}
    return Reference(graph, elements=dict(elements)), Compiled(graph, elements)


def agree(reference: Reference, compiled: Compiled, made: list[Program], offered: list[Packet]) -> None:
    for packet in offered:
        for number, program in enumerate(made):
            reference.emitted.clear()
            compiled.clear()
            reference.inject(f"s{number}", packet.copy())
            compiled.inject(f"s{number}", packet.copy())
            here, there = reference.stores[f"x{number}"], compiled.words(f"x{number}")
            for access in program.accesses:
                for index in range(access.state.depth):
                    seen, expected = there.get(access.state, index), here.get(access.state, index)
                    assert seen == expected, (
                        f"program {number}: {access.state.name}[{index}] = {access.value}: {seen:#x}, not {expected:#x}"
                    )
            assert [(n, whole(p)) for n, p in compiled.emitted] == [(n, whole(p)) for n, p in reference.emitted], f"program {number}"


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=CHECKS, print_blob=True)
@given(st.lists(programs(2), min_size=1, max_size=TOGETHER), st.lists(packets(), min_size=1, max_size=8), st.sampled_from((PUSH, PULL)))
def test_random_programs_do_what_the_reference_does(made: list[Program], offered: list[Packet], pattern: str) -> None:
    agree(*machines(made, pattern), made, offered)


WIDTHS = (1, 8, 33, 64, 65, 100, 128, 129, 192, WIDEST)
AMOUNTS = (0, 1, 7, 31, 63, 64, 65, 127, 128, 129, 191, 192, 199, 200, 255)
TWO: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: max(a, b) + 1,
    "sub": max,
    "mul": lambda a, b: a + b,
    "and": max,
    "or": max,
    "xor": max,
    "eq": lambda a, b: 1,
    "ult": lambda a, b: 1,
    "cat": lambda a, b: a + b,
    "shl": lambda a, b: 1 + (a * 7 + b * 3) % WIDEST,
    "shr": lambda a, b: a,
}


def operations(first: Value, second: Value, bit: Value) -> list[Value]:
    """Every operation of the grammar on two values, as it is, not folded."""
    found = [make(op, width(first.width, second.width), (first, second)) for op, width in TWO.items()]
    wide = max(first.width, second.width)
    same = [value if value.width == wide else make("zext", wide, (value,)) for value in (first, second)]
    found += [*same, make("mux", wide, (bit, *same)), make("not", first.width, (first,)), make("zext", WIDEST + 9, (first,))]
    found += [make("cat", first.width * 2 + second.width + 1, (bit, first, second, first)), const((1 << wide) - 2, wide + 1)]
    for low in (0, 1, first.width // 2, first.width - 1, 64, 100):
        if low < first.width:
            found += [make("slice", width, (first,), (low,)) for width in {1, (first.width - low + 1) // 2, first.width - low}]
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_every_operation_at_every_width(width: int) -> None:
    """All pairs of widths around those at which the C changes its form, with numbers at the edges."""
    rng = random.Random(width)
    first, others = State("a", width), [State(f"b{other}", other) for other in WIDTHS]
    zero = const(0, 1)
    old = {state: make("old", state.width, (zero,), (state.name,)) for state in (first, *others)}
    bit = make("has", 1, (), ("data", 1))
    made = dict.fromkeys(value for other in others for value in operations(old[first], old[other], bit))
    accesses = [Access(state, zero, FALSE, value) for state, value in old.items()]
    accesses += [Access(State(f"out{i}", value.width), zero, TRUE, value) for i, value in enumerate(made)]
    program = Program((), (), (), make("length", 16, (), ("data",)), tuple(accesses), ())
    assert {value.op for value in walk(program.roots())} == set(OPERATIONS) - {*HARDWARE_ONLY, "load", "annotation", "now", "hit", "found"}
    reference, compiled = machines([program])
    for turn in range(6):
        for state in old:
            ones = (1 << state.width) - 1
            number = rng.choice((0, 1, ones, ones - 1, ones >> 1, rng.getrandbits(state.width), rng.getrandbits(state.width)))
            if state.name.startswith("b") and turn % 2:
                number = rng.choice(AMOUNTS) & ones
            reference.stores["x0"].set(state, number)
            compiled.words("x0").set(state, number)
        agree(reference, compiled, [program], [Packet.of(bytes(turn % 3))])


def test_a_shift_by_more_than_any_machine_has_bits_is_zero() -> None:
    huge = const(1 << 90, 100)
    assert shift_left(const(3, 8), huge, 16) is const(0, 16)
    assert shift_right(const(3, 8), huge) is const(0, 8)
