"""Packets that tenants make shorter than a frame is: what leaves by a port has the tag that says whose it is, in the reference, all in
software and split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from elements.reference.packet import Packet
from hdl.datapath import DatapathParameters
from hdl.tools.verilog import to_verilog
from mlclick.design import Merged
from mlclick.flow import build_core, port_count, rates_of, split
from mlclick.run import Outcome, run_software, run_split
from sim.frames import FrameReader, encode
from sim.register_bus import RegisterBus
from sim.verilated import Verilated
from tests.in_short import in_short
from tests.sim.tenant_sets import written

BY_TAG, BY_ADDRESS = "vlan = 100", 'mac = "02:00:00:00:00:07"'
OF = {BY_TAG: b"\2" * 12 + b"\x81\0\0\x64" + bytes(88), BY_ADDRESS: b"\2\0\0\0\0\7" + bytes(94)}
"""By what the tenant is known by, a frame of its own; the bytes behind it are what it sends."""
SHORTENED = "FromDevice(eth0) -> cut :: Strip({}) -> q :: Queue -> ToDevice(eth1);"
SIZES = (0, 1, 11, 12, 13, 14, 15, 59, 60)
SENT = bytes(range(1, 61))


def shortening(identity: str) -> Merged:
    cut = len(OF[identity]) - (4 if identity == BY_TAG else 0)
    return written(f"[tenants.a]\n{identity}\ndevices = {{ eth0 = 0, eth1 = 1 }}\n", {"a": SHORTENED.format(cut)})


def frames(identity: str, sizes: tuple[int, ...] = SIZES) -> list[tuple[int, Packet]]:
    """Of which so many bytes are sent."""
    return [(0, Packet.of(OF[identity] + SENT[:size], time=1_000 * number)) for number, size in enumerate(sizes)]


def left(outcome: Outcome) -> list[bytes]:
    """The frames that leave, all of which are counted."""
    found = [frame for _, _, frame in outcome.emitted]
    assert outcome.handlers["a/port1_out.count"] == str(len(found))
    assert outcome.handlers["a/port1_out.byte_count"] == str(sum(map(len, found)))
    return found


TAGGED = [SENT[:12] + b"\x81\0\0\x64" + SENT[12:size] for size in SIZES if size >= 12]
PLAIN = [SENT[:size] for size in SIZES if size]


@pytest.mark.parametrize("reference", [True, False])
def test_what_ends_within_its_addresses_has_no_place_for_the_tag_and_does_not_leave(reference: bool) -> None:
    assert left(run_software(shortening(BY_TAG), frames(BY_TAG), reference=reference)) == TAGGED


@pytest.mark.parametrize("reference", [True, False])
def test_where_no_tag_says_whose_it_is_what_is_short_leaves_as_it_is(reference: bool) -> None:
    assert left(run_software(shortening(BY_ADDRESS), frames(BY_ADDRESS, SIZES[1:]), reference=reference)) == PLAIN


@pytest.mark.slow
@pytest.mark.parametrize(
    ("identity", "pins", "expected"),
    in_short([(BY_TAG, {}, TAGGED), (BY_TAG, {"a/cut": False}, TAGGED), (BY_ADDRESS, {}, PLAIN)]),
    ids=["hardware cuts it", "software cuts it", "no tag"],
)
def test_split_it_is_the_same(identity: str, pins: dict[str, bool], expected: list[bytes]) -> None:
    design = split(shortening(identity), rates_of(shortening(identity), None), pins)
    assert ("a/cut" in design.plan.hardware) == (not pins)
    assert {"a/q", "a/port1_out"} <= design.plan.hardware
    core = build_core(design, DatapathParameters(64, port_count(design.merged)))
    outcome = run_split(design, frames(identity, SIZES[1:]), core)
    assert outcome.journeys is not None
    assert (outcome.journeys.crossed > 0) == bool(pins)
    assert left(outcome) == expected


def test_one_of_which_nothing_is_left_is_counted_as_dropped_by_its_port() -> None:
    design = split(shortening(BY_ADDRESS), rates_of(shortening(BY_ADDRESS), None))
    core = build_core(design, DatapathParameters(64, port_count(design.merged)))
    model = Verilated.from_verilog(to_verilog(core, "core"), "core")
    bus = RegisterBus(model, core.registers)
    bus.rest()
    model.reset()
    model.step()
    cycles = 1000
    timed = [(100 * number, bytes(packet.data)) for number, (_, packet) in enumerate(frames(BY_ADDRESS, (0, 5, 0)))]
    inputs: dict[str, Any] = {f"{name}__ready": np.ones(cycles, dtype=np.uint8) for name in ("tx0", "tx1", "tx_host")}
    inputs["rx0__valid"], inputs["rx0__payload"] = encode(timed, 64, cycles)
    seen = model.run(inputs, ["tx1__valid", "tx1__payload"], cycles)
    assert [frame for _, frame in FrameReader(64).read(seen["tx1__valid"], seen["tx1__payload"])] == [SENT[:5]]
    registers = bus.read_all()
    assert registers[0, "port0/accepted"] == 3
    assert [registers[1, f"port1/{what}"] for what in ("queued", "dropped", "sent")] == [1, 2, 1]
