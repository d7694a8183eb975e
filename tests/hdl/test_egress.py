"""A port's way out: order within a tenant, drops that are counted and whole, bytes shared by weight."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hdl.egress import EgressPort
from tests.hdl.streams import STALLS, Packet, receive, send, simulate, wait_for


def packets(seed: int, count: int, tenants: int, low: int = 1, high: int = 90) -> list[Packet]:
    """Packets whose first byte is their tenant."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        tenant, size = chance.randrange(tenants), chance.randint(low, high)
        data = bytes((tenant,)) + chance.randbytes(size - 1)
        found.append(Packet(data, (("select", 1), ("tenant", tenant), ("length", size), ("shim", number))))
    return found


class Run:
    """Packets through a port; what came out, by whom, and what the strobes said."""

    def __init__(self, dut: EgressPort, sent: list[Packet], away: float, slow: float, *, stuck: int = 0) -> None:
        self.dut = dut
        self.seen: list[Packet] = []
        self.owners: list[tuple[int, int]] = []
        self.counts = {name: [0] * len(dut.weights) for name in ("queued", "dropped", "sent")}
        self.sent_bytes = [0] * len(dut.weights)

        async def source(ctx: Any) -> None:
            await send(ctx, dut.sink, sent, away, seed=1)
            for _ in range(4):
                await ctx.tick()
            await wait_for(ctx, lambda: len(self.seen) == sum(self.counts["queued"]), 6000, "the last packet")

        async def sink(ctx: Any) -> None:
            for _ in range(stuck):
                await ctx.tick()
            await receive(ctx, dut.source, self.seen, slow, seed=2)

        async def watch(ctx: Any) -> None:
            signals = (
                dut.queued,
                dut.dropped,
                dut.sent,
                dut.sent_length,
                dut.source.valid,
                dut.source.ready,
                dut.source.payload,
                dut.tenant,
            )
            async for _, _, queued, dropped, sent, length, valid, ready, payload, tenant in ctx.tick().sample(*signals):
                for name, strobes in (("queued", queued), ("dropped", dropped), ("sent", sent)):
                    for number in range(len(dut.weights)):
                        self.counts[name][number] += int(strobes) >> number & 1
                        if name == "sent" and int(strobes) >> number & 1:
                            self.sent_bytes[number] += int(length)
                if valid and ready and payload.last:
                    self.owners.append((int(tenant), int(ctx.get(dut.shim))))

        simulate(dut, source, background=[sink, watch])

    def of(self, tenant: int) -> list[bytes]:
        return [packet.data for packet in self.seen if packet.data[0] == tenant]


@pytest.mark.parametrize(("away", "slow"), STALLS)
@pytest.mark.parametrize("shim", [False, True])
def test_each_tenant_s_packets_leave_in_order(shim: bool, away: float, slow: float) -> None:
    sent = packets(3, 16, 3)
    run = Run(EgressPort(64, 1, (1, 1, 2), 128, 16, shim=shim), sent, away, slow)
    for tenant in range(3):
        mine = [packet.data for packet in sent if packet.data[0] == tenant]
        assert run.of(tenant) == mine
        assert run.counts["queued"][tenant] == run.counts["sent"][tenant] == len(mine)
        assert run.sent_bytes[tenant] == sum(map(len, mine))
    assert run.counts["dropped"] == [0, 0, 0]
    assert [tenant for tenant, _ in run.owners] == [packet.data[0] for packet in run.seen]


@pytest.mark.parametrize(("depth", "slots"), [(16, 16), (128, 2)])
def test_a_full_segment_drops_its_own_tenant_s_packets_only(depth: int, slots: int) -> None:
    many = [packet for packet in packets(4, 40, 2, 30, 60) if packet.data[0] == 0]
    few = [packet for packet in packets(5, 8, 2, 30, 60) if packet.data[0] == 1][:2]
    run = Run(EgressPort(64, 1, (1, 1), depth, slots, shim=False), [*many, *few], 0.1, 0.2, stuck=400)
    assert run.counts["dropped"][0] == len(many) - run.counts["queued"][0] > 3
    assert run.counts["dropped"][1] == 0
    assert run.of(1) == [packet.data for packet in few]
    rest = iter([packet.data for packet in many])
    assert all(data in rest for data in run.of(0)), "what came out is not a subsequence of what went in"


def test_bytes_are_shared_by_weight_whatever_the_packets_sizes() -> None:
    small = [Packet(bytes(64), (("select", 1), ("tenant", 0), ("length", 64))) for _ in range(100)]
    large = [Packet(b"\x01" + bytes(255), (("select", 1), ("tenant", 1), ("length", 256))) for _ in range(50)]
    mixed = [each for pair in zip(small[::2], small[1::2], large, strict=True) for each in pair]
    run = Run(EgressPort(256, 1, (1, 2), 512, 128, shim=False), mixed, 0.0, 0.1, stuck=700)
    # While both have packets: until the tenant of weight 2 has sent its last, it gets two bytes of three.
    bytes_of = [0, 0]
    for packet in run.seen:
        bytes_of[packet.data[0]] += len(packet.data)
        if packet.data[0] == 1 and bytes_of[1] == 50 * 256:
            break
    share = bytes_of[1] / sum(bytes_of)
    assert abs(share - 2 / 3) < 0.1, bytes_of
