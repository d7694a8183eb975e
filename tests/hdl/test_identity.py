"""Whose a frame is, against the rule's own words."""

from __future__ import annotations

import random
from typing import Any

from amaranth.sim import Simulator

from hdl.identity import IDENTITY_BYTES, Identity, Rule

MAC = 0x02_00_00_00_00_01
RULES = (Rule(1, 100, None, None), Rule(2, 0xABC, MAC, None), Rule(3, None, MAC, 0), Rule(4, 200, None, 1))


def owner(frame: bytes, port: int) -> int | None:
    """The tenant of the last rule that matches."""
    found = None
    for rule in RULES:
        tagged = len(frame) >= 16 and frame[12:14] == b"\x81\x00" and int.from_bytes(frame[14:16], "big") & 0xFFF == rule.vlan
        right_port = rule.port in (None, port)
        right_mac = rule.mac is None or (len(frame) >= 14 and int.from_bytes(frame[:6], "big") == rule.mac)
        if right_port and right_mac and (rule.vlan is None or tagged):
            found = rule.tenant
    return found


def some_frames(seed: int, count: int) -> list[bytes]:
    chance = random.Random(seed)
    frames = []
    for _ in range(count):
        mac = chance.choice([MAC.to_bytes(6, "big"), (MAC ^ 1 << chance.randrange(48)).to_bytes(6, "big")])
        vlan = chance.choice([100, 200, 0xABC, 0x0BC, 0xABD, 0]) | chance.randrange(16) << 12
        kind = chance.choice([b"\x81\x00", b"\x81\x00", b"\x81\x01", b"\x88\xa8"])
        frames.append((mac + bytes(6) + kind + vlan.to_bytes(2, "big") + b"\x08\x00")[: chance.choice([18, 18, 17, 16, 15, 14, 13, 5])])
    return frames


def test_the_tenant_is_that_of_the_rule_and_nobody_s_frame_has_none() -> None:
    for port in (0, 1):
        dut = Identity(RULES, port)
        owners: set[int | None] = set()

        async def bench(ctx: Any, dut: Identity = dut, port: int = port, owners: set[int | None] = owners) -> None:
            for frame in some_frames(port, 300):
                ctx.set(dut.header, int.from_bytes(frame.ljust(IDENTITY_BYTES, b"\0"), "little"))
                ctx.set(dut.length, len(frame))
                found = ctx.get(dut.tenant) if ctx.get(dut.known) else None
                assert found == owner(frame, port), (frame.hex(), port)
                owners.add(found)

        simulator = Simulator(dut)
        simulator.add_testbench(bench)
        simulator.run()
        assert owners == ({None, 1, 3} if port == 0 else {None, 1, 2, 4})
