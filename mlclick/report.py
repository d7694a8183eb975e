"""Plans as tables for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from hdl.core import Core
from mlclick.design import Split
from partition.budgets import budgets_of, number
from partition.rates import arrivals


def print_plan(split: Split, console: Console) -> None:
    """Which element of each tenant runs where, what it costs on both sides, and why; then each bound of the policy beside what is used of
    it, and the totals."""
    question, plan = split.question, split.plan
    table = Table(title="Placement", header_style="bold")
    for heading, right in (("element", False), ("class", False), ("side", False), ("packets", True), ("LUTs", True), ("host ns", True)):
        table.add_column(heading, justify="right" if right else "left")
    table.add_column("why")
    graph = question.checked.graph
    for node in graph.nodes:
        cost = question.costs[node.name]
        rate = arrivals(graph, question.rates, node.name)
        hard = node.name in plan.hardware
        side = "hardware" if hard else "software"
        table.add_row(node.name, node.class_name, side, f"{rate:.3f}", str(cost.luts), f"{cost.ns:.1f}", _why(split, node.name))
    console.print(table)
    bounds = _bounds(split)
    if bounds.rows:
        console.print(bounds)
    machine = question.policy.machine
    hard_count = len(plan.hardware)
    console.print(
        f"hardware: {hard_count} elements, {plan.luts} LUTs{_of(machine.luts)}, {plan.ffs} flip-flops{_of(machine.ffs)}, "
        f"{plan.bram_bits} BRAM bits{_of(machine.bram_bits)}"
    )
    software = len(graph.nodes) - hard_count
    console.print(f"software: {software} elements, {plan.host_ns:.1f} ns{_of(machine.host_ns)} of host time a packet offered")
    console.print(f"crossings: {plan.crossings:.3f} a packet offered, {len(split.crossings)} ways across")
    proof = "proven optimal" if plan.optimal else "not proven optimal"
    console.print(f"solver: {plan.solver}, {proof} (gap {plan.gap:g})")


def plan_in_short(split: Split, core: Core) -> tuple[str, ...]:
    """The plan in a few lines: what is where, how turns are taken, what it takes, and whether it is optimal."""
    plan, owner = split.plan, split.question.master.owner
    lines = []
    for tenant in split.question.master.tenants:
        own = [name for name, whose in owner.items() if whose == tenant]
        hard = sum(1 for name in own if name in plan.hardware)
        lines.append(f"{tenant}: {hard} elements in hardware, {len(own) - hard} in software")
    parameters = core.datapath.parameters
    lines.append(
        f"data path: {parameters.width} bits, {parameters.ports} ports, {core.datapath.pipeline.latency} cycles through the pipeline"
    )
    weights = ", ".join(f"{tenant} {weight}" for tenant, weight in zip(split.question.master.tenants, core.datapath.weights, strict=True))
    lines.append(f"mode: {'strict' if parameters.strict else 'shared'}, by the weights {weights}")
    lines.append(f"hardware: {plan.luts} LUTs, {plan.ffs} flip-flops, {plan.bram_bits} BRAM bits, by the cost model")
    lines.append(f"host: {plan.host_ns:.1f} ns and {plan.crossings:.3f} crossings a packet offered, {len(split.crossings)} ways across")
    proof = "proven optimal" if plan.optimal else "not proven optimal"
    return (*lines, f"solver: {plan.solver}, {proof} (gap {plan.gap:g})")


def _bounds(split: Split) -> Table:
    """Every bound of the policy: whose it is, what is used of it, and what it allows; also those of tables and rates, which no cut
    changes."""
    question, hardware = split.question, split.plan.hardware
    table = Table(title="Budgets", header_style="bold")
    for heading, right in (("whose", False), ("budget", False), ("used", True), ("allowed", True), ("counted", False)):
        table.add_column(heading, justify="right" if right else "left")
    for budget in budgets_of(question):
        used, allowed = number(budget.sum.of(hardware)), number(budget.limit)
        key = budget.key if budget.stated == budget.limit else f"{budget.key} = {number(budget.stated)}"
        table.add_row(budget.owner or "machine", key, used, allowed, budget.meaning)
    for name in question.master.tenants:
        quota = question.policy.tenant(name).quota
        if quota.table_entries is not None:
            entries = sum(cost.entries for element, cost in question.costs.items() if question.master.owner[element] == name)
            table.add_row(name, "table_entries", str(entries), str(quota.table_entries), "entries of tables")
        for key, limit in (("packets_per_second", quota.packets_per_second), ("bits_per_second", quota.bits_per_second)):
            if limit is not None:
                table.add_row(name, key, "", str(limit), "what its policers let through at each port")
    return table


def _of(budget: int | None) -> str:
    return "" if budget is None else f" of {budget}"


def _why(split: Split, name: str) -> str:
    question, plan = split.question, split.plan
    rate = arrivals(question.checked.graph, question.rates, name)
    saved = question.costs[name].ns * rate
    if name in question.software:
        return question.software[name].removeprefix(f"{name}: ")
    if question.pins.get(name) is not None:
        return "pinned"
    if question.master.owner[name] is None:
        return "stands at a port"
    if name in plan.hardware:
        return f"in software it would take {saved:.1f} ns a packet offered"
    return f"in hardware it would save {saved:.1f} ns and cost more, or break a budget"
