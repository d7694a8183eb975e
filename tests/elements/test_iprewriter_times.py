"""How long IPRewriter's flows last, and which of them go when there are too many."""

from __future__ import annotations

import random

import pytest

from tests.elements.rewriters import INSIDE, OTHER, OUTSIDE, SERVER, Made, nat, tcp, udp

DAY = 86400

SHORT = ", TCP_TIMEOUT 40, TCP_DONE_TIMEOUT 10, TCP_NODATA_TIMEOUT 20, UDP_TIMEOUT 15, UDP_STREAMING_TIMEOUT 30, REAP_INTERVAL 1"


def conversation(kind: str) -> list[tuple[int, bytes]]:
    """Packets of one flow, each with its input, that make it a flow of this kind."""

    def there(data: bytes = b"", flags: str = "A") -> tuple[int, bytes]:
        return 0, tcp(INSIDE, 30, SERVER, 80, data, flags)

    def back(data: bytes = b"", flags: str = "A") -> tuple[int, bytes]:
        return 1, tcp(SERVER, 80, OUTSIDE, 1024, data, flags)

    ask, answer = (0, udp(INSIDE, 30, SERVER, 80)), (1, udp(SERVER, 80, OUTSIDE, 1024))
    return {
        "no data": [there(flags="S"), back(flags="SA"), there()],
        "data one way": [there(b"a"), back(), back()],
        "data both ways": [there(b"a"), back(b"b"), there()],
        "one end": [there(b"a"), back(b"b"), there(flags="FA")],
        "both ends": [there(b"a"), back(b"b"), there(flags="FA"), back(flags="FA"), there()],
        "reset": [there(b"a"), back(b"b", "R")],
        "begun again": [there(b"a"), back(b"b", "R"), there(flags="S")],
        "end with data": [there(b"a"), back(b"b"), there(b"c", "FA"), back(b"d", "FA")],
        "more data after the end": [there(b"a"), back(b"b", "FA"), there(flags="FA"), back(b"late")],
        "udp": [ask, ask, ask, ask],
        "udp and an answer": [ask, answer],
        "udp streaming": [ask, answer, ask],
    }[kind]


LASTING = {
    "no data": 20,
    "data one way": 20,
    "data both ways": 40,
    "one end": 40,
    "both ends": 10,
    "reset": 10,
    "begun again": 40,
    "end with data": 10,
    "more data after the end": 40,
    "udp": 15,
    "udp and an answer": 15,
    "udp streaming": 30,
}


@pytest.mark.parametrize("kind", list(LASTING))
@pytest.mark.parametrize("guarantee", [", TCP_GUARANTEE 0, UDP_GUARANTEE 0", ""])
def test_how_long_a_flow_lasts(bench: Made, kind: str, guarantee: str) -> None:
    x = nat(bench, SHORT + guarantee)
    for port, packet in conversation(kind):
        assert x.send(packet, 100, port) is not None
    other = tcp(OTHER, 1, SERVER, 1) if kind.startswith("udp") else udp(OTHER, 1, SERVER, 1)
    table = x.read("udp_table" if kind.startswith("udp") else "tcp_table")
    assert table.endswith(f"] i0 exp{LASTING[kind]}\n")
    x.send(other, 99.999 + LASTING[kind])
    assert x.read("patterns").startswith(f"{OUTSIDE} 1024-65535 - - [2]")
    x.send(other, 100 + LASTING[kind])
    assert x.read("patterns").startswith(f"{OUTSIDE} 1024-65535 - - [1]")
    assert x.send(conversation(kind)[1][1], 101 + LASTING[kind], 1) is None


def test_every_packet_gives_its_flow_new_time(bench: Made) -> None:
    x = nat(bench, SHORT)
    for now in range(10, 100, 14):
        assert x.port_of(udp(INSIDE, 30, SERVER, 80), now) == 1024
    assert x.send(udp(SERVER, 80, OUTSIDE, 1024), 108, 1) is not None
    assert x.send(udp(SERVER, 80, OUTSIDE, 1024), 139, 1) is None


def test_a_flow_lives_until_it_is_reaped(bench: Made) -> None:
    x = nat(bench, ", UDP_TIMEOUT 2, UDP_GUARANTEE 0, REAP_INTERVAL 10")
    ask, answer = udp(INSIDE, 30, SERVER, 80), udp(SERVER, 80, OUTSIDE, 1024)
    x.send(ask, 100)
    # Expired since 102, and there until 110; then expired at 111, and there until 120, which is asked for at 135.
    assert x.send(answer, 109, 1) is not None
    x.send(tcp(OTHER, 1, SERVER, 1), 112)
    assert x.read("size") == "2"
    assert x.send(answer, 135, 1) is None
    # Intervals go on from the first packet, however late the last one was: the next ends at 140.
    x.send(ask, 138.5)
    x.send(tcp(OTHER, 1, SERVER, 1), 141)
    assert x.read("size") == "2"
    x.send(tcp(OTHER, 1, SERVER, 1), 150)
    assert x.read("size") == "1"


def test_with_interval_0_nothing_is_reaped(bench: Made) -> None:
    x = nat(bench, ", UDP_TIMEOUT 2, REAP_INTERVAL 0")
    x.send(udp(INSIDE, 30, SERVER, 80), 1)
    assert x.send(udp(SERVER, 80, OUTSIDE, 1024), 1_000_000, 1) is not None


def test_times_are_whole_seconds_and_the_usual_ones(bench: Made) -> None:
    for arguments, expected in (
        ("", (DAY, 300, 300)),
        (", TCP_TIMEOUT 1.5, UDP_TIMEOUT 2 min", (2, 120, 120)),
        (", TCP_TIMEOUT 1 h, UDP_TIMEOUT 1400ms, UDP_STREAMING_TIMEOUT 9", (3600, 1, 9)),
    ):
        x = nat(bench, arguments)
        for packet, port in ((tcp(INSIDE, 1, SERVER, 1, b"x"), 0), (tcp(SERVER, 1, OUTSIDE, 1024, b"x"), 1)):
            x.send(packet, 1, port)
        x.send(udp(INSIDE, 1, SERVER, 1), 1)
        lasts = [x.read("tcp_table"), x.read("udp_table")]
        for _ in range(2):
            x.send(udp(SERVER, 1, OUTSIDE, 1025), 1, 1)
        lasts.append(x.read("udp_table"))
        assert tuple(int(table.rpartition("exp")[2]) for table in lasts) == expected


# Room


def test_guaranteed_flows_keep_their_room(bench: Made) -> None:
    x = nat(bench, ", MAPPING_CAPACITY 3")
    flows = [udp(INSIDE, 1, SERVER, 80), tcp(INSIDE, 2, SERVER, 80), udp(INSIDE, 3, SERVER, 80), udp(INSIDE, 4, SERVER, 80)]
    assert [x.port_of(flow, 1 + at / 10) for at, flow in enumerate(flows)] == [1024, 1025, 1026, None]
    assert (x.read("size"), x.read("mapping_failures")) == ("3", "1")
    # The first flow's guarantee ends at 6, the second's at 6.1.
    assert x.port_of(flows[3], 5.999) is None
    assert x.port_of(flows[3], 6) == 1029
    assert x.send(udp(SERVER, 80, OUTSIDE, 1024), 6, 1) is None
    assert x.send(tcp(SERVER, 80, OUTSIDE, 1025), 6, 1) is not None
    assert (x.read("size"), x.read("mapping_failures")) == ("3", "2")


def test_the_flow_that_expires_first_makes_room(bench: Made) -> None:
    x = nat(bench, ", MAPPING_CAPACITY 2, TCP_GUARANTEE 0, UDP_GUARANTEE 0")
    established = [(tcp(INSIDE, 1, SERVER, 80, b"x"), 0), (tcp(SERVER, 80, OUTSIDE, 1024, b"x"), 1)]
    for packet, port in established:
        x.send(packet, 1, port)
    assert x.port_of(udp(INSIDE, 2, SERVER, 80), 10) == 1025
    assert x.port_of(udp(INSIDE, 3, SERVER, 80), 20) == 1026
    assert x.send(udp(SERVER, 80, OUTSIDE, 1025), 21, 1) is None
    assert x.send(established[1][0], 21, 1) is not None
    # Two that last a day: a new one would be the first to expire, and is not let in.
    x.send(udp(SERVER, 80, OUTSIDE, 1026), 21, 1)
    y = nat(bench, ", MAPPING_CAPACITY 1, TCP_GUARANTEE 0")
    for packet, port in established:
        y.send(packet, 1, port)
    assert (y.port_of(tcp(INSIDE, 9, SERVER, 80), 2), y.read("mapping_failures")) == (None, "1")


def test_the_capacity_can_be_changed(bench: Made) -> None:
    x = nat(bench, ", MAPPING_CAPACITY 10")
    for number in range(11):
        x.send(udp(INSIDE, number, SERVER, 80), number + 1)
    assert (x.read("capacity"), x.read("size")) == ("10", "10")
    x.write("capacity", " 4 ")
    assert (x.read("capacity"), x.read("size")) == ("4", "4")
    came = [number for number in range(11) if x.send(udp(SERVER, 80, OUTSIDE, 1024 + number), 12, 1)]
    assert came == [7, 8, 9, 10]
    x.write("capacity", "0")
    assert (x.read("size"), x.port_of(udp(INSIDE, 1, SERVER, 80), 13)) == ("0", None)
    x.write("capacity", "65535")
    assert x.port_of(udp(INSIDE, 1, SERVER, 80), 13) is not None


def test_places_are_used_again_for_ever(bench: Made) -> None:
    x = nat(bench, ", MAPPING_CAPACITY 8, UDP_GUARANTEE 0", "1024-1031")
    rng = random.Random(3)
    for step in range(3000):
        x.send(udp(INSIDE, rng.randrange(1, 60000), SERVER, rng.randrange(1, 4)), 1 + step / 100)
    assert (x.read("size"), x.read("udp_table").count("\n")) == ("8", 16)
    assert x.read("mapping_failures") == "0"
