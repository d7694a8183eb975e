"""The cut is the best that there is: against every placement of small graphs."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.diagnostics import ClickError
from graph.policy import MachinePolicy, Quota
from partition.cost import CROSSING_NS, Cost
from partition.plan import Question
from partition.solve import solve
from tests.partition.cuts import TENANTS, owner_of, question

KINDS = {"Paint(1)": 1, "Paint(2)": 1, "Counter": 1, "PaintSwitch": 2}
SIXTEENTHS = st.integers(0, 8).map(lambda k: k / 16)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Two tenants with up to two elements each, joined as it comes, in front of a queue and what pulls from it. All figures are such that
    sums of them are exact."""
    lines, names, outputs = ["in :: FromDevice(0);", "demux :: PaintSwitch;", "in -> demux;"], [], [("in", 0)]
    for owner in TENANTS:
        kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=2))
        mine = [f"{owner}_{index}" for index in range(len(kinds))]
        lines += [f"{name} :: {kind};" for name, kind in zip(mine, kinds, strict=True)]
        lines.append(f"{owner}_q :: Queue -> {owner}_p :: Counter -> out{owner} :: ToDevice(0);")
        for name, kind in zip(mine, kinds, strict=True):
            for port in range(KINDS[kind]):
                lines.append(f"{name} [{port}] -> {draw(st.sampled_from([*mine, f'{owner}_q']))};")
                outputs.append((name, port))
        names += [*mine, f"{owner}_q", f"{owner}_p"]
        outputs += [(f"{owner}_q", 0), (f"{owner}_p", 0)]
    lines += [f"demux [{port}] -> {name};" for port, name in enumerate(n for n in names if not n.endswith("_p"))]
    outputs += [("demux", port) for port in range(len(names) - len(TENANTS))]
    amount = st.integers(0, 30)
    costs = {name: Cost(draw(amount), draw(amount), draw(amount), 0, draw(amount) / 2) for name in names}
    fixed = draw(st.dictionaries(st.sampled_from(names), st.sampled_from(["software", "pinned", "unpinned"]), max_size=2))
    limit = st.none() | st.integers(0, 90)
    share = st.none() | st.sampled_from([0.0, 0.125, 0.5, 1.0])
    host = draw(limit)
    quotas = {
        name: Quota(
            luts=draw(limit),
            bram_bits=draw(limit),
            cpu_share=None if host is None else draw(share),
            crossing_share=draw(share),
        )
        for name in TENANTS
    }
    return question(
        "\n".join(lines),
        costs=costs,
        rates={place: draw(SIXTEENTHS) for place in outputs},
        machine=MachinePolicy(luts=draw(limit), ffs=draw(limit), bram_bits=draw(limit), host_ns=host),
        quotas=quotas,
        software={name: "it cannot be hardware" for name, how in fixed.items() if how == "software"},
        pins={name: how == "pinned" for name, how in fixed.items() if how != "software"},
    )


def placements(asked: Question) -> list[frozenset[str]]:
    """Every placement that the graph and the pins allow, whatever the budgets."""
    names = [node.name for node in asked.checked.graph.nodes]
    sides = [
        (True,)
        if owner_of(name) is None or asked.pins.get(name) is True
        else (False,)
        if name in asked.software or asked.pins.get(name) is False
        else (False, True)
        for name in names
    ]
    every = (frozenset(n for n, hard in zip(names, chosen, strict=True) if hard) for chosen in product(*sides))
    return [hardware for hardware in every if not pulls_from_hardware(asked, hardware) and not goes_round(asked, hardware)]


def pulls_from_hardware(asked: Question, hardware: frozenset[str]) -> bool:
    """The pull edges are those behind a queue."""
    return any(e.source in hardware and e.target not in hardware and e.source[1:] in ("_q", "_p") for e in asked.checked.graph.edges)


def goes_round(asked: Question, hardware: frozenset[str]) -> bool:
    """Whether a ring of edges lies within ``hardware``: elements that none of the others leads to are taken away until all are entered."""
    left = set(hardware)
    while True:
        entered = {e.target for e in asked.checked.graph.edges if e.source in left and e.target in left}
        if entered == left:
            return bool(left)
        left = entered


def through(asked: Question, name: str) -> float:
    return sum(asked.rates[e.source, e.source_port] for e in asked.checked.graph.edges if e.target == name)


def host_ns(asked: Question, hardware: frozenset[str], tenants: tuple[str, ...] = TENANTS) -> float:
    """Host time of the tenants' software elements and of what crosses on the way to or from their elements."""
    edges = [e for e in asked.checked.graph.edges if (owner_of(e.target) or owner_of(e.source)) in tenants]
    crossing = sum(asked.rates[e.source, e.source_port] for e in edges if (e.source in hardware) != (e.target in hardware))
    own = [n for n in asked.costs if owner_of(n) in tenants and n not in hardware]
    return sum(asked.costs[n].ns * through(asked, n) for n in own) + CROSSING_NS * crossing


def once(asked: Question, hardware: frozenset[str], what: str) -> float:
    """A figure of the hardware in which elements of one class and configuration are counted once, the largest of all that there are."""
    most: dict[tuple[str, str], float] = {}
    for node in asked.checked.graph.nodes:
        if node.class_name != "Queue" and owner_of(node.name) is not None:
            kind = (node.class_name, node.config)
            most[kind] = max(most.get(kind, 0), getattr(asked.costs[node.name], what))
    placed = {(n.class_name, n.config) for n in asked.checked.graph.nodes if n.name in hardware and owner_of(n.name) is not None}
    return sum(amount for kind, amount in most.items() if kind in placed)


def to_host(asked: Question, hardware: frozenset[str], tenant: str) -> float:
    graph = asked.checked.graph
    offered = sum(asked.rates[e.source, e.source_port] for e in graph.edges if e.source == "demux" and owner_of(e.target) == tenant)
    down = [e for e in graph.edges if e.source in hardware and e.target not in hardware and owner_of(e.target) == tenant]
    return sum(asked.rates[e.source, e.source_port] for e in down) / offered if offered else 0.0


def overuse(asked: Question, hardware: frozenset[str]) -> dict[str, float]:
    """By how much each budget is exceeded, of those that the policy has."""
    machine, costs = asked.policy.machine, asked.costs
    uses: list[tuple[str, float | None, float]] = [
        ("machine luts", machine.luts, once(asked, hardware, "luts")),
        ("machine ffs", machine.ffs, once(asked, hardware, "ffs")),
        ("machine bram_bits", machine.bram_bits, sum(costs[n].bram_bits for n in hardware)),
        ("machine host_ns", machine.host_ns, host_ns(asked, hardware)),
    ]
    for name in TENANTS:
        quota = asked.policy.tenant(name).quota
        mine = [costs[n] for n in hardware if owner_of(n) == name]
        time = None if quota.cpu_share is None or machine.host_ns is None else quota.cpu_share * machine.host_ns
        uses += [
            (f"{name} luts", quota.luts, sum(c.luts for c in mine)),
            (f"{name} bram_bits", quota.bram_bits, sum(c.bram_bits for c in mine)),
            (f"{name} cpu_share", time, host_ns(asked, hardware, (name,))),
            (f"{name} crossing_share", quota.crossing_share, to_host(asked, hardware, name)),
        ]
    return {key: used - limit for key, limit, used in uses if limit is not None}


def objective(asked: Question, hardware: frozenset[str]) -> float:
    """Host time, and of placements that are alike in it the fewest cut edges and LUTs."""
    cut = sum((e.source in hardware) != (e.target in hardware) for e in asked.checked.graph.edges)
    return host_ns(asked, hardware) + 1e-6 * (cut + once(asked, hardware, "luts"))


@settings(max_examples=60, deadline=None)
@given(questions())
def test_no_placement_within_the_budgets_is_better(asked: Question) -> None:
    every = placements(asked)
    kept = [hardware for hardware in every if all(more <= 1e-9 for more in overuse(asked, hardware).values())]
    if not kept:
        check_refusal(asked, every)
        return
    plan = solve(asked)
    assert plan.hardware in kept
    assert objective(asked, plan.hardware) == pytest.approx(min(objective(asked, hardware) for hardware in kept), abs=1e-7)
    assert plan.host_ns == pytest.approx(host_ns(asked, plan.hardware))
    assert (plan.luts, plan.ffs) == (once(asked, plan.hardware, "luts"), once(asked, plan.hardware, "ffs"))
    assert plan.optimal


def check_refusal(asked: Question, every: list[frozenset[str]]) -> None:
    """The refusal names each budget that no placement keeps; where there is none, two or more that cannot be kept together."""
    with pytest.raises(ClickError) as refused:
        solve(asked)
    first, *lacking = refused.value.diagnostics
    if not every:
        assert first.message.startswith("no placement keeps the pins")
        return
    assert first.message == "no placement keeps the budgets of the policy"
    over = [overuse(asked, hardware) for hardware in every]
    hopeless = [key for key in over[0] if min(more[key] for more in over) > 1e-9]
    if hopeless:
        assert len(lacking) == len(hopeless)
    else:
        assert len(lacking) > 1
        assert all(" where the other budgets named are kept" in diagnostic.message for diagnostic in lacking)
