"""Proofs about programs: the incremental checksum is the recomputed one, and wrong ones are found out with a packet that shows it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from elements.definition.catalogue import class_names, find
from elements.logic.equivalent import equivalent, network_bytes
from elements.logic.symbolic import Counterexample
from elements.program.combine import all_of, one_hot_mux
from elements.program.headers import checksum_update, ones_complement_sum
from elements.program.packet import Packet
from elements.program.program import Program, State, Table
from elements.program.values import Value, cat, const, mux
from elements.reference.interpret import ProgramRunner, StateStore
from sim.conformance.examples import Example, catalogue_examples, configured

COUNT = State("count", 32)


def traced(program: Callable[[Packet], None], outputs: int = 2) -> Program:
    packet = Packet(outputs)
    program(packet)
    return packet.finish()


def other_words(p: Packet) -> Value:
    """The sum over the header without the word of TTL and protocol and without the checksum; a header without options."""
    words = [p.field("network", 16 * index, 16) for index in range(10) if index not in (4, 5)]
    return ones_complement_sum(words)


def sound(p: Packet) -> Value:
    """A whole IP header without options, whose checksum is right."""
    total = ones_complement_sum([other_words(p), cat(p.ip.ttl, p.ip.protocol), p.ip.checksum])
    return all_of(p.has(20, "network"), p.ip.version.equals(4), p.ip.ihl.equals(5), total.equals(0xFFFF))


def decrementing(checksum: Callable[[Packet, Value, Value], Value]) -> Program:
    """A program that counts and sends away expired packets as DecIPTTL does, with a checksum of its own."""

    def program(p: Packet) -> None:
        rest, old = other_words(p), cat(p.ip.ttl, p.ip.protocol)
        with p.when(p.ip.ttl <= 1):
            p.write(State("expired", 32), p.read(State("expired", 32)) + 1)
            p.output(1)
        p.ip.ttl = p.ip.ttl - 1
        new = cat(p.ip.ttl, p.ip.protocol)
        p.ip.checksum = checksum(p, old, new) if checksum is not recomputed else ~ones_complement_sum([rest, new])
        p.output(0)

    return traced(program)


def recomputed(p: Packet, old: Value, new: Value) -> Value:
    raise AssertionError("the other words are read before the header changes")


def rfc_1141(p: Packet, old: Value, new: Value) -> Value:
    """HC' = HC + m + ~m', which gives 0xFFFF where RFC 1624 gives 0."""
    return ones_complement_sum([p.ip.checksum, old, ~new])


def plain(value: Value) -> Value:
    """Zero for both zeros of one's-complement arithmetic."""
    return mux(value.equals(0xFFFF), const(0, 16), value)


def told_apart(a: Program, b: Program, found: Counterexample | None) -> bool:
    """Whether the reference, too, does two different things to the packet that was found."""
    assert found is not None
    seen = []
    for program in (a, b):
        store = StateStore(dict(found.state))
        packet = found.packet.copy()
        packet.network = found.packet.network
        done = ProgramRunner(program, store).run(packet, packet.time)
        seen.append(
            ([(way.port, out.data, out.network and out.network - out.start, out.paint, out.dst_ip) for way, out in done], store.words)
        )
    return seen[0] != seen[1]


def test_the_incremental_checksum_of_dec_ip_ttl_is_the_recomputed_one() -> None:
    dec_ip_ttl = configured("DecIPTTL", "DecIPTTL").program
    assert equivalent(dec_ip_ttl, decrementing(recomputed), given=sound(Packet(2))) is None


def test_the_checksum_of_rfc_1141_is_right_but_for_the_two_zeros() -> None:
    one, other = decrementing(rfc_1141), decrementing(recomputed)
    found = equivalent(one, other, given=sound(Packet(2)))
    assert told_apart(one, other, found)
    assert (
        equivalent(
            decrementing(lambda p, old, new: plain(rfc_1141(p, old, new))),
            decrementing(lambda p, old, new: plain(checksum_update(p.ip.checksum, old, new))),
            given=sound(Packet(2)),
        )
        is None
    )


def test_a_checksum_update_with_a_word_left_out_is_found() -> None:
    wrong = decrementing(lambda p, old, new: ~ones_complement_sum([~p.ip.checksum, new]))
    right = configured("DecIPTTL", "DecIPTTL").program
    assert told_apart(wrong, right, equivalent(wrong, right, given=sound(Packet(2))))


@pytest.mark.parametrize("example", catalogue_examples(), ids=lambda example: example.text)
def test_every_element_means_the_same_as_itself_and_something_else_than_a_drop(example: Example) -> None:
    assert equivalent(example.program, example.program) is None
    dropping = replace(example.program, exits=())
    assert (equivalent(example.program, dropping) is None) == (not example.program.exits)


def then(*steps: Callable[[Packet], object]) -> Callable[[Packet], None]:
    """All steps, and then output 0."""

    def program(p: Packet) -> None:
        for step in steps:
            step(p)
        p.output(0)

    return program


DIFFERENCES: dict[str, tuple[Callable[[Packet], None], Callable[[Packet], None]]] = {
    "output": (then(), lambda p: p.output(1)),
    "drop of short packets": (then(), lambda p: p.output(mux(p.has(60), const(0, 2), const(2, 2)))),
    "place of the data": (then(lambda p: p.pull(4)), then()),
    "network header": (then(lambda p: p.set_network(0)), then()),
    "annotation": (then(lambda p: p.annotate("paint", 3)), then()),
    "length": (then(lambda p: p.take(const(100, 16))), then()),
    "state": (then(lambda p: p.write(COUNT, p.read(COUNT) + 1)), then(lambda p: p.write(COUNT, 1))),
    "byte": (then(lambda p: p.store("network", 9, const(1, 8))), then()),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_a_difference_is_found(what: str) -> None:
    a, b = (traced(program) for program in DIFFERENCES[what])
    assert told_apart(a, b, equivalent(a, b))


def test_programs_that_are_written_otherwise_mean_the_same() -> None:
    table = Table("t", "lpm", 32, 4, ((0x0A000000, 8, 1), (0x0A010000, 16, 2), (0, 0, 3)))

    def looked_up(p: Packet) -> None:
        p.output(p.lookup(table, p.annotation("dst_ip"))[1])

    def compared(p: Packet) -> None:
        address = p.annotation("dst_ip")
        ways = [(address[16:32].equals(0x0A01), const(2, 4)), (address[24:32].equals(0x0A), const(1, 4))]
        p.output(one_hot_mux(ways, const(3, 4)))

    assert equivalent(traced(looked_up, 4), traced(compared, 4)) is None
    assert equivalent(traced(lambda p: p.output(p.data[0] + p.data[1])), traced(lambda p: p.output(p.data[1] + p.data[0]))) is None


def claiming() -> list[tuple[str, Program, int]]:
    found = [(e.text, e.program, find(e.class_name)) for e in catalogue_examples()]
    return [(text, program, cls.network_bytes) for text, program, cls in found if cls is not None and cls.network_bytes]


@pytest.mark.parametrize(("text", "program", "count"), claiming(), ids=[text for text, _, _ in claiming()])
def test_what_elements_claim_of_network_bytes_holds(text: str, program: Program, count: int) -> None:
    assert network_bytes(program, 0, count) is None
    assert network_bytes(program, 0, count + 1) is not None


def test_some_element_claims_network_bytes_and_no_element_without_a_program_does() -> None:
    assert claiming()
    proved = {example.class_name for example in catalogue_examples()}
    silent = [find(name) for name in class_names() if name not in proved]
    assert not any(cls.network_bytes for cls in silent if cls is not None)
