"""IPClassifier and IPFilter against a slow evaluator that shares nothing with the compiler: expressions are made with their meaning."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sim.packets import ip_packet, ipv4
from tests.elements.bench import Bench

Meaning = Callable[["Fields"], bool]
ADDRESSES = (0x0A000001, 0x0A010203, 0x01020304, 0xC0A80001, 0xFFFFFFFF)
PORTS = (22, 53, 80, 443, 1024, 9)


@dataclass(frozen=True)
class Fields:
    """What the tests ask about, read from the bytes here."""

    data: bytes

    def number(self, at: int, count: int) -> int:
        return int.from_bytes(self.data[at : at + count].ljust(count, b"\0"), "big")

    @property
    def header(self) -> int:
        return 4 * (self.data[0] & 15)

    @property
    def protocol(self) -> int:
        return self.data[9]

    def transport(self, at: int, count: int, least: int) -> int | None:
        """A number of the transport header, where that is there: a first fragment with at least ``least`` bytes of it."""
        if self.number(6, 2) & 0x1FFF or len(self.data) - self.header < least:
            return None
        return self.number(self.header + at, count)


def dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4, "big")))


def address_test(rng: random.Random) -> tuple[str, Meaning]:
    address, length = rng.choice(ADDRESSES), rng.choice((8, 16, 24, 32, 32))
    side = rng.choice(("src", "dst", "src or dst", "src and dst", ""))
    word = rng.choice(("host", "net"))
    relation = rng.choice(("", "", "= ", "!= "))
    text = f"{side} {word} {relation}{dotted(address)}{'' if length == 32 else f'/{length}'}"

    def one(fields: Fields, at: int) -> bool:
        return (fields.number(at, 4) ^ address) >> (32 - length) == 0

    def meaning(fields: Fields) -> bool:
        source, destination = one(fields, 12), one(fields, 16)
        found = {"src": source, "dst": destination, "src and dst": source and destination}.get(side, source or destination)
        return found != (relation == "!= ")

    return text.strip(), meaning


def compared(rng: random.Random, values: tuple[int, ...]) -> tuple[str, Callable[[int], bool], bool]:
    """A relation and a value; what it asks of a number, and whether it holds where that does not."""
    value = rng.choice(values)
    kind = rng.choice(("", "=", "!=", "<", ">", "<=", ">=", "range", "mask"))
    if kind == "range":
        high = max(value, rng.choice(values))
        return f"{value}-{high}", lambda n: value <= n <= high, False
    if kind == "mask":
        mask = rng.choice((1, 3, 5, 0xF))
        return f"{value}/{mask:#x}", lambda n: n & mask == value & mask, False
    tests: dict[str, Callable[[int], bool]] = {
        "": lambda n: n == value, "=": lambda n: n == value, "!=": lambda n: n == value, "<": lambda n: n >= value,
        ">": lambda n: n > value, "<=": lambda n: n > value, ">=": lambda n: n >= value,
    }  # fmt: skip
    return f"{kind} {value}", tests[kind], kind in ("!=", "<", "<=")


def port_test(rng: random.Random) -> tuple[str, Meaning]:
    side, protocol = rng.choice(("src", "dst", "src or dst", "src and dst", "")), rng.choice(("tcp", "udp", ""))
    value, holds, turned = compared(rng, PORTS)
    protocols = {"tcp": (6,), "udp": (17,), "": (6, 17)}[protocol]

    def meaning(fields: Fields) -> bool:
        ports = [fields.transport(at, 2, at + 2) for at in (0, 2)]
        if fields.protocol not in protocols or (turned and ports[side != "src"] is None):
            return False
        source, destination = (port is not None and holds(port) for port in ports)
        sides = {"src": source, "dst": destination, "src and dst": source and destination}
        return sides.get(side, source or destination) != turned

    return f"{side} {protocol} port {value}".strip(), meaning


PROTOCOLS = {"": None, "tcp": (6,), "udp": (17,), "icmp": (1,), "tcpudp": (6, 17), "transp": None}


def is_of(protocols: tuple[int, ...] | None, fields: Fields) -> bool:
    return protocols is None or fields.protocol in protocols


def field_test(rng: random.Random) -> tuple[str, Meaning]:
    """A field of the IP header, with any protocol in front of it."""
    places: dict[str, tuple[int, Callable[[Fields], int]]] = {
        "ip vers": (4, lambda f: f.data[0] >> 4), "ip hl": (5, lambda f: f.data[0] & 15), "ip id": (0, lambda f: f.number(4, 2)),
        "ip tos": (8, lambda f: f.data[1]), "ip dscp": (2, lambda f: f.data[1] >> 2), "ip ttl": (64, lambda f: f.data[8]),
        "ip len": (60, lambda f: f.number(2, 2)), "ip proto": (17, lambda f: f.data[9]), "ip ect": (1, lambda f: f.data[1] & 3),
    }  # fmt: skip
    name = rng.choice(list(places))
    middle, field = places[name]
    value, holds, turned = compared(rng, (middle, middle + 1, max(0, middle - 1)))
    protocol = "" if name == "ip proto" else rng.choice(("", *PROTOCOLS))
    words = rng.choice((f"{protocol} {name}", f"{name.replace('ip ', f'ip {protocol} ')}", f"{name} {protocol}"))
    return f"{words} {value}", lambda f: is_of(PROTOCOLS[protocol], f) and holds(field(f)) != turned


def bytes_test(rng: random.Random) -> tuple[str, Meaning]:
    """Bytes of the IP header or of the one behind it, by number."""
    protocol = rng.choice(list(PROTOCOLS))
    at = rng.choice((0, 2, 8, 12, 13, 16, 20))
    count = rng.randrange(1, 5 - at % 4)
    middle = rng.choice((0, 9, 80, 1024, 0x0A000001)) & (1 << 8 * count) - 1
    value, holds, turned = compared(rng, (middle, max(0, middle - 1)))

    def meaning(fields: Fields) -> bool:
        if not protocol:
            return len(fields.data) >= at + count and holds(fields.number(at, count)) != turned
        number = fields.transport(at, count, at + count)
        return number is not None and is_of(PROTOCOLS[protocol], fields) and holds(number) != turned

    return f"{protocol or 'ip'}[{at}:{count}] {value}", meaning


def named_test(rng: random.Random) -> tuple[str, Meaning]:
    def flag(bit: int) -> Meaning:
        return lambda f: f.protocol == 6 and (f.transport(13, 1, 14) or 0) & bit != 0

    def kind(number: int) -> Meaning:
        return lambda f: f.protocol == 1 and f.transport(0, 1, 1) == number

    tests: list[tuple[str, Meaning]] = [
        ("tcp", lambda f: f.protocol == 6), ("udp", lambda f: f.protocol == 17), ("icmp", lambda f: f.protocol == 1),
        ("tcp opt syn", flag(2)), ("tcp opt ack", flag(16)), ("icmp type echo", kind(8)), ("icmp type 3", kind(3)),
        ("echo-reply", kind(0)), ("unreachable", kind(3)), ("syn", flag(2)),
        ("type != 8", lambda f: f.transport(0, 1, 1) not in (None, 8) and f.protocol == 1),
        ("any", lambda f: True), ("none", lambda f: False),
    ]  # fmt: skip
    of_ip: list[tuple[str, Meaning]] = [
        ("ip frag", lambda f: f.number(6, 2) & 0x3FFF != 0), ("ip unfrag", lambda f: f.number(6, 2) & 0x3FFF == 0),
        ("ip ect", lambda f: f.data[1] & 3 != 0), ("ip ce", lambda f: f.data[1] & 3 == 3),
        ("ip ect & 2 = 2", lambda f: f.data[1] & 2 == 2), ("host 10.0.0.1", lambda f: 0x0A000001 in (f.number(12, 4), f.number(16, 4))),
    ]  # fmt: skip
    if rng.random() < 0.5:
        return rng.choice(tests)
    protocol = rng.choice(list(PROTOCOLS))
    text, meaning = rng.choice(of_ip)
    return f"{protocol} {text}".strip(), lambda f: is_of(PROTOCOLS[protocol], f) and meaning(f)


def expression(rng: random.Random, depth: int) -> tuple[str, Meaning]:
    kind = rng.choice(("and", "or", "not", "?")) if depth and rng.random() < 0.75 else "test"
    if kind == "test":
        return rng.choice((address_test, port_test, field_test, bytes_test, named_test))(rng)
    first, first_meaning = expression(rng, depth - 1)
    if kind == "not":
        return f"{rng.choice(('not', '!'))} ({first})", lambda f: not first_meaning(f)
    second, second_meaning = expression(rng, depth - 1)
    if kind == "?":
        third, third_meaning = expression(rng, depth - 1)
        return f"(({first}) ? ({second}) : ({third}))", lambda f: second_meaning(f) if first_meaning(f) else third_meaning(f)
    if kind == "and":
        return f"({first}) {rng.choice(('and', '&&', ''))} ({second})", lambda f: first_meaning(f) and second_meaning(f)
    return f"(({first}) {rng.choice(('or', '||'))} ({second}))", lambda f: first_meaning(f) or second_meaning(f)


def packets(rng: random.Random, count: int) -> list[bytes]:
    made = [ip_packet(rng, ADDRESSES, ADDRESSES, PORTS) for _ in range(count)]
    made += [ipv4(0x0A000001, 0x01020304, 6, bytes(13)), ipv4(0x0A000001, 0x01020304, 17, b"\0\x50\0"), ipv4(1, 2, 1, b"")]
    return [data for data in made if len(data) >= 20]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_expressions_mean_what_the_slow_evaluator_says(bench: Callable[..., Bench], seed: int) -> None:
    rng = random.Random(seed)
    made = [expression(rng, 3) for _ in range(40)]
    text = "s0 :: FromCrossing(t:0) -> all :: Tee;"
    for number, (pattern, _) in enumerate(made):
        text += f"all[{number}] -> x{number} :: IPClassifier({pattern}) -> d{number} :: ToCrossing(t:0);"
    x = bench("", text=text)
    for data in packets(rng, 60):
        fields = Fields(data)
        found = {output for output, _ in x.out(data, network=0)}
        for number, (pattern, meaning) in enumerate(made):
            assert (number in found) == meaning(fields), f"seed {seed}: {pattern!r} of {data.hex()}"


SHORT = {
    "10.0.0.1": True,
    "src 10.0.0.1 or 1.1.1.1": True,
    "src 9.9.9.9 or 10.0.0.1": True,
    "dst 10.0.0.1": False,
    "port 80": True,
    "dst port www or 81": True,
    "dst port 1 or 2 or 80": True,
    "src port 80": False,
    "tcp dst port http && not syn": True,
    "ip proto 6": True,
    "tcp win > 100": True,
    "tcp win 100": False,
    "-": True,
    "false or true": True,
    "true ? false : true": False,
    "host 10.0.0.1 dst port 80": True,
    "ip[9] = 6 && ip[0:2] = 0x4500 && tcp[13] & 0x10 != 0": True,
    '"transp[2,3]" = 80': True,
    "udp[2:2] = 80": False,
    "src 10.0.0.1 & 255.0.0.0 = 10.9.9.9": True,
    "net 10.0.0.0 mask 255.0.0.0": True,
    "dest 1.2.3.4 && !(dst != 1.2.3.4)": True,
    "tcpudp port www": True,
    "dst port >= 80 && dst port < 81 && port > 79": True,
    "port < 80": False,
    "port != 80": False,
    "ip tos < 0": False,
    "ip tos >= 0": True,
    "ip ect 0": True,
    "tcp 10.0.0.1": True,
    "udp 10.0.0.1": False,
    "not icmp type echo": True,
    "tcp ip ttl 64 or 1": True,
    "tcp ip ttl 1 or 64": True,
    "tcp ip ttl 1": False,
    "udp ip ttl 1 or 64": True,
    "udp ip ttl 64": False,
    "icmp ip tos 0": False,
    "tcp ip len 40": True,
    "tcp ip len 1000": False,
    "tcp ip id 0": True,
    "tcp ip hl 5 && tcp ip vers 4 && tcp ip dscp 0": True,
    "tcp ip hl 0 or tcp ip vers 0": False,
    "tcp ip ect 0": True,
    "tcp ip ect or tcp ip ce or udp unfrag": False,
    "tcp ip unfrag && not tcp ip frag": True,
    "icmp ip frag": False,
    "ip tcp[13] = 0x10": True,
    "ip[8] 1 or 64": True,
    "tcp[13] 1 or 020": True,
    "src 10/8 && dst 1.2/16": True,
    "ip ttl 5 or 10/8": True,
    "ip ttl 10/8": False,
    "ip ttl 5 or 0x40/0xf0": True,
    "src udp or 1.2.3.4": False,
    "dst udp or 1.2.3.4": True,
    "dst 9.9.9.9 or syn or 10.0.0.1": False,
    "dst 9.9.9.9 or syn or 1.2.3.4": True,
    "src ip ttl 1 or www": False,
    "src ip ttl 1 or dst www": True,
    "echo-reply": False,
    "timestamp or echo-reply": False,
    "udp or tcp or www": True,
    "syn or ack": True,
    "ip ttl 0100": True,
    "ip ttl 60-70/0x4c": True,
    "ip ttl 1-5/0x4": False,
    "tcpudp ip ttl 64 && transp ip ttl 64": True,
}


@pytest.mark.parametrize("pattern", list(SHORT))
def test_short_forms(bench: Callable[..., Bench], pattern: str) -> None:
    segment = (5).to_bytes(2, "big") + (80).to_bytes(2, "big") + bytes(8) + b"\x50\x10" + (1000).to_bytes(2, "big") + bytes(4)
    x = bench(f"IPClassifier({pattern}, -)", outputs=2)
    assert x.out(ipv4(0x0A000001, 0x01020304, 6, segment), network=0)[0][0] == int(not SHORT[pattern])


def test_the_first_pattern_counts_and_the_rest_is_dropped(bench: Callable[..., Bench]) -> None:
    x = bench("IPClassifier(udp, ip proto 17 or icmp, tcp)", outputs=2)
    assert [[o for o, _ in x.out(ipv4(1, 2, protocol, bytes(20)), network=0)] for protocol in (17, 1, 6, 9)] == [[0], [1], [], []]


def test_a_header_in_front_is_asked_for_addresses(bench: Callable[..., Bench]) -> None:
    x = bench("IPClassifier(src 0:1:2:3:4:5, ether host 10:20:30:40:50:60, src and dst 1:1:1:1:1:1, -)", outputs=4)
    front = ["10203040506f 000102030405", "102030405060 0a0102030405", "0a0102030405 102030405060", "010101010101 010101010101", "02" * 12]
    for wanted, each in zip((0, 1, 1, 2, 3), front, strict=True):
        frame = bytes.fromhex(each) + b"\x08\0" + ipv4(1, 2, 6, b"")
        assert x.out(frame, network=14) == [(wanted, frame)]


def test_bytes_that_are_not_there_pass_no_test(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> all :: Tee;" + "".join(
        f"all[{n}] -> IPClassifier({text}) -> d{n} :: ToCrossing(t:{n});" for n, text in enumerate(
            ("ip[19] & 128 == 0", "ip[19] & 128 != 0", "not ip[19] & 128 == 0", "transp[1] & 128 == 0", "tcp dst port != 80", "src port 5",
             "dst 1.2.3.4", "ip ttl > 0", "ip frag", "src and dst port != 80", "src or dst port 5"))))  # fmt: skip
    whole = ipv4(0x0A000001, 0x01020304, 6, b"\0\5\0\x50")
    assert [sorted(o for o, _ in x.out(whole[:size], network=0)) for size in (24, 23, 21, 19, 8)] == [
        [0, 3, 5, 6, 7, 9, 10], [0, 3, 5, 6, 7, 10], [0, 6, 7], [2, 7], [2],
    ]  # fmt: skip
