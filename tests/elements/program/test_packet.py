"""Tracing: what the symbolic packet makes of what an element does with it."""

import pytest

from elements.program.packet import Packet, ProgramError
from elements.program.program import Program
from elements.program.values import const
from elements.reference.interpret import ProgramRunner, StateStore
from elements.reference.packet import Packet as Real


def cut_then_pulled(left: int, pulled: int) -> Program:
    packet = Packet(1)
    packet.take(const(left, 16))
    packet.pull(pulled)
    packet.output(0)
    return packet.finish()


@pytest.mark.parametrize(("left", "pulled", "leaves"), [(8, 4, b"efgh"), (4, 4, b""), (3, 4, None), (100, 10, b"kl"), (100, 13, None)])
def test_a_packet_is_pulled_only_as_far_as_it_was_cut(left: int, pulled: int, leaves: bytes | None) -> None:
    runner = ProgramRunner(cut_then_pulled(left, pulled), StateStore())
    done = list(runner.run(Real.of(b"abcdefghijkl"), 0))
    assert [packet.data for _, packet in done] == ([] if leaves is None else [leaves])


def test_each_branch_that_moves_headers_leaves_by_an_output_of_its_own() -> None:
    p = Packet(1)
    for number in (1, 2, 3):
        with p.when(p.data[0].equals(number)):
            p.pull(number)
            p.output(0)
    assert [way.shift for way in p.finish().exits] == [1, 2, 3]


def test_a_branch_that_moves_headers_has_to_leave_whole() -> None:
    p = Packet(1)
    with pytest.raises(ProgramError, match="must leave by an output inside it"), p.when(p.data[0].equals(1)):
        p.pull(1)
        with p.when(p.data[1].equals(2)):
            p.output(0)
