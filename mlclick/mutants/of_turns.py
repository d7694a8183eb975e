"""Defects of whose turn it is: slots of time and shares."""

from __future__ import annotations

from typing import Final

from mlclick.mutants.mutant import Mutant
from mlclick.mutants.names import DATAPATH, NOTED, READERS, SERVICE, WHOLE

MUTANTS: Final = (
    Mutant(
        "an idle slot is the next one's",
        "slots",
        "hdl.time_slots",
        "TimeSlots",
        "elaborate",
        "        m.d.comb += [\n            self.owner.eq(owner),",
        """        scheduled, owner = owner, Signal(8)
        taken = Signal(8, init=self.order[0], attrs=schedule())
        other = Mux(scheduled == 0, 1, 0)
        free = Mux((self.waiting >> scheduled)[0] | ~self.waiting.any(), scheduled, other)
        m.d.comb += owner.eq(Mux(looked | (busy != 0), taken, free))
        m.d.sync += taken.eq(owner)
        m.d.comb += [
            self.owner.eq(owner),""",
    ),
    Mutant(
        "a packet goes on in the next slot",
        "slots",
        "hdl.time_slots",
        "TimeSlots",
        "elaborate",
        " & (self.cost <= left)",
        "",
    ),
    Mutant(
        "credit not taken off",
        "shares",
        "hdl.share_turns",
        "ShareTurns",
        "elaborate",
        "(granted_tenant == t), self.length, 0)",
        "(granted_tenant == t), 1, 0)",
    ),
    Mutant(
        "looked at beyond the slot",
        DATAPATH,
        "hdl.time_slots",
        "TimeSlots",
        "elaborate",
        "~ends & Mux(looked",
        "Mux(looked",
    ),
    Mutant(
        "a register of which nobody says whose it is",
        DATAPATH,
        "hdl.time_slots",
        "TimeSlots",
        "elaborate",
        "busy = Signal(bits, attrs=owns)",
        "busy = Signal(bits)",
    ),
    Mutant(
        "what is known of one store is popped of another",
        READERS,
        "hdl.arbiter",
        "TenantArbiter",
        "_slots",
        "store.pop.eq(turns.grant & (looked_port == index))",
        "store.pop.eq(turns.grant & (chosen == index))",
    ),
    Mutant(
        "what the arbiter reads of everybody it sends as tenant 0's",
        WHOLE,
        "hdl.arbiter",
        "TenantArbiter",
        "_send",
        "out.meta.eq(held)",
        "[out.meta.eq(held), out.meta.tenant.eq(0)]",
    ),
    Mutant(
        "a packet is sent as one of port 0's, whichever it came by",
        NOTED,
        "hdl.arbiter",
        "TenantArbiter",
        "_note",
        "note.tenant.eq(number)",
        "note.tenant.eq(number), note.port.eq(0)",
    ),
    Mutant(
        "the arbiter reads the ports in another order than they are",
        WHOLE,
        "hdl.datapath",
        "Datapath",
        "elaborate",
        'getattr(arbiter, f"store{port}")',
        'getattr(arbiter, f"store{self.egresses - 1 - port}")',
    ),
    Mutant(
        "who has credit gains on",
        SERVICE,
        "hdl.share_turns",
        "ShareTurns",
        "elaborate",
        "Mux(waiting.any() & gain, gained, credit[t])",
        "Mux(waiting.any(), gained, credit[t])",
    ),
)
