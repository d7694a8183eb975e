"""Traffic at random for a merged machine, volley by volley: sound frames of its tenants, changed ones, noise, frames that break on the
wire; at ease on all ports, in bursts, and one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Final

from graph.merge import Master
from graph.policy import Policy
from hdl.meta import SHIM_BYTES
from sim.fuzz.expect import owner_of
from sim.fuzz.scenario import FAULTS, LONGEST, Arrival, Volley, closed
from sim.fuzz.trips import Manners
from sim.packets import ipv4
from sim.tenant_traffic import random_traffic

GAPS: Final = (40, 1_000, 50_000, 1_000_000, 3_000_000, 700_000_000)
"""Nanoseconds from a volley to the next."""
MOST_BEATS: Final = 500
"""Beats of a volley, which every queue of the machine under test can hold."""
MOST_FRAMES: Final = 60
"""Frames of a volley."""
BURST_BEATS: Final = 400
BURST_FRAMES: Final = 48
"""What a port has at most in a burst, whatever the others do: an ingress holds it."""
STORE: Final = 1_500
DRAWS: Final = 30_000
"""Frames that are made at once, and those drawn from them before others are made."""
LONG: Final = 180
STAMPED: Final = 64
EDGES: Final = (0, 1, 13, 14, 15, 16, 17, 18, 19, 33, 34, 35, 60, 63, 64, 65, 1514, 1518, LONGEST - 1, LONGEST, LONGEST + 1)
"""Lengths at which something changes."""


class Gun:
    """Volleys for ``master`` by ``seed``. ``growth``: the most bytes by which the hardware makes a frame longer."""

    def __init__(
        self, master: Master, policy: Policy, manners: Mapping[str, Manners], width: int, ports: int, seed: int, growth: int = 0
    ) -> None:
        self._master = master
        self._policy = policy
        self._manners = manners
        self._lanes = width // 8
        self._growth = growth
        self._ports = ports
        self._rng = random.Random(seed)
        self._frames = self._endless()
        self._now = 1_000_000

    def volley(self) -> Volley:
        """The next one."""
        rng = self._rng
        self._now += rng.choice(GAPS)
        burst = rng.random() < 0.2
        most = rng.choice((1, 2, 8, BURST_FRAMES) if burst else (MOST_FRAMES // 2, MOST_FRAMES, MOST_FRAMES))
        arrivals: list[Arrival] = []
        beats, frames = [0] * self._ports, [0] * self._ports
        seen: dict[str, int] = {}
        refused = 0
        while len(arrivals) < most and refused < most:
            arrival = next(self._frames)
            owner = owner_of(self._policy, self._master.tenants, arrival)
            size = beats_of(len(arrival.frame), self._lanes, self._growth)
            crowded = beats[arrival.port] + size > BURST_BEATS or frames[arrival.port] >= BURST_FRAMES
            if sum(beats) + size > MOST_BEATS or (burst and crowded) or (owner is not None and not self._may(owner, arrival, seen)):
                refused += 1
                continue
            if owner is not None:
                seen[owner] = arrival.port
            beats[arrival.port] += size
            frames[arrival.port] += 1
            arrivals.append(arrival)
        busy = max(1, sum(1 for count in frames if count))
        pace = 1.0 if burst else 0.7 / busy
        return Volley(self._now, tuple(closed(arrivals)), pace, rng.choice((0.5, 0.75, 1.0)))

    def _may(self, owner: str, arrival: Arrival, seen: Mapping[str, int]) -> bool:
        manners = self._manners[owner]
        if owner not in seen or not manners.ordered:
            return True
        return not manners.alone and seen[owner] == arrival.port

    def _endless(self) -> Iterator[Arrival]:
        """Frames without end, drawn from a store that is filled anew now and then; most get a stamp of their own at their end."""
        rng = self._rng
        while True:
            store = self._store()
            for _ in range(DRAWS):
                arrival = store[int(rng.random() * STORE)]
                kind = rng.random()
                if kind < 0.25:
                    port = rng.randrange(self._ports) if rng.random() < 0.3 else arrival.port
                    yield Arrival(port, _changed(rng, arrival.frame))
                elif kind < 0.27:
                    yield Arrival(arrival.port, arrival.frame, rng.choice(FAULTS))
                elif kind < 0.32 or len(arrival.frame) < STAMPED:
                    yield arrival
                else:
                    yield Arrival(arrival.port, arrival.frame[:-4] + rng.getrandbits(32).to_bytes(4, "big"))

    def _store(self) -> list[Arrival]:
        """Sound and damaged frames of all tenants; long ones are fewer, so that there are more in a volley."""
        store: list[Arrival] = []
        while len(store) < STORE:
            for port, packet in random_traffic(self._master, self._policy, self._rng.getrandbits(60), STORE):
                if len(packet.data) < LONG or self._rng.random() < 0.1:
                    store.append(Arrival(port, packet.data))
        return store


def beats_of(length: int, lanes: int, growth: int) -> int:
    """The room that a frame may need anywhere, in beats: as it comes, and as it leaves, with the crossing's shim in front."""
    return -(-(length + growth + SHIM_BYTES) // lanes)


def _changed(rng: random.Random, frame: bytes) -> bytes:
    """``frame`` with something else in it: bits, bytes, its length, or all of it."""
    kind = rng.randrange(10)
    raw = bytearray(frame)
    if kind <= 2 and raw:
        # Headers decide; identities are one bit apart.
        for _ in range(rng.choice((1, 1, 2, 5))):
            raw[rng.randrange(min(len(raw), rng.choice((18, 60, len(raw)))))] ^= 1 << rng.randrange(8)
    elif kind == 3:
        size = rng.choice(EDGES)
        raw = raw[:size] + bytearray(rng.randbytes(max(0, size - len(raw))))
    elif kind == 4:
        raw = raw[: rng.randrange(len(raw) + 1)]
    elif kind == 5 and len(raw) > 20:
        at = rng.randrange(12, min(len(raw), 60))
        raw[at : at + rng.choice((0, 1, 4))] = rng.choice((b"", b"\0", b"\x81\x00\x00\x64", b"\xff\xff"))
    elif kind == 6 and len(raw) > 14:
        raw[12:14] = rng.choice((b"\x08\x00", b"\x08\x06", b"\x81\x00", b"\x88\xb5", b"\x88\xb7", b"\x88\xa8"))
    elif kind == 7 and len(raw) > 12:
        # An answer, as far as a switch can see.
        raw[:12] = raw[6:12] + raw[:6]
    elif kind == 8 and (at := _ip_at(raw)) and len(raw) < LONG:
        # In a tunnel, between the same two.
        raw[at:at] = ipv4(int.from_bytes(raw[at + 12 : at + 16], "big"), int.from_bytes(raw[at + 16 : at + 20], "big"), 4, bytes(raw[at:]))[
            :20
        ]
    else:
        raw = raw[: rng.choice((6, 12, 18))] + bytearray(rng.randbytes(rng.randrange(100)))
    return bytes(raw)


def _ip_at(frame: bytes | bytearray) -> int:
    """Where the IP header of ``frame`` begins, behind its tags; 0 where it has none."""
    at = 12
    while frame[at : at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    return at + 2 if frame[at : at + 2] == b"\x08\x00" and len(frame) >= at + 22 else 0
