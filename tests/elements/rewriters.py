"""Packets for rewriters, which scapy makes, and a rewriter that they are sent to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scapy.layers.inet import IP, TCP, UDP

from tests.elements.bench import Bench

Made = Callable[..., Bench]
SECOND = 1_000_000_000
INSIDE, OTHER, SERVER, OUTSIDE = "10.0.0.4", "10.0.0.5", "8.8.8.8", "1.0.0.1"


def tcp(source: str, sport: int, destination: str, dport: int, data: bytes = b"", flags: str = "A", **header: Any) -> bytes:
    return bytes(IP(src=source, dst=destination, **header) / TCP(sport=sport, dport=dport, flags=flags) / data)


def udp(source: str, sport: int, destination: str, dport: int, data: bytes = b"data", **header: Any) -> bytes:
    return bytes(IP(src=source, dst=destination, **header) / UDP(sport=sport, dport=dport) / data)


class Rewriter:
    """A rewriter with a port for each of its specifications."""

    def __init__(self, bench: Made, arguments: str, inputs: int = 2, outputs: int = 2, kind: str = "IPRewriter") -> None:
        self.bench = bench(f"{kind}({arguments})", inputs, outputs)
        self.read, self.write = self.bench.read, self.bench.write

    def send(self, data: bytes, now: float = 1, port: int = 0) -> tuple[int, bytes] | None:
        """What leaves, and where, if anything does."""
        out = self.bench.out(data, port, now=round(now * SECOND), network=0)
        assert len(out) <= 1
        return out[0] if out else None

    def port_of(self, data: bytes, now: float = 1, port: int = 0) -> int | None:
        """The source port that a packet leaves with."""
        out = self.send(data, now, port)
        return None if out is None else IP(out[1]).sport


def nat(bench: Made, more: str = "", ports: str = "1024-65535#", kind: str = "IPRewriter") -> Rewriter:
    """A gateway: packets go out by port 0, answers come by port 1."""
    return Rewriter(bench, f"pattern {OUTSIDE} {ports} - - 0 1, drop{more}", kind=kind)


def address(number: int) -> str:
    return ".".join(str(octet) for octet in number.to_bytes(4, "big"))
