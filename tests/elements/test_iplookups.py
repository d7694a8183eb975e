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


CHANGING = ("LinearIPLookup", "RadixIPLookup", "DirectIPLookup", "RangeIPLookup")


def test_routes_change_while_the_machine_runs(bench: Callable[..., Bench]) -> None:
    x = bench("RadixIPLookup(0/0 0, 10.1/16 192.168.0.1 1)", outputs=3)

    def way(address: str) -> list[tuple[int, str]]:
        number = int(IPv4Address(address))
        return [(output, str(IPv4Address(packet.dst_ip))) for output, packet in x.push(b"a", dst_ip=number)]

    assert way("10.1.2.3") == [(1, "192.168.0.1")]
    x.write("add", "10.1.2/24 192.168.0.2 2")
    x.write("add", "10.1.2.3/32 0")
    assert (way("10.1.2.3"), way("10.1.2.4"), way("10.1.3.1")) == ([(0, "10.1.2.3")], [(2, "192.168.0.2")], [(1, "192.168.0.1")])
    x.write("set", "10.1.2/24 1")
    x.write("remove", "10.1.2.3/32")
    assert (way("10.1.2.3"), x.read("lookup", "10.1.2.3"), x.read("lookup", "10.1.9.9")) == ([(1, "10.1.2.3")], "1", "1 192.168.0.1")
    x.write("ctrl", "remove 0/0 0\nadd 11.0.0.0/8 10.0.0.1 2\n\nset\t10.1/16 - 2\n")
    assert x.read("table") == "10.1.0.0/16\t\t-\t\t2\n10.1.2.0/24\t\t-\t\t1\n11.0.0.0/8\t\t10.0.0.1\t2\n"
    assert (way("1.1.1.1"), way("10.1.9.9"), x.read("lookup", "1.1.1.1")) == ([], [(2, "10.1.9.9")], "-1")
    x.write("flush")
    assert (x.read("table"), way("10.1.2.3")) == ("", [])


@pytest.mark.parametrize(
    ("handler", "text", "why"),
    [
        ("add", "10.0.0.0/8 1", "conflict with existing route '10.0.0.0/8 10.0.0.1 0'"),
        ("add", "11.0.0.0/8 2", "bad OUTPUT"),
        ("set", "11.0.0.0/8", "expected 'ADDR/MASK [GATEWAY] OUTPUT'"),
        ("remove", "10.0.0.0/8 1", "route '10.0.0.0/8 - 1' not found"),
        ("remove", "10.0.0.0/8 0x1", "route '10.0.0.0/8 - 1' not found"),
        ("remove", "10.0.0.0/8 \N{SUPERSCRIPT TWO}", "expected 'ADDR/MASK [GATEWAY OUTPUT]'"),
        ("remove", f"10.0.0.0/8 {'9' * 5000}", "expected 'ADDR/MASK [GATEWAY OUTPUT]'"),
        ("remove", "x", "expected 'ADDR/MASK [GATEWAY OUTPUT]'"),
        ("ctrl", "remove 10.0.0.0/8\nbad 1", "bad command 'bad'"),
    ],
)
def test_what_is_wrong_changes_nothing(bench: Callable[..., Bench], handler: str, text: str, why: str) -> None:
    x = bench("LinearIPLookup(10/8 10.0.0.1 0)", outputs=2)
    with pytest.raises(ValueError) as refused:
        x.write(handler, text)
    assert (str(refused.value), x.read("table")) == (why, "10.0.0.0/8\t\t10.0.0.1\t0\n")
    with pytest.raises(ValueError, match=r"^expected IP address$"):
        x.read("lookup", "10")


def test_every_table_but_the_static_one_changes(bench: Callable[..., Bench]) -> None:
    text = "".join(f"s{i} :: FromCrossing(t:{i}) -> x{i} :: {name} -> d{i} :: ToCrossing(t:{i});" for i, name in enumerate(CHANGING))
    x = bench("", text=f"{text} s9 :: FromCrossing(t:9) -> x9 :: StaticIPLookup -> d9 :: ToCrossing(t:9);")
    for number in range(len(CHANGING)):
        x.write("add", "10.0.0.0/8 0", element=f"x{number}")
        assert x.out(b"a", number, dst_ip=0x0A000001) == [(number, b"a")]
    with pytest.raises(KeyError):
        x.write("add", "10.0.0.0/8 0", element="x9")
