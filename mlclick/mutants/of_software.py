"""Defects of the software half: tables, copies and shared code as the compiler fuses them, and the merge."""

from __future__ import annotations

from typing import Final

from mlclick.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "compiled, the shortest prefix is found",
        "software",
        "swclick.sort_table",
        "",
        "groups_of",
        "sorted(found, reverse=True)",
        "sorted(found)",
    ),
    Mutant(
        "compiled, every copy goes the first way",
        "software",
        "swclick.generate_program",
        "",
        "_copies",
        "e{number}_outv_{way.port}(m, p, v); return;",
        "e{number}_outv_{program.exits[0].port}(m, p, v); return;",
    ),
    Mutant(
        "compiled, the bytes of a word the other way round",
        "software",
        "swclick.lower_value",
        "",
        "_cat",
        "<< {position})",
        "<< {value.width - position - operand.width})",
    ),
    Mutant(
        "compiled, alike tenants have one state",
        "sharing",
        "swclick.alike",
        "Shared",
        "outside",
        "(m, {_there(region)}",
        "(m, {_there(region if found[2] in ('initialize', 'finish') else region // 2)}",
    ),
    Mutant(
        "compiled, a tenant is given another's literals",
        "sharing",
        "swclick.alike",
        "Shared",
        "given",
        "[{place}]",
        "[{place // 2}]",
    ),
    Mutant(
        "compiled, a demultiplexer hands packets to another region",
        "sharing",
        "swclick.spread",
        "",
        "spread_text",
        "r{way[0]})",
        "r{way[0] // 2})",
    ),
    Mutant(
        "compiled, a task is handed another's region",
        "sharing",
        "swclick.alike",
        "Shared",
        "job",
        "_there(region))",
        "_there(region // 2))",
    ),
    Mutant(
        "compiled, a handler reads what is another's",
        "sharing",
        "swclick.alike",
        "Shared",
        "state",
        "&m->r{number}, {local}",
        "&m->r{number // 2}, {local}",
    ),
    Mutant(
        "merged, an identity is eight bits",
        "merging",
        "graph.merge",
        "",
        "_pattern",
        "%0fff",
        "%00ff",
    ),
    Mutant(
        "merged, frames leave with the first one's tag",
        "merging",
        "graph.merge",
        "",
        "_multiplex",
        "tenant = policy.tenant(name)",
        "tenant = policy.tenant(mine[0][0])",
    ),
)
