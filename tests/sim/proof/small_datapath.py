"""Data paths that are as small as they can be and still have every block at work, and defects that are planted in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elements.program.values import Value, bit_not, const, make
from hdl.composition import Composition, meta
from hdl.datapath import Datapath, DatapathParameters
from hdl.identity import Rule
from mlclick.mutants.mutant import Mutant
from mlclick.mutants.names import DATAPATH
from mlclick.mutants.run import MUTANTS

LONGEST = 96
"""Bytes of the longest frame."""


def vlan(tenant: int) -> int:
    """The tag by which a tenant is known."""
    return 100 + tenant


def small_datapath(
    width: int = 64, tenants: int = 2, *, strict: bool = True, shifts: Iterable[int] = (0, 4, -12), growth: Mapping[int, int] | None = None
) -> Datapath:
    """One port and the host: a packet leaves where it came in, with one byte of its own written over another, moved as its port says. Of
    each tenant packets may grow by as many bytes as ``growth`` says, or else by 8, so that one never begins beside the last beat of the
    one before; where they may not grow, it does."""
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
        growth=dict.fromkeys(range(tenants), 8) if growth is None else growth,
        header_bytes=17,
    )
    rules = tuple(Rule(tenant, vlan(tenant), None, None) for tenant in range(tenants))
    parameters = DatapathParameters(
        width, 1, max_frame=LONGEST, ingress_depth=32, egress_depth=32, egress_packets=8, strict=strict, slot=None
    )
    return Datapath(parameters, rules, composition, (1,) * tenants, dict.fromkeys(range(tenants), 1))


def defect(module: str, owner: str, old: str, new: str, method: str = "elaborate") -> Mutant:
    """``old`` becomes ``new`` in a method of a block."""
    return Mutant(new, DATAPATH, f"hdl.{module}", owner, method, old, new)


def by_name(name: str) -> Mutant:
    """One of the mutants."""
    return next(mutant for mutant in MUTANTS if mutant.name == name)


WORK_CONSERVING = by_name("an idle slot is the next one's")
"""A slot whose owner has nothing is given to the other tenant."""

SHARED_ROOM = by_name("room for packets in common")
"""All tenants together may have as many packets as each should have."""

PAST_THE_SEGMENT = by_name("a segment's last word is the next one's first")
"""What is written to the last place of a segment is written to the next one's first."""

COUNTED_TOGETHER = by_name("everybody's packets are tenant 1's in the count")
"""Everybody's packets are counted as tenant 1's."""
