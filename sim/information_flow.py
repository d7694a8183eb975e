"""Where information can flow in a core, read off its netlist: from what a tenant owns to what another owns, by named shared resources only.

The netlist is walked backwards from every register, memory and output to those that it is made of. Whose a register is says its attribute
(`hdl.owner`) or, for those that have none, the list of shared resources, by name. What the walk finds are paths, not values: that a tenant
takes nothing from a shared resource but what is its own is what the proofs say (`sim.proof`); here is shown that there is no other way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sim.proof.netlist import Bit, Cell, Netlist

_BITWISE: Final = frozenset(("and", "or", "xor", "xnor", "not", "mux"))
"""Cells of which each bit of the output is made of the same bit of the operands, and of the one of `S`."""

STORES: Final = "the segments of packets: memories with a segment for each tenant, and the choice of whose pointer is used"
RESOURCES: Final[tuple[tuple[str, str], ...]] = (
    (r"packet on the wire of port \d+|packet ending at port \d+|packet to the store of port \d+", "a port's wire in: one frame at a time"),
    (r"datapath\.(strip\.|ingress\d+\.(sink__|shim))", "the host's wire in: one frame at a time"),
    (r"datapath\.(in|e)gress\d+\.(store\.(words|notes|_\d+_)$|note$|read__)|datapath\.arbiter\.store\d+__(data|note)", STORES),
    (r"packet (arbiter|sent)", "the arbiter: one packet at a time"),
    (r"shared: who is next depends on who is waiting", "turns of shares: who is next depends on who is waiting"),
    (r"datapath\.(arbiter|egress\d+)\.grants\.", "turns of shares: who is next depends on who is waiting"),
    (r"packet collected( \d+)?$|datapath\.(collector\.|body)", "the collector: one packet a place"),
    (r"datapath\.pipeline\.", "the pipeline: one packet a stage, and state at a tenant's own places"),
    (r"packet edited( \d+)?$|packet (leaving|out)$|datapath\.editor\.", "the editor: one packet a place"),
    (r"packet (port \d+|the host)|packet leaving (by|for) (port \d+|the host)|shared: the wire of the port", "a port's wire out"),
    (r"(port\d+|host)_(queued|sent|sent_bytes)(\.|_gained)|datapath\.egress\d+\.(sent_)?(tenant|length)", "what an egress counts"),
    (r"registers\.|axi__", "the register bus: one access at a time"),
)
"""What tenants share: the owners' attributes or the names of registers and memories, and what they are part of."""
_OPERATOR: Final = re.compile(r"(port\d+|host)_(accepted|malformed|overflow|unknown)")
_TENANT: Final = (re.compile(r"\bfresh_t(\d+)_"), re.compile(r"\bread_high_w(\d+)$"))
_MEETING: Final = re.compile(r"datapath\.((in|e)gress\d+\.store|(arbiter|egress\d+)\.turns|arbiter)\.|registers\.read_high_w\d+$")
"""Where a register of a tenant may be made of another's with no register between: pointers that are chosen by a tenant's number, the latch
of what is read at an address, and, in turns of shares, credits."""
_WORD: Final = re.compile(r"(datapath\.pipeline\.state\d+\.)fresh_t")
"""And within a memory of state, where the word at the place of the packet, written or not, decides whether that place is written."""
_MAY_SEE: Final = re.compile(r"(out:|registers\.)(idle|overrun|axi__rdata)")
"""Outputs, and the register of one, that may show what the operator has."""


@dataclass(frozen=True)
class Places:
    """Every register, memory, input (``in:``) and output (``out:``) of a netlist, and what each is ``made_of``; ``owned``: attributes;
    ``names``: all that a register is called."""

    made_of: Mapping[str, frozenset[str]]
    owned: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]

    def owner(self, place: str) -> str:
        """``tenant N``, ``schedule``, ``operator``, a shared resource in words, an input or output, or empty: nobody's."""
        if place.startswith(("in:", "out:")):
            return place
        said = self.owned.get(place, "")
        if re.fullmatch(r"tenant \d+|schedule|operator", said):
            return said
        names = (said,) if said else self.names.get(place, (place,))
        for number, pattern in enumerate(_TENANT):
            found = pattern.search(place)
            if found and not said:
                window = int(found[1]) - number
                return f"tenant {window}" if window >= 0 else "operator"
        if any(_OPERATOR.fullmatch(name) for name in names):
            return "operator"
        for shape, words in RESOURCES:
            if any(re.match(rf"(?:{shape})", name) for name in names):
                return words
        # Addresses of delay lines: a counter of cycles that nothing else drives.
        return "schedule" if self.made_of.get(place, frozenset()) <= {place, "in:rst"} else ""

    @cached_property
    def feeds(self) -> Mapping[str, frozenset[str]]:
        """What each place is part of."""
        found: dict[str, set[str]] = {}
        for place, sources in self.made_of.items():
            for source in sources:
                found.setdefault(source, set()).add(place)
        return {place: frozenset(targets) for place, targets in found.items()}


@dataclass(frozen=True)
class InformationFlow:
    """``failures``: ways that must not be, in words; ``through``: by (from tenant, to tenant), the shared resources on the ways between."""

    failures: tuple[str, ...]
    through: Mapping[tuple[int, int], tuple[str, ...]]


def information_flow(netlist: Netlist, tenants: int) -> InformationFlow:
    """What flows where in the netlist of a core of so many tenants."""
    places = find_places(netlist)
    owners = {place: places.owner(place) for place in (*places.made_of, *places.owned)}
    failures = [*_unnamed(owners), *_steps(places, owners)]
    reach = {t: _reach(places.feeds, owners, t) for t in range(tenants)}
    back = {t: _reach(places.made_of, owners, t) for t in range(tenants)}
    through = {(a, b): tuple(sorted({owners[place] for place in reach[a] & back[b]} & _names())) for a in reach for b in back if a != b}
    return InformationFlow(tuple(failures), through)


def _names() -> set[str]:
    return {words for _, words in RESOURCES}


def _unnamed(owners: Mapping[str, str]) -> Iterator[str]:
    for place, owner in sorted(owners.items()):
        if not owner:
            yield f"{place} has no owner and is part of no named shared resource"


def _steps(places: Places, owners: Mapping[str, str]) -> Iterator[str]:
    """Single steps, from what a register is made of to it, that must not be."""
    for place, sources in sorted(places.made_of.items()):
        to = owners[place]
        for source in sorted(sources):
            of = owners.get(source, source)
            if to == "schedule" and of not in ("schedule", "in:rst"):
                yield f"{place} is of the schedule, and made of {source} ({of})"
            elif of == "operator" and to != "operator" and not _MAY_SEE.fullmatch(place):
                yield f"{place} ({to}) is made of {source}, which is the operator's"
            elif of.startswith("tenant") and to.startswith("tenant") and of != to and not _meet(place, source):
                yield f"{place} ({to}) is made of {source} ({of}), and nothing that is shared lies between"


def _meet(place: str, source: str) -> bool:
    word = _WORD.match(place)
    return bool(_MEETING.match(place)) or (word is not None and source.startswith(word[1]))


def _reach(steps: Mapping[str, frozenset[str]], owners: Mapping[str, str], tenant: int) -> set[str]:
    """What can be reached from what the tenant owns."""
    waiting = [place for place, owner in owners.items() if owner == f"tenant {tenant}"]
    found = set(waiting)
    while waiting:
        for place in steps.get(waiting.pop(), ()):
            if place not in found:
                found.add(place)
                waiting.append(place)
    return found


def find_places(netlist: Netlist) -> Places:
    """The places of ``netlist``. Errors: ``ValueError`` for a combinational loop."""
    return _Walk(netlist).places()


class _Walk:
    """Sets of places are numbers with a bit for each: unions of them are most of the work."""

    def __init__(self, netlist: Netlist) -> None:
        self.netlist = netlist
        self.numbers: dict[str, int] = {}
        self.made_of: dict[int, int] = {}
        self.drivers: dict[int, tuple[Cell, int]] = dict(netlist.drivers)
        self.owned: dict[str, str] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        self.ends: list[tuple[str, Iterable[Bit]]] = []
        aliases: dict[tuple[Bit, ...], list[str]] = {}
        for name, bits in netlist.names.items():
            aliases.setdefault(bits, []).append(name)
        for cell in netlist.cells:
            if cell.kind == "dff":
                self._register(cell, aliases.get(cell.connections["Q"], []))
            elif cell.kind.startswith("mem"):
                self._memory(cell)
        for port, (is_input, bits) in netlist.ports.items():
            if is_input and bits != netlist.ports.get("clk", (True, ()))[1]:
                self._source(f"in:{port}", bits)
            elif not is_input:
                self.ends.append((f"out:{port}", bits))

    def _source(self, name: str, bits: Iterable[Bit]) -> None:
        mask = 1 << self.numbers.setdefault(name, len(self.numbers))
        self.made_of |= {bit: mask for bit in bits if isinstance(bit, int)}

    def _register(self, cell: Cell, names: list[str]) -> None:
        name = min(names, key=lambda each: ("$" in each, -each.count("."), len(each), each)) if names else cell.name
        said = [self.netlist.owners[each] for each in names if each in self.netlist.owners]
        self.names[name] = tuple(names)
        if said:
            self.owned[name] = said[0]
        self._source(name, cell.connections["Q"])
        self.ends.append((name, cell.connections["D"]))

    def _memory(self, cell: Cell) -> None:
        self.numbers.setdefault(cell.name, len(self.numbers))
        self.ends.append((cell.name, [bit for port in ("WR_ADDR", "WR_DATA", "WR_EN") for bit in cell.connections[port]]))
        self.drivers |= {bit: (cell, place) for place, bit in enumerate(cell.connections["RD_DATA"]) if isinstance(bit, int)}

    def places(self) -> Places:
        """Everything that each end is made of."""
        names = list(self.numbers)
        made: dict[str, frozenset[str]] = {}
        for end, bits in self.ends:
            mask = 0
            for bit in bits:
                mask |= self._mask(bit)
            made[end] = frozenset(names[place] for place in _ones(mask))
        return Places(made, self.owned, self.names)

    def _mask(self, wanted: Bit) -> int:
        waiting: list[Bit] = [wanted]
        entered: set[Bit] = set()
        while waiting:
            bit = waiting[-1]
            if not isinstance(bit, int) or bit in self.made_of or bit not in self.drivers:
                waiting.pop()
                continue
            cell, place = self.drivers[bit]
            operands = [each for each in _operands(cell, place) if isinstance(each, int)]
            missing = [each for each in operands if each not in self.made_of and each in self.drivers]
            if missing and bit in entered:
                raise ValueError(f"{cell.name} is on a loop without a register")
            if missing:
                entered.add(bit)
                waiting += missing
                continue
            mask = 1 << self.numbers[cell.name] if cell.kind.startswith("mem") else 0
            for each in operands:
                mask |= self.made_of.get(each, 0)
            self.made_of[bit] = mask
            waiting.pop()
        return self.made_of.get(wanted, 0) if isinstance(wanted, int) else 0


def _operands(cell: Cell, place: int) -> Iterable[Bit]:
    """What the bit at ``place`` of a cell's output, or of what a memory reads, is made of."""
    if cell.kind.startswith("mem"):
        width, bits = cell.number("WIDTH"), cell.connections["RD_ADDR"]
        size = len(bits) // cell.number("RD_PORTS")
        return bits[place // width * size : (place // width + 1) * size]
    inputs = {port: bits for port, bits in cell.connections.items() if port != "Y"}
    if cell.kind not in _BITWISE:
        return [bit for bits in inputs.values() for bit in bits]
    # A shorter operand is extended by its highest bit or by zeros.
    return [bit for port, bits in inputs.items() for bit in (bits if port == "S" else bits[place : place + 1] or bits[-1:])]


def _ones(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
