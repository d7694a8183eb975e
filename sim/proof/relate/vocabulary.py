"""What a relation is said in: registers by the nets that they drive, the places of the data path that they stand in, ghosts, invariants."""

from __future__ import annotations

from enum import Enum
from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_not, bit_or, const, eq, part
from hdl.datapath import Datapath
from sim.proof.design import Design
from sim.proof.netlist import Bit
from sim.proof.relation import Part
from sim.proof.terms import symbol

READ_PORT: Final = "the read port of a store"
DELAY: Final = "a delay line"
UNTAGGED: Final = (READ_PORT, DELAY)
"""Places whose registers bear no owner, since they are made for a memory: of all others each does."""
VICTIM: Final = "the victim"
"""The variable that is the victim's number: any tenant's, and the same for ever."""


class Presumed(Enum):
    """What the proof takes for granted, in the words of the evidence."""

    RESET = "there is no reset once frames come"
    PACE = "every port, the host's too, takes a beat in every cycle"
    FRAMES = (
        "frames come whole on each wire, one after another; the victim's, in the same cycles, are those that the ingress finds to be so"
    )
    SHIM = "what takes the shim off adds nothing of other frames, and a shim stays the same for as long as its frame comes"
    PIPELINE = "the pipeline does with the victim's packets as it would alone, as its own proof shows"


def implies(if_this: Value, that: Value) -> Value:
    """Whether ``that`` holds where ``if_this`` does (1 bit each)."""
    return bit_or(bit_not(if_this), that)


class Relation:
    """Is told, block by block, what holds between two copies of ``datapath`` that differ in what tenants other than `VICTIM` do.

    A register is equal in both where a condition holds, which is of the first copy; where nothing is said, not at all. What is ``always``
    so is so in each copy by itself. All of it is only claimed here: `sim.proof.relation` shows it, or names what does not follow.
    """

    def __init__(self, datapath: Datapath, design: Design) -> None:
        self.datapath = datapath
        self.design = design
        self.parts: dict[str, list[Part]] = {VICTIM: [Part(0, 8, TRUE)]}
        self.places: dict[str, str] = {}
        """Where each register stands, by its name."""
        self.called: dict[str, str] = {}
        """The net by which a block speaks of a register: of its names, the design keeps the shortest."""
        self.invariants: dict[str, Value] = {}
        self.presumed: dict[str, Value] = {}
        self.shown: dict[str, tuple[Value, Value]] = {}
        self.ghosts: dict[str, tuple[Value, Value]] = {VICTIM: (symbol(VICTIM, 8), symbol(VICTIM, 8))}
        """What is not there, and remembered for the proof alone: (what it becomes, what it is at first)."""
        self.inputs: dict[str, int] = {}
        """Widths of what comes from outside and is no port."""
        self.failures: list[str] = []
        self.nets: dict[Value, str] = {}
        """What was asked for by the name of a net: of several, the first, and a port's before those of others."""
        self._by_bits: dict[tuple[Bit, ...], str] = {r.bits: r.name for r in design.registers.values()}
        self._evaluator = design.evaluator({name: symbol(name, width) for name, width in design.widths.items()})

    # What there is.

    def net(self, name: str) -> Value:
        """The net ``name`` in this cycle; zero where it is not in the netlist, because nothing uses it."""
        bits = self.design.netlist.names.get(name)
        if bits is None:
            return FALSE
        value = self.word(bits)
        ports = self.design.netlist.ports
        if value not in self.nets or (name in ports and self.nets[value] not in ports):
            self.nets[value] = name
        return value

    def word(self, bits: tuple[Bit, ...]) -> Value:
        """Nets by their numbers, in this cycle."""
        return self._evaluator.word(bits)

    def register(self, net: str) -> str | None:
        """The design's own name of the register that drives a net; None where the net is gone, or constant."""
        return self._by_bits.get(self.design.netlist.names.get(net, ()))

    def owners(self) -> dict[str, set[str]]:
        """By register, whose the generator says that it is."""
        found: dict[str, set[str]] = {}
        for net, owner in self.design.netlist.owners.items():
            name = self.register(net)
            if name is not None:
                found.setdefault(name, set()).add(owner)
        return found

    def mine(self, number: Value) -> Value:
        """Whether a tenant's number is the victim's."""
        return eq(number, symbol(VICTIM, 8))

    # What is claimed.

    def equal(self, place: str, when: Value, *nets: str) -> None:
        """The registers at ``nets``, which stand in ``place``, are equal where ``when`` holds."""
        for net in nets:
            self.equal_by_bits(place, net, (0, when))

    def equal_by_bits(self, place: str, net: str, *pieces: tuple[int, Value]) -> None:
        """The register at ``net`` is equal from each bit on, up to the next that is named, where that one's condition holds."""
        name = self.register(net)
        if name is not None:
            self.called[name] = net
            self.equal_register(place, name, *pieces)

    def equal_register(self, place: str, name: str, *pieces: tuple[int, Value]) -> None:
        """As `equal_by_bits`, by the design's own name."""
        if self.places.setdefault(name, place) != place:
            self.failures.append(f"{name} is said to stand in {place} and in {self.places[name]}")
        ends = [*(low for low, _ in pieces[1:]), self.design.widths[name]]
        self.parts[name] = [Part(low, end - low, when) for (low, when), end in zip(pieces, ends, strict=True) if end > low]

    def equal_input(self, name: str, when: Value, width: int | None = None) -> Value:
        """What comes in at the port ``name`` is equal where ``when`` holds; with ``width``, what comes is known to the proof alone."""
        if width is not None:
            self.inputs[name] = width
        size = self.design.inputs.get(name, ())
        self.parts[name] = [Part(0, width or len(size), when)]
        return symbol(name, width or len(size))

    def ghost(self, name: str, following: Value, initial: int = 0, when: Value = TRUE) -> Value:
        """A register that is remembered for the proof alone, and is equal where ``when`` holds."""
        self.ghosts[name] = (following, const(initial, following.width))
        self.parts[name] = [Part(0, following.width, when)]
        return symbol(name, following.width)

    def always(self, name: str, condition: Value) -> None:
        """An invariant of each copy."""
        self.invariants[name] = condition

    def presume(self, what: Presumed, where: str, condition: Value) -> None:
        """A condition of what comes in."""
        self.presumed[f"{what.value} ({where})"] = condition

    def show(self, name: str, when: Value, value: Value) -> None:
        """What leaves is equal where ``when`` holds: the claim that all others are made for."""
        if value.constant is not None:
            self.failures.append(f"{name} is not in the netlist, or is always the same: there is nothing to show")
        self.shown[name] = (when, value)

    def field(self, net: str, low: int, width: int) -> Value:
        """Bits of a net."""
        return part(self.net(net), low, width)
