"""Defects of the pipeline: collector, lookups, state, buckets."""

from __future__ import annotations

from typing import Final

from mlclick.mutants.mutant import Mutant
from mlclick.mutants.names import DATAPATH, PROOF

MUTANTS: Final = (
    Mutant(
        "token of the packet behind",
        "agreement",
        "hdl.collector",
        "Collector",
        "elaborate",
        "self.token.eq(window[-1].first)",
        "self.token.eq(window[-2].first)",
    ),
    Mutant(
        "state updated for every tenant",
        "agreement",
        "hdl.state_memory",
        "StateMemory",
        "elaborate",
        "Cat(self.slot, self.tenant) == self._key(place)",
        "self.slot == place[1]",
    ),
    Mutant("state read of tenant 0", "noninterference", "hdl.state_memory", "StateMemory", "_find", "index.eq(number)", "index.eq(0)"),
    Mutant("variables in one slot", "agreement", "hdl.gather_state", "", "gather_state", "const(slot, slot_bits)", "const(0, slot_bits)"),
    Mutant(
        "frame one byte short",
        "agreement",
        "hdl.pipeline",
        "Pipeline",
        "_outputs",
        "self.out_length.eq(length)",
        "self.out_length.eq(length - 1)",
    ),
    Mutant(
        "a reset clears every tenant's state",
        PROOF,
        "hdl.state_memory",
        "StateMemory",
        "elaborate",
        "| self.resets[place])",
        "| Cat(self.resets.values()).any())",
    ),
    Mutant(
        "header with what follows the packet",
        DATAPATH,
        "hdl.collector",
        "Collector",
        "elaborate",
        "Mux(ended[number], 0, window[age].data)",
        "window[age].data",
    ),
    Mutant(
        "a lookup goes a word past its segment",
        "tables",
        "hdl.lpm",
        "LongestPrefixMatch",
        "_inside",
        "(index < end)",
        "(index <= end)",
    ),
    Mutant(
        "a lookup begins before its segment",
        "tables",
        "hdl.lpm",
        "LongestPrefixMatch",
        "_inside",
        "(index >= first) & ",
        "",
    ),
    Mutant(
        "a lookup's index is not checked",
        "tables",
        "hdl.lpm",
        "LongestPrefixMatch",
        "_level",
        "read.eq(has_node & self._inside(node, table, level))",
        "read.eq(has_node)",
    ),
    Mutant(
        "a lookup that finds nothing has a value",
        "tables",
        "hdl.lpm",
        "LongestPrefixMatch",
        "elaborate",
        "Mux(hit, values.data, 0)",
        "values.data",
    ),
    Mutant(
        "everybody has the first table",
        "tables",
        "hdl.lpm",
        "LongestPrefixMatch",
        "_table_number",
        "table.eq(number)",
        "table.eq(0)",
    ),
    Mutant(
        "a bucket holds twice its burst",
        "rates",
        "elements.rates.bucket",
        "",
        "within_rate",
        "ahead_by = min(ahead_by, LONGEST)",
        "ahead_by = min(2 * ahead_by, LONGEST)",
    ),
)
