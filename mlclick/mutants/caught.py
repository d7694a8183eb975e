"""The checks that a planted defect has to get past."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from mlclick.mutants import proved
from mlclick.mutants.bench import Bench
from mlclick.mutants.names import (
    COUNTERS,
    DATAPATH,
    DELIVERY,
    EDITED,
    LENGTHS,
    NOTED,
    PORTS,
    PROOF,
    READERS,
    RULES,
    SERVICE,
    STORES,
    WAYS_IN,
    WHOLE,
)
from mlclick.mutants.seen_in_software import merging, rates, sharing, software
from mlclick.mutants.seen_in_tables import tables
from mlclick.mutants.seen_on_stage import (
    agreement,
    backlog,
    congestion,
    copies,
    crosses,
    flood,
    noninterference,
    registers,
    shares,
    slots,
    strays,
)
from sim.evidence import BREAKS, why_broken
from sim.verilated import AssertionFailed

Check = Callable[[Bench], bool]
"""Whether what is right is seen: of the small design, or, where a part is looked at by itself, of that."""

PLAYED: Final = (strays, copies, crosses, agreement, congestion, backlog, flood, shares, registers, noninterference)
"""Those that are played on one stage, on which the assertions look on."""

CHECKS: Final[Mapping[str, Check]] = {
    **{check.__name__: check for check in (merging, software, sharing, rates, tables, *PLAYED)},
    PROOF: proved.pipeline,
    WAYS_IN: proved.arrivals,
    COUNTERS: proved.counters,
    SERVICE: proved.turns,
    STORES: proved.stores,
    READERS: proved.readers,
    DELIVERY: proved.delivery,
    EDITED: proved.edited,
    NOTED: proved.noted,
    LENGTHS: proved.lengths,
    PORTS: proved.ports,
    slots.__name__: slots,
    WHOLE: proved.whole,
    DATAPATH: proved.datapath,
}
"""By name, in the order of the time they take to find something."""


def caught_by(only: str = "") -> str | None:
    """The first check that fails for the small design as the generator makes it now, None where all hold.

    It is a name of `CHECKS`, or `RULES` where an assertion fails, or, where the generator or a tool refuses the design, the error itself.
    ``only`` names a check, or `RULES`, and no other is made or can be found; the assertions are those of all that `PLAYED` play.
    """
    asked = [check.__name__ for check in PLAYED] if only == RULES else [only] if only else list(CHECKS)
    try:
        bench = Bench(watched=only in ("", RULES))
        for name in asked:
            if not CHECKS[name](bench) and only != RULES:
                return name
    except AssertionFailed:
        return RULES
    except BREAKS as error:
        return why_broken(error)
    return None
