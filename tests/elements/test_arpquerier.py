"""ARPQuerier asks, learns, polls, forgets and drops as Click's does, by the clock of the machine."""

from collections.abc import Callable

import pytest
from scapy.layers.l2 import ARP, Ether

from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench

ME, HIM, HER = "01:01:01:01:01:01", "02:00:00:00:00:09", "02:00:00:00:00:0a"
EVERYBODY = "ff:ff:ff:ff:ff:ff"
MINE = "10.0.0.1"
SECOND = 1_000_000_000


def number(address: str) -> int:
    return int.from_bytes(bytes(map(int, address.split("."))), "big")


def query(target: str, to: str = EVERYBODY, own: str = MINE) -> bytes:
    return bytes(Ether(src=ME, dst=to) / ARP(op=1, hwsrc=ME, psrc=own, hwdst="0:0:0:0:0:0", pdst=target))


def reply(address: str, ethernet: str, operation: int = 2) -> bytes:
    return bytes(Ether(src=ethernet, dst=ME) / ARP(op=operation, hwsrc=ethernet, psrc=address, hwdst=ME, pdst=MINE))


def framed(data: bytes, to: str) -> bytes:
    return bytes(Ether(src=ME, dst=to, type=0x0800) / data)


class Querier:
    """An ARPQuerier with its queries on output 1, which lead ``back`` where that is told. What it sends comes from a packet program, so
    that its header is in registers."""

    def __init__(self, bench: Callable[..., Bench], arguments: str = "", own: str = MINE, back: str = "d1 :: ToCrossing(t:1)") -> None:
        text = f"""
            x :: ARPQuerier({own}, {ME}{arguments});
            s0 :: FromCrossing(t:0) -> paint :: Paint(0) -> x; s1 :: FromCrossing(t:1) -> [1] x;
            x[0] -> d0 :: ToCrossing(t:0); x[1] -> {back};"""
        self.bench = bench("", text=text)
        self.read, self.write = self.bench.read, self.bench.write

    def send(self, data: bytes, to: str, now: float) -> list[tuple[int, bytes]]:
        return self.bench.out(data, now=round(now * SECOND), dst_ip=number(to))

    def hear(self, data: bytes, now: float) -> list[tuple[int, bytes]]:
        return self.bench.out(data, 1, now=round(now * SECOND))


def test_what_was_found_last_is_forgotten_with_its_entry(bench: Callable[..., Bench]) -> None:
    """The compiled one keeps where addresses that end alike were found: not beyond a handler, nor beyond another address of that end."""
    x = Querier(bench)
    for address, ethernet in (("10.0.0.9", HIM), ("10.0.0.25", HER)):
        x.hear(reply(address, ethernet), 1)
    for _ in range(2):
        assert x.send(b"one", "10.0.0.9", 2) == [(0, framed(b"one", HIM))]
        assert x.send(b"two", "10.0.0.25", 2) == [(0, framed(b"two", HER))]
    x.write("clear")
    assert x.send(b"three", "10.0.0.25", 3) == [(1, query("10.0.0.25"))]
    x.hear(reply("10.0.0.9", HER), 4)
    assert x.send(b"four", "10.0.0.9", 5) == [(0, framed(b"four", HER))]
    x.write("delete", "10.0.0.9")
    assert x.send(b"five", "10.0.0.9", 6) == [(1, query("10.0.0.9"))]


def test_what_a_query_makes_forgotten_is_not_found_again(bench: Callable[..., Bench]) -> None:
    """While it asks for one address, a packet to another takes the place of that."""
    x = Querier(bench, ", POLL_TIMEOUT 1, ENTRY_CAPACITY 1", back="SetIPAddress(10.0.0.3) -> paint")
    x.hear(reply("10.0.0.2", HIM), 1)
    assert x.send(b"one", "10.0.0.2", 3) == [(0, framed(b"one", HIM))]
    assert [x.send(b"two", address, 3.1) for address in ("10.0.0.3", "10.0.0.2")] == [[], []]


def test_what_waits_leaves_in_order_when_the_answer_comes(bench: Callable[..., Bench]) -> None:
    x = Querier(bench)
    assert x.send(b"one", "10.0.0.9", 1) == [(1, query("10.0.0.9"))]
    assert x.send(b"two", "10.0.0.9", 1.05) == []
    assert x.send(b"else", "10.0.0.8", 1.06) == [(1, query("10.0.0.8"))]
    assert x.send(b"three", "10.0.0.9", 1.1) == [(1, query("10.0.0.9"))]
    assert (x.read("length"), x.read("count"), x.read("queries"), x.read("responses")) == ("4", "2", "3", "0")
    assert x.hear(reply("10.0.0.9", HIM), 2) == [(0, framed(data, HIM)) for data in (b"one", b"two", b"three")]
    assert x.send(b"four", "10.0.0.9", 3) == [(0, framed(b"four", HIM))]
    assert (x.read("length"), x.read("responses"), x.read("stats")) == ("1", "1", "0 packets killed\n3 ARP queries sent\n")
    expected = "10.0.0.8 0 FF-FF-FF-FF-FF-FF 1.940000000\n10.0.0.9 1 02-00-00-00-00-09 1.000000000\n"
    assert x.read("table") == expected


def test_queries_leave_by_output_0_where_it_is_the_only_one(bench: Callable[..., Bench]) -> None:
    x = bench(f"ARPQuerier({MINE}, {ME})", inputs=2)
    ((_, packet),) = x.push(b"one", now=5, dst_ip=number("10.0.0.9"), vlan_tci=0x2064)
    assert (packet.data, packet.vlan_tci, packet.time) == (query("10.0.0.9"), 0x2064, 5)


def test_after_ten_requests_it_asks_each_two_seconds(bench: Callable[..., Bench]) -> None:
    x = Querier(bench)
    asked = [tenth for tenth in range(80) if x.send(b"x", "10.0.0.9", tenth / 10)]
    assert asked == [*range(10), 29, 49, 69]


def test_an_answer_that_grows_old_is_asked_for_again(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", TIMEOUT 10, POLL_TIMEOUT 4s")
    x.hear(reply("10.0.0.9", HIM), 1)
    assert x.send(b"a", "10.0.0.9", 4.9) == [(0, framed(b"a", HIM))]
    assert x.send(b"b", "10.0.0.9", 5) == [(1, query("10.0.0.9", HIM)), (0, framed(b"b", HIM))]
    assert x.send(b"c", "10.0.0.9", 5.05) == [(0, framed(b"c", HIM))]
    assert x.send(b"d", "10.0.0.9", 11) == [(1, query("10.0.0.9", HIM)), (0, framed(b"d", HIM))]
    assert x.send(b"e", "10.0.0.9", 11.000000001) == []
    assert x.send(b"e", "10.0.0.9", 11.2) == [(1, query("10.0.0.9"))]
    assert x.hear(reply("10.0.0.9", HER), 11.3) == [(0, framed(b"e", HER))] * 2


def test_polls_may_go_to_everybody_or_not_at_all(bench: Callable[..., Bench]) -> None:
    for arguments, expected in ((", POLL_TIMEOUT 1, BROADCAST_POLL true", [(1, query("10.0.0.9"))]), (", POLL_TIMEOUT 0", [])):
        x = Querier(bench, arguments)
        x.hear(reply("10.0.0.9", HIM), 1)
        assert x.send(b"a", "10.0.0.9", 200) == [*expected, (0, framed(b"a", HIM))]


def test_an_answer_holds_for_ever_with_timeout_0(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", TIMEOUT 0, POLL_TIMEOUT 0")
    x.hear(reply("10.0.0.9", HIM), 1)
    assert x.send(b"a", "10.0.0.9", 1_000_000) == [(0, framed(b"a", HIM))]


SPECIAL = {
    "255.255.255.255": EVERYBODY,
    "10.0.0.255": EVERYBODY,
    "224.0.0.1": "01:00:5e:00:00:01",
    "239.129.2.3": "01:00:5e:01:02:03",
    "0.0.0.0": None,
}


@pytest.mark.parametrize("target", list(SPECIAL))
@pytest.mark.parametrize(("own", "arguments"), [(MINE, ", BROADCAST 10.0.0.255"), ("10.0.0.1/24", "")])
def test_addresses_that_nobody_is_asked_about(bench: Callable[..., Bench], target: str, own: str, arguments: str) -> None:
    x = Querier(bench, arguments, own)
    to = SPECIAL[target]
    assert x.send(b"data", target, 1) == ([] if to is None else [(0, framed(b"data", to))])
    assert (x.read("drops"), x.read("broadcast")) == (str(int(to is None)), "10.0.0.255")


def test_what_is_no_answer_teaches_nothing(bench: Callable[..., Bench]) -> None:
    x = Querier(bench)
    good = reply("10.0.0.9", HIM)
    for data in (good[:41], reply("10.0.0.9", HIM, 1), reply("10.0.0.9", "03:00:00:00:00:09"), good[:12] + b"\x08\x00" + good[14:]):
        assert x.hear(data, 1) == []
    assert (x.read("count"), x.read("responses")) == ("0", "3")


def test_no_more_packets_wait_for_an_address_than_it_may_have(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", ENTRY_PACKET_CAPACITY 2")
    for data in (b"1", b"2", b"3"):
        x.send(data, "10.0.0.9", 1)
    assert x.read("stats").startswith("1 packets killed")
    assert x.hear(reply("10.0.0.9", HIM), 2) == [(0, framed(b"1", HIM)), (0, framed(b"2", HIM))]


def test_when_too_many_wait_a_part_is_dropped_the_oldest_first(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", CAPACITY 4")
    for index in range(4):
        x.send(bytes([index]), f"10.0.0.{10 + index // 2}", 1)
    # The fifth makes room for itself: two of four stay, itself among them.
    x.send(b"\x04", "10.0.0.12", 1)
    assert (x.read("length"), x.read("stats")) == ("2", "3 packets killed\n3 ARP queries sent\n")
    assert x.hear(reply("10.0.0.10", HIM), 2) == []
    assert x.hear(reply("10.0.0.11", HIM), 2) == [(0, framed(b"\x03", HIM))]
    assert x.hear(reply("10.0.0.12", HIM), 2) == [(0, framed(b"\x04", HIM))]
    y = Querier(bench, ", CAPACITY 4, CAPACITY_SLIM_FACTOR 4")
    for index in range(5):
        y.send(bytes([index]), "10.0.0.10", 1)
    assert y.read("length") == "3"


def test_the_table_is_bounded_and_forgets_the_oldest(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", ENTRY_CAPACITY 2")
    x.hear(reply("10.0.0.10", HIM), 1)
    x.send(b"waits", "10.0.0.11", 1)
    x.hear(reply("10.0.0.10", HIM), 2)
    x.hear(reply("10.0.0.12", HER), 3)
    assert [line.split()[0] for line in x.read("table").splitlines()] == ["10.0.0.10", "10.0.0.12"]
    assert (x.read("length"), x.read("stats")) == ("0", "1 packets killed\n1 ARP queries sent\n")
    assert x.hear(reply("10.0.0.11", HER), 4) == []
    assert x.send(b"a", "10.0.0.12", 5) == [(0, framed(b"a", HER))]
    for index in range(500):
        x.send(b"scan", f"10.7.{index // 250}.{index % 250}", 6)
    assert (x.read("count"), x.read("length")) == ("2", "2")


def test_what_has_expired_is_removed_in_time(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", TIMEOUT 5")
    for host in range(10):
        x.hear(reply(f"10.0.0.{host}", HIM), 1)
    x.send(b"waits", "10.0.0.77", 1)
    assert (x.read("count"), x.read("length")) == ("11", "1")
    x.send(b"other", "10.0.0.200", 20)
    assert (x.read("count"), x.read("length")) == ("1", "1")


def test_handlers_teach_and_forget(bench: Callable[..., Bench]) -> None:
    x = Querier(bench, ", ENTRY_CAPACITY 3")
    x.send(b"old", "10.0.0.9", 1)
    x.write("insert", f"10.0.0.9 {HIM}")
    # What waited stays until an answer comes, as in Click.
    assert x.send(b"new", "10.0.0.9", 1.2) == [(0, framed(b"new", HIM))]
    assert x.read("length") == "1"
    x.write("delete", "10.0.0.9")
    assert x.send(b"late", "10.0.0.9", 2.5) == [(1, query("10.0.0.9"))]
    for host in (1, 2, 3):
        x.write("insert", f"10.0.1.{host} {HER}")
    assert (x.read("count"), x.read("length")) == ("3", "0")
    assert x.send(b"again", "10.0.0.9", 3) == [(1, query("10.0.0.9"))]
    assert x.hear(reply("10.0.0.9", HIM), 4) == [(0, framed(b"again", HIM))]
    x.send(b"waits", "10.0.0.77", 4)
    x.write("clear")
    assert [x.read(name) for name in ("count", "length", "queries", "responses", "drops", "table")] == ["0", "0", "0", "0", "0", ""]
    x.write("ipaddr", "10.0.0.2")
    x.write("broadcast", "10.0.0.127")
    assert (x.read("ipaddr"), x.read("broadcast")) == ("10.0.0.2", "10.0.0.127")
    assert x.send(b"a", "10.0.0.77", 5) == [(1, query("10.0.0.77", own="10.0.0.2"))]
    assert x.send(b"a", "10.0.0.127", 5) == [(0, framed(b"a", EVERYBODY))]
    x.write("ipaddr", "0.0.0.0")
    assert x.send(b"a", "10.0.0.127", 5) == []
    assert x.read("drops") == "1"


@pytest.mark.parametrize(
    ("handler", "text", "said"),
    [
        ("insert", "10.0.0.9", "an IP address and an Ethernet address are wanted, not '10.0.0.9'"),
        ("insert", "x 1:1:1:1:1:1", "an IP address such as 10.0.0.1 is wanted, not 'x'"),
        ("delete", "", "an IP address such as 10.0.0.1 is wanted, not ''"),
        ("ipaddr", "me", "an IP address such as 10.0.0.1 is wanted, not 'me'"),
    ],
)
def test_a_handler_refuses_what_it_cannot_be(bench: Callable[..., Bench], handler: str, text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        Querier(bench).write(handler, text)
    assert str(refused.value) == said


HOT = "{} x :: ARPQuerier({}) -> Discard; Idle -> [1] x; Script(stop);"
ASKING = "InfiniteSource(LIMIT 3) -> SetIPAddress({}) ->"
CONFIGURED = "1.0.10.10, 2:1:0:a:a:f, TIMEOUT 10s"


@pytest.mark.parametrize(("more", "lines"), [("", slice(None)), (", ENTRY_CAPACITY 2", slice(1, None))])
def test_what_takes_its_place_knows_what_it_knew(more: str, lines: slice) -> None:
    before = Live(load_text(HOT.format("Idle ->", CONFIGURED), "t"), Clock(1000.0))
    for number in range(1, 4):
        before.write_handler("x.insert", f"1.0.0.{number} 2:1:0:0:0:{number}")
    before.write_handler("x.delete", "1.0.0.2")
    known = before.read_handler("x.table").splitlines()
    assert [line.split()[:2] for line in known] == [["1.0.0.1", "1"], ["1.0.0.3", "1"], ["1.0.0.2", "0"]]
    coming = Live(load_text(HOT.format("Idle ->", CONFIGURED + more), "t"), Clock(1000.0, before.now), before=before)
    coming.take_place(before)
    assert coming.read_handler("x.table").splitlines() == known[lines]
    coming.close()


COUNTS = ("count", "length", "queries", "drops", "responses", "stats")


def test_it_counts_on_and_what_waited_is_dropped() -> None:
    before = Live(load_text(HOT.format(ASKING.format("1.0.0.1"), CONFIGURED), "t"), Clock(1000.0))
    before.drive()
    stats = "{} packets killed\n1 ARP queries sent\n"
    assert [before.read_handler(f"x.{name}") for name in COUNTS] == ["1", "3", "1", "0", "0", stats.format(0)]
    coming = Live(load_text(HOT.format("Idle ->", CONFIGURED), "t"), Clock(1000.0, before.now), before=before)
    coming.take_place(before)
    assert [coming.read_handler(f"x.{name}") for name in COUNTS] == ["1", "0", "1", "0", "0", stats.format(3)]
    coming.close()


@pytest.mark.parametrize(
    ("was", "is_known"),
    [
        ("1.0.10.10, 2:1:0:a:a:f", True),
        ("1.0.10.11, 2:1:0:a:a:f", False),
        ("1.0.10.10, 2:1:0:a:a:e", False),
        ("1.0.10.10/24, 2:1:0:a:a:f", False),
        ("1.0.10.11, 2:1:0:a:a:f; ipaddr 1.0.10.10", True),
        ("1.0.10.10, 2:1:0:a:a:f; broadcast 1.0.10.255", False),
    ],
)
def test_what_another_interface_knew_is_not_taken_over(was: str, is_known: bool) -> None:
    arguments, _, written = was.partition("; ")
    before = Live(load_text(HOT.format("Idle ->", arguments), "t"), Clock(1000.0))
    before.write_handler("x.insert", "1.0.0.1 2:1:0:0:0:1")
    if written:
        before.write_handler(f"x.{written.partition(' ')[0]}", written.partition(" ")[2])
    coming = Live(load_text(HOT.format("Idle ->", CONFIGURED), "t"), Clock(1000.0, before.now), before=before)
    coming.take_place(before)
    assert coming.read_handler("x.count") == str(int(is_known))
    coming.close()
