"""Data paths that are as small as they can be and still have every block at work, and defects that are planted in them."""

from __future__ import annotations

from collections.abc import Iterable

from elements.program.values import Value, bit_not, const, make
from hdl.composition import Composition, meta
from hdl.datapath import Datapath, DatapathParameters
from hdl.identity import Rule
from mlclick.mutants.mutant import Mutant

LONGEST = 96
"""Bytes of the longest frame."""


def vlan(tenant: int) -> int:
    """The tag by which a tenant is known."""
    return 100 + tenant


def small_datapath(width: int = 64, tenants: int = 2, *, strict: bool = True, shifts: Iterable[int] = (0, 4, -12)) -> Datapath:
    """One port and the host: a packet leaves where it came in, with one byte of its own written over another, moved as its port says."""
    port: Value = make("slice", 1, (meta("port"),), (0,))
    positions = range(min(0, *shifts), 1)
    composition = Composition(
        select=(bit_not(port), port),
        edge=const(1, 16),
        edits={position: make("load", 8, (), ("data", 16)) for position in positions},
        shifts=tuple(shifts),
        shift_index=const(0, 4),
        length=meta("length"),
        annotations={name: meta(name) for name in ("paint", "dst_ip", "vlan_tci", "device", "fix_ip_src", "packet_type")},
        banks=(),
        engines=(),
        growth=dict.fromkeys(range(tenants), 8),
        header_bytes=17,
    )
    rules = tuple(Rule(tenant, vlan(tenant), None, None) for tenant in range(tenants))
    parameters = DatapathParameters(
        width, 1, max_frame=LONGEST, ingress_depth=32, egress_depth=32, egress_packets=8, strict=strict, slot=None
    )
    return Datapath(parameters, rules, composition, (1,) * tenants, dict.fromkeys(range(tenants), 1))


def defect(module: str, owner: str, old: str, new: str, method: str = "elaborate") -> Mutant:
    """``old`` becomes ``new`` in a method of a block."""
    return Mutant(new, "the proof of the data path", f"hdl.{module}", owner, method, old, new)


WORK_CONSERVING = defect(
    "time_slots",
    "TimeSlots",
    "        m.d.comb += [\n            self.owner.eq(owner),",
    """        scheduled, owner = owner, Signal(8)
        taken = Signal(8, init=self.order[0], attrs=schedule())
        other = Mux(scheduled == 0, 1, 0)
        free = Mux((self.waiting >> scheduled)[0] | ~self.waiting.any(), scheduled, other)
        m.d.comb += owner.eq(Mux(looked | (busy != 0), taken, free))
        m.d.sync += taken.eq(owner)
        m.d.comb += [
            self.owner.eq(owner),""",
)
"""A slot whose owner has nothing is given to the other tenant."""

SHARED_ROOM = defect(
    "segment_store",
    "SegmentStore",
    "(stored[mine] - popped[mine])[packet_bits]",
    "sum((stored[t] - popped[t])[: packet_bits + 1] for t in range(tenants)) >= (1 << packet_bits)",
)
"""All tenants together may have as many packets as each should have."""

PAST_THE_SEGMENT = defect(
    "segment_store",
    "SegmentStore",
    "write.addr.eq(Cat(place[:place_bits], mine))",
    "write.addr.eq(Cat(place[:place_bits], mine) + place[:place_bits].all())",
)
"""What is written to the last place of a segment is written to the next one's first."""

COUNTED_TOGETHER = defect("egress", "EgressPort", "self.sent_tenant.eq(turns.owner)", "self.sent_tenant.eq(1)", "_slots")
"""Everybody's packets are counted as tenant 1's."""
