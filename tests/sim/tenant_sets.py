"""Generated cores on which tenants attack each other, by mode: each is built once, and what was built is kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Final

import pytest

from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from sim.isolation import Party, Stage

TENANTS = Path(__file__).parents[2] / "tenants"
MODES: Final = ("shared", "strict")
SEEDS: Final = range(1, 1 + int(os.environ.get("ISOLATION_SEEDS", "2")))
"""`make isolation` asks for more of them."""
PARTIES = {"a": Party(0, 100), "b": Party(1, 200)}
VLAN = {"a": 100, "b": 200}

WEIGHTS: Final = ((1, 1), (1, 4))
"""Of the two tenants: the same, and others, of which each test of a pair has each as the victim's."""

in_each_mode = pytest.mark.parametrize("mode", MODES)
each_way = pytest.mark.parametrize(("victim", "attacker", "seed"), [(*pair, seed) for pair in permutations(PARTIES, 2) for seed in SEEDS])

LIARS_POLICY = """
[tenants.a]
vlan = 100
devices = { own = 0, both = 1 }
[tenants.b]
vlan = 200
devices = { own = 2, both = 1 }
"""
LIAR = """
elementclass Way { input -> m :: Classifier(12/0801, 12/0802, 12/0803, 12/0804, 12/0806, -);
  m[0] -> [1] output;
  m[1] -> Paint($NUMBER) -> VLANEncap(VLAN_ID $OTHER) -> output;
  m[2] -> Strip(8) -> output;
  m[3] -> Paint($NUMBER) -> [1] output;
  m[4] -> copies :: Tee -> output; copies[1] -> [2] output;
  m[5] -> Counter -> output; }
FromDevice(own) -> out :: Way -> there :: Queue -> ToDevice(both);
FromDevice(both) -> in :: Way -> back :: Queue -> ToDevice(own);
out[1] -> host :: Print(CONTENTS NONE) -> back;
in[1] -> host;
out[2] -> back;
in[2] -> there;
"""
OWN, BOTH = {"a": 0, "b": 2}, 1

METERED_POLICY = "".join(f"[tenants.{n}]\nvlan = {v}\ndevices = {{ eth0 = 0, eth1 = 1 }}\n" for n, v in VLAN.items())
METERED = """
elementclass Limits { input -> m :: Classifier(12/0801, 12/0802, 12/0803, 12/0804, -);
  m[0] -> BandwidthRatedSplitter(1, BURST_BYTES 0) -> output;
  m[1] -> BandwidthRatedSplitter(1000000, BURST_BYTES 4000) -> output;
  m[2] -> BandwidthRatedSplitter(100000000, BURST_BYTES 4000) -> output;
  m[3] -> RatedSplitter(200000, BURST_SIZE 8) -> output;
  m[4] -> Counter -> output; }
FromDevice(eth0) -> there :: Classifier(12/0800, -);
FromDevice(eth1) -> back :: Classifier(12/0800, -);
there[0] -> CheckIPHeader(OFFSET 14) -> GetIPAddress(30) -> routes :: RadixIPLookup(ROUTES);
routes[0] -> to1 :: Queue -> ToDevice(eth1);
routes[1] -> to0 :: Queue -> ToDevice(eth0);
there[1] -> Limits -> to1;
back[0] -> CheckIPHeader(OFFSET 14) -> DecIPTTL -> to0;
back[1] -> Counter -> to0;
"""
ROUTES = {
    "a": {"10.0.0.0/8": 0, "10.1.0.0/16": 1, "10.1.2.0/24": 0, "0.0.0.0/0": 1},
    "b": {"10.0.0.0/8": 1, "10.1.0.0/16": 0, "10.1.2.3/32": 1, "10.1.2.0/25": 1, "192.168.0.0/16": 0},
}
"""By tenant, the output of each prefix: the two have the same keys with other answers, and prefixes inside each other's."""

FORWARDER = """
FromDevice(eth0) -> Counter -> Queue -> ToDevice(eth1);
FromDevice(eth1) -> Counter -> Queue -> ToDevice(eth0);
"""


class Lie(IntEnum):
    """Ethernet types by which a liar says what it does with a frame."""

    TO_HOST = 0x0801
    TAGGED = 0x0802
    SHIFTED = 0x0803
    PAINTED = 0x0804
    PLAIN = 0x0805


COPIED: Final = 0x0806
"""A frame of which a liar sends one copy by its own port and one by the port in common."""


class Bucket(IntEnum):
    """Ethernet types by which a frame finds its bucket: a byte a second, 1 MB/s, 100 MB/s, 200 000 packets a second, none."""

    SLOWEST = 0x0801
    SLOW = 0x0802
    FAST = 0x0803
    COUNTED = 0x0804
    FREE = 0x0805


@cache
def examples(mode: str = "shared") -> Stage:
    """The tenants that are a router and a gateway."""
    return built(example_tenants(mode), DatapathParameters(64, port_count(example_tenants(mode))))


@cache
def example_tenants(mode: str = "shared") -> Merged:
    """The example tenants, merged."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in TENANTS.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        policy = folder / "policy.toml"
        policy.write_text(policy.read_text().replace("[machine]", in_mode(mode)))
        return merge_tenants(Source(tuple(PARTIES), folder))


def in_mode(mode: str) -> str:
    return f'[machine]\nmode = "{mode}"\n'


@cache
def liars(mode: str = "shared", weights: tuple[int, int] = (1, 1)) -> Stage:
    """Two tenants that write each other's tag and paint, each with a port of its own, one port in common, and a part in software."""
    policy = LIARS_POLICY
    for name, weight in zip(PARTIES, weights, strict=True):
        policy = policy.replace(f"[tenants.{name}]\n", f"[tenants.{name}]\nweight = {weight}\n")
    texts = {name: f"define($OTHER {other}, $NUMBER {number});{LIAR}" for name, other, number in (("a", 200, 1), ("b", 100, 0))}
    merged = written(in_mode(mode) + policy, texts)
    return built(merged, DatapathParameters(64, 3, egress_depth=256, egress_packets=16), ("a/host", "b/host"))


@cache
def metered(mode: str = "shared") -> Stage:
    """Two tenants with token buckets of several rates, a table each, and a way on which packets age."""
    merged = written(in_mode(mode) + METERED_POLICY, {name: METERED.replace("ROUTES", routes(name)) for name in PARTIES})
    return built(merged, DatapathParameters(64, 2, egress_depth=256, egress_packets=16))


def routes(tenant: str) -> str:
    """The table of a tenant of `metered`, as its configuration has it."""
    return ", ".join(f"{prefix} {output}" for prefix, output in ROUTES[tenant].items())


@cache
def crowd(mode: str, count: int) -> Stage:
    """So many tenants that forward between two ports: their tags are 100, 101, and so on."""
    policy = in_mode(mode) + "".join(f"[tenants.t{n}]\nvlan = {100 + n}\ndevices = {{ eth0 = 0, eth1 = 1 }}\n" for n in range(count))
    merged = written(policy, {f"t{n}": FORWARDER for n in range(count)})
    return built(merged, DatapathParameters(64, 2, ingress_depth=256, egress_depth=256, egress_packets=16))


@cache
def unwatched(mode: str = "shared") -> Stage:
    """Two tenants that forward between a port of their own and one in common, without checkers: what is put on wires may break rules."""
    text = "FromDevice(own) -> Counter -> Queue -> ToDevice(both); FromDevice(both) -> Counter -> Queue -> ToDevice(own);"
    merged = written(in_mode(mode) + LIARS_POLICY, dict.fromkeys(PARTIES, text))
    return built(merged, DatapathParameters(64, 3, ingress_depth=256, egress_depth=256, egress_packets=16), watched=False)


def written(policy: str, texts: Mapping[str, str]) -> Merged:
    """The tenants with these texts, merged. Errors: `ClickError`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policy.toml").write_text(policy)
        for tenant, text in texts.items():
            (folder / f"{tenant}.click").write_text(text)
        return merge_tenants(Source(tuple(texts), folder))


def built(
    merged: Merged, parameters: DatapathParameters, in_software: tuple[str, ...] = (), *, watched: bool = True, level: str = "-O1"
) -> Stage:
    """The stage of their core."""
    core = build_core(split(merged, rates_of(merged, None), dict.fromkeys(in_software, False)), parameters)
    return Stage(core, watched=watched, level=level)
