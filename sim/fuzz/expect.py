"""What a volley has to bring: the compiled engine that runs everything in software, and the rules of what a port lets in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from elements.reference.packet import Packet
from graph.policy import Policy
from hdl.identity import IDENTITY_BYTES
from sim.fuzz.scenario import Arrival, Volley, let_in
from swclick.machine import Machine


@dataclass(frozen=True)
class Sent:
    """What one frame brought: ``owner``: its tenant (None: nobody's), ``frames``: (port, bytes) that left because of it."""

    arrival: Arrival
    owner: str | None
    frames: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Expected:
    """``sent`` in the order of arrival at each port, ``log``: lines printed, ``malformed`` and ``whole``: frames by port."""

    sent: tuple[Sent, ...]
    log: tuple[str, ...]
    malformed: Counter[int]
    whole: Counter[int]


def owner_of(policy: Policy, tenants: Sequence[str], arrival: Arrival) -> str | None:
    """The tenant whose frame it is by the policy's identities."""
    frame = arrival.frame
    vlan = int.from_bytes(frame[14:16], "big") & 0xFFF if len(frame) >= IDENTITY_BYTES and frame[12:14] == b"\x81\x00" else None
    mac = int.from_bytes(frame[:6], "big") if len(frame) >= 14 else None
    for name in tenants:
        rule = policy.tenant(name)
        if rule.vlan in (None, vlan) and rule.mac in (None, mac) and rule.port in (None, arrival.port):
            return name
    return None


class InSoftware:
    """The whole machine in software. ``sources``: ports that the master graph reads."""

    def __init__(self, machine: Machine, policy: Policy, tenants: Sequence[str]) -> None:
        self.machine = machine
        self._policy = policy
        self._tenants = tuple(tenants)
        self._sources = frozenset(node.name for node in machine.graph.nodes if node.class_name == "FromDevice")
        machine.clear()

    def expect(self, volley: Volley) -> Expected:
        """Send ``volley`` through, port by port."""
        malformed: Counter[int] = Counter()
        whole: list[Arrival] = []
        for port in sorted({arrival.port for arrival in volley.arrivals}):
            mine = [arrival for arrival in volley.arrivals if arrival.port == port]
            places, broken = let_in(mine)
            whole += [mine[place] for place in places]
            malformed[port] = broken
        read = [arrival for arrival in whole if f"port{arrival.port}_in" in self._sources]
        packets = [Packet.of(arrival.frame, volley.time, arrival.port) for arrival in read]
        ends = self.machine.run([f"port{arrival.port}_in" for arrival in read], packets) if read else []
        if not read:
            # Time passes all the same.
            self.machine.settle(volley.time)
        out = [(int(sink[4:].partition("_")[0]), packet.data) for sink, packet in self.machine.emitted]
        log = tuple(self.machine.log)
        self.machine.clear()
        sent = [
            Sent(arrival, owner_of(self._policy, self._tenants, arrival), tuple(out[start:end]))
            for arrival, start, end in zip(read, [0, *ends], ends, strict=False)
        ]
        return Expected(tuple(sent), log, malformed, Counter(arrival.port for arrival in whole))
