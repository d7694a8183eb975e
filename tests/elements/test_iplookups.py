"""StaticIPLookup, RadixIPLookup and DirectIPLookup against a linear search of their routes."""

import random
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from tests.elements.bench import Bench

CLASSES = ("StaticIPLookup", "RadixIPLookup", "DirectIPLookup")
Routes = list[tuple[IPv4Network, str, int]]


def random_routes(rng: random.Random, count: int) -> Routes:
    bases = [rng.getrandbits(32) for _ in range(5)]
    routes = []
    for _ in range(count):
        length = rng.choice((0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32))
        address = rng.choice(bases) ^ (rng.getrandbits(32) >> rng.choice((0, 8, 16, 24)))
        network = IPv4Network((address >> (32 - length) << (32 - length), length))
        routes.append((network, rng.choice(("", "", "10.0.0.1", "192.168.7.9")), rng.randrange(3)))
    return routes


def search(routes: Routes, address: IPv4Address) -> tuple[str, int] | None:
    """The longest prefix that has the address, of equals the first."""
    best = None
    for network, gateway, port in routes:
        if address in network and (best is None or network.prefixlen > best[0].prefixlen):
            best = network, gateway, port
    return None if best is None else best[1:]


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("seed", [1, 2])
def test_lookups_against_a_linear_search(bench: Callable[..., Bench], name: str, seed: int) -> None:
    rng = random.Random(seed)
    routes = random_routes(rng, 60)
    config = ", ".join(f"{network} {gateway} {port}" for network, gateway, port in routes)
    x = bench(f"{name}({config})", outputs=3)
    for _ in range(300):
        network = rng.choice(routes)[0]
        spread = network.num_addresses - 1
        address = IPv4Address((int(network.network_address) + rng.choice((0, spread, rng.randint(0, spread), spread + 1, -1))) % (1 << 32))
        found = search(routes, address)
        out = x.push(b"data", dst_ip=int(address))
        if found is None:
            assert out == [], f"seed {seed}, {address}"
            continue
        gateway, port = found
        wanted = int(IPv4Address(gateway)) if gateway else int(address)
        assert [(output, packet.dst_ip) for output, packet in out] == [(port, wanted)], f"seed {seed}, {address}"


@pytest.mark.parametrize("name", CLASSES)
def test_the_table_lists_the_routes_that_count(bench: Callable[..., Bench], name: str) -> None:
    x = bench(f"{name}(10.0.0.0/8 0, 10.1.2.3/16 10.0.0.1 1, 10.0.0.0/255.0.0.0 1, 1.2.3.4 - 0)", outputs=2)
    assert x.read("table") == "10.0.0.0/8\t\t-\t\t0\n10.1.0.0/16\t\t10.0.0.1\t1\n1.2.3.4/32\t\t-\t\t0\n"


@pytest.mark.parametrize("name", CLASSES)
def test_routes_of_a_file_come_after_the_others(
    bench: Callable[..., Bench], name: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("routes"))
    Path("r.txt").write_text("# two\n10.0.0.0/8 1\n\n 11.0.0.0/8 10.0.0.1 1 # another\n")
    x = bench(f'{name}(10.0.0.0/8 0, FILE "r.txt")', outputs=2)
    assert x.read("table") == "10.0.0.0/8\t\t-\t\t0\n11.0.0.0/8\t\t10.0.0.1\t1\n"
    assert x.out(b"a", dst_ip=0x0B000001) == [(1, b"a")]
