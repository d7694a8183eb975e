"""What the checks look at: a small design of two tenants, made by the generator as it is now."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

from hdl.core import Core
from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source, Split
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.parts import Parts
from sim.isolation import Party, Stage, Timed
from sim.tenant_traffic import random_traffic

POLICY: Final = """
[tenants.a]
vlan = 0x164
devices = { eth0 = 0, eth1 = 1 }
[tenants.b]
vlan = 0x264
devices = { eth0 = 0, eth1 = 1 }
"""
A: Final = """
FromDevice(eth0) -> c :: Classifier(12/0800, -);
FromDevice(eth1) -> c;
c[1] -> Discard;
c[0] -> Strip(14) -> CheckIPHeader -> rt :: RadixIPLookup(10.0.0.0/8 0, 10.1.0.0/16 1, 10.1.2.0/24 0, 0.0.0.0/0 192.168.0.1 1);
rt[0] -> DecIPTTL -> Counter -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> Queue -> ToDevice(eth0);
rt[1] -> DecIPTTL -> Counter -> EtherEncap(0x0800, 1:1:1:1:1:1, 3:3:3:3:3:3) -> Queue -> ToDevice(eth1);
"""
B: Final = """
FromDevice(eth0) -> Counter -> there :: Queue -> ToDevice(eth1);
FromDevice(eth1) -> c :: Classifier(12/0800, 12/0801, -);
c[0] -> Counter -> back :: Queue -> ToDevice(eth0);
c[1] -> both :: Tee -> back;
both[1] -> there;
c[2] -> Paint(3) -> t :: PaintTee(1) -> Discard;
t[1] -> Discard;
"""


def merged_tenants() -> Merged:
    """Two small tenants on two ports, merged."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in (("policy.toml", POLICY), ("a.click", A), ("b.click", B)):
            (folder / file).write_text(text, encoding="utf-8")
        return merge_tenants(Source(("a", "b"), folder))


def small_design(merged: Merged | None = None) -> Split:
    """`merged_tenants`, cut: with a lookup, state, copies, and a part in software."""
    merged = merged or merged_tenants()
    # What follows a software element stays there, so that nothing has to come back for the hardware's counters to be complete.
    pins = {edge.target: False for edge in merged.master.graph.outgoing("b/t")} | {"b/both": True}
    return split(merged, rates_of(merged, None), pins)


class Bench:
    """The small design, merged; the rest is made when it is first asked for. ``watched``: the assertions on streams and memories are in
    the model."""

    def __init__(self, *, watched: bool = True) -> None:
        self.watched: Final = watched
        self.merged: Final = merged_tenants()
        self.tenants: Final = self.merged.master.tenants
        self._parameters: Final = DatapathParameters(64, port_count(self.merged), egress_depth=256, egress_packets=16)

    @cached_property
    def design(self) -> Split:
        """`merged`, cut."""
        return small_design(self.merged)

    @cached_property
    def core(self) -> Core:
        """In turns of shares."""
        return build_core(self.design, self._parameters)

    @cached_property
    def parts(self) -> Parts:
        """What is proved of `core`, each part once for all checks that ask."""
        return Parts(self.core)

    @cached_property
    def strict(self) -> Core:
        """In turns of time."""
        return build_core(self.design, replace(self._parameters, strict=True))

    # A model runs for less than a second; most of the time goes to what compiles it.
    @cached_property
    def stage(self) -> Stage:
        """`core`, to be played on."""
        return Stage(self.core, watched=self.watched, level="-O0")

    @cached_property
    def strict_stage(self) -> Stage:
        """`strict`, to be played on."""
        return Stage(self.strict, watched=False, level="-O0")

    def party(self, tenant: str) -> Party:
        """How frames show that they are the tenant's."""
        return Party(self.tenants.index(tenant), self.merged.policy.tenant(tenant).vlan)

    def frames(self, tenant: str, seed: int, count: int, gap: int, start: int = 0) -> dict[int, list[Timed]]:
        """Random traffic of the tenant by port, a frame in ``gap`` cycles."""
        frames: dict[int, list[Timed]] = {0: [], 1: []}
        traffic = random_traffic(self.merged.master, self.merged.policy, seed, count, only=tenant)
        for index, (port, packet) in enumerate(traffic):
            frames[port].append((start + index * gap, packet.data))
        return frames
