"""A design with a checker on every stream, register bus and memory of every component in it: for simulation and proof, not for a board.

    to_verilog(Watched(core), "core")

is the core of `to_verilog(core, "core")` with `StreamRules`, `AxiLiteRules` and the rule of memories beside it, which read it and drive
nothing of it. What is said of a netlist (the hash in the evidence, the sizes in reports, a bitstream) is said of the one without.

Nothing lists the streams: they are found in the signatures of the components that were elaborated, so a new one is watched as soon as it
is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from amaranth.hdl import DomainRenamer, Elaboratable, Fragment, Module, Value
from amaranth.lib import stream, wiring

from hdl.axi_lite import axi_lite
from hdl.axi_lite_rules import AxiLiteRules
from hdl.combinational import Combinational, domains, parts
from hdl.memory_rules import checker as memory_checker
from hdl.memory_rules import meetings
from hdl.stream_rules import RULES, StreamRules

_STREAM: Final = ("valid", "ready", "payload")


@dataclass(frozen=True)
class _End:
    """A stream or bus as a member of one component: ``leaves`` says that it is the component's to give."""

    path: str
    interface: Any
    bus: bool
    leaves: bool
    component: wiring.Component
    domains: frozenset[str]

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(axi_lite(1).members) if self.bus else _STREAM


class Watched(Elaboratable):
    """``design`` with its checkers, and the same ports. ``watched`` names the streams and buses that are watched, ``memories`` the memories
    with clocked reads beside writes, once it is elaborated.

    A stream that several modules hand on is watched once; its name is where it comes in and where it ends. How frames are framed (R3, R4)
    is not asked of those that come in from outside, which are judged where they are stored, nor of those that a component whose attribute
    ``framed`` is false hands on. Errors: ``ValueError`` for a stream that breaks R6, or whose clock domain no component at its ends
    settles.
    """

    def __init__(self, design: Any) -> None:
        self.design: Final = design
        self.watched: tuple[str, ...] = ()
        self.memories: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.design, name)

    def elaborate(self, platform: object) -> Fragment:
        fragment = Fragment.get(self.design, platform)
        logic, met = Combinational(fragment), list(meetings(fragment))
        groups: dict[tuple[int, ...], list[_End]] = {}
        for end in _ends(fragment):
            key = tuple(id(logic.source(Value.cast(getattr(end.interface, member)))) for member in end.members)
            groups.setdefault(key, []).append(end)
        names = []
        for number, ends in enumerate(groups.values()):
            names.append(_name(ends))
            checker = self._bus(ends, names[-1]) if ends[0].bus else self._stream(ends, names[-1], logic)
            fragment.add_subfragment(Fragment.get(checker, platform), f"watch{number}")
        self.watched = tuple(names)
        for number, meeting in enumerate(met):
            fragment.add_subfragment(Fragment.get(memory_checker(meeting), platform), f"watch_memory{number}")
        self.memories = tuple(sorted({meeting.name for meeting in met}))
        return fragment

    def _stream(self, ends: list[_End], name: str, logic: Combinational) -> Elaboratable:
        interface = ends[0].interface
        for end in ends:
            for member in ("valid", "payload"):
                if logic.depends(Value.cast(getattr(end.interface, member)), Value.cast(end.interface.ready)):
                    raise ValueError(f"{name} breaks R6: {RULES[6]}")
        limits = [int(end.component.max_frame) for end in ends if end.leaves and hasattr(end.component, "max_frame")]
        comes_in = any(end.component is self.design and not end.leaves for end in ends)
        framed = not comes_in and all(getattr(end.component, "framed", True) for end in ends if end.leaves)
        rules = StreamRules(interface.payload.shape(), min(limits, default=None), name, framed=framed)
        return _beside(rules, interface, _STREAM, _domain(ends, name))

    @staticmethod
    def _bus(ends: list[_End], name: str) -> Elaboratable:
        interface, domain = ends[0].interface, _domain(ends, name)
        return _beside(AxiLiteRules(len(interface.awaddr), name), interface, ends[0].members, domain)


def _beside(rules: wiring.Component, interface: Any, members: Sequence[str], domain: str) -> Elaboratable:
    m = Module()
    m.submodules.rules = rules
    m.d.comb += [getattr(rules, member).eq(getattr(interface, member)) for member in members]
    return DomainRenamer(domain)(m)


def _ends(fragment: Fragment) -> Iterator[_End]:
    for path, part in parts(fragment):
        for component in part.origins or ():
            if isinstance(component, wiring.Component):
                for name, member in component.signature.members.items():
                    yield from _member((*path, name), member, getattr(component, name), component, domains(part))


def _member(
    path: tuple[str, ...], member: wiring.Member, value: Any, component: wiring.Component, used: frozenset[str], depth: int = 0
) -> Iterator[_End]:
    if depth < len(member.dimensions):
        for number, each in enumerate(value):
            yield from _member((*path, str(number)), member, each, component, used, depth + 1)
        return
    if member.is_port:
        return
    leaves = member.flow == wiring.Out
    signature = member.signature if leaves else member.signature.flip()
    if isinstance(signature, stream.Signature):
        yield _End(".".join(path), value, False, leaves, component, used)
    elif set(signature.members) == set(axi_lite(1).members):
        yield _End(".".join(path), value, True, leaves, component, used)
    else:
        for name, inner in signature.members.items():
            yield from _member((*path, name), inner, getattr(value, name), component, used)


def _name(ends: list[_End]) -> str:
    """Where a stream starts and where it ends, by the components that are deepest in the design."""
    starts = [end for end in ends if end.leaves] or ends
    stops = [end for end in ends if not end.leaves] or ends
    first = max(starts, key=lambda end: end.path.count(".")) if starts is not ends else ends[0]
    last = max(stops, key=lambda end: end.path.count(".")) if stops is not ends else ends[0]
    return first.path if first is last else f"{first.path} -> {last.path}"


def _domain(ends: list[_End], name: str) -> str:
    """The clock domain of the first component at an end that has only one; `sync` where no component has any."""
    for end in ends:
        if len(end.domains) == 1:
            return next(iter(end.domains))
    if any(end.domains for end in ends):
        raise ValueError(f"no component at {name} has one clock domain: put what ends it in a component of its own")
    return "sync"
