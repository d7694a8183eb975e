"""Defects of the ways in: identity, ingress, the shim, the arbiter."""

from __future__ import annotations

from typing import Final

from mlclick.mutants.mutant import Mutant
from mlclick.mutants.names import COUNTERS, RULES, WAYS_IN

MUTANTS: Final = (
    Mutant(
        "default tenant",
        "strays",
        "hdl.identity",
        "Identity",
        "elaborate",
        "        return m",
        "        m.d.comb += self.known.eq(1)\n        return m",
    ),
    Mutant(
        "identity cut to eight bits", "strays", "hdl.identity", "Identity", "elaborate", ", self.header[112:116] == rule.vlan >> 8]", "]"
    ),
    Mutant(
        "identity sampled a beat early",
        "agreement",
        "hdl.ingress",
        "Ingress",
        "_owner",
        "settles = index <= self.held",
        "settles = index < self.held",
    ),
    Mutant(
        "a frame's end stored for the next one's owner",
        "agreement",
        "hdl.ingress",
        "Ingress",
        "_after_holding",
        "put.tenant.eq(ended_owner)",
        "put.tenant.eq(owner)",
    ),
    Mutant(
        "crossing's tenant unchecked", "strays", "hdl.ingress", "Ingress", "_meta", 'known | ((number["tenant"] == tenant) &', "known | ("
    ),
    Mutant(
        "framing errors let through",
        "strays",
        "hdl.ingress",
        "Ingress",
        "elaborate",
        "broken = bad | wrong | over | short",
        "broken = short",
    ),
    Mutant(
        "arbiter begins before the last has left",
        RULES,
        "hdl.arbiter",
        "TenantArbiter",
        "_send",
        "idle.eq(~more & (rest == 0))",
        "idle.eq(rest == 0)",
    ),
    Mutant(
        "arbiter sends what is another port's",
        "flood",
        "hdl.arbiter",
        "TenantArbiter",
        "_send",
        "words = Array(store.data for store in inside.stores)[held_port]",
        "words = Array(store.data for store in inside.stores)[now_port]",
    ),
    Mutant(
        "a host frame without a shim is not counted",
        "strays",
        "hdl.crossing",
        "ShimStrip",
        "elaborate",
        "self.short.eq(beat.last & (index < whole))",
        "self.short.eq(0)",
    ),
    Mutant(
        "a hole in a shim is not seen",
        "strays",
        "hdl.crossing",
        "ShimStrip",
        "elaborate",
        "holed.eq(~beat.last & (holed | ((index < whole) & ~beat.keep.all())))",
        "holed.eq(0)",
    ),
    Mutant(
        "a frame lost while another comes is not counted",
        WAYS_IN,
        "hdl.ingress",
        "Ingress",
        "elaborate",
        "self.overflow.eq(store.lost)",
        "self.overflow.eq(store.lost & ~self.sink.valid)",
    ),
    Mutant(
        "a frame a byte too long is good",
        WAYS_IN,
        "hdl.ingress",
        "Ingress",
        "elaborate",
        "over = total > self.max_frame",
        "over = total > self.max_frame + 1",
    ),
    Mutant(
        "in the cycle in which port 0 stores a frame no other is counted",
        COUNTERS,
        "hdl.core",
        "Core",
        "elaborate",
        "self._counter(m, strobe,",
        "self._counter(m, strobe & (~strobes[0] if strobe is not strobes[0] else 1),",
    ),
)
