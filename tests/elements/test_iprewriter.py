"""IPRewriter maps flows, and forgets them, as Click's does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from elements.rewriter.keys import bucket_of
from tests.elements.rewriters import INSIDE, OTHER, OUTSIDE, SERVER, Made, Rewriter, address, nat, tcp, udp


@pytest.mark.parametrize("make", [tcp, udp])
def test_packets_go_out_with_another_source_and_answers_come_back(bench: Made, make: Callable[..., bytes]) -> None:
    x = nat(bench)
    assert x.send(make(INSIDE, 30, SERVER, 80, b"ask")) == (0, make(OUTSIDE, 1024, SERVER, 80, b"ask"))
    assert x.send(make(INSIDE, 30, SERVER, 80, b"again")) == (0, make(OUTSIDE, 1024, SERVER, 80, b"again"))
    assert x.send(make(OTHER, 30, SERVER, 80)) == (0, make(OUTSIDE, 1025, SERVER, 80))
    assert x.send(make(SERVER, 80, OUTSIDE, 1024, b"answer"), port=1) == (1, make(SERVER, 80, INSIDE, 30, b"answer"))
    assert x.send(make(SERVER, 80, OUTSIDE, 1025, b"odd"), port=1) == (1, make(SERVER, 80, OTHER, 30, b"odd"))
    assert x.read("table_size") == x.read("size") == x.read("nmappings") == "2"


def test_what_nobody_asked_for_is_dropped(bench: Made) -> None:
    x = nat(bench)
    x.send(udp(INSIDE, 30, SERVER, 80))
    for stranger in (
        udp(SERVER, 81, OUTSIDE, 1024),
        udp("8.8.8.9", 80, OUTSIDE, 1024),
        udp(SERVER, 80, OUTSIDE, 1025),
        udp(SERVER, 80, "1.0.0.2", 1024),
        tcp(SERVER, 80, OUTSIDE, 1024),
    ):
        assert x.send(stranger, port=1) is None
    assert (x.read("size"), x.read("mapping_failures")) == ("1", "0")


def test_a_mapping_holds_whichever_input_its_packets_come_by(bench: Made) -> None:
    x = nat(bench)
    x.send(udp(INSIDE, 30, SERVER, 80))
    assert x.send(udp(SERVER, 80, OUTSIDE, 1024), port=0) == (1, udp(SERVER, 80, INSIDE, 30))
    assert x.send(udp(INSIDE, 30, SERVER, 80), port=1) == (0, udp(OUTSIDE, 1024, SERVER, 80))


PATTERNS = {
    "- - - -": (INSIDE, 30, SERVER, 80),
    "2.0.0.1 - - -": ("2.0.0.1", 30, SERVER, 80),
    "- 9 - -": (INSIDE, 9, SERVER, 80),
    "- - 3.0.0.1 -": (INSIDE, 30, "3.0.0.1", 80),
    "- - - 8080": (INSIDE, 30, SERVER, 8080),
    "2.0.0.1 9 3.0.0.1 8080": ("2.0.0.1", 9, "3.0.0.1", 8080),
    "0.0.0.0 - - 0x50": (INSIDE, 30, SERVER, 80),
    "2.0.0.1 7-7 - -": ("2.0.0.1", 7, SERVER, 80),
    "- 100-200# - -": (INSIDE, 100, SERVER, 80),
    "- 20-40 - -": (INSIDE, 30, SERVER, 80),
}


@pytest.mark.parametrize("pattern", list(PATTERNS))
@pytest.mark.parametrize("make", [tcp, udp])
def test_a_pattern_says_what_changes(bench: Made, pattern: str, make: Callable[..., bytes]) -> None:
    source, sport, destination, dport = PATTERNS[pattern]
    x = Rewriter(bench, f"pattern {pattern} 0 1, drop")
    assert x.send(make(INSIDE, 30, SERVER, 80)) == (0, make(source, sport, destination, dport))
    assert x.send(make(destination, dport, source, sport), port=1) == (1, make(SERVER, 80, INSIDE, 30))


def test_keep_pass_and_drop(bench: Made) -> None:
    x = Rewriter(bench, "keep 1 0, pass 2, nochange, drop, discard", 5, 3)
    there, back, other = udp(INSIDE, 1, SERVER, 2), udp(SERVER, 2, INSIDE, 1), tcp(INSIDE, 1, SERVER, 2)
    assert x.send(back, port=1) == (2, back)
    assert x.send(back, port=2) == (0, back)
    assert x.send(back, port=3) is None
    assert x.send(there, port=0) == (1, there)
    assert [x.send(back, port=port) for port in range(5)] == [(0, back)] * 5
    assert x.send(other, port=4) is None
    assert x.read("patterns") == "<keep> [1]\n<nochange>\n<nochange>\n<drop>\n<drop>\n"


# Source ports


def test_the_packet_s_own_port_is_preferred(bench: Made) -> None:
    x = nat(bench, ports="1024-65535")
    assert x.port_of(udp(INSIDE, 5000, SERVER, 80)) == 5000
    assert x.port_of(udp(OTHER, 5000, SERVER, 80)) not in (5000, None)
    assert x.port_of(udp(OTHER, 5000, SERVER, 81)) == 5000
    assert x.port_of(udp(INSIDE, 1024, SERVER, 80)) == 1024
    assert x.port_of(udp(INSIDE, 65535, SERVER, 80)) == 65535
    chosen = x.port_of(udp(INSIDE, 1023, SERVER, 80))
    assert chosen is not None
    assert 1024 <= chosen <= 65535


def test_a_port_that_is_chosen_follows_from_the_flow_alone(bench: Made) -> None:
    x, y = nat(bench, ports="2000-2999?"), nat(bench, ports="2000-2999?")
    flows = [udp(INSIDE, 2000 + number, SERVER, 80) for number in range(40)]
    chosen = [x.port_of(flow) for flow in flows]
    assert all(port is not None and 2000 <= port <= 2999 for port in chosen)
    assert len(set(chosen)) == 40
    assert [port - 2000 for port in chosen if port is not None] != list(range(40))
    x.write("clear")
    assert [x.port_of(flow) for flow in flows] == chosen
    assert y.port_of(flows[7]) == chosen[7]


def test_chosen_ports_are_spread_over_the_range(bench: Made) -> None:
    x = nat(bench, ports="0-65535?")
    chosen = sorted(x.port_of(udp(INSIDE, number, SERVER, 80)) or 0 for number in range(256))
    gaps = [after - before for before, after in pairwise(chosen)]
    assert max(gaps) < 4096
    assert len({port >> 13 for port in chosen}) == 8


def test_ports_one_after_the_other_go_round_the_range(bench: Made) -> None:
    x = nat(bench, ports="10-12#")
    flows = [udp(INSIDE, number, SERVER, 80) for number in range(5)]
    assert [x.port_of(flow) for flow in flows] == [10, 11, 12, None, None]
    assert x.read("mapping_failures") == "2"
    # Answers from elsewhere, and of another protocol, are other answers.
    assert x.port_of(udp(INSIDE, 9, SERVER, 81)) == 10
    assert x.port_of(tcp(INSIDE, 9, SERVER, 80)) == 11
    assert x.port_of(udp(INSIDE, 9, "8.8.8.9", 80)) == 12
    assert x.port_of(flows[0]) == 10


def test_a_range_that_is_full_drops_whatever_the_order(bench: Made) -> None:
    for ports in ("10-12", "10-12#", "10-12?"):
        x = nat(bench, ports=ports)
        chosen = [x.port_of(udp(INSIDE, number, SERVER, 80)) for number in (11, 11, 30, 31, 32)]
        assert chosen[0] == chosen[1]
        assert sorted(port or 0 for port in chosen[1:4]) == [10, 11, 12]
        assert (chosen[4], x.read("mapping_failures"), x.read("size")) == (None, "1", "3")


def test_every_port_of_a_range_is_found(bench: Made) -> None:
    x = nat(bench, ports="5000-5699?")
    assert sorted(x.port_of(udp(INSIDE, number, SERVER, 80)) or 0 for number in range(700)) == list(range(5000, 5700))
    assert (x.port_of(udp(INSIDE, 700, SERVER, 80)), x.read("mapping_failures")) == (None, "1")


def test_no_more_than_1024_ports_are_tried(bench: Made) -> None:
    x = Rewriter(bench, "pattern 1.0.0.1 1-2000 - - 0 1, pattern 1.0.0.1 1-2000# - - 0 1")
    for port in range(1, 1025):
        assert x.port_of(udp(INSIDE, port, SERVER, 80)) == port
    assert (x.port_of(udp(OTHER, 1, SERVER, 80), port=1), x.read("mapping_failures")) == (None, "1")
    assert (x.port_of(udp(OTHER, 2, SERVER, 80), port=0) or 0) > 1024
    assert x.port_of(udp(OTHER, 1, SERVER, 81), port=1) == 1
    assert (x.port_of(udp(OTHER, 3, SERVER, 80), port=1) or 0) > 1024


def test_a_flow_whose_answers_are_another_s_displaces_it(bench: Made) -> None:
    x = nat(bench, ports="5")
    assert x.send(udp(INSIDE, 30, SERVER, 80)) == (0, udp(OUTSIDE, 5, SERVER, 80))
    assert x.send(udp(OTHER, 30, SERVER, 80)) == (0, udp(OUTSIDE, 5, SERVER, 80))
    assert x.send(udp(SERVER, 80, OUTSIDE, 5), port=1) == (1, udp(SERVER, 80, OTHER, 30))
    assert (x.read("size"), x.read("mapping_failures")) == ("1", "0")
    assert x.send(udp(INSIDE, 30, SERVER, 80), port=1) is None


def test_a_flow_whose_answers_are_another_s_packets_displaces_it(bench: Made) -> None:
    x = Rewriter(bench, "keep 0 1, pattern 1.0.0.1 5 - - 0 1")
    x.send(udp(SERVER, 80, OUTSIDE, 5))
    assert x.send(udp(INSIDE, 30, SERVER, 80), port=1) == (0, udp(OUTSIDE, 5, SERVER, 80))
    assert x.send(udp(SERVER, 80, OUTSIDE, 5)) == (1, udp(SERVER, 80, INSIDE, 30))
    assert x.read("size") == "1"


def test_a_flow_that_answers_itself(bench: Made) -> None:
    x = nat(bench)
    loop = udp(OUTSIDE, 1024, OUTSIDE, 1024)
    assert x.send(loop) == (0, loop)
    assert x.send(loop) == (1, loop)
    assert (x.read("size"), x.read("udp_table").count("\n")) == ("1", 1)
    x.write("clear")
    assert (x.read("size"), x.send(loop, port=1)) == ("0", None)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_flows_of_one_bucket_are_told_apart(bench: Made, gone: int) -> None:
    addresses = 0x0A00000408080808
    wanted = bucket_of(1, addresses, 1 << 16)
    keys = [key for key in range(1 << 16, 1 << 32, 9973) if bucket_of(1, addresses, key) == wanted][:3]
    assert len(keys) == 3
    x = nat(bench, ", UDP_TIMEOUT 5, UDP_GUARANTEE 0, REAP_INTERVAL 1")
    flows = [udp(INSIDE, key >> 16, SERVER, key & 0xFFFF) for key in keys]
    chosen = [x.port_of(flow, 1) for flow in flows]
    assert chosen == [1024, 1025, 1026]
    kept = [number for number in range(3) if number != gone]
    assert [x.port_of(flows[number], 4) for number in kept] == [chosen[number] for number in kept]
    assert [x.port_of(flows[number], 7) for number in kept] == [chosen[number] for number in kept]
    assert x.read("size") == "2"
    assert x.port_of(flows[gone], 7) == 1027


def test_flows_that_are_made_to_share_a_bucket_find_no_room_in_it(bench: Made) -> None:
    x = Rewriter(bench, "keep 0 1, pattern 1.0.0.1 1-65535# - - 0 1")
    flows = [udp(address(a >> 32), 7, address(a & 0xFFFF_FFFF), 9) for a in addresses_of_one_bucket(7 << 16 | 9, 60)]
    sent = [x.send(flow) is not None for flow in flows]
    assert sent == [True] * 31 + [False] * 29
    assert (x.read("size"), x.read("mapping_failures")) == ("31", "29")
    # Whoever has a mapping keeps it, and there is room elsewhere, and again when flows have gone.
    assert [x.send(flow) is not None for flow in flows] == sent
    assert x.send(udp(INSIDE, 7, SERVER, 9), port=1) is not None
    x.write("clear")
    assert x.send(flows[-1]) is not None


def addresses_of_one_bucket(ports: int, count: int) -> list[int]:
    """Addresses that come to bucket 5 with these ports: the hash is undone step by step."""
    back, found = pow(0xD6E8FEB86659FD93, -1, 1 << 64), []
    for number in range(count):
        x = number + 1 << 40 | 5
        for _ in range(2):
            x = (x ^ x >> 32) * back % (1 << 64)
        found.append(((x ^ x >> 32) - (1 << 32 | ports) * 0x9E3779B97F4A7C15) % (1 << 64))
        assert bucket_of(1, found[-1], ports) == 5
    return found


# Annotations and handlers


def test_annotations(bench: Made) -> None:
    def annotations(x: Rewriter, data: bytes, port: int) -> tuple[int, int]:
        ((_, packet),) = x.bench.push(data, port, network=0, dst_ip=7, paint=port + 3)
        return packet.dst_ip, packet.paint

    there, back = udp(INSIDE, 30, SERVER, 80), udp(SERVER, 80, OUTSIDE, 1024)
    inside, server = 0x0A000004, 0x08080808
    for arguments, expected in (
        ("", [(server, 3), (inside, 4), (server, 3)]),
        (", DST_ANNO false", [(7, 3), (7, 4), (7, 3)]),
        (", REPLY_ANNO PAINT", [(server, 3), (inside, 3), (server, 3)]),
    ):
        x = nat(bench, arguments)
        assert [annotations(x, there, 0), annotations(x, back, 1), annotations(x, there, 0)] == expected


def test_tables_are_as_click_prints_them(bench: Made) -> None:
    x = nat(bench, ", UDP_TIMEOUT 100")
    x.send(udp(INSIDE, 30, SERVER, 80), 1)
    x.send(udp(OTHER, 30, SERVER, 80), 2.6)
    x.send(tcp(INSIDE, 30, SERVER, 443), 4)
    assert x.read("udp_table").splitlines() == [
        "(8.8.8.8, 80, 1.0.0.1, 1024) => (8.8.8.8, 80, 10.0.0.4, 30) [0 *1] i0 exp97",
        "(8.8.8.8, 80, 1.0.0.1, 1025) => (8.8.8.8, 80, 10.0.0.5, 30) [0 *1] i0 exp99",
        "(10.0.0.4, 30, 8.8.8.8, 80) => (1.0.0.1, 1024, 8.8.8.8, 80) [*0 1] i0 exp97",
        "(10.0.0.5, 30, 8.8.8.8, 80) => (1.0.0.1, 1025, 8.8.8.8, 80) [*0 1] i0 exp99",
    ]
    assert x.read("tcp_table").splitlines() == [
        "(8.8.8.8, 443, 1.0.0.1, 1026) => (8.8.8.8, 443, 10.0.0.4, 30) [0 *1] i0 exp300",
        "(10.0.0.4, 30, 8.8.8.8, 443) => (1.0.0.1, 1026, 8.8.8.8, 443) [*0 1] i0 exp300",
    ]
    assert x.read("tcp_lookup", "10.0.0.4 30 8.8.8.8 443") == "1.0.0.1 1026 8.8.8.8 443"
    assert x.read("tcp_lookup", " 8.8.8.8 443 1.0.0.1  1026") == "8.8.8.8 443 10.0.0.4 30"
    assert x.read("tcp_lookup", "10.0.0.4 30 8.8.8.8 80") == x.read("tcp_lookup") == ""
    x.write("clear")
    assert [x.read(name) for name in ("size", "udp_table", "tcp_table", "patterns")] == ["0", "", "", "1.0.0.1 1024-65535 - -\n<drop>\n"]
    assert x.port_of(udp(INSIDE, 30, SERVER, 80), 5) == 1027


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3", "a flow `SADDR SPORT DADDR DPORT` is wanted, not '1 2 3'"),
        ("x 1 8.8.8.8 2", "an IP address such as 10.0.0.1 is wanted, not 'x'"),
        ("8.8.8.8 1 8.8.8.8 70000", "a whole number from 0 to 65535 is wanted, not '70000'"),
    ],
)
def test_a_question_that_is_none_is_refused(bench: Made, text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        nat(bench).read("tcp_lookup", text)
    assert str(refused.value) == said


@pytest.mark.parametrize("text", ["", "many", "-1", "65536"])
def test_a_capacity_that_cannot_be_is_refused(bench: Made, text: str) -> None:
    with pytest.raises(ValueError) as refused:
        nat(bench).write("capacity", text)
    assert str(refused.value) == f"a whole number from 0 to 65535 is wanted, not {text!r}"
