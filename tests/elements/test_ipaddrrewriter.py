"""IPAddrRewriter gives hosts other addresses, as Click's does."""

from __future__ import annotations

from scapy.layers.inet import IP, UDP

from tests.elements.rewriters import INSIDE, OTHER, SERVER, Made, Rewriter, tcp, udp

OUT = "pattern 3.0.0.1-3.0.0.2# - 0 1, drop"


def test_a_host_has_one_address_whatever_it_sends(bench: Made) -> None:
    x = Rewriter(bench, OUT, kind="IPAddrRewriter")
    assert x.send(tcp(INSIDE, 30, SERVER, 80, b"ask")) == (0, tcp("3.0.0.1", 30, SERVER, 80, b"ask"))
    assert x.send(udp(OTHER, 30, SERVER, 80)) == (0, udp("3.0.0.2", 30, SERVER, 80))
    assert x.send(bytes(IP(src=INSIDE, dst="9.9.9.9", proto=47))) == (0, bytes(IP(src="3.0.0.1", dst="9.9.9.9", proto=47)))
    assert x.send(udp("7.7.7.7", 5, "3.0.0.1", 6), port=1) == (1, udp("7.7.7.7", 5, INSIDE, 6))
    assert x.send(udp("7.7.7.7", 5, "3.0.0.3", 6), port=1) is None
    assert x.send(udp("10.0.0.6", 30, SERVER, 80)) is None
    assert (x.read("size"), x.read("mapping_failures")) == ("2", "1")
    assert x.read("table").splitlines() == [
        "0.0.0.0 => 0.0.0.0 [0 *1] i0 exp7200",
        "0.0.0.0 => 0.0.0.0 [0 *1] i0 exp7200",
        "10.0.0.4 => 3.0.0.1 [*0 1] i0 exp7200",
        "10.0.0.5 => 3.0.0.2 [*0 1] i0 exp7200",
    ]
    assert x.read("mappings") == x.read("table")


def test_the_destination_annotation_follows_answers_alone(bench: Made) -> None:
    x = Rewriter(bench, OUT, kind="IPAddrRewriter").bench
    assert [p.dst_ip for _, p in x.push(udp(INSIDE, 1, SERVER, 2), network=0, dst_ip=5)] == [5]
    assert [p.dst_ip for _, p in x.push(udp(SERVER, 2, "3.0.0.1", 1), 1, network=0, dst_ip=5)] == [0x0A000004]


def test_later_fragments_and_packets_that_end_soon(bench: Made) -> None:
    x = Rewriter(bench, OUT, kind="IPAddrRewriter")
    later = bytes(IP(src=INSIDE, dst=SERVER, frag=1) / UDP(sport=1, dport=2, chksum=0x1234))
    assert x.send(later) == (0, bytes(IP(src="3.0.0.1", dst=SERVER, frag=1) / UDP(sport=1, dport=2, chksum=0x1234)))
    short = udp(INSIDE, 1, SERVER, 2)
    for length in range(20):
        assert x.send(short[:length]) is None
    assert x.send(short[:25]) == (0, udp("3.0.0.1", 1, SERVER, 2)[:25])
    headless = bytes((0x44, *short[1:]))
    assert x.send(headless) is None


def test_patterns_are_printed_as_click_does(bench: Made) -> None:
    specs = "pattern 1.0.0.1 - 0 1, pattern 1.0.0.1-1.0.255.255 - 0 1, pattern 1.0.0.1/24 - 0 1, pattern 1.0.0.7/31? - 0 1, pattern - - 1 0"
    x = Rewriter(bench, specs, inputs=5, kind="IPAddrRewriter")
    assert x.read("patterns") == "1.0.0.1 -\n1.0.0.1-1.0.255.255 -\n1.0.0.1-1.0.0.254 -\n1.0.0.6-1.0.0.7 -\n- -\n"
    assert x.read("pattern2") == "1.0.0.1-1.0.0.254 -\n"
    assert x.send(udp(INSIDE, 1, SERVER, 2), port=4) == (1, udp(INSIDE, 1, SERVER, 2))
    hashed = x.send(udp(OTHER, 1, SERVER, 2), port=2)
    assert hashed is not None
    assert IP(hashed[1]).src.startswith("1.0.0.")


def test_flows_are_forgotten(bench: Made) -> None:
    x = Rewriter(bench, f"{OUT}, TIMEOUT 3, GUARANTEE 1, REAP_INTERVAL 1", kind="IPAddrRewriter")
    x.send(udp(INSIDE, 1, SERVER, 2), 10)
    x.bench.settle(12_999_999_999)
    assert x.read("size") == "1"
    x.bench.settle(13_000_000_000)
    assert x.read("size") == "0"
