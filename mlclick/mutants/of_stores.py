"""Defects of the segments in which packets wait."""

from __future__ import annotations

from typing import Final

from mlclick.mutants.mutant import Mutant
from mlclick.mutants.names import DATAPATH, STORES

MUTANTS: Final = (
    Mutant(
        "every tenant's packets are written to tenant 0's segment",
        "agreement",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "write.addr.eq(Cat(place[:place_bits], mine))",
        "write.addr.eq(place[:place_bits])",
    ),
    Mutant(
        "a segment holds a beat more than it has",
        "congestion",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "beat.write & free[place_bits]",
        "beat.write & (free > (1 << place_bits))",
    ),
    Mutant(
        "one tenant's backlog blocks all",
        "backlog",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "(stored[mine] - popped[mine])",
        "(stored[0] - popped[0])",
    ),
    Mutant(
        "frame stored with a hole",
        "flood",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "(beat.write & free[place_bits]) | (full[mine] & ~beat.first)",
        "beat.write & free[place_bits]",
    ),
    Mutant(
        "a segment's last word is the next one's first",
        "agreement",
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "write.addr.eq(Cat(place[:place_bits], mine))",
        "write.addr.eq(Cat(place[:place_bits], mine) + place[:place_bits].all())",
    ),
    Mutant(
        "room for packets in common",
        DATAPATH,
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "(stored[mine] - popped[mine])[packet_bits]",
        "sum((stored[t] - popped[t])[: packet_bits + 1] for t in range(tenants)) >= (1 << packet_bits)",
    ),
    Mutant(
        "read of tenant 0's segment",
        "agreement",
        "hdl.segment_store",
        "SegmentStore",
        "_read",
        "get.addr.eq(Cat(freed[got][: self.place_bits], got))",
        "get.addr.eq(freed[got][: self.place_bits])",
    ),
    Mutant(
        "a number past the last tenant has a segment",
        STORES,
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "(beat.tenant < tenants)",
        "(beat.tenant <= tenants)",
    ),
    Mutant(
        "what a lost packet brought stays",
        STORES,
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        """        with m.If(self.stored):
            m.d.sync += [start""",
        """        with m.If(ends):
            m.d.sync += start[mine].eq(after)
        with m.If(self.stored):
            m.d.sync += [start""",
    ),
    Mutant(
        "a packet for which there is no number is not counted",
        STORES,
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "self.lost.eq(ends & (no_room | no_slot))",
        "self.lost.eq(ends & no_room)",
    ),
    Mutant(
        "a segment holds a beat less than it has",
        STORES,
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "beat.write & free[place_bits]",
        "beat.write & (free >= (1 << place_bits) - 1)",
    ),
    Mutant(
        "a word of all ones is stored as zero",
        STORES,
        "hdl.segment_store",
        "SegmentStore",
        "elaborate",
        "write.data.eq(beat.data)",
        "write.data.eq(Mux(beat.data.all(), 0, beat.data))",
    ),
    Mutant(
        "a word of all ones is read as zero",
        STORES,
        "hdl.segment_store",
        "SegmentStore",
        "_read",
        "self.read.data.eq(get.data)",
        "self.read.data.eq(Mux(get.data.all(), 0, get.data))",
    ),
)
