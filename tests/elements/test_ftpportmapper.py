"""FTPPortMapper changes PORT commands, and TCPRewriter the numbers behind them, as Click's do."""

from __future__ import annotations

from typing import Any

import pytest
from scapy.layers.inet import IP, TCP

from elements.reference.machine import Machine as Reference
from graph.diagnostics import ClickError
from tests.elements.bench import Bench
from tests.elements.rewriters import INSIDE, SERVER, Made, udp

GRAPH = """x :: FTPPortMapper(rw, {data}, 0);
rw :: TCPRewriter(pattern 1.0.0.1 1024-65535# - - 0 0, REPLY_ANNO PAINT); {more}
s0 :: FromCrossing(t:0) -> x -> rw -> d0 :: ToCrossing(t:0);"""
FIRST, SECOND = b"PORT 200,200,200,200,200,200\n", b"port  10,0,0,4,0,21\r\nNOOP\r\n"


def segment(source: str, sport: int, to: str, dport: int, seq: int, ack: int, data: bytes = b"", options: Any = ()) -> bytes:
    return bytes(IP(src=source, dst=to) / TCP(sport=sport, dport=dport, seq=seq, ack=ack, flags="A", options=list(options)) / data)


def test_commands_change_and_numbers_are_shifted(bench: Made) -> None:
    x = bench("", text=GRAPH.format(data="rw", more=""))

    def goes(seq: int, data: bytes, seen: int, as_: bytes | None = None, ack: int = 0, acked: int = 0) -> None:
        given = x.out(segment(INSIDE, 30, SERVER, 21, seq, ack, data), network=0, paint=3)
        assert given == [(0, segment("1.0.0.1", 1024, SERVER, 21, seen, acked, data if as_ is None else as_))]

    def comes(ack: int, seen: int, options: Any = (), seen_options: Any = (), seq: int = 0, shifted: int = 0) -> None:
        given = x.out(segment(SERVER, 21, "1.0.0.1", 1024, seq, ack, b"", options), network=0)
        assert given == [(0, segment(SERVER, 21, INSIDE, 30, shifted, seen, b"", seen_options))]

    goes(0, b"x", 0)
    goes(1, FIRST, 1, b"PORT 1,0,0,1,4,1\n")
    goes(30, b"more", 18)
    goes(0, b"x", 0)
    comes(0, 0)
    comes(1, 1)
    comes(18, 30)
    comes(0, 0, [("SAck", (1, 10, 1, 18, 18, 20))], [("SAck", (1, 10, 1, 30, 30, 32))])
    comes(0, 0, [("NOP", None), ("SAck", (1, 18))], [("NOP", None), ("SAck", (1, 30))])
    assert "=> (1.0.0.1, 1024, 8.8.8.8, 21) seq -12 [*0 0] i0" in x.read("table", element="rw")
    goes(36, SECOND, 24, b"port  1,0,0,1,4,2\r\nNOOP\r\n")
    goes(36 + len(SECOND), b"more", 22 + len(SECOND))
    goes(30, b"again", 18)
    # A call from outside comes to the client.
    assert x.out(segment(SERVER, 20, "1.0.0.1", 1025, 5, 6), network=0) == [(0, segment(SERVER, 20, "200.200.200.200", 51400, 5, 6))]
    # Far behind, all is shifted alike.
    goes(1_100_000_000, b"far", 1_100_000_000 - 14)
    goes(0, b"x", 2**32 - 14)
    # The server's stream is shifted on its own.
    data = b"PORT 100,100,100,100,100,100\n"
    [(_, reply)] = x.out(segment(SERVER, 21, "1.0.0.1", 1024, 0, 0, data), network=0)
    assert reply == segment(SERVER, 21, INSIDE, 30, 0, 14, b"PORT 1,0,0,1,4,3\n")
    comes(0, 14, seq=29, shifted=17)
    goes(0, b"x", 2**32 - 14, ack=17, acked=29)


NOTHING = (
    b"PORT",
    b"PORT ",
    b"PORT 1,2,3,4,5,6",
    b"PORT 1,2,3,4,5\n",
    b"PORT 1,2,3,4,5,6,7\n",
    b"PORT 1,2,3,4,5,256\n",
    b"PORT 99999999999,2,3,4,5,6\n",
    b"PORT 1,2,3,4;5,6\n",
    b"PASV 1,2,3,4,5,6\n",
)


def test_what_is_no_command_of_a_known_flow_passes(bench: Made) -> None:
    x = bench("", text=GRAPH.format(data="data", more="data :: IPAddrRewriter(drop); Idle -> data -> Idle;"))
    assert x.out(segment(INSIDE, 30, SERVER, 21, 1, 0, FIRST), network=0) == [(0, segment("1.0.0.1", 1024, SERVER, 21, 1, 0, FIRST))]
    for data in (*NOTHING, FIRST):
        sent, seen = segment(INSIDE, 30, SERVER, 21, 1, 0, data), segment("1.0.0.1", 1024, SERVER, 21, 1, 0, data)
        assert x.out(sent, network=0) == [(0, seen)]
        for length in range(21, 41):
            x.out(sent[:length], network=0)
    assert x.out(udp(INSIDE, 30, SERVER, 21), network=0) == []
    x.write("pattern0", "pattern 1.0.0.9 - 0 0", element="data")
    seen = segment("1.0.0.1", 1024, SERVER, 21, 1, 0, b"PORT 1,0,0,9,200,200\n")
    assert x.out(segment(INSIDE, 30, SERVER, 21, 1, 0, FIRST), network=0) == [(0, seen)]
    # The oldest of many changes is felt in all before it.
    for turn in range(1, 12):
        x.out(segment(INSIDE, 30, SERVER, 21, 1 + 100 * turn, 0, FIRST), network=0)
    for seq, shift in ((1199, 96), (1130, 96), (1100, 88), (301, 32), (1, 32)):
        [(_, data)] = x.out(segment(INSIDE, 30, SERVER, 21, seq, 0, b"x"), network=0)
        assert IP(data)[TCP].seq == seq - shift & 0xFFFF_FFFF


def test_what_it_needs_has_to_be_there() -> None:
    for words, said in (("y, x, 0", "DATA_REWRITER: there is no rewriter 'x'"), ("y, y, 1", "DATA_REWRITER_INPUT out of range")):
        with pytest.raises(ClickError) as refused:
            Bench(Reference, "", 0, 0, f"y :: IPRewriter(drop); Idle -> y -> Idle;\nIdle -> x :: FTPPortMapper({words}) -> Idle;")
        assert f"t:2:9: error: x :: FTPPortMapper: {said}\n" in str(refused.value)
