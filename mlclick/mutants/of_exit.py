"""Defects of the ways out: editor, egress, registers."""

from __future__ import annotations

from typing import Final

from mlclick.mutants.mutant import Mutant
from mlclick.mutants.names import DATAPATH, EDITED, LENGTHS, NOTED, PORTS, RULES

MUTANTS: Final = (
    Mutant(
        "edits a beat late", "agreement", "hdl.editor", "Editor", "_overlaid", "with m.If(index == beat):", "with m.If(index == beat + 1):"
    ),
    Mutant(
        "egress goes on while the port is stuck",
        RULES,
        "hdl.egress",
        "EgressPort",
        "_send",
        "get.eq(start | (more & go))",
        "get.eq(start | more)",
    ),
    Mutant(
        "a frame's last beat keeps all lanes",
        PORTS,
        "hdl.egress",
        "EgressPort",
        "_send",
        "keep.eq(Mux(last, (1 << left_now",
        "keep.eq(Mux(0, (1 << left_now",
    ),
    Mutant(
        "a frame's shim is the next one's",
        NOTED,
        "hdl.egress",
        "EgressPort",
        "_send",
        "self.shim.eq(held_shim)",
        "self.shim.eq(note.shim)",
    ),
    Mutant(
        "what is said of a packet is the next one's behind its first beat",
        EDITED,
        "hdl.editor",
        "Editor",
        "_verdict",
        "kept.eq(now)",
        "kept.eq(coming)",
    ),
    Mutant(
        "the shell is told the length without the last beat",
        LENGTHS,
        "boards.netfpga.send_lengths",
        "SendLengths",
        "elaborate",
        "lengths.w_data.eq(held + count)",
        "lengths.w_data.eq(held)",
    ),
    Mutant(
        "registers of tenant 0 in every window",
        "agreement",
        "hdl.registers",
        "RegisterFile",
        "_look",
        "peek_tenant.eq(window - 1)",
        "peek_tenant.eq(0)",
    ),
    Mutant(
        "everybody's packets are tenant 1's in the count",
        DATAPATH,
        "hdl.egress",
        "EgressPort",
        "_slots",
        "self.sent_tenant.eq(turns.owner)",
        "self.sent_tenant.eq(1)",
    ),
    Mutant(
        "what everybody stores and loses is tenant 0's",
        "congestion",
        "hdl.core",
        "Core",
        "_counts",
        "(_EGRESS[0], stored | dropped, dropped, Const(1, 1), egress.sink.payload.tenant)",
        "(_EGRESS[0], stored | dropped, dropped, Const(1, 1), Const(0, 8))",
    ),
    Mutant(
        "a copy is lost while the other one's port is stuck",
        "copies",
        "hdl.datapath",
        "Datapath",
        "elaborate",
        "editor.out.valid & editor.out.p.select[port]",
        "editor.out.valid & editor.out.p.select[port] & (self.egress_ports[0].source.ready | ~editor.out.p.select[0] | (port == 0))",
    ),
    Mutant(
        "every frame crosses as tenant 0's",
        "crosses",
        "hdl.pipeline",
        "Pipeline",
        "_outputs",
        '            final(meta("tenant")),\n            final(c.edge),',
        "            Const(0, 8),\n            final(c.edge),",
    ),
    Mutant(
        "paint lost at the crossing",
        "crosses",
        "hdl.pipeline",
        "Pipeline",
        "_outputs",
        'a["paint"]',
        "Const(0, 8)",
    ),
    Mutant(
        "reading clears what everybody has counted",
        "registers",
        "hdl.registers",
        "RegisterFile",
        "_look",
        "m.d.comb += known.eq(1)",
        "m.d.comb += [known.eq(1), *(reset.eq(self.axi.rvalid) for words in self.memories for reset in words.memory.resets.values())]",
    ),
    Mutant(
        "a write of some bytes resets",
        "registers",
        "hdl.registers",
        "RegisterFile",
        "_writes",
        "known & (address[:3] == 0) & strobe.all()",
        "known & (address[:3] == 0)",
    ),
)
