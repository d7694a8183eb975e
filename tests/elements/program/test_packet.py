"""Tracing: what the symbolic packet makes of what an element does with it."""

import pytest

from elements.program.packet import Packet
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
