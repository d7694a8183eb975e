"""Policies at random: tenants that are known by tags, addresses or ports, close to each other, on two to four ports; turns are of
shares or of time, with one weight or several."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

STRICT: Final = 0.25
"""The share of policies with turns of time."""


@dataclass(frozen=True)
class Grant:
    """What the operator grants a tenant: ``identity`` as the policy writes it, ports by device, the devices that have packets of it, and
    the ``weight`` of its turns."""

    name: str
    identity: str
    devices: dict[str, int]
    readable: list[str]
    weight: int = 1


def random_grants(rng: random.Random, most: int = 8) -> list[Grant]:
    """Two to ``most`` tenants whose identities differ in something that both name, often in one bit."""
    ports = rng.choice((2, 2, 3, 4))
    count = rng.randint(2, most)
    style = rng.choice(("tag", "tag", "tag", "tag and address", "address", "port"))
    if style == "port":
        count = min(count, ports)
    names = [f"t{number}" for number in range(count)]
    tags, addresses = _close(rng, count, 1, 12), _close(rng, count, 0x020000000000, 40)
    own = rng.sample(range(ports), count) if style == "port" else []
    weights = rng.choice((1, 1, 3, 5))
    grants = []
    for number, name in enumerate(names):
        words = [f"vlan = {tags[number]}"] if "tag" in style else []
        address = f"{addresses[number]:012x}"
        if "address" in style:
            words.append('mac = "' + ":".join(address[i : i + 2] for i in range(0, 12, 2)) + '"')
        if own:
            words.append(f"port = {own[number]}")
        chosen = {*rng.sample(range(ports), rng.randint(1, ports)), *own[number : number + 1]}
        devices = {f"eth{port}": port for port in sorted(chosen)}
        readable = [device for device, port in devices.items() if not own or own[number] == port]
        grants.append(Grant(name, "\n".join(words), devices, readable, rng.randint(1, weights)))
    return grants


def random_mode(rng: random.Random) -> str:
    """How tenants take turns, as the policy writes it: by shares, or by slots of time that are as long as they have to be or longer."""
    if rng.random() >= STRICT:
        return ""
    return 'mode = "strict"\n' + rng.choice(("", "", f"slot = {rng.randint(16, 600)}\n"))


def policy_text(grants: list[Grant], mode: str = "") -> str:
    """``policy.toml``; ``mode`` is of `random_mode`."""
    sections = [f"[machine]\n{mode}"] if mode else []
    for grant in grants:
        devices = ", ".join(f"{device} = {port}" for device, port in grant.devices.items())
        weight = f"weight = {grant.weight}\n" if grant.weight > 1 else ""
        sections.append(f"[tenants.{grant.name}]\n{grant.identity}\n{weight}devices = {{ {devices} }}\n")
    return "\n".join(sections)


def _close(rng: random.Random, count: int, base: int, bits: int) -> list[int]:
    """Distinct numbers of ``bits`` bits above ``base``, most of them one bit away from another; none is 0 or all ones."""
    found = [base ^ rng.getrandbits(bits)]
    while len(found) < count + 1:
        near = rng.choice(found) ^ 1 << rng.randrange(bits) if rng.random() < 0.8 else base ^ rng.getrandbits(bits)
        if near not in found and 0 < near & ((1 << bits) - 1) < (1 << bits) - 1:
            found.append(near)
    return found[1:]
