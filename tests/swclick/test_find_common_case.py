"""Programs without checks do what the reference does, on packets of the common case and on those that are just outside of it."""

from __future__ import annotations

from elements.program.combine import any_of
from elements.program.headers import ones_complement_sum, words_of
from elements.program.packet import Packet as Symbolic
from elements.program.program import LAYERS, Layer, Program
from elements.program.values import const, make, mux
from elements.reference.packet import Packet
from swclick.find_common_case import FARTHEST, find_common_case
from tests.swclick.test_lower_program import agree, machines

HEADER = bytes.fromhex("4500003c000040004011") + bytes.fromhex("26af") + bytes.fromhex("0a0000010a000002") + bytes(range(40))
"""A UDP packet whose header's checksum is right."""


def made(source: Symbolic) -> Program:
    source.output(0)
    return source.finish()


def reads(layer: Layer, at: int) -> Program:
    p = Symbolic(2)
    p.annotate("paint", make("load", 8, (), (layer, at)))
    return made(p)


def writes(layer: Layer, at: int) -> Program:
    p = Symbolic(2)
    p.set_field(layer, 8 * at, 8, 0x5A)
    return made(p)


def turns_away_what_sums_wrong() -> Program:
    p = Symbolic(2)
    p.set_network(0)
    words = [word for index in range(5) for word in words_of(p.field("network", 32 * index, 32))]
    with p.when(ones_complement_sum(words).equals(0xFFFF) & p.ip.ihl.equals(5)):
        p.output(0)
    p.output(1)
    return p.finish()


def chooses_by_fields() -> Program:
    p = Symbolic(2)
    fields = [p.field("data", 0, 8).equals(0x45), p.field("data", 16, 16).equals(60), p.field("data", 96, 32).equals(0x0A000001)]
    with p.when(fields[0] & fields[1] & ~fields[2]):
        p.annotate("paint", mux(fields[0], const(7, 8), const(9, 8)))
        p.output(1)
    with p.when(any_of(*fields)):
        p.output(0)
    p.drop()
    return p.finish()


def takes_an_unfolded_sum_for_what_it_is() -> Program:
    p = Symbolic(2)
    sum_of_six = p.field("data", 0, 16)
    for index in range(1, 6):
        sum_of_six = sum_of_six + p.field("data", 16 * index, 16)
    with p.when(sum_of_six.equals(0xFFFF)):
        p.output(0)
    p.output(1)
    return p.finish()


def asks_for_a_header_of_no_bytes() -> Program:
    p = Symbolic(2)
    with p.when(p.has(0, "network")):
        p.output(0)
    p.annotate("paint", make("load", 8, (), ("network", 100)))
    p.output(1)
    return p.finish()


def ends_as_far_behind_as_its_header_is_long() -> Program:
    p = Symbolic(2)
    length = make("length", 16, (), ("network",))
    with p.when(length < p.length):
        p.take(length)
    p.output(0)
    return p.finish()


PROGRAMS = [
    takes_an_unfolded_sum_for_what_it_is(),
    asks_for_a_header_of_no_bytes(),
    ends_as_far_behind_as_its_header_is_long(),
    *(reads(layer, at) for layer in LAYERS for at in (0, 19, FARTHEST - 1, FARTHEST, 100)),
    *(writes(layer, at) for layer in LAYERS for at in (0, 21, FARTHEST, 100)),
    reads("data", -3),
    turns_away_what_sums_wrong(),
    chooses_by_fields(),
]


def offered() -> list[Packet]:
    found = []
    wrong = bytes([*HEADER[:10], HEADER[10] ^ 1, *HEADER[11:]])
    bodies = (HEADER, wrong, b"\x46" + HEADER[1:], HEADER[:30], HEADER[:12], b"", bytes(range(120, 0, -1)) * 2)
    for body in (*bodies, b"\xff" * 4 + bytes(8), bytes(40)):
        for network in (None, -100, -20, 0, 7, len(body), len(body) + 50):
            packet = Packet.of(body)
            packet.network = None if network is None else packet.start + network
            found.append(packet)
    return found


def test_what_is_far_short_or_without_a_header_is_as_the_reference_has_it() -> None:
    reference, compiled = machines(PROGRAMS)
    agree(reference, compiled, PROGRAMS, offered())
    compiled.close()


def test_a_program_that_looks_at_no_bytes_has_no_other_case() -> None:
    assert find_common_case(made(Symbolic(2))) is None


def test_the_case_asks_for_the_bytes_and_for_a_header_without_options() -> None:
    p = Symbolic(2)
    p.annotate("paint", p.load("transport", 1))
    case = find_common_case(made(p))
    assert case is not None
    assert case.condition == "v->network >= 0 && (int64_t)v->length - v->network >= 22 && (v->data + v->network)[0] == 0x45"
    assert case.near == {"network": 22}
