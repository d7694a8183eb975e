"""That what leaves the editor are packets as is said beside them, by the numbers of `hdl.stream_rules`: proved of its netlist.

R3, R4 and R10; what is said of a packet, where it goes, whose it is, its length and its shim, is the same on all of its beats (R7), it has
that many bytes (R8), and lanes past its end are zero (R9). Its beats come in one cycle after another. Presumed is that nothing begins there
while a packet still leaves, which the editor would cut off. Resets may come in any cycle here; where it is shown that nothing begins so,
there is none.
"""

from __future__ import annotations

from amaranth.hdl import Const
from amaranth.hdl import Value as Wire

from elements.program.values import TRUE, bit_not, const, eq, extend, mux, part
from hdl.datapath import Datapath
from hdl.editor import EditedBeat, Editor
from hdl.tools.verilog import to_verilog
from sim.proof import duties
from sim.proof.claims import Claims
from sim.proof.design import Design
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.noted import empty_lanes, is_run, kept


def prove_edited(datapath: Datapath) -> Result:
    """Of an editor like that of the data path."""
    editor = datapath.editor
    alike = Editor(editor.width, editor.positions, editor.shifts, editor.egresses)
    return deeply(lambda: _claims(alike).proved())


def _netlist(editor: Editor) -> Netlist:
    """All of its nets but those that are constant, as that its stream is always taken."""
    flat = (("__".join(map(str, path)), Wire.cast(value)) for path, _, value in editor.signature.flatten(editor))
    ports = [(name, wire, None) for name, wire in flat if not isinstance(wire, Const)]
    return read_netlist(to_verilog(editor, "editor", ports), "editor")


def _claims(editor: Editor) -> Claims:
    lanes, shape = editor.lanes, EditedBeat(editor.width, editor.egresses)
    claims = Claims(Design(_netlist(editor)))
    payload, valid, reset = claims.net("out__payload", shape.size), claims.net("out__valid"), claims.net("rst")
    data, keep = part(payload, 0, editor.width), part(payload, editor.width, lanes)
    last = part(payload, editor.width + lanes, 1)
    low = shape["select"].offset
    said = part(payload, low, shape.size - low)
    length = part(payload, shape["length"].offset, 16)
    claims.expects(duties.ALONE, TRUE, claims.net("overrun"))
    before = claims.ghost("bytes that have left", const(0, 16))
    total = before + extend(kept(keep), 16)
    goes_on = bit_not(reset) & valid & bit_not(last)
    claims.becomes("bytes that have left", mux(goes_on, part(total, 0, 16), const(0, 16)))
    within, was = claims.ghost("within a packet", goes_on), claims.ghost("what was said of it", said)
    active, left = claims.net("active"), claims.net("left_next", 16)
    claims.always("a packet still leaves where its last beat has not", eq(active, valid & bit_not(last)))
    rest = eq(total + left, extend(length, 18)) & left.any()
    claims.always("what has left and what is left are the packet", rest, where=active)
    claims.always("nothing has left of a packet that has not begun", bit_not(before.any()), where=bit_not(within))
    claims.always("the beats of a packet follow each other", valid, where=within)
    fresh = claims.ghost("fresh", reset, 1)
    claims.always("R10: nothing leaves in the first cycle after reset", bit_not(valid), where=fresh)
    claims.always("R3: every beat but the last is full", eq(keep, const((1 << lanes) - 1, lanes)), where=active)
    claims.always("R4: the last beat is filled from its first byte on", is_run(keep), where=valid & last)
    for name, net in (("where it goes", "select"), ("whose it is", "tenant"), ("its length", "length"), ("its shim", "shim")):
        kept_at = claims.net(f"kept.{net}", None)
        claims.always(f"{name} is kept", eq(kept_at, part(payload, shape[net].offset, kept_at.width)), where=active)
    claims.always("R7: what is said of a packet stays as it is", eq(said, was), where=within)
    claims.always("R8: a packet has the bytes that are said", eq(total, extend(length, 17)), where=valid & last)
    claims.always("R8: a packet has no more bytes than are said", total <= length, where=valid)
    claims.always("R9: lanes past the end are zero", empty_lanes(data, keep), where=valid)
    return claims
