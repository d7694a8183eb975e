"""Tenant sets at random, as text: policy and configurations."""

from __future__ import annotations

import random

from sim.fuzz.graphs import random_graph
from sim.fuzz.policies import policy_text, random_grants, random_mode

LARGEST = 40
"""Elements of all tenants together, about: what is built and compiled in less than a minute."""


def random_tenants(rng: random.Random, most: int = 8) -> tuple[dict[str, str], str]:
    """(configurations by tenant, policy) of two to ``most`` tenants."""
    grants = random_grants(rng, most)
    size = max(4, min(14, LARGEST // len(grants)))
    texts = {g.name: random_graph(rng, g.readable, list(g.devices), rng.randint(3, size)) for g in grants}
    return texts, policy_text(grants, random_mode(rng))
