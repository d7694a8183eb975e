"""What should happen to a machine is known before it runs, and each thing is counted where it happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.reference.packet import Packet
from hdl.register_map import Register
from mlclick.design import Merged, Source
from mlclick.flow import merge_tenants
from mlclick.run import run_software
from sim.functions import SIZES, Functions
from tests.mlclick.test_readme import small_tenants

REGISTERS = (
    Register(12, 0, 0, "port0/malformed", 32, False),
    Register(12, 0, 4, "port0/accepted", 32, False),
    Register(12, 2, 0, "port1/dropped", 48, False),
)


@pytest.fixture
def merged(tmp_path: Path) -> Merged:
    return merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))


def functions(merged: Merged) -> Functions:
    return Functions(merged.master, merged.policy, REGISTERS)


def test_all_that_should_happen_is_there_before_it_does(merged: Merged) -> None:
    found = functions(merged)
    assert set(found.counts.values()) == {0}
    for name in (
        "a: a frame comes in by port 1",
        "b: a frame of 60 to 127 bytes comes in",
        "b: a frame of 1024 and more bytes comes in",
        "the operator: port0/malformed",
        "b: port1/dropped",
    ):
        assert name in found.counts
    assert not any("accepted" in name for name in found.counts)
    exits = [name for name in found.counts if ": a packet leaves by output " in name]
    assert len(exits) == len({(edge.source, edge.source_port) for edge in merged.master.graph.edges})
    assert sum(name.startswith("a: a frame of ") for name in found.counts) == len(SIZES)


@pytest.mark.parametrize(
    ("length", "first"), [(14, "0 to 59"), (59, "0 to 59"), (60, "60 to 127"), (1_023, "512 to 1023"), (1_514, "1024 and more")]
)
def test_a_frame_is_counted_by_port_and_class_of_size(length: int, first: str, merged: Merged) -> None:
    found = functions(merged)
    found.sent("b", 1, bytes(length))
    assert {name for name, count in found.counts.items() if count} == {
        "b: a frame comes in by port 1",
        f"b: a frame of {first} bytes comes in",
    }


def test_losses_are_those_of_the_registers_of_all_runs(merged: Merged) -> None:
    found = functions(merged)
    for _ in range(2):
        found.ended({(0, "port0/malformed"): 3, (0, "port0/accepted"): 9})
    assert {name: count for name, count in found.counts.items() if count} == {"the operator: port0/malformed": 6}


def test_the_reference_tells_which_ways_packets_took(merged: Merged) -> None:
    found = functions(merged)
    frame = bytes(12) + b"\x81\x00\x00\x64\x08\x00" + bytes(46)
    run_software(merged, [(0, Packet.of(frame, time=1_000, device=0))], reference=True, observer=found.passed)
    happened = [name for name, count in found.counts.items() if count]
    # It is known whose it is where it comes in.
    assert [name for name in happened if ": a frame" in name] == ["a: a frame comes in by port 0", "a: a frame of 60 to 127 bytes comes in"]
    assert found.owner("port0_demux", 0) == "a"
    assert found.owner("port0_demux", 1) == "b"
    assert found.owner("a/port0_in", 0) is None
    taken = {name.partition(": a packet")[0] for name in happened if ": a packet" in name}
    assert taken
    assert all(name.startswith(("a/", "port0_", "port1_")) for name in taken)
    assert any(name.startswith("a/Counter") for name in taken)
